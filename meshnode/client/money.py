"""Money and what it rests on: evaluation of work, incomes, distributions, payments, balances and statements.

    node.money.attest(contribution, {"seconds": 7200})
    node.money.statement(first="2026-01-01")

Reached as `Client.money`; errors and idempotency keys as there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.client.calls import (
    PAGE,
    Body,
    Call,
    Group,
    Link,
    Query,
    asks,
    asks_pages,
    for_,
    get,
    given,
    post,
    segment,
    write,
)

if TYPE_CHECKING:  # The shapes are for type checkers; making them would cost every command some milliseconds.
    from meshnode.client import answers as a
    from meshnode.client import money_answers as m


class Money(Group[Link]):
    """The part of a client that is about money under agreements."""

    @asks_pages
    def inbox(self) -> Call[a.Page[m.Waiting]]:
        """What waits for the owner, the oldest first."""
        return get("/inbox")

    @asks
    def waiting(self) -> Call[m.Inbox]:
        """How much waits for the owner, and the first of it."""
        return get("/inbox", {"limit": 1})

    # What work is said to be.

    @asks
    def evaluation(self, contribution: str) -> Call[m.Evaluation]:
        """How a contribution stands under its agreement, and what was said of it."""
        return get(f"/contributions/{segment(contribution)}/evaluation")

    @asks
    def attest(
        self, contribution: str, said: Body | None = None, *, as_: str | None = None, key: str = ""
    ) -> Call[m.Evaluation]:
        """Say what one has seen of a contribution; `said` as in `AttestationRequest`, or nothing: all of it."""
        body = {"contribution": contribution, **given(**(said or {})), **for_(as_)}
        return write("/attestations", body, key)

    @asks
    def answer_share(
        self, contribution: str, answer: str = "accept", *, as_: str | None = None, key: str = ""
    ) -> Call[m.Evaluation]:
        """Accept or decline one's share in a contribution."""
        body = {"answer": answer, **for_(as_)}
        return write(f"/contributions/{segment(contribution)}/shares", body, key)

    @asks_pages
    def ballots(self, agreement: str, round_: str | None = None) -> Call[a.Page[m.Ballot]]:
        """The ballots of an agreement, or of one round."""
        return get("/ballots", {"agreement": agreement, "round": round_})

    @asks
    def cast_ballot(
        self,
        agreement: str,
        points: list[tuple[str, int]],
        *,
        round_: str | None = None,
        as_: str | None = None,
        key: str = "",
    ) -> Call[m.CastBallot]:
        """Share out points among others; people by name or id."""
        shares = [{"who": who, "points": number} for who, number in points]
        body = {"agreement": agreement, "points": shares, **given(round=round_), **for_(as_)}
        return write("/ballots", body, key)

    # Money in.

    @asks_pages
    def incomes(self, agreement: str | None = None, *, latest: bool = False) -> Call[a.Page[m.Income]]:
        """The incomes of an agreement, or of all; the earliest first, or the latest."""
        return get("/incomes", {"agreement": agreement, "latest": latest})

    @asks
    def income(self, income: str) -> Call[m.Income]:
        """One income."""
        return get(f"/incomes/{segment(income)}")

    @asks
    def add_income(
        self, /, agreement: str, gross: Body, *, as_: str | None = None, key: str = "", **said: object
    ) -> Call[m.Income]:
        """Declare an income, or a refund; `said` as in `IncomeRequest`."""
        body = {"agreement": agreement, "gross": gross, **given(**said), **for_(as_)}
        return write("/incomes", body, key)

    @asks
    def confirm_income(
        self, income: str, answer: str = "accept", *, as_: str | None = None, key: str = ""
    ) -> Call[m.Income]:
        """Say that an income came in, or did not."""
        path = f"/incomes/{segment(income)}/answers"
        return write(path, {"answer": answer, **for_(as_)}, key)

    # Shared out.

    @asks
    def preview(self, agreement: str, wish: Body | None = None) -> Call[m.Preview]:
        """What a distribution would be now; `wish` as in `PreviewRequest`."""
        body = {"agreement": agreement, **given(**(wish or {}))}
        return post("/distributions/preview", body)

    @asks
    def propose(
        self, agreement: str, digest: str, wish: Body | None = None, *, as_: str | None = None, key: str = ""
    ) -> Call[m.Distribution]:
        """Sign a distribution of which `digest` comes, as a preview of the same `wish` has told."""
        body = {"agreement": agreement, "digest": digest, **given(**(wish or {})), **for_(as_)}
        return write("/distributions", body, key)

    @asks_pages
    def distributions(self, agreement: str | None = None, *, latest: bool = False) -> Call[a.Page[m.Distribution]]:
        """The distributions of an agreement, or of all, void ones among them; the earliest first, or the latest."""
        return get("/distributions", {"agreement": agreement, "latest": latest})

    @asks
    def distribution(self, distribution: str) -> Call[m.Distribution]:
        """One distribution."""
        return get(f"/distributions/{segment(distribution)}")

    @asks
    def approve(
        self, distribution: str, answer: str = "accept", *, text: str = "", as_: str | None = None, key: str = ""
    ) -> Call[m.Distribution]:
        """Approve a distribution, or decline it."""
        path = f"/distributions/{segment(distribution)}/approvals"
        return write(path, {"answer": answer, "text": text, **for_(as_)}, key)

    @asks
    def explanation(self, distribution: str, person: str | None = None) -> Call[m.Explanation]:
        """Why each line of a distribution, or that of one person, is what it is."""
        path = f"/distributions/{segment(distribution)}/explanation"
        return get(path, {"person": person})

    # Paid.

    @asks_pages
    def settlements(self, agreement: str | None = None, *, latest: bool = False) -> Call[a.Page[m.Settlement]]:
        """The payments of an agreement, or of all; the earliest first, or the latest."""
        return get("/settlements", {"agreement": agreement, "latest": latest})

    @asks
    def settlement(self, settlement: str) -> Call[m.Settlement]:
        """One payment."""
        return get(f"/settlements/{segment(settlement)}")

    @asks
    def settle(
        self, /, agreement: str, amount: Body, *, as_: str | None = None, key: str = "", **said: object
    ) -> Call[m.Settlement]:
        """Declare a payment; `said` as in `SettlementRequest`."""
        body = {"agreement": agreement, "amount": amount, **given(**said), **for_(as_)}
        return write("/settlements", body, key)

    @asks
    def confirm_settlement(
        self, settlement: str, answer: str = "accept", *, as_: str | None = None, key: str = ""
    ) -> Call[m.Settlement]:
        """Say that a payment took place, or did not."""
        path = f"/settlements/{segment(settlement)}/answers"
        return write(path, {"answer": answer, **for_(as_)}, key)

    @asks_pages
    def balances(self, agreement: str | None = None, *, mine: bool = False) -> Call[a.Page[m.Balance]]:
        """Who has what in an agreement, or in all; or what the owner has."""
        return get("/balances", {"agreement": agreement, "mine": mine})

    @asks
    def plan(self, agreement: str | None = None, cursor: str | None = None) -> Call[m.Plan]:
        """The payments that would bring all to zero in an agreement, or in all, and what it leaves out; one page."""
        return get("/plan", {"agreement": agreement, "limit": PAGE, "cursor": cursor})

    @asks
    def statement(
        self,
        person: str | None = None,
        *,
        first: str | None = None,
        last: str | None = None,
        agreement: str | None = None,
    ) -> Call[m.Statement]:
        """What became of somebody's money from one day to another, both included."""
        query: Query = {"person": person, "from": first, "to": last, "agreement": agreement}
        return get("/statements", query)
