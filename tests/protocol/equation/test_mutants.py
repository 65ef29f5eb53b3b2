"""An engine with one rule broken is caught by the vectors: they show every rule.

Each mutant changes a few words in one function. If no vector noticed, the vectors would not show the rule.
"""

import inspect
import json
import textwrap
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

import pytest

from meshproto.equation import (
    claims,
    confirming,
    matching,
    measures,
    rounding,
    settled,
    steps,
    weighing,
)
from meshproto.equation import view as views
from meshproto.equation.book import Book
from meshproto.equation.earlier import Earlier
from meshproto.equation.entries import Entry
from meshproto.equation.knowledge import Knowledge
from meshproto.equation.running import Run
from meshproto.equation.tallies import Tally
from meshproto.equation.view import View
from meshproto.pipe import answer

pytestmark = (
    pytest.mark.no_cover
)  # branches are shown by the tests of the equation; measured, this takes four times as long

VECTORS = Path(__file__).parents[3] / "protocol" / "vectors"


class Mutant(NamedTuple):
    """A function in which some words are replaced by others."""

    where: Callable[..., Any]
    old: str
    new: str

    def code(self) -> CodeType:
        """The code of the changed function."""
        source = textwrap.dedent(inspect.getsource(self.where))
        assert source.count(self.old) == 1, (self.where, source)
        changed = compile(source.replace(self.old, self.new), f"<{self.where.__qualname__}, changed>", "exec")
        return next(each for each in changed.co_consts if isinstance(each, CodeType))


ROUNDING = {
    "of equal remainders the last gets the unit": Mutant(
        rounding.share, "place: -pairs[place][1])", "place: (-pairs[place][1], -place))"
    ),
    "the greatest weights get the odd units": Mutant(rounding.share, "-pairs[place][1]", "-weights[place]"),
    "nobody is ever full": Mutant(rounding.fullness, "total * weight <= room * whole", "True"),
    "who is full goes on weighing": Mutant(rounding.fullness, "whole -= weight", "pass"),
}
WORTH = {
    "a day has a number of hours": Mutant(measures.converts, "unit == into or", "'DAY' in (unit, into) or"),
    "the median is the high one": Mutant(confirming._confirmed, "(len(figures) - 1) // 2", "len(figures) // 2"),
    "more is confirmed than was claimed": Mutant(confirming._confirmed, "min(claim, ", "max(Fraction(0), "),
    "one attests one's own": Mutant(confirming.may_attest, "by == contribution.agent or ", ""),
    "who gains by it may attest": Mutant(confirming.may_attest, " or by in contribution.beneficiaries", ""),
    "co-authors attest for each other": Mutant(
        confirming.may_attest, " and by not in [agent for agent, _ in contribution.shares]", ""
    ),
    "of several words at one time the greatest counts": Mutant(confirming.head_of, "figure = min(", "figure = max("),
    "a rejection is an acknowledgement": Mutant(
        confirming.standing_of, "[each for each in heads if not each.rejects]", "heads"
    ),
    "who rejects has no figure": Mutant(confirming.head_of, "ZERO if rejects else figure", "figure"),
    "the best rating is the quality": Mutant(confirming._quality, "sum(ratings, ZERO) / len(ratings)", "max(ratings)"),
    "what is half done is worth all": Mutant(confirming._value, "min(ONE, confirmed / claimed)", "ONE"),
    "what is retracted goes on": Mutant(
        confirming.standing_of, " and not (corrections and any(each.retracts for each in corrections))", ""
    ),
    "a correction of money does nothing": Mutant(confirming._value, " + sum(changes)", ""),
    "later words change what was paid for": Mutant(
        View.standing, "self.earlier.heads.get(which, self.as_of)", "self.as_of"
    ),
    "a declined share is paid": Mutant(matching.parts_of, " if agent not in contribution.declined", ""),
    "co-authors have equal parts": Mutant(
        matching.parts_of, "Fraction(part, whole) for agent, part in", "Fraction(1, len(kept)) for agent, part in"
    ),
    "what has no class matches every class": Mutant(
        matching.matches, "not match.classes.isdisjoint", "not match.classes.issuperset"
    ),
    "a period has no last day": Mutant(matching._falls_into, "last <= end", "last < end"),
}
STEPS = {
    "costs are reimbursed again and again": Mutant(claims._claims, "Fraction(-paid(contribution.id, agent))", "ZERO"),
    "hours are a cost": Mutant(claims.cost_match, "match.kind & frozenset(COSTS)", "match.kind"),
    "an agreed amount comes once and again": Mutant(steps._due, "step.claim is Claim.ONCE and", "False and"),
    "an agreed amount is never paid off": Mutant(steps._due, "- paid.get((path, agent), 0)", ""),
    "a short income goes to the first": Mutant(
        steps._pay,
        "share_among(amount, due) if amount < owed else due",
        "{min(due): amount} if amount < owed else due",
    ),
    "gross is what remains": Mutant(steps._percent, "ratio * gross", "ratio * amount"),
    "a percentage leaves no odd unit": Mutant(
        steps._percent, "share(amount, [*wishes.values(), rest])", "share(amount, [rest, *wishes.values()])[1:]"
    ),
    "agreed parts are equal": Mutant(
        steps.take_step, "_split(amount, step.parts, tally)", "_split(amount, dict.fromkeys(step.parts, 1), tally)"
    ),
    "only who worked is a party": Mutant(
        steps.take_step, "dict.fromkeys(view.terms.parties, 1)", "dict.fromkeys(sorted(view.terms.parties)[:3], 1)"
    ),
    "the rest stays": Mutant(steps.take_step, "_split(amount, {step.agent: 1}, tally)", "amount"),
    "every income begins in the first bracket": Mutant(Run._cut, "self._view.earlier.income + ", ""),
    "brackets have no end": Mutant(Run._cut, "min(end, bracket.to) - start", "end - start"),
    "what lies above the last bracket is lost": Mutant(Run._cut, "return left + end - start", "return left"),
}
WEIGHING = {
    "who has no rate has that of others": Mutant(
        views._worth_of, "weight.rate.get(EVERYONE, ZERO)", "weight.rate.get(EVERYONE, ONE)"
    ),
    "ratings always count": Mutant(views._base_of, " if weight.quality else base", ""),
    "a small income uses up the work that it does not reach": Mutant(
        steps._pro_rata, "left < amount and not view.again", "not view.again"
    ),
    "work is never used up": Mutant(steps._pro_rata, "left < amount and not view.again", "False"),
    "what was weighed once is forgotten": Mutant(weighing.weighed, "now if then is None else now - then", "now"),
    "less work than nothing is forgiven": Mutant(
        weighing._counted, "if each.difference and each.agent not in below", "if each.difference"
    ),
    "points to oneself count": Mutant(weighing._ballots, "receiver != ballot.giver and each", "each"),
    "who gives many points weighs more": Mutant(weighing._ballots, "Fraction(each, whole)", "Fraction(each)"),
    "everybody may vote": Mutant(weighing._ballots, " if ballot.giver in view.terms.parties", ""),
    "one may vote twice": Mutant(Knowledge.take_in, "givers[ballot.giver] == 1", "True"),
    "the parts of a mix are equal": Mutant(
        weighing._mixed, "on_scale(part, scale) * (whole // total)", "whole // total"
    ),
    "a mix adds up hours and votes": Mutant(weighing._mixed, " * (whole // total)", ""),
    "who does more than is owed weighs more": Mutant(weighing._factor, "min(ONE, done", "(done"),
    "what was done of a duty counts again": Mutant(
        weighing._scale_down, "weights.entered.update(done.entered)", "pass"
    ),
}
LATE = {
    "late work is taken in": Mutant(View.is_left_out_as_late, "if self.late is not Late.EXCLUDE", "if True"),
    "late is who comes on the last day": Mutant(Knowledge.is_late, "to >= when[1]", "to > when[1]"),
    "what is excluded as late is corrected": Mutant(
        weighing._is_left_out, "contribution.id in view.earlier.touched.get((path, place), ()) or ", ""
    ),
    "to catch up means next": Mutant(steps._pro_rata, "catches_up = view.late is Late.CATCH_UP", "catches_up = False"),
    "to catch up forgets what was received": Mutant(
        steps._received, "dict(view.earlier.got.get(path, {}))", "dict[bytes, int]()"
    ),
    "to catch up counts only what is new": Mutant(
        weighing._counted, "each.weight if over_life else each.difference", "each.difference"
    ),
    "to catch up a duty is owed once": Mutant(weighing._scale_down, "view.earlier.times.get(path, 0) + 1 if", "1 if"),
    "to catch up only these ballots count": Mutant(View.ballots, "self.earlier.ballots if", "() if"),
}
CAPS = {
    "a part of the step is rounded up": Mutant(
        steps._room, "floor(cap.of_step * tally.took)", "-floor(-cap.of_step * tally.took)"
    ),
    "what was got before does not fill a cap": Mutant(steps._room, " - tally.got.get(agent, 0)", ""),
    "a lifetime is one distribution": Mutant(
        steps._room, "cap.lifetime - view.earlier.got.get(path, {}).get(agent, 0)", "cap.lifetime"
    ),
    "a cap for all is for nobody": Mutant(steps._rooms, ", step.cap.get(EVERYONE)", ", None"),
    "prices are paid over": Mutant(steps._until_paid, "claims.of, limits, tally", "claims.of, rooms, tally"),
}
AFTERWARDS = {
    "a refund charges new work": Mutant(
        Book._refund, "income=old.income + pool", "income=old.income + pool, as_of=self._place"
    ),
    "a loss is carried": Mutant(Book._outcome, "if pool < 0 <= entry.income", "if pool < 0"),
    "a loss uses up work": Mutant(Book._outcome, "tally.weighed.clear()", "pass"),
    "a loss counts as paid": Mutant(Earlier._add_got, "if sign > 0:", "if True:"),
    "what is carried is lost": Mutant(Book._add, "round_.pool,\n        self._carry,", "round_.pool,\n        0,"),
    "nobody is asked when something is reopened": Mutant(Book._restate, "if agent not in round_.consents", "if False"),
    "late work stays out of what is reopened": Mutant(
        views.View.late.fget,  # type: ignore[attr-defined]  # a property has its function
        "Late.NEXT if self.reopened is not None and late is Late.EXCLUDE else late",
        "late",
    ),
    "what is reopened takes in all": Mutant(View._within, "if self.reopened is None", "if True"),
    "held is payable": Mutant(Entry.holds, "which in self.disputed", "False"),
    "a dispute holds all of an agent": Mutant(Entry.holds, "which in self.disputed", "bool(self.disputed)"),
    "without a reserve all is held": Mutant(Book._disputed, "if terms.reserve else frozenset()", ""),
    "what is upheld stays held": Mutant(
        Book._resolve, "disputed=entry.disputed.difference(released))", "disputed=entry.disputed)"
    ),
    "one of two disputes releases": Mutant(Knowledge.resolve, "*self._open.values(), ", ""),
    "what is rejected stays with who has it": Mutant(Tally.take_back, "self.got[agent] -= amount", "pass"),
    "what is rejected weighs again": Mutant(Run.share_again, "self._view = view", "pass"),
    "what is rejected begins with the first step": Mutant(
        Run.share_again, "return self.share(0)", "return self.share(sum(map(self._freed.pop, tuple(self._freed))))"
    ),
    "what is shared again is taken anew": Mutant(Run._take, "tally.took += amount", "tally.took += amount + freed"),
    "who has less but more held loses": Mutant(settled.losers, "line.amt + line.held < 0", "line.amt < 0"),
}
VERSIONS = {
    "work earns once with each version": Mutant(weighing._sums, "which in spent or ", ""),
    "prices are owed again with each version": Mutant(
        claims.prices, " + earlier.claimed_before.get((which, agent), 0)", ""
    ),
    "caps go on from version to version": Mutant(
        Earlier.add_amounts, "if same_version:\n            self._add_got", "if 1:\n            self._add_got"
    ),
    "what is refunded is told by the newest equation": Mutant(
        settled.steps_of, "leaves(change.new.terms.steps)", "leaves(changes[-1].new.terms.steps[:1])"
    ),
}
MUTANTS = {**ROUNDING, **WORTH, **STEPS, **WEIGHING, **LATE, **CAPS, **AFTERWARDS, **VERSIONS}
BROKEN = (AssertionError, ArithmeticError, LookupError, TypeError, AttributeError)
"""What an engine may break down with that has a rule broken."""


@cache
def cases() -> list[dict[str, Any]]:
    files = (json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8")) for name in ("equations", "agreements"))
    return [case for file in files for case in file["cases"] if "expected" in case]


def differs(case: dict[str, Any]) -> bool:
    """Whether an engine says otherwise or breaks down."""
    try:
        return answer(case["input"]) != {"ok": case["expected"]}
    except BROKEN:
        return True


def test_without_a_mutant_the_vectors_hold() -> None:
    assert [case["description"] for case in cases() if differs(case)] == []


@pytest.mark.parametrize("name", MUTANTS)
def test_the_vectors_catch_an_engine_in_which(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant = MUTANTS[name]
    monkeypatch.setattr(mutant.where, "__code__", mutant.code())
    assert any(differs(case) for case in cases())
