"""People back-date, fork, steal keys and remove each other: whatever they sign, all nodes agree on what it is worth.

Schedules are compared with a reference written from the text alone, and folded by processes with other hash seeds.
"""

import random
import time
from collections import Counter
from collections.abc import Callable

import pytest

from tests.support.byzantine.checks import check, made
from tests.support.byzantine.elsewhere import fold_elsewhere, processes

LONG_CAMPAIGN = 3_000
LEAST_PER_SECOND = 0.2
"""Schedules a busy machine checks, in all orders and with all prefixes; a quiet one does twenty times as many."""
EVERY_PREFIX = 10
"""Of every so many schedules one is folded anew after every record."""
SEEN = (
    "C-REVOKED",
    "C-RESTS",
    "T-LIMIT",
    "R-RIVAL",
    "X-REVOKED",
    "X-STRANGER",
    "reaffirmed",
    "void",
    "removed",
    "left",
)
"""What must come up in a campaign, or it shows nothing."""
ENOUGH = 150
"""Schedules in which each of these comes up: the seldomest does in every thirtieth."""


@pytest.mark.campaign("byzantine")
def test_whatever_is_signed_all_nodes_agree_on_what_it_is_worth(
    campaign_seconds: Callable[[str], float],
    long_campaigns: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    seconds = campaign_seconds("byzantine")
    least = LONG_CAMPAIGN if long_campaigns else max(1, round(seconds * LEAST_PER_SECOND))
    begun, seed, told = time.monotonic(), 0, Counter[str]()
    one, other = processes()
    with one, other:
        while seed < least or (not long_campaigns and time.monotonic() - begun < seconds):
            records = made(seed)
            try:
                plain = check(records, random.Random(seed), every_prefix=seed % EVERY_PREFIX == 0)
                fold_elsewhere((one, other), records, plain, random.Random(seed))
            except AssertionError as wrong:
                raise AssertionError(f"replay: python -m tests.support.byzantine {seed}\n{wrong}") from wrong
            told.update(word for each in plain.told.values() for word in (each.reason or "", each.state, *each.flags))
            seed += 1
    with capsys.disabled():
        print(f"\nbyzantine: {seed} schedules in {time.monotonic() - begun:.0f} s")
    assert seed < ENOUGH or [each for each in SEEN if not told[each]] == []


def test_schedules_are_the_same_for_the_same_seed() -> None:
    assert made(7) == made(7)
    assert made(7) != made(8)
