"""What whoever signs a contribution under an agreement should be told: by what of it no money is shared, and why."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from meshproto.equation.claims import cost_match
from meshproto.equation.confirming import Standing
from meshproto.equation.earlier import leaves
from meshproto.equation.inputs import Contribution
from meshproto.equation.matching import matches
from meshproto.equation.measures import ONE, in_unit
from meshproto.equation.terms import Late, Leaf, Match, ProRata, Reimburse, Terms, Weight
from meshproto.equation.view import weight_of

MEANT = ("work", "care", "money", "material")
"""Kinds for which people expect to be given something, where money is shared by what was done; others are noted."""


def doubts_of(version: Mapping[str, Any], terms: Terms | None, work: Contribution, shared_to: str = "") -> list[str]:
    """Sentences about a contribution under a version; `terms` are None if it shares no money, or in an unknown way.

    `shared_to` is the day up to which incomes were shared already, empty if none was.
    """
    found = [*_of_days(version, terms, work, shared_to)]
    if terms is not None and work.comp != "gift" and work.kind in MEANT:
        found += _of_money(terms, work)
    return found


def _of_days(version: Mapping[str, Any], terms: Terms | None, work: Contribution, shared_to: str) -> Iterator[str]:
    assert work.when is not None, "every record tells it"
    last, first, until = work.when[1], version["from"], version.get("until")
    if last < first:
        yield f"it was done before {first}, when this agreement begins; it counts there all the same"
    if until is not None and last > until:
        yield f"it was done after {until}, when this agreement ends: it counts for no income"
    elif terms is not None and terms.late is Late.EXCLUDE and last <= shared_to:
        yield f"what came in up to {shared_to} is shared already, and this agreement leaves out what comes late"


def _of_money(terms: Terms, work: Contribution) -> Iterator[str]:
    steps = [step for _, step in leaves(terms.steps)]
    if _is_counted(steps, work, terms.cur):
        return
    value = work.value
    if value is not None and value.cur != terms.cur and _is_counted(steps, work, value.cur):
        yield f"it is in {value.cur}, but this agreement shares {terms.cur} only: nothing is paid for it"
    elif work.comp is not None or any(isinstance(each, Reimburse | ProRata) for each in steps):
        yield "no step by which this agreement shares money counts it: nothing is paid for it"


def _is_counted(steps: Sequence[Leaf], work: Contribution, cur: str) -> bool:
    """Whether a step would look at it, confirmed as a whole, if `cur` were shared."""
    value = Fraction(work.value.amt) if work.value is not None and work.value.cur == cur else Fraction(0)
    whole = Standing(True, ONE, in_unit(work.qty, work.qty.u), ONE, value)
    return any(
        matches(match, work) and weight_of(weight, work, whole) for each in steps for match, weight in _looks_at(each)
    )


def _looks_at(step: Leaf) -> Iterator[tuple[Match, Weight]]:
    match step:
        case Reimburse():
            yield cost_match(step), Weight(None)
        case ProRata():
            yield from ((each.match, each) for component in step.components for each in component.weights or ())
        case _:
            return
