"""Puts a node together: home, keys, store, core, network. The one file that knows all of them."""

import contextlib
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import NamedTuple, cast

import trio

from meshnode.app import nextkey
from meshnode.app.endings import Ending, Exit, only_one
from meshnode.config.load import Loaded
from meshnode.config.places import Places
from meshnode.config.sections import Net, Settings
from meshnode.core.node import Node
from meshnode.core.ports import Identity
from meshnode.core.rows import NoteEntry, PeerEntry
from meshnode.core.settings import CoreSettings, Keep
from meshnode.net.address import BadAddress, parse
from meshnode.net.mdns import MdnsDiscovery
from meshnode.net.settings import DiscoverySettings, TransportSettings
from meshnode.net.transport import Discovery, PeerId, Transport
from meshnode.runtime import notes
from meshnode.runtime.answers.searcher import Searcher
from meshnode.runtime.asked import Asked
from meshnode.runtime.chance import SystemChance
from meshnode.runtime.devices import Devices
from meshnode.runtime.following import Following
from meshnode.runtime.joining import Joins
from meshnode.runtime.lookups import Lookups
from meshnode.runtime.node import Parts, RunningNode
from meshnode.runtime.office import Office
from meshnode.runtime.pairings import Pairings
from meshnode.runtime.projector import Projector
from meshnode.runtime.refusals import Refusal
from meshnode.runtime.rootkeys import RootKeys
from meshnode.runtime.settings import RuntimeSettings
from meshnode.runtime.watching.health import Watch
from meshnode.store.database import StoreSettings
from meshnode.store.errors import StoreDamaged
from meshnode.store.home import Home, HomeState
from meshnode.store.keyfile import read_key
from meshnode.store.reading import Reader
from meshnode.store.repair import repair
from meshnode.store.sealed import MainKey
from meshnode.store.store import Store, open_store
from meshnode.store.views import Views, discard, open_views
from meshproto.records.ids import AgentId, ScopeId
from meshproto.records.signatures import SigningKey

log = logging.getLogger(__name__)


class Network(NamedTuple):
    """How a node meets others, when it is not to be libp2p: for tests and demonstrations."""

    transport: Transport
    discovery: Discovery | None = None


class Opened(NamedTuple):
    """A node that runs, and what it was made of."""

    node: RunningNode
    office: Office
    home: Home
    store: Store
    reader: Reader
    notebook: ScopeId
    settings: Settings
    watch: Watch
    searcher: Searcher


@asynccontextmanager
async def open_node(
    places: Places,
    loaded: Loaded,
    *,
    main_key: MainKey | None = None,
    network: Network | None = None,
    wall_ms: int | None = None,
) -> AsyncIterator[Opened]:
    """Run the node of an initialised home until the body ends. Several can run in one process.

    `main_key` opens the keys of a home with a passphrase. Raises what `KNOWN` names: home in use, no identity, keys
    that nothing was given to open, a store that cannot be opened, a port that is taken; and StoreFailed when a commit
    failed on the way.
    """
    try:
        with contextlib.ExitStack() as stack:
            opened = _open(stack, places, loaded, main_key, network, wall_ms)
            async with opened.node.running(), trio.open_nursery() as services:
                services.start_soon(opened.office.projector.run)
                services.start_soon(opened.office.joins.run)
                services.start_soon(opened.office.following.run)
                services.start_soon(opened.watch.run)
                services.start_soon(opened.searcher.run, opened.node)
                services.start_soon(_stamp_when_settled, opened)
                await _remember_port(opened)
                yield opened
                services.cancel_scope.cancel()
    except BaseExceptionGroup as group:
        # A single cause is told as itself, whatever nurseries it passed through.
        raise only_one(group) from group


def _open(
    stack: contextlib.ExitStack,
    places: Places,
    loaded: Loaded,
    main_key: MainKey | None,
    network: Network | None,
    wall_ms: int | None,
) -> Opened:
    settings = loaded.settings
    home = stack.enter_context(Home(places.data))
    read_key(home.device_key, main_key)  # before anything is opened: with the wrong main key nothing else matters
    copied = home.state() is HomeState.COPIED
    kept = StoreSettings(cache_mib=settings.store.cache_mib)
    store, shortened = _open_store(home, kept)
    stack.callback(store.close)
    views = open_views(home.views, kept)
    stack.callback(views.close)
    reader = store.reader()
    agent, notebook = (_note(reader, name, places) for name in (notes.AGENT, notes.NOTEBOOK))
    if not copied and not shortened:
        home.stamp()
    if nextkey.take_over(home, reader, main_key):
        log.info("this device signs with its new key from now on")
    key = SigningKey(read_key(home.device_key, main_key))
    grant = reader.entry(NoteEntry, (notes.GRANT,))
    identity = Identity(AgentId(agent), key, None if grant is None else grant.value)
    meeting = network or _libp2p(home, reader, loaded, main_key)
    asked = Asked()
    projector, searcher = Projector(store.reader(), views, agent), Searcher(store.reader())
    core = Node(core_settings(settings), identity, reader, SystemChance(), views.folded())
    asks = reader.entry(NoteEntry, (notes.PAIRING,))
    core.parts.sums.elsewhere = True  # in a thread of the office, which asks it what is wanted
    core.parts.conversations.pairing.asks = None if asks is None else ScopeId(asks.value)
    parts = Parts(
        identity=identity,
        core=core,
        ledger=reader,
        store=store.writer,
        transport=meeting.transport,
        discovery=meeting.discovery,
        announce=settings.net.announce,
        copied=copied or shortened,
        after_commit=projector.nudge,
        busy=projector.make_way,
        look=searcher.wake,
        asked=asked,
        wall_ms=wall_ms,
    )
    node = RunningNode(parts)
    projector.moved, projector.tell_standings = node.fold_moved, node.folded
    office = _office(node, core, views, reader, projector, ScopeId(notebook), settings)
    node.naming = office.name
    watch = Watch(office, home.folder)
    return Opened(node, office, home, store, reader, office.notebook, settings, watch, searcher)


def _office(
    node: RunningNode,
    core: Node,
    views: Views,
    reader: Reader,
    projector: Projector,
    notebook: ScopeId,
    settings: Settings,
) -> Office:
    """What the owner's requests need at hand, over a node."""
    lookups = Lookups(views.reader())
    devices = Devices(node, views.folded())
    return Office(
        node=node,
        devices=devices,
        pairings=Pairings(node, notebook, devices.mandates),
        rootkeys=RootKeys(node, views.folded(), devices, projector),
        following=Following(node, devices, notebook, lookups, projector),
        truth=reader,
        lookups=lookups,
        folded=views.folded(),
        mandates=devices.mandates,
        slow_lookups=Lookups(views.reader()),
        slow_folded=views.folded(),
        sums=core.parts.sums,
        projector=projector,
        joins=Joins(node, projector.caught_up),
        notebook=notebook,
        settings=runtime_settings(settings),
    )


def _open_store(home: Home, settings: StoreSettings) -> tuple[Store, bool]:
    """Open the store, setting damage aside first; whether a log may have become shorter by that."""
    try:
        return open_store(home.records, settings), False
    except StoreDamaged as damage:
        log.error("%s; it is set aside now", damage)
    repaired = repair(home.records, settings)
    discard(home.views)
    if repaired is not None:
        words = "kept %d records, %d aside, lost %d rows; what is missing is asked of the peers"
        log.warning(words, repaired.kept, repaired.aside, repaired.lost)
    return open_store(home.records, settings), repaired is None or bool(repaired.shortened)


async def _stamp_when_settled(opened: Opened) -> None:
    """Mark a copied home as the one to go on with, once that was found out."""
    node = opened.node
    while not node.presence.may_sign_again:
        await node.news.after(node.news.moves)
    opened.home.stamp()


def core_settings(settings: Settings) -> CoreSettings:
    """What the owner's settings mean for the core."""
    relay = settings.relay
    return CoreSettings(
        live=settings.sync.live,
        sync_interval=int(settings.sync.interval * 1000),
        keep_privates=cast(Keep, relay.private_parts),
        share_scopes=cast(Keep, relay.networks),
        parts_per_author=relay.author_mib << 20,
        parts_of_others=relay.others_mib << 20,
        retention_days=relay.retention_days,
        relayed_bytes=relay.network_mib << 20,
    )


def runtime_settings(settings: Settings) -> RuntimeSettings:
    """What the owner's settings mean for the runtime."""
    return RuntimeSettings(
        timer_cap_ms=int(settings.work.timer_cap_hours * 3_600_000),
        default_network=settings.work.network,
        private_parts=settings.relay.private_parts,
        networks=settings.relay.networks,
        retention_days=settings.relay.retention_days,
        sync_interval=int(settings.sync.interval * 1000),
        backup_days=settings.backup.remind_days,
    )


def _note(reader: Reader, name: str, places: Places) -> bytes:
    note = reader.entry(NoteEntry, (name,))
    if note is None:
        raise Ending(Exit.NOT_INITIALISED, f"the identity in {places.data} was never finished", "meshnode init")
    return note.value


def knows(reader: Reader, peer: PeerId) -> bool:
    """Whether a peer is more than somebody who once came by itself and shared nothing."""
    entry = reader.entry(PeerEntry, (peer,))
    return entry is not None and (entry.added or entry.source != "inbound")


def _libp2p(home: Home, reader: Reader, loaded: Loaded, main_key: MainKey | None) -> Network:
    # Importing libp2p takes a second and 80 MB: only a node that uses it pays.
    from meshnode.net.libp2p.transport import Libp2pTransport

    net = loaded.settings.net
    said = "net.listen" in loaded.origins

    settings = TransportSettings(
        seed=read_key(home.transport_key, main_key),
        listen=net.listen if said else (_free_address(net, reader),),
        known=partial(knows, reader),
        max_connections=net.max_connections,
        reserved_for_known=min(net.reserved_for_known, net.max_connections - 1),
        max_connections_per_address=net.max_connections_per_address,
    )
    transport = Libp2pTransport(settings)
    looking = MdnsDiscovery(transport.peer_id, transport.addresses, DiscoverySettings())
    return Network(transport, looking if net.discovery else None)


def _free_address(net: Net, reader: Reader) -> str:
    """The usual address, or with the port this home took before, or with port 0 if both are busy."""
    usual = parse(net.listen[0])
    note = reader.entry(NoteEntry, (notes.PORT,))
    remembered = int.from_bytes(note.value, "big") if note else usual.port
    for port in (remembered, usual.port):
        if _is_free(usual.host, port):
            return str(replace(usual, port=port))
    return str(replace(usual, port=0))


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET) as probe:
        # Set as the transport sets it: a port in TIME_WAIT counts as free, one that is listened on does not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


async def _remember_port(opened: Opened) -> None:
    """Note the port if it is not the usual one, so that peers find this node again after a restart."""
    for text in opened.node.listening:
        try:
            port = parse(text).port
        except BadAddress:
            continue
        note = opened.reader.entry(NoteEntry, (notes.PORT,))
        usual = {parse(each).port for each in opened.settings.net.listen}
        value = port.to_bytes(2, "big")
        if port not in usual and (note is None or note.value != value):
            with contextlib.suppress(Refusal):  # a home that may be an old copy writes nothing yet
                await opened.node.write((), local=[NoteEntry(notes.PORT, value)])
        return
