"""What every transport promises, in memory as over libp2p: the promises of `meshnode/net/transport.py`."""

from collections.abc import Callable
from contextlib import suppress

import pytest
import trio
import trio.testing
from trio.testing import MockClock

from meshnode.net.transport import (
    AlreadyConnected,
    Channel,
    ChannelClosed,
    CloseReason,
    DialError,
    DialReason,
    NotRunning,
    PortInUse,
    Transport,
)
from tests.support.patience import DEADLINE
from tests.support.transports import (
    Callers,
    Libp2pWorld,
    MemoryWorld,
    World,
    echo,
    eventually,
    hold,
    receive_exactly,
    running,
)


@pytest.fixture(params=[MemoryWorld, Libp2pWorld], ids=["memory", "libp2p"])
def world(request: pytest.FixtureRequest) -> World:
    """Where the transports of a test live."""
    made: Callable[[], World] = request.param
    return made()


@pytest.fixture
def alice(world: World) -> Transport:
    """One of two."""
    return world.transport("alice")


@pytest.fixture
def bob(world: World) -> Transport:
    """The other."""
    return world.transport("bob")


async def test_bytes_arrive_whole_and_in_order(alice: Transport, bob: Transport) -> None:
    sent = bytes(range(256)) * 20_000
    async with running(alice), running(bob) as address, trio.open_nursery() as nursery:
        channel = await alice.dial(address)
        nursery.start_soon(channel.send, sent)
        assert await receive_exactly(channel, len(sent)) == sent


async def test_nothing_of_a_message_stays_behind(alice: Transport, bob: Transport, still_clock: MockClock) -> None:
    # Sizes about those of frames, queues and windows; whatever is left over must not wait for the next message or ping.
    sizes = [size + more for size in (1, 65_507, 131_014, 262_028, 262_144) for more in (-1, 0, 1)]
    callers = Callers()
    async with running(alice), running(bob, callers) as address:
        channel, far = await alice.dial(address), await callers.next()
        for size in sizes:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(channel.send, bytes(size))
                await receive_exactly(far, size)
        assert still_clock.current_time() == 0


async def test_both_sides_know_who_the_other_is_and_who_dialled(alice: Transport, bob: Transport) -> None:
    callers = Callers()
    async with running(alice), running(bob, callers) as address:
        near, far = await alice.dial(address), await callers.next()
        assert (near.peer, near.outbound) == (bob.peer_id, True)
        assert (far.peer, far.outbound) == (alice.peer_id, False)


async def test_a_ping_is_answered_without_anybody_reading(alice: Transport, bob: Transport) -> None:
    async with running(alice), running(bob, hold) as address:
        channel = await alice.dial(address)
        with trio.fail_after(DEADLINE):
            assert 0 <= await channel.ping() < DEADLINE
            assert 0 <= await channel.ping() < DEADLINE


async def test_several_may_ping_at_once(alice: Transport, bob: Transport) -> None:
    async with running(alice), running(bob, hold) as address:
        channel, answered = await alice.dial(address), []

        async def ask() -> None:
            answered.append(await channel.ping())

        with trio.fail_after(DEADLINE):
            async with trio.open_nursery() as nursery:
                for _ in range(3):
                    nursery.start_soon(ask)
        assert len(answered) == 3


async def test_a_channel_that_ended_answers_no_ping(alice: Transport, bob: Transport) -> None:
    async with running(alice), running(bob, hold) as address:
        channel = await alice.dial(address)
        channel.abort()
        with pytest.raises(ChannelClosed):
            await channel.ping()


async def test_receive_returns_no_more_than_asked_for(alice: Transport, bob: Transport) -> None:
    async with running(alice), running(bob) as address:
        channel = await alice.dial(address)
        await channel.send(b"abcdef")
        assert await channel.receive(1) == b"a"
        assert await receive_exactly(channel, 5) == b"bcdef"


async def test_send_waits_for_a_peer_that_does_not_read(alice: Transport, bob: Transport) -> None:
    async with running(alice), running(bob, hold) as address:
        channel = await alice.dial(address)
        with trio.move_on_after(0.3) as patience:
            await channel.send(bytes(16_000_000))
        assert patience.cancelled_caught


async def test_a_send_cut_half_way_ends_the_channel(alice: Transport, bob: Transport) -> None:
    callers = Callers()
    async with running(alice), running(bob, callers) as address:
        channel, far = await alice.dial(address), await callers.next()
        with trio.move_on_after(0.2):
            await channel.send(bytes(16_000_000))
        with pytest.raises(ChannelClosed) as caught:
            await channel.send(b"more")
        assert caught.value.reason is CloseReason.CANCELLED
        with pytest.raises(ChannelClosed):
            await receive_exactly(far, 16_000_000)


async def test_what_is_sent_without_waiting_arrives_whole_and_in_order(alice: Transport, bob: Transport) -> None:
    async with running(alice), running(bob) as address:
        channel = await alice.dial(address)
        await channel.send(b"first ")
        assert channel.send_now(b"second ")
        await channel.send(b"third")
        assert await receive_exactly(channel, 18) == b"first second third"


async def test_what_would_have_to_wait_is_not_sent_in_part(alice: Transport, bob: Transport) -> None:
    callers = Callers()
    async with running(alice), running(bob, callers) as address:
        channel, far = await alice.dial(address), await callers.next()
        assert not channel.send_now(bytes(16_000_000))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(channel.send, b"x" * 1_000_000)
            await trio.testing.wait_all_tasks_blocked()
            assert not channel.send_now(b"y"), "it would stand in the midst of what is being sent"
            assert await receive_exactly(far, 1_000_000) == b"x" * 1_000_000


async def test_nothing_is_sent_without_waiting_over_a_channel_that_ended(alice: Transport, bob: Transport) -> None:
    async with running(alice), running(bob) as address:
        channel = await alice.dial(address)
        channel.abort()
        with pytest.raises(ChannelClosed):
            channel.send_now(b"too late")


async def test_sends_of_two_tasks_do_not_mix(alice: Transport, bob: Transport) -> None:
    parts = [bytes([letter]) * 700_000 for letter in b"xyz"]
    async with running(alice), running(bob) as address, trio.open_nursery() as nursery:
        channel = await alice.dial(address)
        for part in parts:
            nursery.start_soon(channel.send, part)
        received = await receive_exactly(channel, 2_100_000)
        assert sorted(received[at : at + 700_000] for at in (0, 700_000, 1_400_000)) == parts


async def test_a_clean_close_delivers_everything_before_it(alice: Transport, bob: Transport) -> None:
    callers = Callers()
    async with running(alice), running(bob, callers) as address:
        channel, far = await alice.dial(address), await callers.next()
        await channel.send(b"last words")
        await channel.aclose()
        assert await receive_exactly(far, 10) == b"last words"
        with trio.fail_after(DEADLINE):
            assert await far.receive() == b""


async def test_a_closed_channel_can_do_nothing_but_be_closed_again(alice: Transport, bob: Transport) -> None:
    async with running(alice), running(bob) as address:
        channel = await alice.dial(address)
        await channel.aclose()
        await channel.aclose()
        channel.abort()
        for use in (channel.send(b"x"), channel.receive()):
            with pytest.raises(ChannelClosed) as caught:
                await use
            assert caught.value.reason is CloseReason.LOCAL


async def test_an_aborted_channel_ends_at_once_for_the_other_side_too(alice: Transport, bob: Transport) -> None:
    callers = Callers()
    async with running(alice), running(bob, callers) as address:
        channel, far = await alice.dial(address), await callers.next()
        channel.abort()
        with pytest.raises(ChannelClosed) as caught, trio.fail_after(DEADLINE):
            await far.receive()
        assert caught.value.reason is CloseReason.RESET


async def test_a_channel_ends_when_its_handler_returns(alice: Transport, bob: Transport) -> None:
    async def one_word(channel: Channel) -> None:
        await channel.send(b"hello")

    async with running(alice), running(bob, one_word) as address:
        channel = await alice.dial(address)
        assert await receive_exactly(channel, 5) == b"hello"
        with trio.fail_after(DEADLINE):
            assert await channel.receive() == b""


async def test_a_failing_handler_ends_its_own_channel_alone(world: World, alice: Transport, bob: Transport) -> None:
    async def fail_for_carol(channel: Channel) -> None:
        if channel.peer == carol.peer_id:
            raise RuntimeError("a bug in the handler")
        await echo(channel)

    carol = world.transport("carol")
    async with running(alice), running(carol), running(bob, fail_for_carol) as address:
        lucky, unlucky = await alice.dial(address), await carol.dial(address)
        with pytest.raises(ChannelClosed), trio.fail_after(DEADLINE):
            await unlucky.receive()
        await lucky.send(b"still here")
        assert await receive_exactly(lucky, 10) == b"still here"
        assert bob.counters()["handler_failures"] == 1


@pytest.mark.parametrize("address", ["", "/ip4/1.2.3.4", "/ip4/1.2.3.4/tcp/99999/p2p/x", "not an address"])
async def test_what_is_no_address_is_not_dialled(alice: Transport, address: str) -> None:
    async with running(alice):
        with pytest.raises(DialError) as caught:
            await alice.dial(address)
        assert caught.value.reason is DialReason.BAD_ADDRESS


async def test_an_address_where_nobody_is_is_unreachable(world: World, alice: Transport) -> None:
    async with running(alice):
        with pytest.raises(DialError) as caught:
            await alice.dial(world.nowhere())
        assert caught.value.reason is DialReason.UNREACHABLE
        assert alice.counters()["dials_failed"] == 1


async def test_nobody_dials_itself(alice: Transport) -> None:
    async with running(alice) as address:
        with pytest.raises(DialError) as caught:
            await alice.dial(address)
        assert caught.value.reason is DialReason.SELF


async def test_dialling_a_connected_peer_says_so(alice: Transport, bob: Transport) -> None:
    async with running(alice) as back, running(bob) as address:
        await alice.dial(address)
        with pytest.raises(AlreadyConnected) as caught:
            await alice.dial(address)
        assert caught.value.peer == bob.peer_id
        with pytest.raises(AlreadyConnected):
            await bob.dial(back)


async def test_after_a_close_the_peer_can_be_dialled_again(alice: Transport, bob: Transport) -> None:
    async with running(alice), running(bob) as address:
        for _ in range(3):
            channel = await alice.dial(address)
            await channel.send(b"again")
            assert await receive_exactly(channel, 5) == b"again"
            await channel.aclose()


async def test_simultaneous_dials_leave_exactly_one_channel(alice: Transport, bob: Transport) -> None:
    async with running(alice) as to_alice, running(bob) as to_bob:
        for _ in range(20):
            dialled: list[Channel] = []
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_dial_into, dialled, alice, to_bob)
                nursery.start_soon(_dial_into, dialled, bob, to_alice)
            assert [await _answers(channel) for channel in dialled].count(True) == 1
            assert alice.counters()["connections"] == bob.counters()["connections"] == 1
            for channel in dialled:
                await channel.aclose()
            await eventually(lambda: alice.counters()["connections"] == bob.counters()["connections"] == 0)


async def _dial_into(dialled: list[Channel], transport: Transport, address: str) -> None:
    with suppress(AlreadyConnected):
        dialled.append(await transport.dial(address))


async def _answers(channel: Channel) -> bool:
    with suppress(ChannelClosed), trio.fail_after(DEADLINE):
        await channel.send(b"?")
        return await channel.receive() == b"?"
    return False


async def test_a_transport_that_does_not_run_does_not_dial(alice: Transport, bob: Transport) -> None:
    assert alice.addresses() == ()
    async with running(bob) as address:
        with pytest.raises(NotRunning):
            await alice.dial(address)


async def test_two_cannot_listen_at_one_place(world: World, alice: Transport) -> None:
    async with running(alice) as address:
        rival = world.rival("bob", address)
        with pytest.raises(PortInUse) as caught, trio.fail_after(DEADLINE):
            await rival.run(echo)
        assert caught.value.address in address


async def test_leaving_closes_every_channel_on_both_sides(alice: Transport, bob: Transport) -> None:
    callers = Callers()
    async with running(bob, callers) as address:
        async with running(alice):
            channel, far = await alice.dial(address), await callers.next()
        with pytest.raises(ChannelClosed) as caught:
            await channel.receive()
        assert caught.value.reason is CloseReason.SHUTDOWN
        assert alice.counters()["connections"] == 0
        assert alice.addresses() == ()
        with trio.fail_after(DEADLINE):
            assert await far.receive() == b""


async def test_a_transport_can_run_again(alice: Transport, bob: Transport) -> None:
    async with running(bob) as address:
        for _ in range(2):
            async with running(alice):
                channel = await alice.dial(address)
                await channel.send(b"hello")
                assert await receive_exactly(channel, 5) == b"hello"
