"""Whether a node is level with its peers, as far as comparing tells."""

from meshnode.runtime.presence import Connected
from meshnode.runtime.watching.sync_watch import FIRST_MS, ROUNDS_MISSED, level

NOW, INTERVAL = 1_800_000_000_000, 30_000


def peer(shared: int = 1, **fields: int) -> Connected:
    """Somebody connected; `since` and `compared` in milliseconds ago."""
    ago = {"since": 0, "compared": 0, **fields}
    found = Connected(1, "peer", b"ben", shared, NOW - ago["since"])
    found.compared, found.rounds = NOW - ago["compared"], ago.get("rounds", 0)
    return found


def test_with_nobody_there_is_nothing_to_say() -> None:
    assert level([], NOW, INTERVAL).state == level([peer(shared=0, since=99_999)], NOW, INTERVAL).state == "ok"


def test_a_first_comparison_that_takes_long_is_told() -> None:
    assert level([peer(since=FIRST_MS)], NOW, INTERVAL).state == "ok"
    found = level([peer(since=FIRST_MS + 1)], NOW, INTERVAL)
    assert (found.state, found.text.startswith("behind: the comparison with 1 peer")) == ("warn", True)


def test_comparisons_that_come_to_no_end_any_more_are_told() -> None:
    usual = ROUNDS_MISSED * INTERVAL
    assert level([peer(since=usual, compared=usual, rounds=1)], NOW, INTERVAL).text == "level with 1 peer"
    found = level([peer(compared=usual + 1, rounds=1), peer(rounds=3)], NOW, INTERVAL)
    assert (found.state, found.fix) == ("warn", "meshnode sync")
