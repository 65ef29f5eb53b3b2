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
LEAST = 50
"""Schedules that must be checked in the time CI has, on the slowest machine; a quiet one does ten times as many. Seeds
count from 0, so what comes up in them is known: everything of SEEN does within the first 45."""
QUICK = 3
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
"""What must come up in a campaign, or it shows nothing: asked of every one but a quick look."""


@pytest.mark.campaign("byzantine")
def test_whatever_is_signed_all_nodes_agree_on_what_it_is_worth(
    campaign_seconds: Callable[[str], float],
    long_campaigns: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    seconds = campaign_seconds("byzantine/authority")
    least = LONG_CAMPAIGN if long_campaigns else LEAST if seconds >= 10 else QUICK
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
    assert seed < LEAST or [each for each in SEEN if not told[each]] == []


def test_schedules_are_the_same_for_the_same_seed() -> None:
    assert made(7) == made(7)
    assert made(7) != made(8)
