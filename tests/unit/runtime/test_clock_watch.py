"""A wrong clock is told, whichever way it shows; a machine that slept is no wrong clock."""

import pytest

from meshnode.runtime.watching.clock_watch import AHEAD_MS, JUMP_TOLD_MS, ClockWatch, clock

NOW = 1_800_000_000_000
HOUR = 3_600_000


def test_a_clock_that_goes_with_the_steady_one_is_plausible() -> None:
    watch = ClockWatch()
    assert [watch.look(NOW + passed, passed).state for passed in (0, 2_000, 9 * HOUR, 9 * HOUR + 3_000)] == ["ok"] * 4


def test_a_clock_that_is_not_set_is_told() -> None:
    assert (clock(0).state, ClockWatch().look(0, 0).state) == ("fail", "fail")


def test_a_step_forward_is_told_for_a_while() -> None:
    watch = ClockWatch()
    watch.look(NOW, 0)
    found = watch.look(NOW + HOUR + 2_000, 2_000)
    assert (found.state, "set forward by 60 minutes" in found.text, bool(found.fix)) == ("warn", True, True)
    assert watch.look(NOW + HOUR + 4_000, 4_000).state == "warn"
    later = 2_000 + JUMP_TOLD_MS
    assert watch.look(NOW + HOUR + later, later).state == "ok"


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (2 * HOUR - 20, "2 hours"),
        (2 * HOUR + 20, "2 hours"),
        (2 * HOUR - 29_000, "2 hours"),
        (2 * HOUR - 31_000, "119 minutes"),
        (2 * HOUR + HOUR // 2, "3 hours"),
        (48 * HOUR - 20, "2 days"),
        (47 * HOUR, "47 hours"),
        (40 * 24 * HOUR - 2_000, "40 days"),
        (119_600, "2 minutes"),
        (119_400, "119 s"),
        (2_600, "3 s"),
    ],
)
def test_a_step_is_told_as_whoever_made_it_would_say(step: int, told: str) -> None:
    watch = ClockWatch()
    watch.look(NOW, 0)
    assert f"set forward by {told}:" in watch.look(NOW + step + 2_000, 2_000).text


def test_a_step_back_fails_until_the_time_is_reached_again() -> None:
    watch = ClockWatch()
    watch.look(NOW, 0)
    found = watch.look(NOW - HOUR + 2_000, 2_000)
    assert (found.state, found.text.startswith("the clock was set back: your own newest record")) == ("fail", True)
    assert watch.look(NOW + 2_000, HOUR + 2_000).state == "ok"


def test_a_clock_that_was_set_back_while_the_node_was_off_is_told() -> None:
    watch = ClockWatch()
    watch.signed(NOW + HOUR)
    assert "2027-01-15 09:00 UTC" in watch.look(NOW, 0).text
    assert watch.look(NOW + HOUR, HOUR).state == "ok"


def test_others_who_are_all_ahead_make_this_clock_look_slow() -> None:
    watch = ClockWatch()
    watch.arrived(NOW, [(b"ben", NOW + HOUR)])
    assert watch.look(NOW, 0).state == "ok"  # it may be Ben's clock
    watch.arrived(NOW, [(b"carol", NOW + 2 * HOUR)])
    found = watch.look(NOW, 0)
    assert (found.state, "2 others sign with times 60 minutes or more ahead" in found.text) == ("warn", True)
    watch.arrived(NOW, [(b"ben", NOW - HOUR)])
    assert watch.look(NOW, 0).state == "ok"


@pytest.mark.parametrize(("ahead", "state"), [(AHEAD_MS, "ok"), (AHEAD_MS + 1, "warn")])
def test_a_little_ahead_is_nobodys_fault(ahead: int, state: str) -> None:
    watch = ClockWatch()
    watch.arrived(NOW, [(b"ben", NOW + ahead), (b"carol", NOW + ahead)])
    assert watch.look(NOW, 0).state == state
