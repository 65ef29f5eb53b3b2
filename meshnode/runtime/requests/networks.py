"""Networks: found one, invite, let people in and out, and who stands there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

import trio

from meshnode.core.author import DraftRefused, Pen, sign_genesis
from meshnode.core.drafts import Draft
from meshnode.core.effects import Done, LetIn, ShutOut
from meshnode.core.events import EnterBy, JoinScope, LeaveScope
from meshnode.core.rows import AnswerEntry, JoinedEntry
from meshnode.runtime.chance import SystemChance
from meshnode.runtime.keyed import noting
from meshnode.runtime.lines.invitations import Invitation
from meshnode.runtime.lines.reach import reachable_first
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.work import words
from meshnode.runtime.unwritten import quoted, refusal_of
from meshnode.runtime.watching.shut_out import shut_out_of
from meshnode.store.keyfile import SEED_SIZE
from meshnode.store.querying import Is, Where
from meshnode.views.names import slug
from meshnode.views.rows import ContributionRow, MemberRow
from meshproto.fold.entries import read_entry
from meshproto.lines.reading import SECRET_SIZE
from meshproto.records.ids import NONE, AgentId, RecordId, ScopeId, ext, key33, short
from meshproto.records.limits import MAX_USES
from meshproto.records.signatures import SigningKey
from meshproto.types import authority, identity
from meshproto.wire.session import invitation_key

GUEST_ROLES = ("core", "occasional", "client", "observer")
"""Roles that an invitation may give; a steward or relay is appointed by name."""
APPOINTED = ("steward", *GUEST_ROLES, "relay")
LONGEST_INVITATION = 366 * 24 * 3600
"""Seconds an invitation may be good for."""
HEARD_SECONDS = 5.0
"""How long leaving waits until somebody who stays has heard of it."""
MOST_SEEN = 256
"""Hashes in one end; the protocol sets it."""
AUTHORS_READ = 10_000
"""Contributions read to find who is known by resonance."""
STANDING_STATES = ("invited", "active")


@dataclass(frozen=True, slots=True)
class Charter:
    """What a network is founded with."""

    name: str
    purpose: str = ""
    is_open: bool = True
    forked_from: bytes = b""
    """The network it is split off, if it is."""


class Invited(NamedTuple):
    """An invitation that was signed: its record, and what is passed on outside the mesh."""

    grant: RecordId
    line: Invitation


class Person(NamedTuple):
    """One standing of somebody in a network; `record` is None for who is known by resonance alone."""

    agent: AgentId
    role: str
    state: str
    record: RecordId | None
    at: int


async def found(office: Office, charter: Charter, rows: Rows = (), agent: bytes = b"") -> ScopeId:
    """Found a network with the owner, or the organisation `agent`, as its founder. Raises Refusal."""
    name = charter.name
    if not name.strip():
        raise Refusal(Code.BAD_REQUEST, "a network needs a name")
    lookups = await office.fresh()
    joined = {row.network for row in office.truth.rows(JoinedEntry) if not row.left}
    if any(slug(row.name) == slug(name) and row.record in joined for row in lookups.networks()):
        raise Refusal(Code.EXISTS, f"you are in a network called {name!r} already", "meshnode network ls")
    chance, now = SystemChance(), office.node.now()
    # The key signs the genesis and is forgotten: nobody owns a network.
    once = Pen(NONE, SigningKey(chance.token(SEED_SIZE)), now, chance)
    nonce = chance.token(identity.NONCE_SIZE)
    facts = identity.network(founders=[agent or office.me], nonce=nonce, is_open=charter.is_open)
    if charter.forked_from:
        facts["forked_from"] = ext(charter.forked_from)
    try:
        scope, genesis = sign_genesis(once, facts, words(name=name, purpose=charter.purpose))
    except DraftRefused as refused:
        raise Refusal(Code.BAD_REQUEST, str(refused)) from refused
    accept = Draft(scope, "countersign", identity.accept(scope), agent=agent)
    row = JoinedEntry(scope, now, slug=slug(name), agent=agent)
    await office.node.write([accept], ready=genesis, local=(row, *noting(rows, scope)))
    await office.node.ask(lambda ticket: JoinScope(ticket, scope, slug=slug(name), agent=agent))
    return scope


async def invite(
    office: Office, network: ScopeId, role: str, uses: int, seconds: int, rows: Rows = (), secret: bytes = b""
) -> Invited:
    """Sign an invitation to a network, good for so many people and so long. Raises Refusal."""
    await must_steer(office, network)
    draft, line = draft_invitation(office, network, role, uses, seconds, secret)
    (grant,) = await office.node.write([draft], local=rows)
    await office.projector.caught_up()
    return Invited(grant, line)


def invitation_secret(office: Office, rows: Rows) -> bytes:
    """The secret of an invitation that is asked for with an idempotency key; one by chance if there is none.

    It is stored nowhere. Only who has the key of this device works it out, from what is noted of the first time it was
    asked for, the moment among that: a key that comes again when it was forgotten makes another one.
    """
    noted = next((row for row in rows if isinstance(row, AnswerEntry)), None)
    if noted is None:
        return SystemChance().token(SECRET_SIZE)
    asked = sha256(b"\0".join((noted.key.encode(), noted.request, str(noted.at).encode()))).digest()
    return sha256(office.node.identity.key.sign_bytes(b"meshnode/1 invitation\n", asked)).digest()[:SECRET_SIZE]


def line_of(office: Office, grant: RecordId, secret: bytes, seconds: int) -> Invitation | None:
    """What is passed on of an invitation that was signed; None if its secret is another one."""
    record = office.truth.record(grant)
    assert record is not None, "what was answered is stored"
    if record.facts["to"] != key33(invitation_key(secret).public):
        return None
    return Invitation(secret, record.at + seconds * 1000, office.node.peer, reachable_first(office.node.listening))


def draft_invitation(
    office: Office, network: ScopeId, role: str, uses: int, seconds: int, secret: bytes = b""
) -> tuple[Draft, Invitation]:
    """An invitation that is still to be signed, and what is passed on outside the mesh. Raises Refusal.

    Without a `secret` one is drawn by lot.
    """
    if role not in GUEST_ROLES:
        raise Refusal(
            Code.BAD_REQUEST,
            f"nobody is invited as {role}: one of {', '.join(GUEST_ROLES)}",
            "meshnode network appoint --help",
        )
    if not 1 <= uses <= MAX_USES or not 60 <= seconds <= LONGEST_INVITATION:
        raise Refusal(Code.BAD_REQUEST, f"an invitation is for 1 to {MAX_USES} people, and a minute to a year")
    secret, expires = secret or SystemChance().token(SECRET_SIZE), office.node.now() + seconds * 1000
    facts = authority.invitation(invitation_key(secret).public, role, uses=uses, until=_day(expires))
    addresses = reachable_first(office.node.listening)
    line = Invitation(secret, expires, office.node.peer, addresses)
    return Draft(network, "grant", facts, agent=network), line


async def enter(office: Office, invitation: Invitation, seconds: float, agent: bytes = b"") -> ScopeId | None:
    """Join by an invitation, for the owner or the organisation `agent`; None if nobody has answered in time.

    Raises Refusal.
    """
    if invitation.expires and invitation.expires < office.node.now():
        raise _shut("late")
    await office.certain()
    network = _entered(office, invitation, agent)
    with trio.move_on_after(seconds):
        peer, addresses = invitation.peer, invitation.addresses
        outcome = await office.node.ask(lambda ticket: EnterBy(ticket, invitation.secret, peer, addresses, agent))
        if isinstance(outcome, ShutOut):
            if network is not None:
                return network
            raise _shut(outcome.why)
        if not isinstance(outcome, LetIn):
            raise refusal_of(outcome)
        network = outcome.scope
        await office.joins.until_in(network, agent)
    return network


def _entered(office: Office, invitation: Invitation, agent: bytes) -> ScopeId | None:
    """The network in which one stands by this very invitation, which may be used up by that.

    Who asks again knocks all the same: a crash can have come before anybody there heard that it was accepted.
    """
    to = key33(invitation_key(invitation.secret).public)
    for row in office.truth.rows(JoinedEntry):
        told = office.node.standings.get(ScopeId(row.network))
        if told is None or row.left or row.leaving or row.relayed:
            continue
        grants = (office.truth.record(door.grant) for door in told.doors)
        by_this = any(grant is not None and grant.facts["to"] == to for grant in grants)
        if by_this and office.joins.is_in(ScopeId(row.network), agent):
            return ScopeId(row.network)
    return None


async def appoint(office: Office, network: ScopeId, agent: AgentId, role: str, *, delegate: bool, rows: Rows) -> Ids:
    """Give somebody a role by name; it holds once they accept it. Raises Refusal."""
    await must_steer(office, network)
    return await office.node.write([draft_appointment(network, agent, role, delegate=delegate)], local=rows)


def draft_appointment(network: ScopeId, agent: AgentId, role: str, *, delegate: bool) -> Draft:
    """A role for somebody by name that is still to be signed. Raises Refusal."""
    if role not in APPOINTED:
        raise Refusal(Code.BAD_REQUEST, f"there is no role {role!r}: one of {', '.join(APPOINTED)}")
    return Draft(network, "grant", authority.grant(agent, role, may_delegate=delegate), agent=network)


async def accept(office: Office, network: ScopeId, rows: Rows = (), agent: bytes = b"") -> Ids:
    """Accept every role that was offered to the owner, or to the organisation `agent`. Raises Refusal."""
    lookups, who = await office.certain(), agent or office.me
    offered = [row.record for row in lookups.standings(network) if row.agent == who and row.standing == "invited"]
    if not offered:
        whose = f"the answer of {office.name(agent) or short(agent)}" if agent else "your answer"
        raise Refusal(Code.CONFLICT, f"no role waits for {whose} there", members_of(office, network))
    drafts = [Draft(network, "countersign", identity.accept(each), agent=agent) for each in offered]
    return await office.node.write(drafts, local=rows)


async def remove(office: Office, network: ScopeId, targets: Sequence[bytes], reason: str, rows: Rows = ()) -> Ids:
    """End roles or invitations in the name of the network. Raises Refusal."""
    await must_steer(office, network)
    return await office.node.write([draft_removal(office, network, targets, reason)], local=rows)


def draft_removal(office: Office, network: ScopeId, targets: Sequence[bytes], reason: str) -> Draft:
    """The end of roles or invitations that is still to be signed."""
    facts = authority.revoke(targets, reason=reason, seen=seen_of(office, network, targets))
    return Draft(network, "revoke", facts, agent=network)


async def leave(office: Office, network: ScopeId, agent: bytes = b"", rows: Rows = ()) -> bool:
    """Give back every role one has in a network, and stop carrying it; what is here stays. Raises Refusal.

    False if nobody who stays has heard of it yet: then the network is carried until somebody has. For an organisation
    (`agent`) its roles are given back; the network goes on being carried as long as the owner has any there.
    """
    if network == office.notebook:
        raise Refusal(Code.CONFLICT, "the notebook is your own and cannot be left")
    lookups = await office.fresh()
    if agent:
        return await _leave_for(office, network, agent, rows)
    mine = [row.record for row in lookups.standings(network) if row.agent == office.me and row.standing == "active"]
    others = [row for row in lookups.members(network) if row.agent != office.me]
    return await give_back(office, network, mine, alone=not others, rows=rows)


async def _leave_for(office: Office, network: ScopeId, agent: bytes, rows: Rows) -> bool:
    """Give back every role an organisation has in a network. Raises Refusal."""
    active = [row for row in office.lookups.standings(network) if row.standing == "active"]
    theirs = [row.record for row in active if row.agent == agent]
    if not theirs:
        name = office.name(agent) or short(agent)
        where = office.name(network) or short(network)
        raise Refusal(Code.CONFLICT, f"{name} has no role in {where}", members_of(office, network))
    stays = any(row.agent == office.me for row in active)
    others = [row for row in active if row.agent not in (agent, office.me)]
    return await give_back(office, network, theirs, alone=not others, agent=agent, stays=stays, rows=rows)


async def give_back(
    office: Office,
    scope: ScopeId,
    mine: Sequence[bytes],
    *,
    alone: bool,
    agent: bytes = b"",
    stays: bool = False,
    rows: Rows = (),
) -> bool:
    """Resign from what one, or the organisation `agent`, has in a network or organisation. Raises Refusal.

    Unless one `stays`, it is not carried any more. `alone`: nobody else is there to hear of it; nor will anybody whose
    node shares it with this one no longer. False if nobody has heard of it yet.
    """
    joined = office.truth.entry(JoinedEntry, (scope,))
    unheard = alone or scope in shut_out_of(office.node)
    if mine and joined is not None and not joined.left and not joined.relayed and not unheard:
        facts = authority.revoke(mine, reason="resign", seen=seen_of(office, scope, mine))
        row = [] if stays else [joined._replace(leaving=True)]
        await office.node.write([Draft(scope, "revoke", facts, agent=agent)], local=(*row, *rows))
        if stays:
            return True
        with trio.move_on_after(HEARD_SECONDS):
            await office.joins.until_out(scope)
        return not office.joins.is_leaving(scope)
    outcome = await office.node.ask(lambda ticket: LeaveScope(ticket, scope, rows))
    if not isinstance(outcome, Done):
        raise refusal_of(outcome)
    return True


async def people(office: Office, network: ScopeId) -> list[Person]:
    """Everybody who stands, stood, or is to stand in a network, and who is known there by resonance; by time."""
    lookups = await office.fresh()
    rows = sorted(lookups.standings(network), key=lambda row: (row.at, row.record))
    found = [Person(AgentId(row.agent), row.role, row.standing, RecordId(row.record), row.at) for row in rows]
    standing = {each.agent for each in found if each.state in STANDING_STATES}
    where = Where("scope", Is.EQUAL, network)
    authors: dict[bytes, int] = {}
    for work in lookups.views.select(ContributionRow, where, order="at", limit=AUTHORS_READ):
        authors.setdefault(work.agent, work.at)
    known = [Person(AgentId(each), "resonance", "", None, at) for each, at in authors.items() if each not in standing]
    return found + known


def roles_of(office: Office, network: ScopeId, agent: bytes) -> list[MemberRow]:
    """The standings that somebody still has in a network, or is offered."""
    rows = office.lookups.standings(network)
    return [row for row in rows if row.agent == agent and row.standing in STANDING_STATES]


async def must_steer(office: Office, network: ScopeId) -> None:
    """Refuse what only founders and stewards may do. Raises Refusal."""
    await office.certain()
    told = office.node.standings.get(network)
    name = office.name(network) or short(network)
    if told is not None and told.is_over:
        raise Refusal(Code.CONFLICT, f"{name} was dissolved", "meshnode network ls")
    if told is None or network not in office.mandates.acts_for():
        why = f"only founders and stewards of {name} may do this"
        raise Refusal(Code.NOT_AUTHORISED, why, members_of(office, network))


def members_of(office: Office, network: ScopeId) -> str:
    """The command that shows who stands in a network."""
    return f"meshnode network members {quoted(office.name(network) or short(network))}"


def seen_of(office: Office, network: ScopeId, targets: Sequence[bytes]) -> Sequence[bytes]:
    """The newest records known here of the logs in a network, those of whom something ends first.

    What was signed before an end is not touched by it. Mostly the end names these records itself, or checkpoints before
    it do (core/unseen.py); the hashes are for what may not be named yet.
    """
    with office.folded.steady():
        entries = [read_entry(office.folded, each) for each in targets]
    concerned = {entry.to for entry in entries if entry is not None}
    heads = [head for head in office.truth.logs_of_scope(network) if head.counted]
    heads.sort(key=lambda head: head.agent not in concerned)
    return [tip.id for head in heads for tip in head.tips][:MOST_SEEN]


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).date().isoformat()


def _shut(why: str) -> Refusal:
    code, detail = _SHUT[why]
    return Refusal(code, detail, "for whoever invited you: meshnode network invite --help")


_SHUT: dict[str, tuple[Code, str]] = {
    "used": (Code.CONFLICT, "this invitation is used up"),
    "ended": (Code.NOT_AUTHORISED, "this invitation was withdrawn"),
    "late": (Code.NOT_AUTHORISED, "this invitation has expired"),
    "unknown": (Code.NOT_AUTHORISED, "nobody at this invitation's address knows it"),
    "again": (Code.CONFLICT, "another join at the same node took the place of this one"),
}
"""The words of `ShutOut.why`, for people."""
