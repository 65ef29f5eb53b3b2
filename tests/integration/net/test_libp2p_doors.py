"""Who gets in, how fast, and what is given back (09: slots, gate, reserved room, ports, the 250 ms; P17)."""

import socket
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from meshnode.net.libp2p.transport import Libp2pTransport
from meshnode.net.transport import AlreadyConnected, Channel, DialError, DialReason, ListenError, PeerId, PortInUse
from tests.support.attacks.raw_peer import connect, delimited, raw_peer, read_messages
from tests.support.patience import DEADLINE
from tests.support.transports import echo, eventually, libp2p, receive_exactly, running


async def test_slots_are_given_back_however_a_connection_ends() -> None:
    alice, bob = libp2p("alice", max_connections=8, reserved_for_known=0), libp2p("bob")
    async with running(alice) as address, running(bob):
        for turn in range(300):
            channel = await bob.dial(address)
            if turn % 2:
                channel.abort()
            else:
                await channel.aclose()
            await eventually(lambda: alice.counters()["connections"] == bob.counters()["connections"] == 0)
        channel = await bob.dial(address)
        await channel.send(b"x")
        assert await channel.receive() == b"x"


async def test_a_connection_that_never_speaks_our_protocol_gives_its_slot_back() -> None:
    alice = libp2p("alice")
    async with running(alice) as address, raw_peer(address) as mallory:
        await eventually(lambda: alice.counters()["connections"] == 1)
        for connection in alice._book._connections.values():
            connection.since -= alice._settings.handshake_deadline
        await mallory.until_cut()
        await eventually(lambda: alice.counters()["connections"] == 0)
        assert alice.counters()["unused"] == 1


async def test_a_handshake_has_a_deadline() -> None:
    alice = libp2p("alice", handshake_deadline=1.0)
    async with running(alice) as address:
        idle, slow = connect(address), connect(address)
        await slow.send(delimited("/multistream/1.0.0"))
        await eventually(lambda: alice.counters().get("handshakes_late") == 2)
        assert alice.counters()["half_open"] == 0
        idle.close()
        slow.close()


async def test_the_oldest_half_open_connection_of_an_address_yields() -> None:
    alice = libp2p("alice", max_half_open_per_address=3)
    async with running(alice) as address:
        idle = [connect(address) for _ in range(3)]
        await eventually(lambda: alice.counters()["half_open"] == 3)
        async with raw_peer(address, "bob") as bob:
            assert await bob.open(1) == ["/multistream/1.0.0", "/meshnode/sync/1"]
        assert alice.counters()["handshakes_evicted"] == 1
        for wire in idle:
            wire.close()


async def test_the_greediest_address_yields_when_there_are_too_many_half_open() -> None:
    alice = libp2p("alice", max_half_open=4, max_half_open_per_address=4)
    async with running(alice) as address:
        modest = connect(address, "127.0.0.7")
        greedy = [connect(address, "127.0.0.66") for _ in range(3)]
        await eventually(lambda: alice.counters()["half_open"] == 4)
        async with raw_peer(address, "bob", "127.0.0.8"):
            assert alice.counters()["handshakes_evicted"] == 1
        await modest.send(delimited("/multistream/1.0.0"))
        assert await read_messages(modest, 1) == ["/multistream/1.0.0"]
        for wire in (modest, *greedy):
            wire.close()


async def test_an_address_that_connects_too_often_is_turned_away_at_once() -> None:
    alice = libp2p("alice", accepts_per_address_per_second=0.001, accepts_per_address_burst=3)
    async with running(alice) as address:
        wires = [connect(address) for _ in range(5)]
        await eventually(lambda: alice.counters().get("refused_rate") == 2)
        async with raw_peer(address, "bob", "127.0.0.8") as bob:
            assert await bob.open(1)
        for wire in wires:
            wire.close()


async def test_strangers_of_one_address_are_limited_and_friends_are_not() -> None:
    friends = [libp2p(f"friend {number}") for number in range(2)]
    known = {friend.peer_id: None for friend in friends}
    strangers = [libp2p(f"stranger {number}") for number in range(3)]
    alice = libp2p("alice", max_connections_per_address=2, known=known.__contains__)
    async with running(alice) as address:
        outcomes = await _dial_all(address, *strangers, *friends)
        assert outcomes == [None, None, DialReason.REFUSED, None, None]
        assert alice.counters()["refused_address"] == 1


async def test_the_last_slots_are_for_friends() -> None:
    friend = libp2p("friend")
    alice = libp2p("alice", max_connections=3, reserved_for_known=1, known=lambda peer: peer == friend.peer_id)
    strangers = [libp2p(f"stranger {number}") for number in range(3)]
    async with running(alice) as address:
        outcomes = await _dial_all(address, *strangers, friend)
        assert outcomes == [None, None, DialReason.REFUSED, None]
        assert alice.counters()["refused_full"] == 1


async def test_a_failure_of_our_own_at_the_door_turns_one_away_and_ends_nothing() -> None:
    friend = libp2p("friend")

    def forgetful(peer: PeerId) -> bool:
        if peer != friend.peer_id:
            raise RuntimeError("a bug in what the node remembers")
        return True

    alice = libp2p("alice", known=forgetful)
    async with running(alice) as address:
        assert await _dial_all(address, libp2p("bob"), friend) == [DialReason.REFUSED, None]
        assert alice.counters()["handshake_errors"] == 1


async def test_a_full_node_does_not_dial() -> None:
    alice, bob, carol = libp2p("alice", max_connections=1, reserved_for_known=0), libp2p("bob"), libp2p("carol")
    async with running(alice), running(bob) as to_bob, running(carol) as to_carol:
        await alice.dial(to_bob)
        with pytest.raises(DialError) as caught:
            await alice.dial(to_carol)
        assert caught.value.reason is DialReason.FULL


async def test_a_dial_waits_for_nobody_but_the_peer(still_clock: MockClock) -> None:
    # Upstream lets 250 ms pass after each.
    alice, bob = libp2p("alice"), libp2p("bob")
    async with running(alice), running(bob) as address:
        for _ in range(5):
            channel = await alice.dial(address)
            await channel.aclose()
    assert still_clock.current_time() == 0


async def test_a_dial_does_not_wait_for_ever() -> None:
    alice = libp2p("alice", handshake_deadline=0.2)
    mute = socket.create_server(("127.0.0.1", 0))
    async with running(alice):
        with pytest.raises(DialError) as caught:
            await alice.dial(f"/ip4/127.0.0.1/tcp/{mute.getsockname()[1]}/p2p/{libp2p('bob').peer_id}")
        assert caught.value.reason is DialReason.TIMEOUT
    mute.close()


async def test_a_dial_that_is_turned_away_at_the_door_says_so() -> None:
    alice = libp2p("alice", accepts_per_address_per_second=0.001, accepts_per_address_burst=1)
    async with running(alice) as address:
        assert await _dial_all(address, libp2p("bob"), libp2p("carol")) == [None, DialReason.REFUSED]


async def test_of_two_dials_to_one_peer_at_once_the_second_waits_for_the_first() -> None:
    alice, bob, outcomes = libp2p("alice"), libp2p("bob"), Counter[str]()

    async def dial(address: str) -> None:
        try:
            await alice.dial(address)
            outcomes["channel"] += 1
        except AlreadyConnected:
            outcomes["connected"] += 1

    async with running(alice), running(bob) as address:
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(dial, address)
        assert outcomes == {"channel": 1, "connected": 2}
        assert bob.counters()["accepted"] == 1


async def test_an_address_without_a_peer_is_not_dialled() -> None:
    alice = libp2p("alice")
    async with running(alice):
        for address in ("/ip4/127.0.0.1/tcp/4401", f"/ip4/127.0.0.1/tcp/4401/p2p/{'1' * 50}"):
            with pytest.raises(DialError) as caught:
                await alice.dial(address)
            assert caught.value.reason is DialReason.BAD_ADDRESS


async def test_a_dial_to_something_else_says_so() -> None:
    async def speak_http(stream: trio.SocketStream) -> None:
        await stream.receive_some()
        await stream.send_all(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 40)

    alice = libp2p("alice")
    async with running(alice), trio.open_nursery() as nursery:
        listeners = await nursery.start(trio.serve_tcp, speak_http, 0)
        port = listeners[0].socket.getsockname()[1]
        with pytest.raises(DialError) as caught:
            await alice.dial(f"/ip4/127.0.0.1/tcp/{port}/p2p/{libp2p('bob').peer_id}")
        assert caught.value.reason is DialReason.HANDSHAKE
        nursery.cancel_scope.cancel()


class Names(trio.abc.HostnameResolver):
    """A name service that knows one name."""

    async def getaddrinfo(self, host: object, port: object, *kind: int) -> list[Any]:
        """Answer for alice.example; there are two of her, and only the second is at home."""
        if host != b"alice.example":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (f"127.0.0.{number}", port)) for number in (9, 1)]

    async def getnameinfo(self, *_: object) -> tuple[str, str]:
        """Nobody asks."""
        raise NotImplementedError


@pytest.fixture
async def names() -> AsyncIterator[None]:
    """Resolve names without a network."""
    before = trio.socket.set_custom_hostname_resolver(Names())
    yield
    trio.socket.set_custom_hostname_resolver(before)


async def test_every_address_of_a_name_is_tried(names: None) -> None:
    alice, bob = libp2p("alice"), libp2p("bob")
    async with running(bob), running(alice) as address:
        channel = await bob.dial(address.replace("/ip4/127.0.0.1", "/dns4/alice.example"))
        await channel.send(b"x")
        assert await channel.receive() == b"x"


async def test_a_name_that_does_not_exist_is_unreachable(names: None) -> None:
    alice = libp2p("alice")
    async with running(alice):
        with pytest.raises(DialError) as caught:
            await alice.dial(f"/dns4/nobody.example/tcp/4401/p2p/{libp2p('bob').peer_id}")
        assert caught.value.reason is DialReason.UNREACHABLE


async def test_a_port_shared_by_others_is_in_use() -> None:
    # Two of upstream's hosts, or any two programs that set SO_REUSEPORT, would both listen here.
    sharing = socket.socket()
    sharing.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sharing.bind(("127.0.0.1", 0))
    sharing.listen()
    place = f"/ip4/127.0.0.1/tcp/{sharing.getsockname()[1]}"
    with pytest.raises(PortInUse) as caught, trio.fail_after(DEADLINE):
        await libp2p("alice", listen=(place,)).run(echo)
    assert caught.value.address == place
    sharing.close()


async def test_nobody_can_share_our_port() -> None:
    async with running(libp2p("alice")) as address:
        sharing = socket.socket()
        sharing.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        with pytest.raises(OSError, match="in use"):
            sharing.bind(("127.0.0.1", int(address.split("/")[4])))
        sharing.close()


@pytest.mark.parametrize(
    "place", ["/ip4/203.0.113.9/tcp/0", "/ip4/127.0.0.1/udp/4401", "/dns4/localhost/tcp/0", "nowhere", "/ip6/::9/tcp/0"]
)
async def test_where_it_cannot_listen_it_says_so(place: str) -> None:
    with pytest.raises(ListenError) as caught, trio.fail_after(DEADLINE):
        await libp2p("alice", listen=("/ip4/127.0.0.1/tcp/0", place)).run(echo)
    assert caught.value.address == place


async def test_it_listens_at_every_address_it_was_given() -> None:
    alice, bob = (
        libp2p("alice", listen=("/ip4/127.0.0.1/tcp/0", "/ip6/::1/tcp/0", "/ip4/127.0.0.2/tcp/0")),
        libp2p("bob"),
    )
    async with running(alice), running(bob):
        assert [address.split("/")[2] for address in alice.addresses()] == ["127.0.0.1", "::1", "127.0.0.2"]
        for address in alice.addresses():
            channel = await bob.dial(address)
            await channel.aclose()


async def test_listening_everywhere_is_announced_as_real_addresses() -> None:
    alice = libp2p("alice", listen=("/ip4/0.0.0.0/tcp/0",))
    async with running(alice) as address:
        assert all("0.0.0.0" not in own and own.endswith(alice.peer_id) for own in alice.addresses())
        bob = libp2p("bob")
        async with running(bob):
            channel = await bob.dial(address)
            await channel.send(b"x")
            assert await receive_exactly(channel, 1) == b"x"


async def test_addresses_of_ipv6_count_by_network() -> None:
    alice, bob = libp2p("alice", listen=("/ip6/::1/tcp/0",)), libp2p("bob")
    callers: list[Channel] = []

    async def note(channel: Channel) -> None:
        callers.append(channel)
        await echo(channel)

    async with running(alice, note) as address, running(bob):
        await bob.dial(address)
        await eventually(lambda: len(callers) == 1)
        assert callers[0].address.startswith("/ip6/::1/tcp/")


async def _dial_all(address: str, *diallers: Libp2pTransport) -> list[DialReason | None]:
    """Let everybody dial, one after the other, and return what became of it; all channels stay open until the end."""
    outcomes: list[DialReason | None] = []
    async with trio.open_nursery() as nursery:
        for dialler in diallers:
            await nursery.start(dialler.run, echo)
            try:
                await dialler.dial(address)
                outcomes.append(None)
            except DialError as error:
                outcomes.append(error.reason)
        nursery.cancel_scope.cancel()
    return outcomes
