"""Organisations: found one, accept what it offers, let people sign for it, and end that again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import trio

from meshnode.core.author import DraftRefused, Pen, sign_genesis
from meshnode.core.drafts import Draft
from meshnode.core.effects import Joined
from meshnode.core.events import JoinScope
from meshnode.core.founding import awaited_founders
from meshnode.core.rows import JoinedEntry
from meshnode.runtime.chance import SystemChance
from meshnode.runtime.keyed import noting
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.beyond import reach_of, stand_by
from meshnode.runtime.requests.networks import STANDING_STATES, give_back
from meshnode.runtime.requests.people import JoinLine
from meshnode.runtime.requests.work import words
from meshnode.runtime.unwritten import quoted, refusal_of
from meshnode.store.keyfile import SEED_SIZE
from meshnode.views.names import slug
from meshnode.views.rows import MemberRow
from meshproto.records.ids import NONE, AgentId, RecordId, ScopeId, short, to_text
from meshproto.records.signatures import SigningKey
from meshproto.types import authority, identity
from meshproto.types.catalogue import SCHEMAS
from meshproto.types.value import Money

MOST_SEEN = 256
"""Newest records that a revocation names; the protocol sets it."""


@dataclass(frozen=True, slots=True)
class Founding:
    """What an organisation is founded with; the owner is a founder besides the others."""

    name: str
    purpose: str = ""
    others: tuple[AgentId, ...] = ()
    quorum: tuple[int, int] = (2, 3)
    sensitive: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What somebody may do for an organisation; what is None is not limited."""

    scopes: tuple[str, ...] | None = None
    most: Money | None = None
    until: str | None = None
    project: bytes | None = None
    may_delegate: bool = False


class Standing(NamedTuple):
    """One entry by which somebody acts, acted or is to act for an organisation."""

    agent: AgentId
    role: str
    state: str
    record: RecordId
    at: int


async def found(office: Office, founding: Founding, rows: Rows = ()) -> ScopeId:
    """Found an organisation; it acts once all its founders have accepted. Raises Refusal."""
    if not founding.name.strip():
        raise Refusal(Code.BAD_REQUEST, "an organisation needs a name")
    await office.certain()
    if any(slug(office.name(each)) == slug(founding.name) for each in carried(office)):
        raise Refusal(Code.EXISTS, f"you are in an organisation called {founding.name!r} already", "meshnode org ls")
    _check_types(founding.sensitive)
    num, den = founding.quorum
    if not 0 < num <= den or 2 * num <= den:
        why = "a quorum is more than half of the founders, such as 2/3"
        raise Refusal(Code.BAD_REQUEST, why, "meshnode org create --help")
    chance, now = SystemChance(), office.node.now()
    # The key signs the genesis and is forgotten: only the founders' accepts give anybody power.
    once = Pen(NONE, SigningKey(chance.token(SEED_SIZE)), now, chance)
    facts = identity.organisation(
        founders=[office.me, *founding.others],
        nonce=chance.token(identity.NONCE_SIZE),
        quorum=founding.quorum,
        sensitive=sorted(set(founding.sensitive)),
    )
    try:
        scope, genesis = sign_genesis(once, facts, words(name=founding.name, purpose=founding.purpose))
    except DraftRefused as refused:
        raise Refusal(Code.BAD_REQUEST, str(refused)) from refused
    accept_ = Draft(scope, "countersign", identity.accept(scope))
    await office.node.write([accept_], ready=genesis, local=(JoinedEntry(scope, now), *noting(rows, scope)))
    return scope


async def enter(office: Office, line: JoinLine, seconds: float) -> bool:
    """Begin to carry an organisation that somebody told a line of; whether it is here by then. Raises Refusal."""
    with trio.move_on_after(seconds):
        outcome = await office.node.ask(lambda ticket: JoinScope(ticket, line.network, line.peers))
        if not isinstance(outcome, Joined):
            raise refusal_of(outcome)
        while line.network not in office.node.standings or not offered(office, line.network):
            await office.node.news.after(office.node.news.moves)
            await office.projector.caught_up()
    return line.network in office.node.standings


def offered(office: Office, organisation: ScopeId) -> list[RecordId]:
    """What waits for the owner's accept: the founding, and grants, as far as the lists tell."""
    founders = founders_of(office, organisation)
    waits = office.me in awaited_founders(office.truth, organisation, founders)
    rows = office.lookups.standings(organisation)
    grants = [RecordId(row.record) for row in rows if row.agent == office.me and row.standing == "invited"]
    return [RecordId(organisation)] * waits + grants


async def accept(office: Office, organisation: ScopeId, rows: Rows = ()) -> Ids:
    """Accept everything that waits for the owner there. Raises Refusal."""
    await office.certain()
    waiting = offered(office, organisation)
    name = office.name(organisation) or short(organisation)
    if not waiting:
        raise Refusal(Code.CONFLICT, f"nothing of {name} waits for your answer", "meshnode org ls")
    drafts = [Draft(organisation, "countersign", identity.accept(each)) for each in waiting]
    return await office.node.write(drafts, local=rows)


async def hire(office: Office, organisation: ScopeId, agent: AgentId, job: Job, rows: Rows = ()) -> Ids:
    """Let somebody sign for an organisation; it holds once they accept. Raises Refusal."""
    await office.certain()
    _check_types(job.scopes or ())
    if bytes(agent) == bytes(organisation):
        raise Refusal(Code.BAD_REQUEST, "an organisation does not work for itself", "meshnode org staff --help")
    facts = authority.grant(
        agent,
        "staff",
        scopes=None if job.scopes is None else sorted(set(job.scopes)),
        most=job.most,
        until=job.until,
        project=job.project,
        may_delegate=job.may_delegate,
    )
    return await office.node.write([Draft(organisation, "grant", facts, agent=organisation)], local=rows)


async def dismiss(office: Office, organisation: ScopeId, agent: AgentId, reason: str, rows: Rows = ()) -> Ids:
    """End every mandate that somebody has: what they signed so far stays in force. Raises Refusal."""
    await office.certain()
    name, firm = office.name(agent) or short(agent), office.name(organisation) or short(organisation)
    living = [row for row in _of(office, organisation, agent) if row.standing in STANDING_STATES]
    if not living:
        raise Refusal(Code.CONFLICT, f"{name} has no mandate of {firm}", "meshnode org ls")
    if any(row.role == "founder" for row in living):
        why = f"{name} is a founder of {firm}: only a decision of the founders ends that"
        who, body = (
            quoted(office.name(agent) or to_text(agent)),
            quoted(office.name(organisation) or to_text(organisation)),
        )
        raise Refusal(Code.NOT_AUTHORISED, why, f"meshnode decision propose {body} --remove {who}")
    seen = seen_by(office, organisation, agent)
    facts = authority.revoke([row.record for row in living], reason=reason, seen=seen)
    return await office.node.write([Draft(organisation, "revoke", facts, agent=organisation)], local=rows)


async def leave(office: Office, organisation: ScopeId, rows: Rows = ()) -> bool:
    """Give back every mandate the owner has; false if nobody there has heard of it yet. Raises Refusal."""
    await office.certain()
    active = [row for row in office.lookups.standings(organisation) if row.standing == "active"]
    mine = [row.record for row in active if row.agent == office.me]
    return await give_back(office, organisation, mine, alone=len(mine) == len(active), rows=rows)


async def reaffirm(office: Office, record: RecordId, rows: Rows = ()) -> Ids:
    """Stand by a contested record of one's own, or of an organisation one signs for. Raises Refusal."""
    standing = await office.projector.standing(record)
    if not office.truth.has(record) or standing is None or standing.status.name != "CONTESTED":
        raise Refusal(Code.CONFLICT, f"{short(record)} is not contested", f"meshnode why {short(record)}")
    draft = stand_by(office, record)
    limits = office.mandates.exceeded(draft)
    if limits is not None:
        name = office.name(draft.agent) or short(draft.agent)
        why = f"it goes beyond your mandate for {name}, too ({reach_of(limits)}): yours would change nothing"
        raise Refusal(Code.NOT_AUTHORISED, why, "somebody with a wider one stands by it: meshnode org show --help")
    return await office.node.write([draft], local=rows)


def people(office: Office, organisation: ScopeId) -> list[Standing]:
    """Everybody who acts, acted or is to act for an organisation, by time."""
    rows = sorted(office.lookups.standings(organisation), key=lambda row: (row.at, row.record))
    return [Standing(AgentId(row.agent), row.role, row.standing, RecordId(row.record), row.at) for row in rows]


def carried(office: Office) -> list[ScopeId]:
    """The organisations that the owner founds, or works for, by the time of hearing of them."""
    rows = sorted((row for row in office.truth.rows(JoinedEntry) if not row.left), key=lambda row: row.at)
    return [ScopeId(row.network) for row in rows if founders_of(office, ScopeId(row.network))]


def known(office: Office) -> list[ScopeId]:
    """All organisations known here, those of the owner first."""
    own = carried(office)
    return [*own, *(ScopeId(row.record) for row in office.lookups.organisations() if row.record not in own)]


def founders_of(office: Office, organisation: ScopeId) -> tuple[AgentId, ...]:
    """The founders that the genesis of an organisation names; none if it is not here, or is another agent's."""
    genesis = office.truth.record(organisation)
    if genesis is None or genesis.facts.get("kind") != "organization":
        return ()
    return tuple(map(AgentId, genesis.facts["charter"]["founders"]))


def seen_by(office: Office, organisation: ScopeId, agent: AgentId) -> Sequence[bytes]:
    """The newest records known here of whoever's logs may hold what somebody signed for an organisation."""
    own = office.mandates.keys_of(agent)
    scopes = dict.fromkeys((organisation, *office.truth.scopes_of(organisation)))
    heads = [head for scope in scopes for head in office.truth.logs_of_scope(scope)]
    mine = [head for head in heads if head.key in own or agent in office.truth.agents_of_log(head.log)]
    return [tip.id for head in mine for tip in head.tips][:MOST_SEEN]


def _check_types(types: Sequence[str]) -> None:
    for each in types:
        if each not in SCHEMAS:
            raise Refusal(Code.BAD_REQUEST, f"{each!r} is no type of record", f"one of {', '.join(sorted(SCHEMAS))}")


def _of(office: Office, organisation: ScopeId, agent: bytes) -> list[MemberRow]:
    return [row for row in office.lookups.standings(organisation) if row.agent == agent]
