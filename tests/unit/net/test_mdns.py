"""Discovery by multicast DNS: what is announced, what is believed, and what happens without a network."""

import logging
import secrets
from typing import Any, ClassVar, Never

import pytest
import trio
from zeroconf import EventLoopBlocked, InterfaceChoice, IPVersion, ServiceInfo, Zeroconf

from meshnode.net.mdns import MdnsDiscovery, announced_in, announcement, join_multicast
from meshnode.net.settings import DiscoverySettings
from meshnode.net.transport import PeerId
from tests.support.patience import DEADLINE

ALICE, BOB = (PeerId("12D3KooW" + letter * 44) for letter in "ab")


@pytest.fixture
def loopback() -> DiscoverySettings:
    """Discovery that meets nobody but those of the same test: others may run at the same time."""
    service = f"_mesh{secrets.token_hex(4)}._udp.local."
    return DiscoverySettings(service=service, interfaces=("127.0.0.1",), retry_interval=0.05)


def address_of(peer: PeerId, port: int = 4401) -> str:
    return f"/ip4/127.0.0.1/tcp/{port}/p2p/{peer}"


class Found:
    """Waits for what discovery finds."""

    def __init__(self) -> None:
        self._send, self._receive = trio.open_memory_channel[tuple[PeerId, tuple[str, ...]]](100)

    def __call__(self, peer: PeerId, addresses: tuple[str, ...]) -> None:
        self._send.send_nowait((peer, addresses))

    async def next(self) -> tuple[PeerId, tuple[str, ...]]:
        with trio.fail_after(DEADLINE):
            return await self._receive.receive()

    async def hears(self, peer: PeerId, *addresses: str) -> None:
        """What was said before may be said again first: multicast repeats itself."""
        while await self.next() != (peer, addresses):
            pass


async def test_two_on_one_network_find_each_other_and_not_themselves(loopback: DiscoverySettings) -> None:
    alice, bob = Found(), Found()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(MdnsDiscovery(ALICE, lambda: (address_of(ALICE),), loopback).run, alice)
        nursery.start_soon(MdnsDiscovery(BOB, lambda: (address_of(BOB),), loopback).run, bob)
        assert await alice.next() == (BOB, (address_of(BOB),))
        assert await bob.next() == (ALICE, (address_of(ALICE),))
        nursery.cancel_scope.cancel()


class Opened:
    """Notes how zeroconf is opened; on some machines it cannot be, as where IPv6 is switched off."""

    lacks_ipv6 = False

    def __init__(self, *, interfaces: object, ip_version: IPVersion) -> None:
        if self.lacks_ipv6 and ip_version is not IPVersion.V4Only:
            raise OSError(97, "Address family not supported by protocol")
        self.interfaces, self.ip_version = interfaces, ip_version


@pytest.mark.parametrize(
    ("interfaces", "lacks_ipv6", "expected"),
    [
        ((), False, (InterfaceChoice.All, IPVersion.All)),
        (("127.0.0.1",), False, (["127.0.0.1"], IPVersion.All)),
        ((), True, (InterfaceChoice.All, IPVersion.V4Only)),
    ],
)
def test_it_looks_around_over_ipv4_and_over_ipv6_where_there_is_any(
    monkeypatch: pytest.MonkeyPatch, interfaces: tuple[str, ...], lacks_ipv6: bool, expected: tuple[object, IPVersion]
) -> None:
    monkeypatch.setattr("zeroconf.Zeroconf", Opened)
    monkeypatch.setattr(Opened, "lacks_ipv6", lacks_ipv6)
    opened = join_multicast(interfaces)
    assert isinstance(opened, Opened)
    assert (opened.interfaces, opened.ip_version) == expected


def test_an_announcement_of_ipv6_addresses_is_read_again() -> None:
    there = f"/ip6/fd00::2/tcp/4401/p2p/{BOB}"
    info = announcement("_meshnode._udp.local.", BOB, (there, address_of(BOB)))
    assert announced_in(info, 8) == (BOB, (there, address_of(BOB)))


async def test_a_new_address_is_announced(loopback: DiscoverySettings) -> None:
    bob, places = Found(), [address_of(ALICE)]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(MdnsDiscovery(ALICE, lambda: tuple(places), loopback).run, Found())
        nursery.start_soon(MdnsDiscovery(BOB, lambda: (address_of(BOB),), loopback).run, bob)
        assert await bob.next() == (ALICE, (address_of(ALICE),))
        places[:] = [address_of(ALICE, 4402)]
        await bob.hears(ALICE, address_of(ALICE, 4402))
        nursery.cancel_scope.cancel()


class Busy(Zeroconf):
    """A machine so busy that the first question about a peer is not answered in time, or not at all."""

    failures: ClassVar[list[type[Exception] | None]]

    def get_service_info(self, *about: Any, **options: Any) -> ServiceInfo | None:
        if not self.failures:
            return super().get_service_info(*about, **options)
        if failure := self.failures.pop():
            raise failure
        return None


async def test_a_peer_about_whom_nothing_was_learned_is_asked_about_again(
    loopback: DiscoverySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An error that left the listener would end the thread that looks around; and nobody announces the same again.
    monkeypatch.setattr(Busy, "failures", [None, OSError, EventLoopBlocked], raising=False)
    bob = Found()
    looking = MdnsDiscovery(BOB, tuple, loopback, open_zeroconf=lambda: Busy(interfaces=["127.0.0.1"]))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(MdnsDiscovery(ALICE, lambda: (address_of(ALICE),), loopback).run, Found())
        nursery.start_soon(looking.run, bob)
        assert await bob.next() == (ALICE, (address_of(ALICE),))
        nursery.cancel_scope.cancel()
    assert Busy.failures == []


@pytest.mark.parametrize("error", [OSError("no such device"), RuntimeError("no interfaces"), ValueError("no address")])
async def test_without_a_network_it_says_so_once_and_tries_again(
    error: Exception, caplog: pytest.LogCaptureFixture, loopback: DiscoverySettings
) -> None:
    tries, enough = 0, trio.Event()

    def fail() -> Never:
        nonlocal tries
        tries += 1
        if tries == 3:
            trio.from_thread.run_sync(enough.set)
        raise error

    caplog.set_level(logging.WARNING)
    discovery = MdnsDiscovery(ALICE, tuple, loopback, open_zeroconf=fail)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(discovery.run, Found())
        with trio.fail_after(DEADLINE):
            await enough.wait()
        nursery.cancel_scope.cancel()
    assert [record.message for record in caplog.records] == [f"peers on this network cannot be found for now: {error}"]


def test_an_announcement_holds_the_peer_id_and_its_addresses_and_nothing_else() -> None:
    info = announcement("_meshnode._udp.local.", ALICE, (address_of(ALICE), address_of(ALICE, 4402)))
    assert info.name == f"{ALICE}._meshnode._udp.local."
    assert info.server == f"{ALICE}.local."
    assert info.properties == {b"a0": address_of(ALICE).encode(), b"a1": address_of(ALICE, 4402).encode()}
    assert announced_in(info, 8) == (ALICE, (address_of(ALICE), address_of(ALICE, 4402)))


@pytest.mark.parametrize(
    "value",
    [
        address_of(BOB),
        "/ip4/127.0.0.1/tcp/4401",
        address_of(ALICE, 0),
        "nonsense",
        b"\xff\xfe",
        None,
        "/ip4/127.0.0.1/tcp/4401/p2p/" + "x" * 200,
    ],
)
def test_what_cannot_be_dialled_is_not_believed(value: str | bytes | None) -> None:
    info = ServiceInfo("_meshnode._udp.local.", f"{ALICE}._meshnode._udp.local.", properties={"a0": value})
    assert announced_in(info, 8) is None


def test_no_more_addresses_are_believed_than_the_limit() -> None:
    addresses = tuple(address_of(ALICE, port) for port in range(4401, 4421))
    found = announced_in(announcement("_meshnode._udp.local.", ALICE, addresses), 8)
    assert found is not None
    assert len(found[1]) == 8
