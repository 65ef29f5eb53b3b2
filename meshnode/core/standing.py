"""Who stands in a network, as the fold tells the core: who may read it, which invitations are open, what we may sign.

Of organisations and agreements it is told likewise who reads what only their people read. The fold may be a moment
behind what is stored; what it says is never taken back by that.
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshnode.core.decisions import charter_now
from meshnode.core.mandates import is_in_force
from meshproto.fold.entries import Entry, endings_of, entry_of
from meshproto.fold.groups import guests_of
from meshproto.fold.knowledge import Knowledge
from meshproto.fold.lineage import read_stand
from meshproto.fold.lineages import version_of
from meshproto.fold.memory import Memory
from meshproto.fold.places import BODIES, LINEAGE, NETWORK, ORGANISATION, read_place
from meshproto.fold.standing import row_of
from meshproto.fold.state import Member, Summary, invitations_of, members_of, summary
from meshproto.records.ids import AgentId, Key, RecordId, ScopeId, ext
from meshproto.records.limits import MAX_STREAM_BYTES, MAX_STREAM_RECORDS
from meshproto.types.agreement import participants_of

KEY_SIZE = 33
"""Bytes of a key where an agent may stand, too: the first tells that it is one."""


Entries = tuple[tuple[RecordId, Entry], ...]
"""Entries with the records that they are."""


class Doorway(NamedTuple):
    """One invitation. `state` is a word of 04-fold 8.2, `until` a day or empty."""

    key: Key
    grant: RecordId
    state: str
    until: str
    used: int
    """How many agents have accepted it."""


class NetworkStanding(NamedTuple):
    """How a network, organisation or agreement stands.

    `readers` are empty for an open network, which anyone may read.
    """

    scope: ScopeId
    is_open: bool
    readers: frozenset[AgentId] = frozenset()
    doors: tuple[Doorway, ...] = ()
    roles: Entries = ()
    """The entries by which this node's agent may write there in its own name, the mightiest first."""
    powers: Entries = ()
    """The entries by which it may act for the network."""
    needs_role: bool = False
    """Whether this node's agent must name a role there: it is no founder by the genesis, or not any more."""
    is_over: bool = False
    """Dissolved."""
    doubted: frozenset[AgentId] = frozenset()
    """Whose standing is contested though nobody has ended it, as after a recovery that could not name all."""
    ended: frozenset[AgentId] = frozenset()
    """Who stood there, or was to, and does not any more."""
    allowance: tuple[int, int] = (MAX_STREAM_RECORDS, MAX_STREAM_BYTES)
    """How many records and header bytes the charter allows each log now."""
    concerns_us: bool = True
    """Of an agreement: whether this node's agent takes part, acts for who does, or is of a network it is shown to."""
    involved: frozenset[AgentId] = frozenset()
    """Of an agreement that does not concern us: whom it concerns."""


def standing_of(scope: bytes, me: bytes, memory: Memory) -> NetworkStanding | None:
    """How a network, organisation or agreement stands, by all that is folded; None if `scope` is none, or undecided."""
    place = read_place(memory, scope)
    if place is not None and place.kind == LINEAGE:
        return _agreement_standing(scope, me, memory) if place.valid else None
    found = summary(scope, memory, me)
    if found is None or found.kind not in BODIES or not found.valid:
        return None
    here = ScopeId(scope)
    roles, powers = _own(found, me, memory)
    charter = charter_now(scope, memory)
    assert charter is not None  # what is valid and of such a kind has one
    fields = charter.fields
    allowance = (fields.get("log_records", MAX_STREAM_RECORDS), fields.get("log_bytes", MAX_STREAM_BYTES))
    over = bool(found.dissolved)
    doors = _doors(scope, memory) if found.kind == NETWORK else ()
    # Who else stands in an open network, who may be many, is of interest only where not everyone may read.
    if found.is_open and found.kind == NETWORK:
        return NetworkStanding(here, True, doors=doors, roles=roles, powers=powers, is_over=over, allowance=allowance)
    members = members_of(scope, memory)
    standing = {each.agent for each in members if each.state in ("invited", "active")}
    readers = _with_people({each for each in (*standing, *found.electors) if len(each) != KEY_SIZE}, memory)
    doubted = frozenset(AgentId(each.agent) for each in members if _is_doubted(each, memory))
    named = frozenset(AgentId(each.agent) for each in members if len(each.agent) != KEY_SIZE)
    ended = named - readers - doubted
    if found.kind == ORGANISATION:
        return NetworkStanding(here, False, readers, roles=roles, powers=powers, is_over=over, ended=ended)
    needs_role = not _founded_by(scope, me, memory) or me not in found.electors
    return NetworkStanding(here, False, readers, doors, roles, powers, needs_role, over, doubted, ended, allowance)


def circles_in(memory: Memory) -> list[bytes]:
    """The networks, organisations and agreements whose genesis is folded, by id."""
    places = ((scope, read_place(memory, scope)) for scope, _ in memory.scan("scope", b""))
    return [scope for scope, place in places if place is not None and place.kind in (*BODIES, LINEAGE)]


def circles_read_through(body: bytes, memory: Memory) -> list[bytes]:
    """Where an organisation stands, or those stand who it stands in: its people read that for it.

    And the agreements that may be read because of these, or because of a network.
    """
    found: dict[bytes, None] = {}
    ahead = [body]
    while ahead:
        given = (entry_of(memory, key[-32:]) for each in ahead for key, _ in memory.scan("granted", each))
        ahead = [scope for scope in dict.fromkeys(entry.scope for entry in given) if scope not in found]
        found.update(dict.fromkeys(ahead))
    readers = (body, *found)
    for agreement in _agreements(memory):
        if any(_is_read_by(each, agreement, memory) for each in readers):
            found[agreement] = None
    return [*found]


def _agreement_standing(scope: bytes, me: bytes, memory: Memory) -> NetworkStanding:
    """Who may read an agreement here."""
    versions = [key[len(scope) :] for key, _ in memory.scan("versions", scope)]
    readers: set[bytes] = set()
    concerned: set[bytes] = set()
    for each in versions:
        partakers = {*participants_of(version_of(memory, each).facts), *_audience(scope, each, memory)}
        concerned |= partakers
        ours = {agent for agent in partakers if me in _with_people({agent}, memory)}
        readers |= partakers if _is_served(each, me, memory) else {*_bound_to(each, memory), *ours}
    involved = _with_people(concerned, memory)
    here, others = me in involved, frozenset(AgentId(each) for each in involved)
    return NetworkStanding(
        ScopeId(scope),
        False,
        _with_people(readers, memory),
        concerns_us=here,
        involved=frozenset() if here else others,
    )


def _is_served(version: bytes, me: bytes, memory: Memory) -> bool:
    """Whether this node serves all whom a version names: it is more than proposed, or was proposed from here."""
    # SPEC 09-agreements 8: Whom only proposed versions name is served by nodes of the agents who proposed these, and by
    # its own
    if read_stand(memory, version).state != "proposed":
        return True
    return me in _with_people({*_proposer(version, memory)}, memory)


def _bound_to(version: bytes, memory: Memory) -> Iterator[bytes]:
    """Who has proposed or signed a version, and so knows it anyhow."""
    yield from _proposer(version, memory)
    for key, _ in memory.scan("accepts", version):
        yield key[len(version) : -len(version)]


def _proposer(version: bytes, memory: Memory) -> Iterator[bytes]:
    number = row_of(memory, version).author
    for each in participants_of(version_of(memory, version).facts):
        place = read_place(memory, each)
        if place is not None and place.number == number:
            yield each


def _audience(scope: bytes, version: bytes, memory: Memory) -> Iterator[bytes]:
    """Members of the networks to which an agreement is shown, if this is its standing version."""
    wanted = version_of(memory, version).facts.get("audience", ())
    if not wanted or memory.get("governs", scope) != version:
        return
    for network in circles_in(memory):
        if ext(network) in wanted:
            yield from (each.agent for each in members_of(network, memory) if each.state in ("invited", "active"))


def _agreements(memory: Memory) -> list[bytes]:
    return [scope for _, scope in memory.scan("lineage", b"") if isinstance(scope, bytes)]


def _is_read_by(agent: bytes, agreement: bytes, memory: Memory) -> bool:
    """Whether an agreement may be read because of an agent or network."""
    if any(True for _ in memory.scan("partaker", agreement + agent)):
        return True
    standing = memory.get("governs", agreement)
    return isinstance(standing, bytes) and ext(agent) in version_of(memory, standing).facts.get("audience", ())


def _with_people(agents: set[bytes], memory: Memory) -> frozenset[AgentId]:
    """Agents, and who acts for those of them that are organisations."""
    # SPEC 03-sync 3.4: what an organisation may read, so may those who act for it
    found, ahead = set[bytes](), agents
    while ahead:
        found |= ahead
        places = ((each, read_place(memory, each)) for each in ahead)
        firms = [each for each, place in places if place is not None and place.kind == ORGANISATION]
        ahead = {agent for firm in firms for agent in _acting(firm, memory)} - found
    return frozenset(AgentId(each) for each in found)


def _acting(organisation: bytes, memory: Memory) -> list[bytes]:
    """Who acts for an organisation now."""
    found = summary(organisation, memory)
    members = found.members if found is not None and found.valid else ()
    active = (each for each in members if each.state == "active" and len(each.agent) != KEY_SIZE)
    return [each.agent for each in active if entry_of(memory, each.record).leads]


def _is_doubted(member: Member, memory: Memory) -> bool:
    """Whether somebody's standing is contested, and nobody has ended it."""
    if member.state != "void" or len(member.agent) == KEY_SIZE:
        return False
    return not any(endings_of(entry_of(memory, member.record).handle, memory))


def _own(found: Summary, me: bytes, memory: Memory) -> tuple[Entries, Entries]:
    """The entries by which an agent may write, and those by which it may act for the network."""
    mine = [each.record for each in found.members if each.agent == me and each.state == "active"]
    knowledge = Knowledge(memory)
    read = [(RecordId(each), entry_of(memory, each)) for each in mine]
    entries = [(each, entry) for each, entry in read if is_in_force(entry, memory, knowledge)]
    entries.sort(key=lambda pair: (not pair[1].leads, pair[1].is_narrow, pair[0]))
    return tuple(entries), tuple(pair for pair in entries if pair[1].leads and pair[1].giver == pair[1].scope)


def _founded_by(scope: bytes, me: bytes, memory: Memory) -> bool:
    place = read_place(memory, scope)
    return place is not None and me in place.charter["founders"]


def _doors(scope: bytes, memory: Memory) -> tuple[Doorway, ...]:
    """The invitations to a network."""
    knowledge = Knowledge(memory)
    return tuple(_doorway(each, memory, knowledge) for each in invitations_of(scope, memory))


def _doorway(invitation: Member, memory: Memory, knowledge: Knowledge) -> Doorway:
    until, used = entry_of(memory, invitation.record).until, knowledge.group(guests_of(invitation.record)).bit_count()
    return Doorway(Key(invitation.agent[1:]), RecordId(invitation.record), invitation.state, until, used)
