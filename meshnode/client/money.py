"""Money and what it rests on: evaluation of work, incomes, distributions, payments, balances and statements.

    node.money.attest(contribution, {"seconds": 7200})
    node.money.statement(first="2026-01-01")

Reached as `Client.money`; errors and idempotency keys as there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from meshnode.client.connection import Body, Connection, Query, new_key, segment
from meshnode.client.errors import BadAnswer

if TYPE_CHECKING:  # The shapes are for type checkers; making them would cost every command some milliseconds.
    from meshnode.client import answers as a
    from meshnode.client import money_answers as m


class Money:
    """The part of a client that is about money under agreements."""

    def __init__(self, node: Connection) -> None:
        self._node = node

    def inbox(self) -> list[m.Waiting]:
        """What waits for the owner, the oldest first."""
        return cast("list[m.Waiting]", _items(self._node.get("/inbox")))

    # What work is said to be.

    def evaluation(self, contribution: str) -> m.Evaluation:
        """How a contribution stands under its agreement, and what was said of it."""
        return cast("m.Evaluation", self._node.get(f"/contributions/{segment(contribution)}/evaluation"))

    def attest(
        self, contribution: str, said: Body | None = None, *, as_: str | None = None, key: str = ""
    ) -> m.Evaluation:
        """Say what one has seen of a contribution; `said` as in `AttestationRequest`, or nothing: all of it."""
        body = {"contribution": contribution, **_given(**(said or {})), **_as(as_)}
        return cast("m.Evaluation", self._write("/attestations", body, key))

    def answer_share(
        self, contribution: str, answer: str = "accept", *, as_: str | None = None, key: str = ""
    ) -> m.Evaluation:
        """Accept or decline one's share in a contribution."""
        body = {"answer": answer, **_as(as_)}
        return cast("m.Evaluation", self._write(f"/contributions/{segment(contribution)}/shares", body, key))

    def ballots(self, agreement: str, round_: str | None = None) -> list[m.Ballot]:
        """The ballots of an agreement, or of one round."""
        found = self._node.get("/ballots", {"agreement": agreement, "round": round_})
        return cast("list[m.Ballot]", _items(found))

    def cast_ballot(
        self,
        agreement: str,
        points: list[tuple[str, int]],
        *,
        round_: str | None = None,
        as_: str | None = None,
        key: str = "",
    ) -> a.Written:
        """Share out points among others; people by name or id."""
        given = [{"who": who, "points": number} for who, number in points]
        body = {"agreement": agreement, "points": given, **_given(round=round_), **_as(as_)}
        return cast("a.Written", self._write("/ballots", body, key))

    # Money in.

    def incomes(self, agreement: str | None = None) -> list[m.Income]:
        """The incomes of an agreement, or of all."""
        return cast("list[m.Income]", _items(self._node.get("/incomes", {"agreement": agreement})))

    def income(self, income: str) -> m.Income:
        """One income."""
        return cast("m.Income", self._node.get(f"/incomes/{segment(income)}"))

    def add_income(
        self, agreement: str, gross: Body, *, as_: str | None = None, key: str = "", **said: object
    ) -> m.Income:
        """Declare an income, or a refund; `said` as in `IncomeRequest`."""
        body = {"agreement": agreement, "gross": gross, **_given(**said), **_as(as_)}
        return cast("m.Income", self._write("/incomes", body, key))

    def confirm_income(self, income: str, answer: str = "accept", *, as_: str | None = None, key: str = "") -> m.Income:
        """Say that an income came in, or did not."""
        path = f"/incomes/{segment(income)}/answers"
        return cast("m.Income", self._write(path, {"answer": answer, **_as(as_)}, key))

    # Shared out.

    def preview(self, agreement: str, wish: Body | None = None) -> m.Preview:
        """What a distribution would be now; `wish` as in `PreviewRequest`."""
        body = {"agreement": agreement, **_given(**(wish or {}))}
        return cast("m.Preview", self._node.post("/distributions/preview", body))

    def propose(
        self, agreement: str, digest: str, wish: Body | None = None, *, as_: str | None = None, key: str = ""
    ) -> m.Distribution:
        """Sign a distribution of which `digest` comes, as a preview of the same `wish` has told."""
        body = {"agreement": agreement, "digest": digest, **_given(**(wish or {})), **_as(as_)}
        return cast("m.Distribution", self._write("/distributions", body, key))

    def distributions(self, agreement: str | None = None) -> list[m.Distribution]:
        """The distributions of an agreement, or of all, void ones among them."""
        return cast("list[m.Distribution]", _items(self._node.get("/distributions", {"agreement": agreement})))

    def distribution(self, distribution: str) -> m.Distribution:
        """One distribution."""
        return cast("m.Distribution", self._node.get(f"/distributions/{segment(distribution)}"))

    def approve(
        self, distribution: str, answer: str = "accept", *, text: str = "", as_: str | None = None, key: str = ""
    ) -> m.Distribution:
        """Approve a distribution, or decline it."""
        path = f"/distributions/{segment(distribution)}/approvals"
        return cast("m.Distribution", self._write(path, {"answer": answer, "text": text, **_as(as_)}, key))

    def explanation(self, distribution: str, person: str | None = None) -> m.Explanation:
        """Why each line of a distribution, or that of one person, is what it is."""
        path = f"/distributions/{segment(distribution)}/explanation"
        return cast("m.Explanation", self._node.get(path, {"person": person}))

    # Paid.

    def settlements(self, agreement: str | None = None) -> list[m.Settlement]:
        """The payments of an agreement, or of all."""
        return cast("list[m.Settlement]", _items(self._node.get("/settlements", {"agreement": agreement})))

    def settle(
        self, agreement: str, amount: Body, *, as_: str | None = None, key: str = "", **said: object
    ) -> m.Settlement:
        """Declare a payment; `said` as in `SettlementRequest`."""
        body = {"agreement": agreement, "amount": amount, **_given(**said), **_as(as_)}
        return cast("m.Settlement", self._write("/settlements", body, key))

    def confirm_settlement(
        self, settlement: str, answer: str = "accept", *, as_: str | None = None, key: str = ""
    ) -> m.Settlement:
        """Say that a payment took place, or did not."""
        path = f"/settlements/{segment(settlement)}/answers"
        return cast("m.Settlement", self._write(path, {"answer": answer, **_as(as_)}, key))

    def balances(self, agreement: str | None = None) -> m.Balances:
        """Who has what in an agreement, or in all, and the payments that would bring all to zero."""
        return cast("m.Balances", self._node.get("/balances", {"agreement": agreement}))

    def statement(
        self,
        person: str | None = None,
        *,
        first: str | None = None,
        last: str | None = None,
        agreement: str | None = None,
    ) -> m.Statement:
        """What became of somebody's money from one day to another, both included."""
        query: Query = {"person": person, "from": first, "to": last, "agreement": agreement}
        return cast("m.Statement", self._node.get("/statements", query))

    def _write(self, path: str, body: Body, key: str) -> object:
        return self._node.post(path, body, key=key or new_key())


def _items(answer: object) -> list[object]:
    items = answer.get("items") if isinstance(answer, dict) else None
    if not isinstance(items, list):
        raise BadAnswer("it is not a list")
    return items


def _as(organisation: str | None) -> dict[str, object]:
    return _given(**{"as": organisation})


def _given(**fields: object) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None}
