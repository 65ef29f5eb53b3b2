"""Yamux without sockets: two muxers whose outboxes are carried to each other by hand."""

import gc
import tracemalloc
import weakref
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from meshnode.net.libp2p import frames
from meshnode.net.libp2p.muxer import NUISANCE_BURST, TURN_WORK, Muxer
from meshnode.net.libp2p.outbox import CONTROL_BYTES, Outbox
from meshnode.net.libp2p.stream import MuxedStream
from meshnode.net.libp2p.violation import Violation
from meshnode.net.libp2p.windows import Allowance
from meshnode.net.transport import ChannelClosed, CloseReason, PeerId


class End:
    """One end of a connection: a muxer, what was opened to it, and its clock."""

    def __init__(self, *, dialled: bool, send_queue: int = 256 * 1024) -> None:
        self.accepted: list[MuxedStream] = []
        self.counted: Counter[str] = Counter()
        self.now = 1.0
        self.pongs: list[float] = []
        self.muxer = Muxer(
            peer=PeerId("12D3KooW"),
            dialled=dialled,
            send_queue=send_queue,
            max_streams=4,
            window_max=frames.INITIAL_WINDOW,
            allowance=Allowance(0),
            clock=lambda: self.now,
            accept=self._accept,
            counted=self.counted,
            filled=lambda: None,
            pong=lambda: self.pongs.append(self.now),
        )

    def _accept(self, stream: MuxedStream) -> None:
        stream.claimed = True
        self.accepted.append(stream)

    def feed(self, data: bytes) -> int:
        """Take in bytes and return after how many pauses."""
        return len(list(self.muxer.feed(data)))

    def sent(self) -> bytes:
        """Take out everything that is to be sent."""
        return b"".join(self.muxer.outbox.take(1 << 30))


@pytest.fixture
def alice() -> End:
    """The end that dialled."""
    return End(dialled=True)


@pytest.fixture
def bob() -> End:
    """The other end."""
    return End(dialled=False)


def exchange(one: End, other: End) -> None:
    """Carry everything over in both directions until nobody has anything to say."""
    while (there := one.sent()) or (back := other.sent()):
        other.feed(there)
        one.feed(back if not there else other.sent())


async def test_a_stream_carries_bytes_both_ways(alice: End, bob: End) -> None:
    near = alice.muxer.open()
    await near.send(b"hello")
    exchange(alice, bob)
    (far,) = bob.accepted
    assert await far.receive() == b"hello"
    await far.send(b"and back")
    exchange(alice, bob)
    assert await near.receive(3) == b"and"
    assert await near.receive() == b" back"


async def test_each_side_numbers_its_own_streams(alice: End, bob: End) -> None:
    assert [alice.muxer.open().number, alice.muxer.open().number] == [1, 3]
    assert [bob.muxer.open().number, bob.muxer.open().number] == [2, 4]


async def test_finishing_both_ways_ends_a_stream_and_leaves_what_was_sent(alice: End, bob: End) -> None:
    near = alice.muxer.open()
    await near.send(b"last")
    near.finish()
    near.finish()
    exchange(alice, bob)
    (far,) = bob.accepted
    far.finish()
    exchange(alice, bob)
    assert (alice.muxer.streams, bob.muxer.streams) == (0, 0)
    assert [await far.receive(), await far.receive(), await near.receive()] == [b"last", b"", b""]


async def test_a_finished_stream_sends_no_more(alice: End) -> None:
    near = alice.muxer.open()
    near.finish()
    with pytest.raises(ChannelClosed):
        await near.send(b"more")


async def test_a_reset_drops_what_was_queued_and_tells_the_peer(alice: End, bob: End) -> None:
    near = alice.muxer.open()
    exchange(alice, bob)
    await near.send(b"never mind")
    near.reset()
    near.reset()
    sent = alice.sent()
    assert b"never mind" not in sent
    bob.feed(sent)
    with pytest.raises(ChannelClosed) as caught:
        await bob.accepted[0].receive()
    assert caught.value.reason is CloseReason.RESET


async def test_a_sender_waits_for_the_window_and_goes_on_when_it_is_renewed(alice: End, bob: End) -> None:
    near, data = alice.muxer.open(), bytes(frames.INITIAL_WINDOW + 100)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(near.send, data)
        await trio.testing.wait_all_tasks_blocked()
        exchange(alice, bob)
        received = await bob.accepted[0].receive(frames.INITIAL_WINDOW)
        assert len(received) == frames.INITIAL_WINDOW
        exchange(alice, bob)
        await trio.testing.wait_all_tasks_blocked()
        exchange(alice, bob)
    assert received + await bob.accepted[0].receive() == data


async def test_a_sender_waits_while_the_queue_is_full() -> None:
    alice = End(dialled=True, send_queue=1000)
    near = alice.muxer.open()
    await near.send(bytes(2000))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(near.send, b"next")
        await trio.testing.wait_all_tasks_blocked()
        assert not alice.sent().endswith(b"next")
        await trio.testing.wait_all_tasks_blocked()
        assert alice.sent().endswith(b"next")


async def test_many_tiny_pieces_fill_the_queue_too() -> None:
    alice = End(dialled=True, send_queue=10_000)
    near = alice.muxer.open()
    with trio.move_on_after(0.05) as patience:
        for _ in range(10_000):
            await near.send(b"x")
    assert patience.cancelled_caught


async def test_the_end_of_the_connection_wakes_everybody(alice: End) -> None:
    stream = alice.muxer.open()

    async def wait(use: Callable[[], object]) -> None:
        with pytest.raises(ChannelClosed) as caught:
            await use()  # type: ignore[misc]  # both are coroutine functions
        assert caught.value.reason is CloseReason.SILENT

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait, stream.receive)
        nursery.start_soon(wait, lambda: stream.send(bytes(1_000_000)))
        await trio.testing.wait_all_tasks_blocked()
        alice.muxer.end(CloseReason.SILENT)
    with pytest.raises(ChannelClosed):
        alice.muxer.open()


async def test_everything_queued_leaves_before_the_farewell(alice: End, bob: End) -> None:
    near = alice.muxer.open()
    await near.send(b"last words")
    alice.muxer.finish()
    assert alice.muxer.outbox.finished
    exchange(alice, bob)
    assert bob.muxer.leaving
    assert [await bob.accepted[0].receive(), await bob.accepted[0].receive()] == [b"last words", b""]


async def test_a_leaving_side_refuses_streams_and_answers_nothing(alice: End, bob: End) -> None:
    alice.muxer.finish()
    alice.sent()
    bob.muxer.open()
    bob.muxer.ping()
    alice.feed(bob.sent())
    assert (alice.accepted, alice.sent(), alice.counted["streams_refused"]) == ([], b"", 1)


async def test_a_ping_measures_the_way_there_and_back(alice: End, bob: End) -> None:
    for _ in range(2):
        alice.muxer.ping()
        assert alice.muxer.asked_at == 1.0
    sent = alice.sent()
    assert len(sent) == frames.HEADER.size
    bob.feed(sent)
    alice.now += 0.5
    alice.feed(bob.sent())
    assert alice.muxer.asked_at is None
    assert alice.muxer._around.round_trip == alice.muxer.measured == 0.5
    assert (alice.muxer.answered, alice.pongs) == (1, [1.5])


async def test_an_answer_nobody_asked_for_means_nothing(alice: End) -> None:
    alice.feed(frames.header(frames.PING, frames.ACK, 0, 9))
    assert alice.muxer.asked_at is None


async def test_taking_in_many_frames_pauses_for_others(alice: End) -> None:
    assert alice.feed(frames.header(frames.PING, frames.SYN, 0, 1) * 1000) >= 1000 // TURN_WORK - 1


async def test_a_nuisance_is_forgiven_with_time(alice: End) -> None:
    ping = frames.header(frames.PING, frames.SYN, 0, 1)
    for _ in range(3):
        for _ in range(NUISANCE_BURST // 10):
            alice.feed(ping * 10)
            alice.sent()
        alice.now += 3600
    with pytest.raises(Violation) as caught:
        alice.feed(ping * (NUISANCE_BURST + 1))
    assert caught.value.reason is CloseReason.FLOOD


async def test_answers_nobody_reads_are_bounded() -> None:
    outbox = Outbox(1000, lambda: None)
    outbox.control(bytes(CONTROL_BYTES))
    outbox.check()
    outbox.control(b"x")
    with pytest.raises(Violation):
        outbox.check()


@given(st.data())
async def test_frames_may_be_cut_anywhere(data: st.DataObject) -> None:
    alice, bob = End(dialled=True), End(dialled=False)
    parts = [bytes([letter]) * 50 for letter in b"abc"]
    for part in parts:
        near = alice.muxer.open()
        await near.send(part)
        near.finish()
    wire = alice.sent()
    while wire:
        cut = data.draw(st.integers(1, 40))
        bob.feed(wire[:cut])
        wire = wire[cut:]
    assert [await far.receive() for far in bob.accepted] == parts


@given(st.binary(max_size=200), st.integers(0, 3), st.integers(0, 15), st.integers(0, 6), st.integers(0, 300))
def test_no_bytes_do_anything_but_mean_something_or_be_refused(
    tail: bytes, kind: int, flags: int, stream: int, value: int
) -> None:
    end = End(dialled=False)
    with suppress(Violation):
        end.feed(frames.header(kind, flags, stream, value) + tail)
    assert end.muxer.streams <= 4


class Owner:
    """Whoever made a muxer, refers to it, and is called by it."""

    def __init__(self) -> None:
        self.muxer = Muxer(
            peer=PeerId("12D3KooW"),
            dialled=False,
            send_queue=1,
            max_streams=4,
            window_max=frames.INITIAL_WINDOW,
            allowance=Allowance(0),
            clock=lambda: 1.0,
            accept=self.accept,
            counted=Counter(),
            filled=self.note,
            pong=self.note,
        )

    def accept(self, stream: MuxedStream) -> None:
        """A stream was opened."""

    def note(self) -> None:
        """Something is to be sent, or came back."""


def test_what_ended_leaves_memory_before_python_looks_for_cycles() -> None:
    owner = Owner()
    owner.muxer.open()
    there = weakref.ref(owner)
    gc.disable()
    try:
        owner.muxer.end(CloseReason.LOCAL)
        waits = owner.muxer.outbox.waiting
        del owner
        assert (there(), waits) == (None, False)
    finally:
        gc.enable()


def test_tiny_frames_count_as_much_as_they_take() -> None:
    outbox, frames_queued = Outbox(256 * 1024, lambda: None), 0
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    while outbox.has_room:
        outbox.data(1, frames.header(frames.DATA, 0, 1, 1), memoryview(b"x"))
        frames_queued += 1
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert frames_queued > 100
    assert taken <= 256 * 1024
