"""What people say of others' work under an agreement: attestations, and ballots."""

from dataclasses import dataclass
from typing import Any

from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.amounts import in_unit_of
from meshnode.runtime.requests.details import somebody
from meshnode.runtime.requests.taking_part import Work, acting_in, find_work, sign
from meshnode.runtime.requests.work import words
from meshnode.views.dealings import last_shared, participants, terms_now
from meshnode.views.names import like
from meshproto.fold.attesting import Heads, counts_now, heads_among
from meshproto.fold.concerns import attestations_of, concern_of, concerns_in
from meshproto.fold.memory import Memory
from meshproto.fold.sharing import chain_of
from meshproto.records.ids import ScopeId, short
from meshproto.types import evaluation
from meshproto.types.agreement import attesters_of, bearers, parties_of
from meshproto.types.value import Measure

ROLES = ("witness", "peer", "client", "steward")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody says of a contribution; without a quantity it is what was claimed."""

    quantity: Measure | None = None
    rating: int | None = None
    rejects: bool = False
    note: str = ""
    role: str | None = None
    """As what it is said; None: as what the agreement has the attester for."""


async def attest(office: Office, record: str, said: Said, rows: Rows = (), *, as_: str | None = None) -> Ids:
    """Say of a contribution what one has seen of it, in place of what one said before. Raises Refusal."""
    work = await find_work(office, record)
    if work.agreed:
        agent = await acting_in(office, work.scope, as_)
    else:
        agent = await office.acting(as_)
        office.must_write_in(work.scope, agent)
    who = agent or office.me
    _must_be_others(work, who)
    _must_make_sense(said)
    with office.folded.steady():
        role = usual_role(terms_now(work.scope, office.folded), who) if work.agreed else "peer"
        before = heads_here(work, office.folded).get(who, [])
    claimed = work.facts["qty"]
    unit = Measure(claimed["n"], claimed["s"], claimed["u"])
    facts = evaluation.attestation(
        work.record,
        verdict="reject" if said.rejects else "confirm",
        as_=said.role or role,
        qty=None if said.quantity is None else in_unit_of(said.quantity, unit),
        rating=said.rating,
        supersedes=before,
    )
    private = words(note=said.note) or None
    return await sign(office, work.scope, "attestation", facts, rows, agent=agent, private=private)


def heads_here(work: Work, memory: Memory) -> Heads:
    """All that holds of what was said of a contribution where it stands."""
    return heads_among(said_of(work, memory), counts_now(memory), memory)


def said_of(work: Work, memory: Memory) -> list[bytes]:
    """The attestations of a contribution where it stands, those that count no more among them."""
    if work.agreed:
        return attestations_of(work.record, memory)
    start = work.scope + work.record
    return [key[len(start) :] for key, _ in memory.scan("attested_in", start)]


def usual_role(terms: dict[str, Any], who: bytes) -> str:
    """As what somebody speaks of others' work, by the terms of an agreement."""
    if who in bearers(terms, "client"):
        return "client"
    return "peer" if who in parties_of(terms) else "witness"


def counts(terms: dict[str, Any], who: bytes) -> bool:
    """Whether somebody's word acknowledges work, by the terms of an agreement."""
    return who in attesters_of(terms)


async def ballot(
    office: Office,
    scope: ScopeId,
    round_: str | None,
    points: list[tuple[str, int]],
    rows: Rows = (),
    *,
    as_: str | None = None,
) -> Ids:
    """Share out points among others in a round, in place of what one gave before. Raises Refusal."""
    agent = await acting_in(office, scope, as_)
    who = agent or office.me
    with office.folded.steady():
        ballots, next_round = rounds_of(office, scope)
        chosen = round_ or next_round
        before = _own_ballots(office, scope, chosen, who)
        here = participants(scope, office.folded)
    if chosen not in ballots["rounds"]:
        listed = ", ".join(ballots["rounds"])
        why = f"there is no round {chosen!r}{like(chosen, ballots['rounds'])}" if chosen else "all rounds were shared"
        raise Refusal(Code.BAD_REQUEST, why, f"one of {listed}")
    given = await _receivers(office, scope, points, who, here)
    if sum(given.values()) > ballots["budget"]:
        over = sum(given.values()) - ballots["budget"]
        why = f"{sum(given.values())} points are more than the {ballots['budget']} of a round: it would not count"
        raise Refusal(Code.BAD_REQUEST, why, f"give {over} less")
    facts = evaluation.allocation(chosen, given, supersedes=before)
    return await sign(office, scope, "allocation", facts, rows, agent=agent)


def left_to_give(office: Office, scope: ScopeId, record: bytes) -> tuple[str, int, int]:
    """The round of a ballot, how many points everybody has in one, and how many of them it does not give away."""
    with office.folded.steady():
        facts = concern_of(office.folded, record).facts
        budget = terms_now(scope, office.folded)["ballots"]["budget"]
    return facts["round"], budget, budget - sum(number for _, number in facts["points"])


def rounds_of(office: Office, scope: ScopeId) -> tuple[dict[str, Any], str]:
    """What an agreement says of ballots, and the round that the next distribution looks at. Inside `steady`.

    Raises Refusal.
    """
    memory = office.folded
    ballots: dict[str, Any] | None = terms_now(scope, memory).get("ballots")
    if ballots is None:
        raise Refusal(Code.BAD_REQUEST, "this agreement has no ballots", "meshnode agreement show --help")
    chain = [concern_of(memory, each).facts["incomes"] for each in chain_of(last_shared(scope, memory), memory)]
    plain = [each for each in chain if not any("refunds" in concern_of(memory, one).facts for one in each)]
    rounds = ballots["rounds"]
    return ballots, rounds[len(plain)] if len(plain) < len(rounds) else ""


async def _receivers(
    office: Office, scope: ScopeId, points: list[tuple[str, int]], who: bytes, here: list[bytes]
) -> dict[bytes, int]:
    given: dict[bytes, int] = {}
    for name, number in points:
        receiver = await somebody(office, name, scope)
        if receiver == who:
            raise Refusal(Code.BAD_REQUEST, "points to oneself do not count", "give them to others")
        if receiver not in here:
            others = ", ".join(office.name(each) or short(each) for each in here if each != who)
            raise Refusal(Code.BAD_REQUEST, f"{name} takes no part in this agreement", f"give them to {others}")
        if receiver in given:
            raise Refusal(Code.BAD_REQUEST, f"{name} is named twice", "name everybody once")
        given[receiver] = number
    return given


def _own_ballots(office: Office, scope: ScopeId, round_: str, who: bytes) -> list[bytes]:
    said = {each: concern_of(office.folded, each) for each in concerns_in(scope, "allocation", office.folded)}
    mine = {each for each, one in said.items() if one.agent == who and one.facts["round"] == round_}
    gone = {name for each in mine for name in said[each].facts.get("supersedes", ())}
    return sorted(mine - gone)


def _must_be_others(work: Work, who: bytes) -> None:
    facts = work.facts
    if who in (work.agent, *(agent for agent, _ in facts.get("shares", ())), *facts.get("beneficiaries", ())):
        why = f"{short(work.record)} is your own, or for you: your word on it cannot count (A-SELF)"
        raise Refusal(Code.BAD_REQUEST, why, "somebody else attests it")


def _must_make_sense(said: Said) -> None:
    if said.rejects and (said.quantity is not None or said.rating is not None):
        raise Refusal(Code.BAD_REQUEST, "who rejects work names neither a quantity nor a rating", "say why in the note")
    if said.rating is not None and not 1 <= said.rating <= 5:
        raise Refusal(Code.BAD_REQUEST, f"{said.rating} is no rating", "from 1 to 5")
    if said.role is not None and said.role not in ROLES:
        raise Refusal(Code.BAD_REQUEST, f"{said.role!r} is no role", f"one of {', '.join(ROLES)}")
