"""Networks, their members and invitations, and joins."""

import time
from collections.abc import Sequence
from typing import NamedTuple

import trio

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.networks import (
    AppointRequest,
    Invite,
    InviteRequest,
    Joined,
    JoinRequest,
    Left,
    Member,
    Move,
    Network,
    NetworkRequest,
    RemoveRequest,
)
from meshnode.api.models.shared import AsRequest, Page
from meshnode.api.paging import Place, page_of
from meshnode.api.settings import LONGEST_WAIT_MS
from meshnode.api.shapes import Names, time_text
from meshnode.api.site import Site
from meshnode.core.events import SyncNow
from meshnode.core.rows import JoinedEntry
from meshnode.runtime.lines.invitations import LINK, is_invitation, read_invitation, write_invitation
from meshnode.runtime.lines.reach import reach_of, reachable_first, write_line
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests import moves, networks, people, somebody
from meshnode.runtime.requests.networks import Charter, Person
from meshnode.runtime.requests.organisations import founders_of
from meshnode.runtime.unwritten import quoted
from meshnode.runtime.watching.shut_out import shut_out_of
from meshproto.records.ids import AgentId, RecordId, ScopeId, short, to_text

JOINS = ("open", "invite")


async def list_networks(site: Site, call: Call[Nothing]) -> Page[Network]:
    """The networks this node takes part in, the notebook first, and those it has left."""
    office = site.office
    await office.fresh()
    page, following = page_of(call, _joined(office, left=True), lambda row: _place(office, row))
    return Page([network_model(office, ScopeId(row.network)) for row in page], following)


async def create_network(site: Site, call: Call[NetworkRequest]) -> Network:
    """Found a network."""
    office, body = site.office, call.body
    if body.join not in JOINS:
        raise Refusal(Code.BAD_REQUEST, "`join` must be `open` or `invite`", "meshnode network create --help")
    charter = Charter(body.name, body.purpose, is_open=body.join == "open")
    agent = await office.acting(body.as_)

    async def found(rows: Rows) -> Ids:
        return (RecordId(await networks.found(office, charter, rows, agent)),)

    founded = await office.once(call.key, call.digest, found)
    await office.projector.caught_up()
    return network_model(office, ScopeId(founded[0]))


async def leave_network(site: Site, call: Call[Nothing]) -> Left:
    """Leave a network: the others are told, and the node carries it no longer."""
    office = site.office
    network = await office.find_network(call.path["id"])
    agent = await office.acting(call.query.get("as"))
    heard: list[bool] = []

    async def leave(rows: Rows) -> Ids:
        heard.append(await networks.leave(office, network, agent, rows))
        return ()

    await office.once(call.key, call.digest, leave)
    return Left(to_text(network), heard[0] if heard else not office.joins.is_leaving(network))


class _Way(NamedTuple):
    """How somebody came to a network, or is still to."""

    network: ScopeId
    is_in: bool = True
    hosts: Sequence[str] = ()
    named: bool = False
    """It was called by its name: nobody's addresses were given."""


async def join(site: Site, call: Call[JoinRequest]) -> Joined:
    """Join by an invitation, or an open network by its line."""
    office, body = site.office, call.body
    start, before = time.monotonic(), office.node.arrival
    agent = await office.acting(body.as_)
    end = trio.current_time() + min(max(body.wait_ms, 0), LONGEST_WAIT_MS) / 1000
    ways: list[_Way] = []

    async def come() -> Ids:
        ways.append(await _come(office, body.line, end, agent))
        return (RecordId(ways[0].network),) if ways[0].is_in else ()

    before_that = await office.settled(call.key, call.digest, come)
    way = ways[0] if ways else _Way(ScopeId(before_that[0]))
    if way.is_in:
        with trio.move_on_at(end):
            await office.node.ask(lambda ticket: SyncNow(ticket, None))
        await office.projector.caught_up()
    met = [peer for peer in way.hosts if office.node.presence.of_peer(peer)]
    return Joined(
        network=network_model(office, way.network),
        peer=met[0] if met and way.is_in else "",
        milliseconds=int((time.monotonic() - start) * 1000),
        received=max(0, office.node.arrival - before - way.is_in),
        known=way.named and way.is_in,
    )


async def _come(office: Office, line: str, end: float, agent: bytes) -> _Way:
    """Go where a line leads, until a moment of trio's clock. Raises Refusal."""
    if is_invitation(line):
        invitation = read_invitation(line)
        network = await networks.enter(office, invitation, end - trio.current_time(), agent)
        if network is None:
            hint = "ask whoever sent it to start their node, then give the same command again"
            raise Refusal(Code.UNREACHABLE, "nobody answers at this invitation's addresses", hint)
        return _Way(network, hosts=[invitation.peer])
    read = people.read_line(line) if "@" in line else await people.named_line(office, line)
    is_in = await people.join(office, read, end - trio.current_time(), agent)
    return _Way(read.network, is_in, [peer for peer, _ in read.peers], named=not read.peers)


async def list_members(site: Site, call: Call[Nothing]) -> Page[Member]:
    """Everybody who stands, stood, or is to stand in a network, and who is known there by resonance."""
    office = site.office
    network = await office.find_network(call.path["id"])
    names = Names(office)
    page, following = page_of(call, await networks.people(office, network), _place_of)
    return Page([_member(site, names, each) for each in page], following)


async def members_of(site: Site, network: ScopeId) -> list[Member]:
    """All of them."""
    names = Names(site.office)
    return [_member(site, names, each) for each in await networks.people(site.office, network)]


def _place_of(person: networks.Person) -> Place:
    """Members stand by time, and after them those known by resonance."""
    return int(person.record is None), person.at, person.record or b"", person.agent


async def appoint(site: Site, call: Call[AppointRequest]) -> Member:
    """Give somebody a role by name; it holds once they have accepted it."""
    office, body = site.office, call.body
    network = await office.find_network(call.path["id"])
    agent = await find_agent(office, body.agent, network)
    (record,) = await office.once(
        call.key,
        call.digest,
        lambda rows: networks.appoint(office, network, agent, body.role, delegate=body.delegate, rows=rows),
    )
    member = await _member_by(site, network, record)
    member.line = write_line(network, reachable_first(office.node.listening))
    return member


async def accept(site: Site, call: Call[AsRequest]) -> Page[Member]:
    """Accept the roles offered in a network to the owner, or to an organisation it signs for."""
    office = site.office
    network = await office.find_network(call.path["id"])
    agent = await office.acting(call.body.as_)
    await office.once(call.key, call.digest, lambda rows: networks.accept(office, network, rows, agent))
    await office.projector.caught_up()
    mine = [each for each in await networks.people(office, network) if each.agent == (agent or office.me)]
    return Page(items=[_member(site, Names(office), each) for each in mine if each.state == "active"])


async def remove_member(site: Site, call: Call[RemoveRequest]) -> Page[Member]:
    """End every role somebody has in a network, in its name."""
    office = site.office
    network = await office.find_network(call.path["id"])

    async def end(more: Rows) -> Ids:
        targets = await _removable(office, network, call.body.agent)
        return await networks.remove(office, network, targets, call.body.reason, more)

    (signed,) = await office.once(call.key, call.digest, end)
    await office.projector.caught_up()
    ended = ended_by(office, signed)
    return Page(
        items=[
            _member(site, Names(office), each)
            for each in await networks.people(office, network)
            if each.record in ended
        ]
    )


def ended_by(office: Office, signed: RecordId) -> list[bytes]:
    """The entries that a revocation signed here ends."""
    record = office.truth.record(signed)
    assert record is not None, "what was answered is stored"
    return list(record.facts["targets"])


async def _removable(office: Office, network: ScopeId, who: str) -> list[bytes]:
    """The roles of somebody who may be removed from a network. Raises Refusal."""
    agent = await find_agent(office, who, network)
    rows, name = networks.roles_of(office, network, agent), office.name(agent) or short(agent)
    if not rows:
        raise Refusal(Code.CONFLICT, f"{name} has no role there", networks.members_of(office, network))
    if any(row.role == "founder" for row in rows):
        why = f"{name} is a founder: only a decision of the founders ends that"
        body, meant = quoted(office.name(network) or to_text(network)), quoted(office.name(agent) or to_text(agent))
        raise Refusal(Code.NOT_AUTHORISED, why, f"meshnode decision propose {body} --remove {meant}")
    return [row.record for row in rows]


async def invite(site: Site, call: Call[InviteRequest]) -> Invite:
    """Sign an invitation; its line is told in this answer alone. Who did not get it asks again with the same key."""
    office, body = site.office, call.body
    network = await office.find_network(call.path["id"])
    secret = b""

    async def write(rows: Rows) -> Ids:
        nonlocal secret
        secret = networks.invitation_secret(office, rows)
        return ((await networks.invite(office, network, body.role, body.uses, body.seconds, rows, secret)).grant,)

    (grant,) = await office.once(call.key, call.digest, write)
    await office.projector.caught_up()
    secret = secret or networks.invitation_secret(office, office.noted(call.key))
    found, line = _invite(office, network, grant), networks.line_of(office, grant, secret, body.seconds)
    if line is not None:
        found.line = write_invitation(line)
        found.link = LINK + found.line
        found.reachable, found.expires = reach_of(line.addresses), time_text(line.expires)
    return found


async def list_invites(site: Site, call: Call[Nothing]) -> Page[Invite]:
    """The invitations to a network, by time."""
    office = site.office
    network = await office.find_network(call.path["id"])
    await office.fresh()
    told = office.node.standings.get(network)
    doors = told.doors if told else ()
    page, following = page_of(call, doors, lambda door: (_at(office, door.grant), door.grant))
    return Page([_invite(office, network, door.grant) for door in page], following)


async def withdraw_invite(site: Site, call: Call[Nothing]) -> Invite:
    """Withdraw an invitation: it lets nobody in any more; who is in stays."""
    office = site.office
    network = await office.find_network(call.path["id"])
    grant = await office.find(call.path["invite"])
    told = office.node.standings.get(network)
    if told is None or not any(door.grant == grant for door in told.doors):
        raise Refusal(
            Code.NOT_FOUND,
            f"{short(grant)} is no invitation there",
            f"meshnode network invites {quoted(office.name(network))}",
        )
    await office.once(call.key, call.digest, lambda rows: networks.remove(office, network, [grant], "end", rows))
    await office.projector.caught_up()
    return _invite(office, network, grant)


async def find_agent(office: Office, text: str, network: ScopeId) -> AgentId:
    """The agent that an id or a name means, rather one of a network's people. Raises Refusal."""
    people_there = {each.agent for each in await networks.people(office, network)}
    named = [each for each in people_there if office.name(each).casefold() == text.strip().casefold()]
    if len(named) == 1:
        return named[0]
    if named:
        listed = ", ".join(sorted(short(each) for each in named))
        raise Refusal(Code.AMBIGUOUS, f"several people there are called {text}: {listed}", "use the id")
    return await somebody.find_agent(office, text, hint=networks.members_of(office, network))


def networks_here(office: Office, *, left: bool = False) -> list[ScopeId]:
    """The networks this node takes part in, the notebook first; with `left` also those it has left."""
    rows = sorted(_joined(office, left=left), key=lambda row: _place(office, row))
    return [ScopeId(row.network) for row in rows]


def _joined(office: Office, *, left: bool) -> list[JoinedEntry]:
    rows = [row for row in office.truth.rows(JoinedEntry) if left or not row.left]
    return [row for row in rows if not founders_of(office, ScopeId(row.network))]


def _place(office: Office, row: JoinedEntry) -> Place:
    return int(row.network != office.notebook), row.at, row.network


def standing_of(office: Office, network: bytes) -> str:
    """How the owner stands in a network; see `Network.standing`."""
    joined = office.truth.entry(JoinedEntry, (network,))
    if joined is not None and (joined.left or joined.leaving):
        return "left" if joined.left else "leaving"
    if joined is not None and joined.relayed:
        return "relaying"
    row = office.lookups.standing_in(office.me, network)
    if row is None:
        mine = [each.standing for each in office.lookups.standings(network) if each.agent == office.me]
        return "removed" if "removed" in mine else "none"
    return "founder" if row.role == "founder" else row.standing


def network_model(office: Office, network: ScopeId) -> Network:
    """A network as the API tells it."""
    names, row = Names(office), office.lookups.network(network)
    people_there = office.lookups.members(network)
    joined, told = office.truth.entry(JoinedEntry, (network,)), office.node.standings.get(network)
    notebook = network == office.notebook
    is_open = told.is_open if told is not None else row is not None and row.join == "open"
    addresses = () if notebook else reachable_first(office.node.listening)
    connected = {each.agent for each in office.node.presence.connected.values()}
    own = [each.role for each in networks.roles_of(office, network, office.me) if each.standing == "active"]
    acts_for = office.mandates.acts_for()
    return Network(
        id=to_text(network),
        name=row.name if row else "",
        join="open" if is_open else "invite" if row else "",
        standing=standing_of(office, network),
        notebook=notebook,
        members=[names.agent(each.agent) for each in people_there],
        connected=sum(1 for each in people_there if each.agent in connected),
        line=write_line(network, addresses) if is_open and addresses and not (joined and joined.left) else "",
        reachable=reach_of(addresses) if addresses else "",
        created=time_text(row.at) if row else "",
        roles=sorted(set(own)),
        dissolved=told is not None and told.is_over,
        moves=[] if notebook else [_move(office, names, each) for each in moves.moves_of(office, network)],
        through=[names.agent(each.agent) for each in people_there if each.agent in acts_for],
        steers=network in acts_for,
        withheld_by=[names.agent(each) for each in shut_out_of(office.node).get(network, ())],
    )


def _move(office: Office, names: Names, move: moves.Move) -> Move:
    joined = office.truth.entry(JoinedEntry, (move.network,))
    return Move(
        why=move.why,
        by=names.agent(move.by),
        network=to_text(move.network),
        name=office.name(move.network),
        line=move.line,
        joined=joined is not None and not joined.left and not joined.relayed,
    )


def _member(site: Site, names: Names, person: Person) -> Member:
    office = site.office
    entry = office.lookups.entry(person.record) if person.record else None
    return Member(
        agent=names.agent(person.agent),
        fingerprint=site.fingerprint_of(person.agent),
        role=person.role,
        state=person.state,
        flags=[each for each in (entry.flags.split() if entry else []) if each == "excess"],
        record=to_text(person.record) if person.record else "",
        since=time_text(person.at),
    )


async def _member_by(site: Site, network: ScopeId, record: RecordId) -> Member:
    office = site.office
    await office.projector.caught_up()
    found = [each for each in await networks.people(office, network) if each.record == record]
    return _member(site, Names(office), found[0])


def _invite(office: Office, network: ScopeId, grant: RecordId) -> Invite:
    record = office.truth.record(grant)
    assert record is not None, "what is folded is stored"
    told = office.node.standings.get(network)
    door = next((door for door in told.doors if door.grant == grant), None) if told else None
    limits = record.facts.get("limits", {})
    return Invite(
        id=to_text(grant),
        network=to_text(network),
        role=record.facts["role"],
        uses=limits.get("uses", 1),
        used=door.used if door else 0,
        state=door.state if door else "",
        until=limits.get("until", ""),
    )


def _at(office: Office, record: RecordId) -> int:
    found = office.truth.record(record)
    return found.at if found is not None else 0
