"""Runs one node in the foreground until it is told to stop: signals, the API, node.json, and an honest end."""

import logging
import os
import signal
from pathlib import Path

import trio

from meshnode import __version__
from meshnode.api.edge import application
from meshnode.api.resources.node import API_VERSION
from meshnode.api.routes import ROUTES
from meshnode.api.server import SocketInUse, serve
from meshnode.api.settings import ApiSettings
from meshnode.api.site import Site
from meshnode.app.compose import Opened, open_node
from meshnode.app.doctor import examine_home
from meshnode.app.endings import Ending, Exit, only_one
from meshnode.app.exchange import NodeExchange
from meshnode.app.init import fingerprint_words
from meshnode.app.logs import set_up_logging
from meshnode.app.nodefile import NodeFile, remove_node_file, write_node_file
from meshnode.config.load import Loaded
from meshnode.config.places import Places, socket_path
from meshnode.core.events import TrustThisCopy
from meshnode.runtime.interpreter import settle_interpreter
from meshnode.store.sealed import MainKey

log = logging.getLogger(__name__)


def run(places: Places, loaded: Loaded, *, main_key: MainKey | None = None, trust_this_copy: bool = False) -> None:
    """Run the node of this home; returns when it was stopped. Raises Ending and what `endings.KNOWN` names."""
    log_file = set_up_logging(loaded.settings.log, places.state)
    try:
        trio.run(_run, places, loaded, log_file, main_key, trust_this_copy)
    except BaseException as error:
        log.critical("the node ends: %s", str(error) or type(error).__name__)
        raise


async def _run(places: Places, loaded: Loaded, log_file: Path, main_key: MainKey | None, trust_this_copy: bool) -> None:
    async with open_node(places, loaded, main_key=main_key) as opened:
        settle_interpreter()
        site = site_of(opened, places, loaded, log_file)
        try:
            async with trio.open_nursery() as waiting:
                waiting.start_soon(_heed_signals, opened, waiting.cancel_scope)
                if trust_this_copy:
                    await opened.node.ask(TrustThisCopy)
                await _serve(site, opened, places)
                waiting.cancel_scope.cancel()
        except BaseExceptionGroup as group:
            found = only_one(group)
            if isinstance(found, SocketInUse):
                raise Ending(Exit.CONFLICT, str(found), "meshnode doctor") from group
            raise
    log.info("stopped")


def site_of(opened: Opened, places: Places, loaded: Loaded, log_file: Path) -> Site:
    """What the API of an opened node serves."""
    return Site(
        office=opened.office,
        exchange=NodeExchange(opened),
        watch=opened.watch,
        version=__version__,
        pid=os.getpid(),
        home=places.data,
        log_file=log_file,
        socket=socket_path(places.data, os.environ, os.geteuid()),
        discovery=loaded.settings.net.discovery,
        fingerprint_of=fingerprint_words,
        examine=lambda: examine_home(places.data, opened.store.path),
    )


async def _serve(site: Site, opened: Opened, places: Places) -> None:
    """Serve the API until the node is to stop; requests under way may end."""
    node = opened.node
    settings = ApiSettings(socket=site.socket, request_seconds=opened.settings.api.request_seconds, uid=os.geteuid())
    async with trio.open_nursery() as nursery:
        await nursery.start(serve, application(ROUTES, site, settings.request_seconds), settings, node.stopping)
        told = NodeFile(os.getpid(), API_VERSION, str(site.socket), node.listening, __version__, node.started_at)
        write_node_file(places.data, told)
        try:
            log.info("meshnode %s runs as process %d", __version__, os.getpid())
            print("ready", site.socket, *node.listening, flush=True)
            await node.stopping.wait()
            log.info("stopping")
        finally:
            remove_node_file(places.data)


async def _heed_signals(opened: Opened, everything: trio.CancelScope) -> None:
    """Stop in order at the first signal, at once at the second: nothing acknowledged depends on an orderly stop."""
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
        async for number in signals:
            if opened.node.stopping.is_set():
                log.warning("stopping at once, after a second signal")
                everything.cancel()
                return
            log.info("received %s", signal.Signals(number).name)
            opened.node.stopping.set()
