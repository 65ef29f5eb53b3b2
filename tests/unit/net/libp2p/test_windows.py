"""Windows are enforced, renewed in large steps, and grow for those who read quickly."""

import pytest

from meshnode.net.libp2p.frames import INITIAL_WINDOW
from meshnode.net.libp2p.violation import Violation
from meshnode.net.libp2p.windows import CREDIT_SHARE, CREDIT_STEP, Allowance, ReceiveWindow
from meshnode.net.transport import CloseReason

LARGEST = 4 * 1024 * 1024


def read_through(window: ReceiveWindow, times: int, seconds: float, *, round_trip: float = 0.0) -> int:
    """Read the whole window so many times, each in so many seconds, and return all that was granted."""
    granted, now = 0, 0.0
    for _ in range(times):
        size = window.size
        for _ in range(8):
            window.arrived(size // 8)
            now += seconds / 8
            if window.consumed(size // 8):
                granted += window.renew(now, round_trip)
    return granted


def trickle(window: ReceiveWindow, total: int, *, pause: float) -> int:
    """Read so many bytes in the smallest steps with a pause before each, and return all that was granted."""
    granted, now = 0, 1_000.0
    for _ in range(total // CREDIT_STEP):
        window.arrived(CREDIT_STEP)
        now += pause
        if window.consumed(CREDIT_STEP):
            granted += window.renew(now, 0.0)
    return granted


def new(allowance: int = LARGEST) -> ReceiveWindow:
    return ReceiveWindow(LARGEST, Allowance(allowance), 0.0)


def test_exactly_the_window_may_be_sent() -> None:
    window = new()
    window.arrived(INITIAL_WINDOW)
    with pytest.raises(Violation) as caught:
        window.arrived(1)
    assert caught.value.reason is CloseReason.OVERRUN


def test_nothing_is_granted_before_a_step_was_read() -> None:
    window = new()
    window.arrived(CREDIT_STEP)
    assert not window.consumed(CREDIT_STEP - 1)
    assert window.consumed(1)
    assert window.renew(1.0, 0.0) == CREDIT_STEP


def test_a_window_read_quickly_doubles_up_to_the_largest() -> None:
    window = new()
    sizes = []
    for _ in range(6):
        read_through(window, 1, 0.01)
        sizes.append(window.size // INITIAL_WINDOW)
    assert sizes == [2, 4, 8, 16, 16, 16]


def test_a_window_read_slowly_stays() -> None:
    window = new()
    assert read_through(window, 4, 1.0) == 4 * INITIAL_WINDOW
    assert window.size == INITIAL_WINDOW


def test_a_grown_window_that_is_read_slowly_shrinks_again() -> None:
    allowance = Allowance(2 * LARGEST)
    window = ReceiveWindow(LARGEST, allowance, 0.0)
    read_through(window, 5, 0.01)
    assert (window.size, allowance.left) == (LARGEST, LARGEST + INITIAL_WINDOW)
    trickle(window, LARGEST, pause=5.0)
    assert (window.size, allowance.left) == (INITIAL_WINDOW, 2 * LARGEST)


def test_a_window_that_shrinks_takes_back_nothing_that_was_granted() -> None:
    window = new()
    granted = INITIAL_WINDOW + read_through(window, 5, 0.01)
    sent = INITIAL_WINDOW * (1 + 2 + 4 + 8 + 16)
    more = trickle(window, LARGEST, pause=5.0)
    window.arrived(granted + more - sent - LARGEST)
    with pytest.raises(Violation):
        window.arrived(1)


def test_a_bulky_stream_that_pauses_stays_large() -> None:
    window = new()
    read_through(window, 5, 0.01)
    trickle(window, CREDIT_STEP * CREDIT_SHARE, pause=60.0)
    assert window.size >= LARGEST // 2
    read_through(window, 3, 0.01)
    assert window.size == LARGEST


def test_a_stream_fast_enough_for_its_way_keeps_its_window() -> None:
    window = new()
    read_through(window, 5, 0.01)
    read_through(window, 5, 1.0, round_trip=0.05)
    assert window.size == LARGEST


def test_on_a_long_way_quick_means_within_four_round_trips() -> None:
    window = new()
    read_through(window, 1, 1.0, round_trip=0.3)
    assert window.size == 2 * INITIAL_WINDOW


def test_growth_ends_with_the_common_allowance_and_comes_back_at_the_end() -> None:
    allowance = Allowance(INITIAL_WINDOW)
    first, second = (ReceiveWindow(LARGEST, allowance, 0.0) for _ in range(2))
    read_through(first, 3, 0.01)
    read_through(second, 3, 0.01)
    assert (first.size, second.size, allowance.left) == (2 * INITIAL_WINDOW, INITIAL_WINDOW, 0)
    first.close()
    first.close()
    assert allowance.left == INITIAL_WINDOW


def test_what_is_granted_is_what_may_be_sent() -> None:
    window = new()
    granted = read_through(window, 5, 0.01)
    consumed = INITIAL_WINDOW * (1 + 2 + 4 + 8 + 16)
    window.arrived(INITIAL_WINDOW + granted - consumed)
    with pytest.raises(Violation):
        window.arrived(1)
