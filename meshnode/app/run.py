"""Runs one node in the foreground until it is told to stop: signals, the API, node.json, and an honest end."""

import logging
import os
import signal
from functools import partial
from pathlib import Path

import trio

from meshnode import __version__
from meshnode.api.feed import Feed
from meshnode.api.listening import SocketInUse
from meshnode.api.resources.node import API_VERSION
from meshnode.api.server import serve
from meshnode.api.site import Logins, Site
from meshnode.app.backup import NodeBackups
from meshnode.app.bugreport import of_running
from meshnode.app.compose import Opened, open_node
from meshnode.app.descriptors import connections_that_fit
from meshnode.app.doctor import examine_home
from meshnode.app.endings import Ending, Exit
from meshnode.app.exchange import NodeExchange
from meshnode.app.front import Doors, open_doors
from meshnode.app.init import fingerprint_words
from meshnode.app.logs import set_up_logging
from meshnode.app.nodefile import NodeFile, remove_node_file, write_node_file
from meshnode.app.notify import Notifier
from meshnode.app.settings import config_model
from meshnode.config.load import Loaded
from meshnode.config.places import Places, socket_path
from meshnode.core.events import TrustThisCopy
from meshnode.dashboard.sessions import Sessions
from meshnode.dashboard.site import House, pages
from meshnode.runtime.interpreter import settle_interpreter
from meshnode.runtime.tokens import Tokens
from meshnode.store.reading import Counts, Reader
from meshnode.store.sealed import MainKey
from meshnode.store.store import Store

log = logging.getLogger(__name__)


def run(
    places: Places,
    loaded: Loaded,
    *,
    main_key: MainKey | None = None,
    trust_this_copy: bool = False,
    foreground: bool = False,
) -> None:
    """Run the node of this home; returns when it was stopped. Raises Ending and what `endings.KNOWN` names.

    In the `foreground` whoever started it, a person or a service manager, gets the log on stderr.
    """
    log_file = set_up_logging(loaded.settings.log, places.state, collected=foreground)
    try:
        trio.run(_run, places, loaded, log_file, main_key, trust_this_copy)
    except BaseException as error:
        log.critical("the node ends: %s", str(error) or type(error).__name__)
        raise


async def _run(places: Places, loaded: Loaded, log_file: Path, main_key: MainKey | None, trust_this_copy: bool) -> None:
    async with open_node(places, loaded, main_key=main_key) as opened:
        settle_interpreter()
        try:
            doors = open_doors(socket_path(places.data, os.environ, os.geteuid()), loaded, opened.reader)
        except SocketInUse as error:
            raise Ending(Exit.CONFLICT, str(error), "meshnode doctor") from error
        sessions = Sessions(doors.port)
        site = site_of(opened, places, loaded, log_file, doors.url, sessions)
        async with trio.open_nursery() as waiting:
            await waiting.start(_heed_signals, opened, waiting.cancel_scope)
            if trust_this_copy:
                await opened.node.ask(TrustThisCopy)
            await _serve(site, opened, places, doors, sessions)
            waiting.cancel_scope.cancel()
    log.info("stopped")


def site_of(
    opened: Opened,
    places: Places,
    loaded: Loaded,
    log_file: Path,
    url: str = "",
    logins: Logins | None = None,
) -> Site:
    """What the API of an opened node serves; `url` is where it answers on loopback, `logins` lets browsers in."""
    return Site(
        office=opened.office,
        feed=Feed(opened.office),
        exchange=NodeExchange(opened),
        backups=NodeBackups(opened.office, places),
        watch=opened.watch,
        tokens=Tokens(opened.office),
        version=__version__,
        pid=os.getpid(),
        home=places.data,
        log_file=log_file,
        socket=socket_path(places.data, os.environ, os.geteuid()),
        url=url,
        logins=logins,
        discovery=loaded.settings.net.discovery,
        fingerprint_of=fingerprint_words,
        counts=Counting(opened.store),
        report=partial(of_running, loaded),
        config=lambda: config_model(loaded, places.config, os.environ),
        examine=lambda: examine_home(
            places.data, opened.store.path, opened.node.listening, opened.settings.net.max_connections
        ),
    )


class Counting:
    """Counts what is stored, in a worker thread, one count at a time, with a reader of its own."""

    def __init__(self, store: Store) -> None:
        self._store, self._turn = store, trio.CapacityLimiter(1)
        self._reader: Reader | None = None

    async def __call__(self) -> Counts:
        """Count now."""
        self._reader = self._reader or self._store.reader()
        return await trio.to_thread.run_sync(self._reader.counts, limiter=self._turn)


async def _serve(site: Site, opened: Opened, places: Places, doors: Doors, sessions: Sessions) -> None:
    """Serve the API and the pages until the node is to stop; requests under way may end."""
    node = opened.node
    seconds = opened.settings.api.request_seconds
    async with trio.open_nursery() as nursery:
        known, show = (site.tokens, sessions), lambda api: pages(House(api, sessions, node))
        entrances = doors.entrances(site, seconds, known, show)
        most = connections_that_fit(len(entrances), opened.settings.net.max_connections)
        nursery.start_soon(serve, entrances, node.stopping, most)
        nursery.start_soon(site.tokens.run, node.stopping)
        await doors.remember(opened)
        told = NodeFile(
            os.getpid(), API_VERSION, str(site.socket), site.url, node.listening, __version__, node.started_at
        )
        write_node_file(places.data, told)
        try:
            log.info("meshnode %s runs as process %d", __version__, os.getpid())
            print("ready", site.socket, *node.listening, flush=True)
            nursery.start_soon(Notifier(os.environ, os.getpid()).run, lambda: opened.watch.troubles, node.stopping)
            await node.stopping.wait()
            log.info("stopping")
        finally:
            remove_node_file(places.data)
            doors.path.unlink(missing_ok=True)


async def _heed_signals(
    opened: Opened,
    everything: trio.CancelScope,
    *,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Stop in order at the first signal, at once at the second: nothing acknowledged depends on an orderly stop."""
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
        task_status.started()
        async for number in signals:
            if opened.node.stopping.is_set():
                log.warning("stopping at once, after a second signal")
                everything.cancel()
                return
            log.info("received %s", signal.Signals(number).name)
            opened.node.stopping.set()
