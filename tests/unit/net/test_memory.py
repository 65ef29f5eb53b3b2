"""What only transports in memory can do: links that are cut and healed. The rest is in the conformance tests."""

import pytest
import trio
import trio.testing

from meshnode.net.memory import MemoryMesh
from meshnode.net.transport import ChannelClosed, CloseReason, DialError, PeerId
from tests.support.transports import Callers, echo, receive_exactly, running

ALICE, BOB = PeerId("alice"), PeerId("bob")


async def test_a_cut_breaks_the_channel_for_both_and_no_other() -> None:
    mesh, callers = MemoryMesh(), Callers()
    alice, bob, carol = (mesh.transport(name) for name in ("alice", "bob", "carol"))
    async with running(alice), running(bob, callers) as to_bob, running(carol) as to_carol:
        near, far, other = await alice.dial(to_bob), await callers.next(), await alice.dial(to_carol)
        mesh.cut(ALICE, BOB)
        for channel in (near, far):
            with pytest.raises(ChannelClosed) as caught:
                await channel.receive()
            assert caught.value.reason is CloseReason.BROKEN
        await other.send(b"x")
        assert await receive_exactly(other, 1) == b"x"


async def test_a_cut_link_cannot_be_dialled_until_it_heals() -> None:
    mesh = MemoryMesh()
    alice, bob = mesh.transport("alice"), mesh.transport("bob")
    async with running(alice), running(bob) as address:
        mesh.cut(BOB, ALICE)
        with pytest.raises(DialError):
            await alice.dial(address)
        mesh.heal(ALICE, BOB)
        assert (await alice.dial(address)).peer == BOB


async def test_cutting_what_does_not_run_is_no_error() -> None:
    mesh = MemoryMesh()
    mesh.cut(ALICE, BOB)
    mesh.heal(ALICE, BOB)


async def test_the_window_is_as_large_as_asked_for() -> None:
    mesh, callers = MemoryMesh(window=10), Callers()
    alice, bob = mesh.transport("alice"), mesh.transport("bob")
    async with running(alice), running(bob, callers) as address, trio.open_nursery() as nursery:
        near, far = await alice.dial(address), await callers.next()
        nursery.start_soon(near.send, bytes(25))
        await trio.testing.wait_all_tasks_blocked()
        assert [len(await far.receive()) for _ in range(3)] == [10, 10, 5]


async def test_a_handler_that_meets_the_end_of_its_channel_is_no_failure() -> None:
    mesh = MemoryMesh()
    alice, bob = mesh.transport("alice"), mesh.transport("bob")
    async with running(alice), running(bob, echo) as address:
        (await alice.dial(address)).abort()
        await trio.testing.wait_all_tasks_blocked()
        assert bob.counters().get("handler_failures", 0) == 0
