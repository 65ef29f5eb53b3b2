"""Limits of a mandate in an agreement: what goes beyond them is told before it is signed, and a wider one is taken."""

from typing import Any

from meshnode.core.drafts import Draft
from meshnode.core.mandates import Mandate
from meshproto.records.ids import ScopeId
from meshproto.records.record import Record
from meshproto.types import authority, identity
from meshproto.types.value import Money
from scripts.vectors.tale import Tale
from tests.unit.core.test_mandates import desk_of, draft_in, firm, signs

WORTH = Money(5_000_00, "EUR")
EQUATION = {"cur": "EUR", "steps": [{"do": "equal"}]}


def clerk(tale: Tale, **limits: Any) -> tuple[Record, Record, Record]:
    """A firm with Carol, who signs for it within limits, and her grant."""
    made, founds, _, _ = firm(tale)
    carol = tale.person("carol")
    return made, carol, hires(tale, made, founds, carol, **limits)


def hires(tale: Tale, made: Record, founds: Record, carol: Record, **limits: Any) -> Record:
    job = tale.write("alice", made, "grant", authority.grant(carol.id, "staff", **limits), auth=(founds,))
    tale.accept("carol", job, agent=carol)
    return job


def signing(deal: Record, made: Record) -> Draft:
    return Draft(ScopeId(deal.id), "countersign", identity.accept(deal.id), agent=made.id)


def sharing(deal: Record, made: Record) -> Draft:
    """A distribution without its sums."""
    chosen: dict[str, Any] = {"agreement": deal.id, "incomes": [], "to": "2026-03-01"}
    return Draft(ScopeId(deal.id), "distribution", chosen, agent=made.id)


def answered(tale: Tale, carol: Record, draft: Draft) -> Mandate:
    found = desk_of(tale, "carol", carol).answer(draft)
    assert isinstance(found, Mandate), found
    return found


def test_a_signature_beyond_a_mandate_is_told_with_the_grant_that_limits_it() -> None:
    tale = Tale("")
    made, carol, _ = clerk(tale, most=Money(1_000_00, "EUR"))
    dan = tale.person("dan")
    deal = tale.deal("dan", dan, made, worth=WORTH)
    found = desk_of(tale, "carol", carol).exceeded(signing(deal, made))
    assert found is not None
    assert found.most == [1_000_00, "EUR"]


def test_within_a_mandate_or_where_nothing_is_limited_nothing_is_exceeded() -> None:
    tale = Tale("")
    made, carol, _ = clerk(tale, most=Money(9_000_00, "EUR"))
    alice, dan = tale.records[0], tale.person("dan")
    deal = tale.deal("dan", dan, made, worth=WORTH)
    desk = desk_of(tale, "carol", carol)
    assert desk.exceeded(signing(deal, made)) is None
    assert desk.exceeded(draft_in(made, agent=made.id)) is None, "no amount in the firm's own stream"
    assert desk_of(tale, "alice", alice).exceeded(signing(deal, made)) is None, "a founder has no limit"
    assert desk_of(tale, "dan", dan).exceeded(signing(deal, made)) is None, "who may not sign it, exceeds nothing"
    thanks = Draft(ScopeId(deal.id), "recognition", {"to": [dan.id], "kind": "thanks"}, agent=made.id)
    assert desk.exceeded(thanks) is None, "thanks have no amount"


def test_of_two_mandates_the_one_is_taken_that_reaches() -> None:
    tale = Tale("")
    made, carol, narrow = clerk(tale, most=Money(1_000_00, "EUR"))
    (founds,) = tale.accepts_of(made)
    wide = hires(tale, made, founds, carol, most=Money(9_000_00, "EUR"))
    dan = tale.person("dan")
    small, large = (tale.deal("dan", dan, made, worth=Money(amount, "EUR")) for amount in (100, 5_000_00))
    assert signs(tale, "carol", carol, signing(large, made)).auth == (wide.id,)
    assert signs(tale, "carol", carol, signing(small, made)).auth == (min(narrow.id, wide.id),)
    huge = tale.deal("dan", dan, made, worth=Money(10_000_00, "EUR"))
    assert desk_of(tale, "carol", carol).exceeded(signing(huge, made)) is not None


def test_of_several_written_at_once_each_is_signed_by_the_mandate_that_reaches() -> None:
    tale = Tale("")
    made, carol, wide = clerk(tale, most=Money(8_000_00, "EUR"))
    (founds,) = tale.accepts_of(made)
    narrow = wide
    while narrow.id >= wide.id:  # until one comes first that does not reach
        narrow = hires(tale, made, founds, carol, most=Money(1_000_00, "EUR"))
    deal = tale.deal("dan", tale.person("dan"), made, worth=Money(100, "EUR"))
    desk = desk_of(tale, "carol", carol)
    drafts = [
        Draft(
            ScopeId(deal.id),
            "settlement",
            {"agreement": deal.id, "amount": {"amt": amount, "cur": "EUR"}, "on": "2026-03-01"},
            agent=made.id,
        )
        for amount in (100, 5_000_00)
    ]
    answers = desk.answers(drafts)
    assert [each.auth for each in answers if isinstance(each, Mandate)] == [(narrow.id,), (wide.id,)]
    assert answers == [desk.answer(each) for each in drafts]


def test_a_distribution_whose_sums_come_later_is_signed_by_the_mandate_with_most_room() -> None:
    tale = Tale("")
    made, carol, wide = clerk(tale, most=Money(8_000_00, "EUR"))
    (founds,) = tale.accepts_of(made)
    deal = tale.deal("dan", tale.person("dan"), made, value_equation=EQUATION)
    draft = sharing(deal, made)
    others: tuple[Any, ...] = (
        {"most": Money(1_000_00, "EUR")},
        {"most": Money(9_000_00, "USD")},
        {"until": "2026-02-01"},
    )
    for limits in others:
        narrow = wide
        while narrow.id >= wide.id:  # until one comes first that does not reach
            narrow = hires(tale, made, founds, carol, **limits)
    assert answered(tale, carol, draft).auth == (wide.id,)
    boundless = hires(tale, made, founds, carol)
    assert answered(tale, carol, draft).auth == (boundless.id,)


def test_a_distribution_by_a_version_that_is_not_here_breaks_nothing_off() -> None:
    tale = Tale("")
    made, carol, one = clerk(tale, most=Money(8_000_00, "EUR"))
    (founds,) = tale.accepts_of(made)
    other = hires(tale, made, founds, carol, most=Money(9_000_00, "EUR"))
    deal = tale.deal("dan", tale.person("dan"), made, value_equation=EQUATION)
    draft = sharing(deal, made)
    unknown = draft._replace(facts={**draft.facts, "agreement": b"?" * 32})
    assert answered(tale, carol, unknown).auth in ((one.id,), (other.id,))
