import gc
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
import trio
import trio.testing

import meshnode.runtime.burden as burden_module
import meshnode.runtime.conversations as conversations_module
from meshnode.core.events import BreachIn, DialResult, Event, MessageIn, PeerDown, PeerUp
from meshnode.net.memory import MemoryMesh, MemoryTransport
from meshnode.net.transport import Channel, ChannelClosed, CloseReason, PeerId
from meshnode.runtime.conversations import Conversations, Pace, lightly
from meshnode.runtime.dialler import Dialler
from meshnode.runtime.inbox import Inbox
from meshnode.runtime.settings import OUTBOX_BYTES
from meshnode.runtime.verifier import Checked, Verifier
from meshproto.records.ids import LogId
from meshproto.wire.breaches import Breach
from meshproto.wire.codec import encode
from meshproto.wire.frames import frame
from meshproto.wire.messages import Credit, Headers, LogWant, Message, Part, Want
from tests.support.patience import DEADLINE
from tests.support.transports import receive_exactly

BULK = Headers((b"x" * 60_000,) * 10, b"s" * 64, Part.WANTED)


class Near:
    """This side: conversations over a transport in memory, and the events they make."""

    def __init__(self, mesh: MemoryMesh) -> None:
        self.inbox: Inbox[Event] = Inbox()
        self.transport = mesh.transport("near")
        self.inbox.filled = self._wake
        self._filled = trio.Event()
        self.busy = 0
        self.waiting: list[int] = []
        """How many events waited each time others were let go first."""
        pace = Pace(self._give_way)
        self.conversations = Conversations(self.inbox, Verifier(), "near", self._count_busy, pace=pace)
        self.dialler = Dialler(self.transport, self.conversations, self.inbox)

    def _count_busy(self) -> None:
        self.busy += 1

    async def _give_way(self) -> None:
        self.waiting.append(len(self.inbox))

    def _wake(self) -> None:
        self._filled.set()
        self._filled = trio.Event()

    async def next(self) -> Event:
        """The next event."""
        with trio.fail_after(DEADLINE):
            while (event := self.inbox.take(peers=True)) is None:
                await self._filled.wait()
        return event

    def say(self, *messages: Message) -> None:
        """Send messages over the first connection."""
        for message in messages:
            self.conversations.send(1, message)
        self.conversations.hand_over()


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[Near, MemoryTransport, MemoryMesh]]:
    """The near side listens; the far side is a bare transport that dials it."""
    mesh = MemoryMesh()
    near, far = Near(mesh), mesh.transport("far")

    async def hang_up(channel: Channel) -> None:
        await channel.aclose()

    async with trio.open_nursery() as nursery:
        near.dialler.begin(nursery)
        await nursery.start(near.transport.run, near.conversations.hold)
        await nursery.start(far.run, hang_up)
        yield near, far, mesh
        nursery.cancel_scope.cancel()


async def test_a_conversation_begins_with_up_carries_messages_and_ends_with_down() -> None:
    async with listening() as (near, far, _):
        channel = await far.dial("/memory/near/p2p/near")
        assert await near.next() == PeerUp(1, "far", "/memory/far", False, "near")
        await channel.send(frame(encode(Credit(1))) + frame(encode(Credit(2)))[:3])
        assert await near.next() == MessageIn(1, Credit(1))
        await channel.send(frame(encode(Credit(2)))[3:])
        assert await near.next() == MessageIn(1, Credit(2))
        near.say(Credit(3))
        assert await channel.receive() == frame(encode(Credit(3)))
        await channel.aclose()
        assert await near.next() == PeerDown(1, "closed")
        assert len(near.conversations) == 0


async def test_closing_sends_what_is_queued_first() -> None:
    async with listening() as (near, far, _):
        channel = await far.dial("/memory/near/p2p/near")
        await near.next()
        near.conversations.send(1, Credit(1))
        near.conversations.close(1)
        near.conversations.send(1, Credit(2))
        near.conversations.hand_over()
        assert await channel.receive() == frame(encode(Credit(1)))
        assert await channel.receive() == b""
        assert isinstance(await near.next(), PeerDown)


@pytest.mark.parametrize("raw", [b"\x00\x00\x00\x00", b"\xff\xff\xff\xff", frame(b"\xc1"), frame(b"\x91\x05")])
async def test_after_a_breach_nothing_more_is_read_and_the_core_closes(raw: bytes) -> None:
    async with listening() as (near, far, _):
        channel = await far.dial("/memory/near/p2p/near")
        await near.next()
        await channel.send(raw + frame(encode(Credit(1))))
        breach = await near.next()
        assert isinstance(breach, BreachIn)
        assert breach.breach in (Breach.FRAME, Breach.ENCODING, Breach.SHAPE)
        near.conversations.close(1)
        assert isinstance(await near.next(), PeerDown)


async def test_large_messages_both_ways_are_told_as_work_that_cannot_wait() -> None:
    async with listening() as (near, far, _):
        channel = await far.dial("/memory/near/p2p/near")
        await near.next()
        near.say(BULK)
        received = 0
        while received < 600_000:
            received += len(await channel.receive())
        assert near.busy == 1
        await channel.send(frame(b"\xc1" * 40_000))
        assert isinstance(await near.next(), BreachIn)
        assert near.busy == 2


async def test_others_are_let_go_before_a_large_message_is_checked_and_before_it_is_decided_about() -> None:
    async with listening() as (near, far, _):
        channel = await far.dial("/memory/near/p2p/near")
        await near.next()
        await channel.send(frame(encode(Credit(1))))
        assert (await near.next(), near.waiting) == (MessageIn(1, Credit(1)), [])
        await channel.send(frame(b"\xc1" * 40_000))
        assert isinstance(await near.next(), BreachIn)
        assert near.waiting == [0, 0]


async def test_a_broken_link_ends_the_conversation_with_its_reason() -> None:
    async with listening() as (near, far, mesh):
        await far.dial("/memory/near/p2p/near")
        await near.next()
        mesh.cut(near.transport.peer_id, far.peer_id)
        down = await near.next()
        assert isinstance(down, PeerDown)
        assert "broken" in down.reason


async def test_what_ends_a_conversation_remembers_nothing_that_was_said() -> None:
    said: list[weakref.ref[Near]] = []

    async def break_off(mesh: MemoryMesh) -> None:
        heard = Near(mesh)
        said.append(weakref.ref(heard))
        raise ChannelClosed(PeerId("far"), CloseReason.RESET)

    with pytest.raises(ChannelClosed) as remembered:
        await lightly(break_off, MemoryMesh())
    gc.collect()
    assert said[0]() is None
    assert remembered.value.__traceback__ is not None


async def test_a_peer_that_asks_for_much_and_reads_nothing_is_dropped() -> None:
    async with listening() as (near, far, _):
        await far.dial("/memory/near/p2p/near")
        await near.next()
        near.say(*[BULK] * (OUTBOX_BYTES // 600_000 + 3))
        assert isinstance(await near.next(), PeerDown)


async def test_a_peer_that_stops_reading_is_dropped_after_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations_module, "SEND_SECONDS", 0.05)
    async with listening() as (near, far, _):
        await far.dial("/memory/near/p2p/near")
        await near.next()
        near.say(BULK)
        assert isinstance(await near.next(), PeerDown)


async def test_a_few_messages_are_on_their_way_without_a_turn_of_the_scheduler() -> None:
    async with listening() as (near, far, _):
        channel = await far.dial("/memory/near/p2p/near")
        await near.next()
        await trio.testing.wait_all_tasks_blocked()
        near.say(Credit(1), Credit(2))
        assert await channel.receive() == frame(encode(Credit(1))) + frame(encode(Credit(2)))


async def test_a_few_messages_wait_behind_those_that_found_no_room() -> None:
    async with listening() as (near, far, _):
        channel = await far.dial("/memory/near/p2p/near")
        await near.next()
        near.say(BULK)
        near.say(Credit(1))
        await trio.testing.wait_all_tasks_blocked()
        near.say(Credit(2))
        expected = b"".join(frame(encode(each)) for each in (BULK, Credit(1), Credit(2)))
        assert await receive_exactly(channel, len(expected)) == expected


async def test_what_is_said_over_a_line_that_just_broke_ends_its_conversation_alone() -> None:
    async with listening() as (near, far, mesh):
        await far.dial("/memory/near/p2p/near")
        await near.next()
        await trio.testing.wait_all_tasks_blocked()
        mesh.cut(near.transport.peer_id, far.peer_id)
        near.say(Credit(1))
        assert isinstance(await near.next(), PeerDown)


async def test_what_is_said_to_nobody_is_dropped() -> None:
    async with listening() as (near, _, _):
        near.conversations.send(99, Credit(1))
        near.conversations.close(99)
        assert near.conversations.address(99) == ""


async def test_a_dial_reports_how_it_ended() -> None:
    async with listening() as (near, far, mesh):
        near.dialler.dial("far", "/memory/far/p2p/far")
        events = [await near.next(), await near.next()]
        assert DialResult("far", "/memory/far/p2p/far", ok=True) in events
        assert any(isinstance(event, PeerUp) and event.outbound for event in events)
        assert isinstance(await near.next(), PeerDown)
        near.dialler.dial("none", "/memory/none/p2p/none")
        assert await near.next() == DialResult("none", "/memory/none/p2p/none", ok=False, reason="unreachable")
        await far.dial("/memory/near/p2p/near")
        assert isinstance(await near.next(), PeerUp)
        near.dialler.dial("far", "/memory/far/p2p/far")
        assert await near.next() == DialResult("far", "/memory/far/p2p/far", ok=True)
        assert len(mesh._listening) == 2


async def test_nothing_is_dialled_any_more_while_the_node_leaves() -> None:
    async with listening() as (near, _, _):
        async with trio.open_nursery() as edges:
            near.dialler.begin(edges)
            near.dialler.end()
        near.dialler.dial("far", "/memory/far/p2p/far")
        await trio.testing.wait_all_tasks_blocked()
        assert len(near.inbox) == 0


async def test_a_dial_before_the_transport_runs_fails() -> None:
    near = Near(MemoryMesh())
    async with trio.open_nursery() as nursery:
        near.dialler.begin(nursery)
        near.dialler.dial("far", "/memory/far/p2p/far")
        result = await near.next()
    assert isinstance(result, DialResult)
    assert not result.ok


async def test_what_strangers_sent_weighs_until_it_was_dealt_with(monkeypatch: pytest.MonkeyPatch) -> None:
    message = frame(encode(Want(tuple(LogWant(LogId(bytes([n]) * 32), ()) for n in range(200)), False)))
    # More than the rest of a frame that one read leaves unfinished, less than what it brings.
    monkeypatch.setattr(burden_module, "STRANGERS_BYTES", len(message) + 1)
    async with listening() as (near, far, _):
        channel = await far.dial("/memory/near/p2p/near")
        await near.next()
        with suppress(ChannelClosed):
            await channel.send(message * 20)
        with trio.fail_after(DEADLINE):
            while isinstance(ended := await near.next(), MessageIn):
                pass
        assert isinstance(ended, PeerDown)


async def test_a_stranger_who_is_dropped_does_not_wait_for_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(burden_module, "STRANGERS_BYTES", 1_000)
    async with listening() as (near, far, _):
        channel = await far.dial("/memory/near/p2p/near")
        await near.next()

        async def never(conn: int, raw: bytes, room: object) -> Checked:
            near.conversations._burden.unfinished(conn, 1_001)
            await trio.sleep_forever()
            raise AssertionError

        monkeypatch.setattr(near.conversations._verifier, "check", never)
        await channel.send(frame(encode(Credit(1))))
        assert isinstance(await near.next(), PeerDown)


async def test_what_was_dealt_with_weighs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(burden_module, "STRANGERS_BYTES", 1_000)
    async with listening() as (near, far, _):
        channel = await far.dial("/memory/near/p2p/near")
        await near.next()
        for number in range(500):
            await channel.send(frame(encode(Credit(number + 1))))
            assert await near.next() == MessageIn(1, Credit(number + 1))
