"""A fold with one rule broken is caught: by the vectors, and where chance finds it soon also by the schedules.

Each mutant replaces one function. If none of the vectors noticed, they would not show the rule. That all of them hold
without a mutant is shown by tests/protocol/test_vectors.py.
"""

import json
import random
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from meshproto.fold import (
    acknowledging,
    agreements,
    authority,
    charters,
    contests,
    deciding,
    duties,
    endings,
    entries,
    findings,
    fold,
    governing,
    leaving,
    lineage,
    lineages,
    notes,
    rules,
    rulings,
    sharing,
    tallies,
    versions,
)
from meshproto.fold.chains import Inputs
from meshproto.fold.concerns import concern_of
from meshproto.fold.contests import Contests
from meshproto.fold.cuts import Cut, Cuts
from meshproto.fold.endings import Endings
from meshproto.fold.entries import Entry, endings_of
from meshproto.fold.findings import Finder
from meshproto.fold.knowledge import Knowledge
from meshproto.fold.lineage import _Lineage
from meshproto.fold.powers import Power, power_over
from meshproto.fold.roots import Roots
from meshproto.fold.rulings import Rulings
from meshproto.fold.sharing import Shared
from meshproto.fold.standing import VALID as VALID_STATUSES
from meshproto.fold.standing import row_of
from meshproto.fold.tallies import YES
from meshproto.fold.versions import Versions
from meshproto.fold.within import Within
from meshproto.pipe import answer
from meshproto.records.record import Record
from tests.support.byzantine.checks import Followed, as_said, check, made
from tests.support.byzantine.companies import company
from tests.support.reference.statuses import reference
from tests.support.reference.world import Said

pytestmark = (
    pytest.mark.no_cover
)  # branches are shown by the tests of the fold; measured, this takes four times as long

VECTORS = Path(__file__).parents[3] / "protocol" / "vectors"
SCHEDULES = 150
"""How many schedules are tried with each mutant."""
COMPANIES = 30
"""How many of those about money."""

Patch = tuple[object, str, object]


def nothing(*_: Any, **__: Any) -> None:
    return None


def no_list(*_: Any, **__: Any) -> list[Any]:
    return []


def always(*_: Any, **__: Any) -> bool:
    return True


def never(*_: Any, **__: Any) -> bool:
    return False


def counts_if_there(self: Within, record_id: bytes) -> bool:
    return self.holds(row_of(self._memory, record_id))


def any_of(ids: Any, counts: Any, memory: Any) -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    for each in filter(counts, ids):
        found.setdefault(concern_of(memory, each).agent, []).append(each)
    return found


class EverythingIsCut:
    def __init__(self, *_: object) -> None:
        pass

    def over(self, _: object) -> "EverythingIsCut":
        return self

    def reach(self, _: int) -> int:
        return 1 << 60


class AnyAgent:
    def __contains__(self, agent: object) -> bool:
        return True


def carried_about(self: Rulings, subject: bytes) -> list[bytes]:
    return [each for each in self._about.get(subject, ()) if self._level(each) == YES]


def said_first(self: Rulings, subject: bytes) -> str:
    return next((self._word(each, subject) for each in self._on(subject)), "")


def passing_while_signed(self: Versions, version: bytes, passing: Any = Versions._passing) -> list[bytes]:
    found: list[bytes] = passing(self, version)
    return [each for each in found if self.force(self.rulings.facts[each]["pick"]) == YES]


def passing_alone(self: Versions, version: bytes) -> list[bytes]:
    return [ruling for ruling, pick in self.rulings.passing([version]) if self.force(pick) == YES]


def no_resigning(handle: bytes, memory: Any) -> Iterator[tuple[bytes, int, bool]]:
    yield from ((record, bit, False) for record, bit, _ in endings_of(handle, memory))


def any_grantor(case: Any, target: bytes) -> Power | None:
    """Whoever may act for a scope may end whatever stands there."""
    found = power_over(case, target)
    return (
        Power.UPSTREAM if found is None and entries.entry_of(case.memory, target).giver == case.record.agent else found
    )


def by_record(target: bytes, agent: bytes) -> bytes:
    """An accept is ended alone, not with the others of its pair: as if each had a name of its own."""
    return b"p" + target + agent[::-1]


def first_of_rivals(self: Roots, mask: int) -> list[Any]:
    found: list[Any] = []
    here = next(iter(self))
    while following := self.after(here.record, mask):
        here = min(following)
    return [*found, here]


MUTANTS_OF_AGREEMENTS: dict[str, Patch] = {
    "one signature is enough": (versions, "kth_best", lambda levels, k: max(levels, default=0)),
    "any party may sign a version for all": (versions, "least", lambda levels: max(levels, default=2)),
    "siblings get along": (Versions, "_rivals_of", no_list),
    "a conflict does not freeze what is shared": (Versions, "footing", Versions.force),
    "the first version stands for ever": (Versions, "standing", property(lambda self: self._scope)),
    "a contested accept is one": (tallies, "SETTLED", VALID_STATUSES),
    "a pick changes nothing": (Rulings, "passing", no_list),
    "who signed both chooses anew": (Versions, "_passing", passing_while_signed),
    "nothing is upheld": (Rulings, "is_upheld", never),
    "one vote decides": (rulings, "kth_best", lambda levels, k: max(levels, default=0)),
    "a contested resolution is one": (rulings, "CONTESTED", 2),
    "who decides may be anybody": (deciding, "electors_of", lambda facts: (AnyAgent(), 1)),
    "it is decided under any version": (deciding, "_break_of_ground", nothing),
    "anything may be upheld": (deciding, "_is_bond", always),
    "nothing overrules a resolution": (Rulings, "_on", carried_about),
    "of two that contradict each other one holds": (Rulings, "_said_of", said_first),
    "what follows a version that was passed over is not": (Versions, "_passing", passing_alone),
    "who loses is not asked": (lineage, "losers_of", no_list),
    "who loses may not answer": (agreements, "losers_of", no_list),
    "anything may be restated": (Shared, "_can_be_restated", always),
    "what is restated counts as a round of ballots": (Shared, "_adds", always),
    "who leaves is paid for ever": (sharing, "dropped_under", no_list),
    "who leaves once is paid until he is": (leaving, "ONCE", "drop_unpaid"),
    "what a leaver does later is dropped, too": (leaving, "Cuts", EverythingIsCut),
    "anybody may be said to leave": (agreements, "_break_of_leaving", nothing),
    "nobody stops answering": (duties, "answers", always),
    "who declined does not answer any more": (duties, "_is_taken_back", never),
    "rivals are both effective": (_Lineage, "_find_rivals", lambda _: {}),
    "whatever lies in a cut counts there": (Within, "counts", counts_if_there),
    "what was seen is forgotten in a cut": (Within, "_is_before", never),
    "what is added to a revocation is forgotten in a cut": (Within, "_sources", lambda _, ending: iter([ending])),
    "nothing is re-affirmed in a cut": (Within, "_is_reaffirmed", never),
    "what was superseded is said all the same": (sharing, "heads_among", any_of),
    "an income needs no confirmation": (sharing, "is_usable", always),
    "a refund gives back what it likes": (Shared, "_can_be_refunded", always),
    "a declined share is paid": (Shared, "_declined", no_list),
    "ballots are not counted": (Shared, "_ballots", no_list),
    "work enters again and again": (Inputs, "add", nothing),
    "lines are believed": (sharing, "_difference", nothing),
    "a distribution follows any other": (Shared, "_break_of_chain", nothing),
}
MUTANTS: dict[str, Patch] = {
    "who stands beside a grant ends it": (governing, "power_over", any_grantor),
    "a resignation is a removal": (contests, "endings_of", no_resigning),
    "nothing is ever contested": (Contests, "_concurrent", no_list),
    "a contest does not spread": (Contests, "_resting_on", no_list),
    "what rests on something contested is not": (contests, "_worth", lambda _: 0),
    "what was seen is not looked for": (Endings, "_see", no_list),
    "what was seen is not noticed when it comes": (Endings, "arrive", no_list),
    "what is named on a branch does not reach the trunk": (endings, "reach_up", lambda _, lane, seq: {lane: seq}),
    "the past of a revoke is its own log": (Cuts, "of", lambda _, row: Cut({row.lane: row.seq})),
    "a re-affirmation need not be clean": (contests, "_is_clean", lambda row: row.valid),
    "a vote between rivals re-affirms": (Contests, "_rivals", no_list),
    "one vote carries a resolution": (charters, "is_carried", always),
    "who was removed goes on deciding": (charters, "stands", always),
    "a grant needs no accept": (Finder, "_lacking", lambda *_: b""),
    "one founder founds alone": (Finder, "_missing", lambda *_: ()),
    "a closed network is open to all": (Finder, "_role", lambda *_: (False, b"")),
    "the first rotate wins": (Roots, "winners", first_of_rivals),
    "rivals with as many votes leave each other alone": (
        Roots,
        "against",
        lambda self, tenure, found=Roots.against: (each for each in found(self, tenure) if each[1]),
    ),
    "recovery keys need not sign": (governing, "verify_bytes", always),
    "an invitation has no end of uses": (governing, "guests_of", lambda _: b"nobody"),
    "what is passed on may be more than one has": (governing, "_break_under", nothing),
    "devices without end": (governing, "_too_many_devices", nothing),
    "a role allows everything": (Entry, "allows", always),
    "a resolution allows everything": (authority, "_is_allowed", always),
    "nobody is a stranger": (fold, "is_stranger", lambda _: False),
    "what a contested record did is not undone": (fold, "lose_effect", no_list),
    "a mandate has no limits": (fold, "note_excess", nothing),
    "who joins a log's branches forgets": (Knowledge, "joined", lambda self, numbers, first: first),
    "a revoke ends nothing": (notes, "_end", nothing),
    "any resolution stands on any other": (rules._RULES, "resolution", nothing),
    "everybody takes part in an agreement": (findings, "takes_part", always),
    "everybody takes part in a share, a ballot, a payment": (agreements, "takes_part", always),
    "who takes part answers for all": (governing, "may_answer", nothing),
    "one attests one's own": (agreements, "_attestation_of_own", nothing),
    "a mandate has no amount": (lineages, "_exceeds_amount", never),
    "more is refunded than came in": (agreements, "_can_refund", always),
    "who gains by work attests it in a network": (rules, "gaining_by", no_list),
    "what founders change about acknowledging is not heard": (
        acknowledging,
        "charter_in",
        lambda scope, place, *_: charters.founding_charter(scope, place),
    ),
    "what was superseded is said all the same in a network": (acknowledging, "heads_among", any_of),
    **MUTANTS_OF_AGREEMENTS,
    "who is ended does not know it": (findings, "ended_in", no_list),
}
ELUSIVE = {
    *("devices without end", "an invitation has no end of uses"),
    "what is named on a branch does not reach the trunk",
    "a resolution allows everything",
    # These schedules have no agreements; those about money do.
    *("everybody takes part in an agreement", "everybody takes part in a share, a ballot, a payment"),
    *("who takes part answers for all", "one attests one's own", "a mandate has no amount"),
    "more is refunded than came in",
    "who gains by work attests it in a network",
    "what founders change about acknowledging is not heard",
    "what was superseded is said all the same in a network",
    *MUTANTS_OF_AGREEMENTS,
}
"""Mutants that schedules meet too rarely."""
RARE_IN_COMPANIES = frozenset(
    (
        *("who signed both chooses anew", "nothing is upheld", "of two that contradict each other one holds"),
        *("who loses is not asked", "who loses may not answer", "anybody may be said to leave"),
        *(
            "who leaves is paid for ever",
            "who leaves once is paid until he is",
            "what a leaver does later is dropped, too",
        ),
        *("who declined does not answer any more", "nothing is re-affirmed in a cut"),
        *("what is added to a revocation is forgotten in a cut", "a refund gives back what it likes"),
        "a declined share is paid",
    )
)
"""Mutants of agreements that few schedules about money meet."""


SHOWN_STEP_BY_STEP = {"what a contested record did is not undone"}
"""Mutants that say the same in the end, unless what was told on the way is looked at."""

Told = tuple[list[Record], dict[bytes, Said]]


@cache
def cases(name: str) -> list[dict[str, Any]]:
    """The vectors of a file."""
    cases_: list[dict[str, Any]] = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    return cases_


def cases_for(mutant: str) -> Iterator[dict[str, Any]]:
    """The vectors, first those that are about what a mutant breaks."""
    files = ("agreements", "authority") if mutant in MUTANTS_OF_AGREEMENTS else ("authority", "agreements")
    return (case for name in files for case in cases(name))


@cache
def scheduled(seed: int) -> Told:
    """A schedule, with what the text says of it."""
    records = made(seed)
    return records, reference(records)


@cache
def about_money(seed: int) -> Told:
    """A schedule about money, with what the text says of it."""
    records = company(seed)
    return records, reference(records)


def infect(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    where, what, instead = MUTANTS[name]
    if isinstance(where, dict):
        monkeypatch.setitem(where, what, instead)
    else:
        monkeypatch.setattr(where, what, instead)


def differs(case: dict[str, Any]) -> bool:
    return fails(lambda: answer(case["input"]) == {"ok": case["expected"]})


def fails(question: Callable[[], bool]) -> bool:
    """Whether a mutant says otherwise or breaks down over a question."""
    try:
        return not question()
    except (AssertionError, KeyError, TypeError, AttributeError, StopIteration, RuntimeError):
        return True


def is_told(records: list[Record], wanted: dict[bytes, Said]) -> bool:
    """Whether a fold says what the text says, where each record comes after what it names."""
    fold = Followed().add(records).fold
    return all(as_said(fold.standing(each.id)) == wanted[each.id] for each in records)


def is_told_anyhow(records: list[Record], wanted: dict[bytes, Said]) -> bool:
    """The same, and in another order, too."""
    mixed = random.Random(1).sample(records, len(records))
    return is_told(records, wanted) and is_told(mixed, wanted)


def is_sound(records: list[Record], _: object) -> bool:
    """Whether all holds that is checked of a schedule, step by step: seven folds instead of two."""
    return bool(check(records, random.Random(1)))


@pytest.mark.parametrize("name", MUTANTS)
def test_the_vectors_catch_a_fold_in_which(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    infect(monkeypatch, name)
    assert any(differs(case) for case in cases_for(name))


def catch(name: str, schedules: Iterable[Callable[[], Told]], holds: Callable[..., bool]) -> bool:
    """Whether something does not hold of one of these schedules with a mutant.

    What the text says is found out before the mutant is at work: both use some of the same parts.
    """
    for each in schedules:
        told = each()
        with pytest.MonkeyPatch.context() as patch:
            infect(patch, name)
            if fails(partial(holds, *told)):
                return True
    return False


@pytest.mark.campaign("byzantine")
@pytest.mark.parametrize("name", [each for each in MUTANTS if each not in ELUSIVE])
def test_the_schedules_catch_a_fold_in_which(name: str) -> None:
    holds = is_sound if name in SHOWN_STEP_BY_STEP else is_told_anyhow
    assert catch(name, [partial(scheduled, seed) for seed in range(SCHEDULES)], holds)


@pytest.mark.campaign("byzantine")
@pytest.mark.parametrize("name", [each for each in MUTANTS_OF_AGREEMENTS if each not in RARE_IN_COMPANIES])
def test_the_schedules_about_money_catch_a_fold_in_which(name: str) -> None:
    assert catch(name, [partial(about_money, seed) for seed in range(COMPANIES)], is_told)
