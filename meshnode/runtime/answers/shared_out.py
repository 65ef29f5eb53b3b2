"""Distributions in words: how each stands, what it waits for, and of a void one which sum is wrong."""

from typing import Any, NamedTuple, cast

from meshnode.runtime.lookups import Lookups
from meshnode.runtime.office import Office
from meshnode.runtime.requests.distributions import VOID, Told
from meshnode.store.querying import Is, Where
from meshnode.views.rows import EntryRow
from meshproto.equation.earlier import leaves, written
from meshproto.equation.notices import Concern, Notice
from meshproto.equation.preview.answer import NAMES
from meshproto.equation.settled import Settled
from meshproto.fold.concerns import concern_of
from meshproto.fold.lineages import read_version
from meshproto.fold.memory import Memory
from meshproto.fold.tallies import NO
from meshproto.records.ids import ScopeId, short
from meshproto.types.catalogue import check_facts
from meshproto.types.equations import read_equation

MOST_VOID = 64
"""Void distributions told of an agreement: whoever writes hundreds must not fill others' lists."""

_NOTICED = {
    Concern.TOO_SMALL: "the income is too small to reach this step, and nothing of what it pays for is used up",
    Concern.NO_WEIGHT: "nobody has a weight here: what it took goes on",
    Concern.UNCONFIRMED: "too few have confirmed {0} of the contributions in it, so they share nothing yet",
    Concern.CARRIED: "a rest is left, and carried into the next distribution",
    Concern.NEEDS: "some lose by this, and it takes no effect before they consent",
}


class Void(NamedTuple):
    """A distribution that is void for ever."""

    record: bytes
    scope: ScopeId
    agent: bytes
    at: int
    facts: dict[str, Any]
    reason: str
    detail: str
    causes: tuple[bytes, ...]


def net_of(facts: dict[str, Any], memory: Memory) -> int:
    """The pool of a distribution that is not void: the net of its incomes, in minor units."""
    return sum(concern_of(memory, each).facts["net"]["amt"] for each in facts["incomes"])


def steps_of(version: bytes, memory: Memory) -> dict[str, str]:
    """What each step of a version's equation does, by its path."""
    found = read_version(memory, version)
    if found is None or "value_equation" not in found.facts:
        return {}
    return {written(path): NAMES[type(step)] for path, step in leaves(read_equation(found.facts["value_equation"]))}


def advice(office: Office, told: Told) -> str:
    """How a distribution stands, and what it waits for."""
    shared = told.shared
    missing = [_name(office, each.agent) for each in told.approvers if each.level == NO and not each.declined]
    declined = [_name(office, each.agent) for each in told.approvers if each.declined]
    given = len(told.approvers) - len(missing) - len(declined)
    match shared.state:
        case "proposed" if declined:
            said = f"{given} of {told.needed} approvals so far; {', '.join(declined)} declined it"
            return f"{said}, waiting for {', '.join(missing)}" if missing else said
        case "proposed":
            return f"{given} of {told.needed} approvals so far, waiting for {', '.join(missing) or 'what it follows'}"
        case "contested" if shared.reason == "R-RIVAL":
            rivals = ", ".join(short(each) for each in shared.ids)
            return f"another was approved for the same money, too ({rivals}): neither counts before one is picked"
        case "contested" if shared.reason == "R-DECIDED":
            decided = ", ".join(short(each) for each in shared.ids)
            return f"passed over: another was picked for the same money ({decided})"
        case "contested" if shared.reason == "K-CONFLICT":
            return "the version by which it shares is in conflict with another"
        case "contested":
            return "what it rests on is contested; what can be stood by is in the inbox of who can: meshnode reaffirm"
        case _ if missing or declined:
            return f"in force: {given} of {len(told.approvers)} approve, {told.needed} suffice; {_finality(told)}"
        case _:
            return "in force, and approved by all: nothing can take its place"


def _name(office: Office, agent: bytes) -> str:
    return office.name(agent) or short(agent)


def _finality(told: Told) -> str:
    """What it would take for another to be approved for the same money as well, which contests both."""
    # SPEC 09-agreements 5.4: With q approvals of N, two rivals are both approved only if 2q − N approve both, which is
    # proof against them.
    both = 2 * told.needed - len(told.approvers)
    if both <= 0:
        return "the others could approve another for the same money, which would contest it"
    people = "one of them" if both == 1 else f"{both} of them"
    return f"another would contest it only if {people} approved both, which is proof against them"


def voids(office: Office, scope: ScopeId) -> list[Void]:
    """The void distributions of an agreement, the first ones."""
    where = (
        Where("type", Is.EQUAL, "distribution"),
        Where("status", Is.EQUAL, "invalid"),
        Where("scope", Is.EQUAL, scope),
    )
    lookups: Lookups = office.lookups
    rows = lookups.views.select(EntryRow, *where, order="at", limit=MOST_VOID)
    found = (void_of(office, row.record) for row in rows)
    return [each for each in found if each is not None]


def void_of(office: Office, record: bytes) -> Void | None:
    """A void distribution; None if it is none, or its facts are not those of one."""
    entry = office.lookups.entry(record)
    if entry is None or (entry.type, entry.status) != ("distribution", "invalid"):
        return None
    stored = office.truth.record(record)
    if stored is None or check_facts(stored) is not None:
        return None
    with office.folded.steady():
        why = cast(tuple[str, str, list[bytes]] | None, office.folded.get("why", record))
    reason, detail, causes = why or (entry.reason, "", [])
    return Void(record, ScopeId(entry.scope), entry.agent, entry.at, dict(stored.facts), reason, detail, tuple(causes))


def void_says(office: Office, void: Void) -> str:
    """Why a distribution is void, with the step and the agent where that is known."""
    words = VOID.get(void.reason, "it breaks a rule")
    names = ", ".join(office.name(each) or short(each) for each in void.causes)
    where = " at ".join(each for each in (names, void.detail) if each)
    return f"void for ever: {words}{f' ({where})' if where else ''}"


def noticed(notice: Notice, settled: Settled) -> str:
    """A notice about a distribution in words."""
    words = _NOTICED[notice.concern].format(len(notice.names))
    if notice.path is None:
        return words
    step = next(each.step for each in settled.steps if each.path == notice.path)
    return f"{written(notice.path)} {NAMES[type(step)]}: {words}"
