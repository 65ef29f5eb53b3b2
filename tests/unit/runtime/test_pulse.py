"""The pulse: how long the loop keeps everybody waiting."""

import trio

from meshnode.runtime.watching.pulse import Pulse
from meshnode.runtime.watching.reports import Reports
from tests.support.programs import let_pass


def test_a_long_round_is_counted_and_one_of_work_twice() -> None:
    reports = Reports()
    pulse = Pulse(reports)
    for took, worked in ((0.05, 0.05), (0.3, 0.01), (0.2, 0.15)):
        pulse.note(took, worked)
    longest = {"loop_longest_ms": 300, "loop_working_ms": 150}
    assert reports.counters() == {"loop_stalls": 2, "loop_stalls_working": 1, **longest}


def test_it_tells_the_longest_round_since_it_was_asked_last() -> None:
    pulse = Pulse(Reports())
    pulse.note(0.02, 0.0)
    pulse.note(0.01, 0.0)
    assert (pulse.since_asked(), pulse.since_asked(), pulse.longest) == (0.02, 0.0, 0.02)


async def test_a_task_that_does_not_give_way_shows_and_a_wait_does_not() -> None:
    pulse = Pulse(Reports())
    trio.lowlevel.add_instrument(pulse)
    await trio.sleep(0.5)
    waited = pulse.since_asked()
    let_pass(0.5)
    await trio.lowlevel.checkpoint()
    trio.lowlevel.remove_instrument(pulse)
    assert waited < 0.5 <= pulse.longest
    assert pulse.longest_work < pulse.longest
