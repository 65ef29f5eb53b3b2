import trio
from trio.testing import MockClock

from meshnode.runtime.streaming import STREAM_RECORDS, STREAM_SECONDS, Streaming


async def test_many_records_within_a_moment_are_a_stream_until_none_came_for_a_while(autojump_clock: MockClock) -> None:
    streaming = Streaming()
    told: list[bool] = []
    for came, seconds in ((STREAM_RECORDS, 0.0), (1, 0.0), (0, STREAM_SECONDS)):
        await trio.sleep(seconds)
        streaming.came(came)
        told.append(streaming.now)
    assert told == [False, True, False]


async def test_records_that_come_now_and_then_are_none(autojump_clock: MockClock) -> None:
    streaming = Streaming()
    for _ in range(3):
        streaming.came(STREAM_RECORDS)
        await trio.sleep(STREAM_SECONDS)
        assert not streaming.now


async def test_a_stream_is_past_once_what_it_brought_is_shown(autojump_clock: MockClock) -> None:
    streaming = Streaming()
    assert streaming.past(-1)
    streaming.landed(5)  # written here
    assert streaming.past(4)
    streaming.came(STREAM_RECORDS + 1)
    streaming.landed(200)
    assert not streaming.past(200)
    await trio.sleep(STREAM_SECONDS)
    assert not streaming.past(199)
    assert streaming.past(200)


async def test_who_waits_for_quiet_is_let_go_on_once_records_stream_in() -> None:
    streaming = Streaming()
    with trio.CancelScope() as first, streaming.never(first):
        streaming.came(STREAM_RECORDS + 1)
        await trio.sleep_forever()
    assert first.cancelled_caught
    with trio.CancelScope() as later, streaming.never(later):
        await trio.lowlevel.checkpoint()
    assert not later.cancelled_caught
