"""The owner, networks, joins and peers."""

import trio

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.people import (
    Me,
    Peer,
    PeerRequest,
    Ping,
    Profile,
    ProfileRequest,
    RecoveryHolder,
)
from meshnode.api.models.shared import Agent, Page
from meshnode.api.paging import page_of
from meshnode.api.resources.devices import standing_of_device
from meshnode.api.settings import LONGEST_WAIT_MS
from meshnode.api.shapes import Names, time_text
from meshnode.api.site import Site
from meshnode.core.effects import Done
from meshnode.core.events import AddPeer, RemovePeer
from meshnode.core.rows import PeerEntry
from meshnode.net.address import BadAddress, parse
from meshnode.runtime import notes
from meshnode.runtime.holders import holders_of
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests import people
from meshnode.runtime.unwritten import refusal_of
from meshproto.records.ids import to_text

SOURCES = {"hand": "you", "join": "you", "inbound": "itself", "member": "itself", "lan": "mdns", "peer": "peers"}


async def me(site: Site, call: Call[Nothing]) -> Me:
    """The owner."""
    office = site.office
    await office.fresh()
    genesis, names = office.truth.record(office.me), Names(office)
    if genesis is None:
        why = f"this device waits to be let in; it shows the words {office.devices.words()}"
        raise Refusal(Code.NOT_AUTHORISED, why, "meshnode id device ls")
    recovery = office.rootkeys.recovery()
    digests = [each.hex() for each in recovery.digests]
    kept = holders_of(office.devices.note(notes.HOLDERS), recovery.digests)
    devices, key = office.devices.all(), office.node.identity.key.public
    return Me(
        id=to_text(office.me),
        name=names.agent(office.me).name,
        fingerprint=site.fingerprint_of(office.me),
        key=key.hex(),
        peer=office.node.peer,
        created=time_text(genesis.at),
        recovery=bool(digests),
        recovery_digests=digests,
        recovery_need=recovery.need,
        recovery_holders=[RecoveryHolder(kind=each.kind, label=each.label, digest=each.digest.hex()) for each in kept],
        rivals=[to_text(each) for each in office.rootkeys.rivals()],
        profile=profile_of(office),
        notebook=names.scope(office.notebook),
        home=str(site.home),
        device=next((each.name for each in devices if each.key == key), ""),
        device_state=standing_of_device(office).state,
        devices=sum(1 for each in devices if each.state == "active"),
        keys=site.protection(),
    )


async def put_profile(site: Site, call: Call[ProfileRequest]) -> Profile:
    """Change the profile; what is not given stays."""
    office, body = site.office, call.body
    fields: dict[str, str | list[str] | None] = {
        name: getattr(body, name) for name in ("name", "bio", "contact", "languages", "skills")
    }

    async def write(rows: Rows) -> Ids:
        # Looked up in here, since what is to be repeated may have changed the very name.
        return await people.set_profile(office, fields, rows, agent=await office.acting(body.as_))

    (signed,) = await office.once(call.key, call.digest, write)
    await office.projector.caught_up()
    record = office.truth.record(signed)
    assert record is not None, "what was answered is stored"
    return profile_of(office, record.author)


def profile_of(office: Office, agent: bytes = b"") -> Profile:
    """The profile of the owner, or of an organisation, as it is displayed."""
    row = office.lookups.profile(agent or office.me)
    if row is None:
        return Profile(name=office.name(agent or office.me), bio="", contact="", languages=[], skills=[])
    return Profile(
        name=row.name, bio=row.bio, contact=row.contact, languages=row.languages.split(), skills=row.skills.split()
    )


async def list_peers(site: Site, call: Call[Nothing]) -> Page[Peer]:
    """The peers known here, those connected first."""
    office = site.office
    await office.fresh()
    peers = [_peer(office, entry) for entry in office.truth.rows(PeerEntry)]
    known = {peer.id for peer in peers}
    fresh = [PeerEntry(each.peer, each.agent) for each in office.node.presence.connected.values()]
    peers += [_peer(office, entry) for entry in fresh if entry.peer not in known]
    return Page(*page_of(call, peers, lambda peer: (int(peer.state != "direct"), peer.id)))


async def add_peer(site: Site, call: Call[PeerRequest]) -> Peer:
    """Remember a peer and dial it."""
    office, body = site.office, call.body
    peer, addresses = _peer_at([body.address, *body.more])
    if peer == office.node.peer:
        raise Refusal(Code.BAD_REQUEST, "that is this node itself", "meshnode peer ls")
    presence = office.node.presence
    before = presence.troubles.get(peer)  # what failed earlier says nothing about this address

    async def write(rows: Rows) -> Ids:
        outcome = await office.node.ask(lambda ticket: AddPeer(ticket, peer, addresses, rows))
        if not isinstance(outcome, Done):
            raise refusal_of(outcome)
        return ()

    await office.once(call.key, call.digest, write)
    with trio.move_on_after(min(max(body.wait_ms, 0), LONGEST_WAIT_MS) / 1000):
        while presence.of_peer(peer) is None and presence.troubles.get(peer) is before:
            await office.node.news.after(office.node.news.moves)
    return _peer(office, office.truth.entry(PeerEntry, (peer,)) or PeerEntry(peer, addresses=addresses))


def _peer_at(texts: list[str]) -> tuple[str, tuple[str, ...]]:
    """The one peer that these addresses lead to, and the addresses. Raises Refusal."""
    try:
        addresses = [parse(text.strip()) for text in texts]
    except BadAddress as error:
        raise Refusal(Code.BAD_REQUEST, str(error), "meshnode peer add --help") from error
    for text, address in zip(texts, addresses, strict=True):
        if address.peer is None:
            raise Refusal(Code.BAD_REQUEST, f"{text} does not say whom to expect", "it must end in /p2p/…")
    peers = {address.peer for address in addresses}
    if len(peers) > 1:
        raise Refusal(Code.BAD_REQUEST, "these are addresses of different peers", "add one peer after the other")
    return str(addresses[0].peer), tuple(str(address) for address in addresses)


async def remove_peer(site: Site, call: Call[Nothing]) -> None:
    """Forget a peer."""
    office = site.office

    async def write(rows: Rows) -> Ids:
        peer = find_peer(office, call.path["id"])  # in here, since who asks again finds it no more
        outcome = await office.node.ask(lambda ticket: RemovePeer(ticket, peer, rows))
        if not isinstance(outcome, Done):
            raise refusal_of(outcome)
        return ()

    await office.once(call.key, call.digest, write)


async def ping_peer(site: Site, call: Call[Nothing]) -> Ping:
    """Measure the way to a peer and back."""
    office = site.office
    peer = find_peer(office, call.path["id"])
    seconds = await office.node.ping(peer)
    if seconds is None:
        trouble = office.node.presence.troubles.get(peer)
        why = f": {trouble.reason}" if trouble else ""
        owner = agent_of_peer(office, peer)
        shown = owner.name if owner and owner.name else peer
        raise Refusal(Code.UNREACHABLE, f"{shown} does not answer{why}", "meshnode peer ls")
    return Ping(peer=peer, milliseconds=round(seconds * 1000, 2))


def find_peer(office: Office, text: str) -> str:
    """The peer that an id, an end of it, or the name of its owner means. Raises Refusal."""
    rows = {row.peer: row.agent for row in office.truth.rows(PeerEntry)}
    rows.update({each.peer: each.agent for each in office.node.presence.connected.values()})
    plain = text.strip().replace("...", "…")
    beginning, dots, end = plain.partition("…")
    found = [peer for peer in rows if (peer.startswith(beginning) and peer.endswith(end) if dots else peer == plain)]
    if not found and len(plain) >= 4:
        found = [peer for peer in rows if peer.endswith(plain) or peer.startswith(plain)]
    if not found:
        called = plain.casefold()
        found = [peer for peer, agent in rows.items() if agent and office.name(agent).casefold() == called]
    if len(found) == 1:
        return found[0]
    if found:
        raise Refusal(Code.AMBIGUOUS, f"{text} fits {', '.join(sorted(found)[:4])}", "give more of the id")
    raise Refusal(Code.UNKNOWN_PEER, f"there is no peer {text!r}", "meshnode peer ls")


def agent_of_peer(office: Office, peer: str) -> Agent | None:
    """Who acts through a peer, if that was ever proven."""
    held = office.node.presence.of_peer(peer)
    entry = office.truth.entry(PeerEntry, (peer,))
    agent = held.agent if held else entry.agent if entry else b""
    return Names(office).agent(agent) if agent else None


def _peer(office: Office, entry: PeerEntry) -> Peer:
    presence = office.node.presence
    held, trouble = presence.of_peer(entry.peer), presence.troubles.get(entry.peer)
    return Peer(
        id=entry.peer,
        agent=agent_of_peer(office, entry.peer),
        addresses=list(entry.addresses),
        state="direct" if held else "backing off" if trouble else "idle",
        address=held.address if held else "",
        since=time_text(held.since) if held else None,
        next_try=time_text(trouble.next_try) if trouble and not held else None,
        last_error=trouble.reason if trouble else "",
        source="you" if entry.added else SOURCES.get(entry.source, entry.source),
    )
