"""Finds peers on the same network by multicast DNS, with the zeroconf package.

It announces the peer id and the addresses, under our own service name, and nothing else: no host name, no name of a
person, no version. What others announce is checked for form and proves nothing; whoever dials will learn the truth.

zeroconf runs in a thread of its own. It is imported only here and only when discovery runs: it takes 5 MB.
"""

import logging
from collections.abc import Callable
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING

import trio

from meshnode.net.address import BadAddress, parse
from meshnode.net.settings import DiscoverySettings
from meshnode.net.transport import FoundPeer, PeerId

if TYPE_CHECKING:
    from zeroconf import ServiceInfo, ServiceStateChange, Zeroconf

CLOSE_WITHIN = 2.0
"""Seconds to say goodbye to the network; the thread that does it is left behind after that."""

RESOLVE_WITHIN = 3000
"""Milliseconds to wait for the details of a peer whose name was announced."""

log = logging.getLogger(__name__)

OpenZeroconf = Callable[[], "Zeroconf"]


class MdnsDiscovery:
    """A `Discovery` by multicast DNS.

    `addresses` is asked for what to announce, and again from time to time, because laptops travel. `zeroconf` can be
    replaced in tests by something that fails as networks do.
    """

    def __init__(
        self,
        peer: PeerId,
        addresses: Callable[[], tuple[str, ...]],
        settings: DiscoverySettings,
        *,
        open_zeroconf: OpenZeroconf | None = None,
    ) -> None:
        self._peer, self._addresses, self._settings = peer, addresses, settings
        self._open_zeroconf = open_zeroconf or partial(join_multicast, settings.interfaces)
        self._complained = ""

    async def run(self, found: FoundPeer) -> None:
        """See `Discovery.run`."""
        while True:
            announced = self._addresses()
            session = await self._begin(announced, found)
            try:
                await trio.sleep(self._settings.retry_interval)
                while session is not None and self._addresses() == announced:
                    await _in_thread(session.ask_again)
                    await trio.sleep(self._settings.retry_interval)
            finally:
                if session is not None:
                    await _close(session)

    async def _begin(self, announced: tuple[str, ...], found: FoundPeer) -> "_Listener | None":
        """Announce and look around; returns who listens, or None where the network does not allow it."""
        from zeroconf import Error, EventLoopBlocked

        try:
            return await trio.to_thread.run_sync(self._open, announced, found, trio.lowlevel.current_trio_token())
        except (OSError, RuntimeError, ValueError, Error, EventLoopBlocked) as error:
            level = logging.DEBUG if str(error) == self._complained else logging.WARNING
            self._complained = str(error)
            log.log(level, "peers on this network cannot be found for now: %s", error)
            return None

    def _open(self, announced: tuple[str, ...], found: FoundPeer, token: trio.lowlevel.TrioToken) -> "_Listener":
        """Announce this node and begin to look around; runs in a thread."""
        from zeroconf import ServiceBrowser

        session = self._open_zeroconf()
        try:
            if announced:
                service = announcement(self._settings.service, self._peer, announced)
                # The name is the peer id: asking first whether somebody else has it would only cost time.
                session.register_service(service, cooperating_responders=True)
            listener = _Listener(session, self._peer, self._settings, found, token)
            ServiceBrowser(session, self._settings.service, handlers=[listener.changed])
        except BaseException:
            session.close()
            raise
        return listener


class _Listener:
    """What is announced by others; called in zeroconf's thread."""

    def __init__(
        self,
        session: "Zeroconf",
        own: PeerId,
        settings: DiscoverySettings,
        found: FoundPeer,
        token: trio.lowlevel.TrioToken,
    ) -> None:
        self.session = session
        self._own, self._settings, self._found, self._token = own, settings, found, token
        self._seen: dict[str, tuple[str, ...]] = {}
        self._silent: dict[str, None] = {}
        """Names of those who did not answer when they were asked."""

    def changed(self, zeroconf: "Zeroconf", service_type: str, name: str, state_change: "ServiceStateChange") -> None:
        """Pass on what a peer announces if it is new; the names of the parameters are zeroconf's."""
        if state_change.name == "Removed":
            self._seen.pop(name, None)
            self._silent.pop(name, None)
            return
        if name in self._seen or len(self._seen) + len(self._silent) < self._settings.max_peers:
            self._ask(name)

    def ask_again(self) -> None:
        """Ask those who gave no answer: they may have been too busy, or we, and nobody announces the same twice."""
        for name in list(self._silent):
            self._ask(name)

    def _ask(self, name: str) -> None:
        from zeroconf import Error

        try:
            info = self.session.get_service_info(self._settings.service, name, timeout=RESOLVE_WITHIN)
        except (OSError, Error) as error:
            # The system was too busy, or we are leaving; zeroconf's thread must live on.
            log.debug("nothing was learned about %s: %r", name, error)
            info = None
        if info is None:
            self._silent[name] = None
            return
        self._silent.pop(name, None)
        read = announced_in(info, self._settings.max_addresses)
        if read is None or read[0] == self._own or self._seen.get(name) == read[1]:
            return
        self._seen[name] = read[1]
        try:
            self._token.run_sync_soon(self._found, *read)
        except trio.RunFinishedError:
            log.debug("found a peer while leaving")


def announcement(service: str, peer: PeerId, addresses: tuple[str, ...]) -> "ServiceInfo":
    """Return what a node announces: its peer id as the name, its addresses as numbered properties."""
    from zeroconf import ServiceInfo

    read = [parse(address) for address in addresses]
    return ServiceInfo(
        service,
        f"{peer}.{service}",
        addresses=[ip_address(address.host).packed for address in read],
        port=read[0].port,
        properties={f"a{number}": address for number, address in enumerate(addresses)},
        server=f"{peer}.local.",
    )


def announced_in(info: "ServiceInfo", most: int) -> tuple[PeerId, tuple[str, ...]] | None:
    """Return who announces itself and where, or None if it is nobody we could dial."""
    peer = info.name.partition(".")[0]
    addresses: list[str] = []
    for _, value in sorted(info.properties.items()):
        if value is not None and len(addresses) < most and (address := _address(value, peer)):
            addresses.append(address)
    return (PeerId(peer), tuple(addresses)) if addresses else None


def _address(value: bytes, peer: str) -> str | None:
    try:
        address = parse(value.decode("ascii"))
    except (BadAddress, UnicodeDecodeError):
        return None
    return str(address) if address.peer == peer and address.port else None


def join_multicast(interfaces: tuple[str, ...]) -> "Zeroconf":
    """Open zeroconf on these interfaces, or all: over IPv4, and over IPv6 where the machine has it. Raises OSError."""
    from zeroconf import InterfaceChoice, IPVersion, Zeroconf

    # It warns about every packet on the network that it cannot read.
    logging.getLogger("zeroconf").setLevel(logging.CRITICAL)
    choice = list(interfaces) or InterfaceChoice.All
    try:
        return Zeroconf(interfaces=choice, ip_version=IPVersion.All)
    except OSError:
        return Zeroconf(interfaces=choice, ip_version=IPVersion.V4Only)


async def _close(listener: _Listener) -> None:
    """Say goodbye to the network, in bounded time even when the network does not answer."""
    with trio.move_on_after(CLOSE_WITHIN) as scope:
        scope.shield = True
        await _in_thread(listener.session.close)


async def _in_thread(work: Callable[[], None]) -> None:
    """Do what waits for the network in a thread, which is left behind when there is no more time for it."""
    await trio.to_thread.run_sync(work, abandon_on_cancel=True)
