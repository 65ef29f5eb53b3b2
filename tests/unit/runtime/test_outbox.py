import trio
from trio.testing import wait_all_tasks_blocked

from meshnode.runtime.outbox import Outbox
from meshnode.runtime.settings import OUTBOX_BYTES, SEND_BYTES
from meshproto.wire.messages import Credit, Headers, Message, Part, Privates

RUN = Headers((b"x" * 100_000,), b"s" * 64, Part.WANTED)
PARTS = Privates(((b"r" * 32, b"x" * 100_000),), (), ())  # type: ignore[arg-type]  # any 32 bytes name a record here


async def test_messages_come_out_in_order_gathered_into_portions() -> None:
    outbox = Outbox()
    for message in (Credit(1), RUN, PARTS, RUN, Credit(2)):
        outbox.put(message)
    assert await outbox.take() == [Credit(1), RUN, PARTS, RUN]
    assert await outbox.take() == [Credit(2)]
    assert SEND_BYTES < 300_000


async def test_a_closed_outbox_gives_what_it_holds_and_then_nothing() -> None:
    outbox = Outbox()
    outbox.put(Credit(1))
    outbox.close()
    outbox.put(Credit(2))
    assert await outbox.take() == [Credit(1)]
    assert await outbox.take() == []


async def test_closing_wakes_whoever_waits(nursery: trio.Nursery) -> None:
    outbox = Outbox()
    nursery.start_soon(outbox.take)
    await wait_all_tasks_blocked()
    outbox.close()
    await wait_all_tasks_blocked()
    assert not nursery.child_tasks


async def test_an_outbox_nobody_empties_becomes_overfull() -> None:
    outbox = Outbox()
    message: Message = RUN
    for _ in range(OUTBOX_BYTES // 100_000):
        assert not outbox.overfull
        outbox.put(message)
    outbox.put(message)
    assert outbox.overfull
    while outbox.overfull:
        await outbox.take()


async def test_little_is_given_at_once_while_nobody_takes_anything_out(nursery: trio.Nursery) -> None:
    outbox = Outbox()
    outbox.put(Credit(1))
    assert outbox.few() == [], "whoever takes messages out is busy"
    await outbox.take()
    nursery.start_soon(outbox.take)
    await wait_all_tasks_blocked()
    outbox.put(Credit(2))
    outbox.put(Credit(3))
    assert outbox.few() == [Credit(2), Credit(3)]
    outbox.sent()
    outbox.put(RUN)
    assert outbox.few() == [], "much is sent in portions"
    outbox.wake()
