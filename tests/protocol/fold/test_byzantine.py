"""People back-date, fork, steal keys and remove each other: whatever they sign, all nodes agree on what it is worth.

Schedules are compared with a reference written from the text alone, and folded by processes with other hash seeds.
"""

import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable

import pytest

from meshproto.records.record import Record
from tests.support.byzantine.checks import Followed, check, made
from tests.support.readers import PYTHON_READER, ROOT, Reader

LONG_CAMPAIGN = 3_000
LEAST_PER_SECOND = 0.2
"""Schedules a busy machine checks, in all orders and with all prefixes; a quiet one does twenty times as many."""
EVERY_PREFIX = 10
"""Of every so many schedules one is folded anew after every record."""
HASH_SEEDS = ("0", "4242")
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


@pytest.fixture
def processes() -> list[Reader]:
    """Readers in processes of their own, with different hash seeds."""
    common = {**os.environ, "PYTHONPATH": str(ROOT / "protocol")}
    return [Reader(PYTHON_READER, {**common, "PYTHONHASHSEED": each}) for each in HASH_SEEDS]


@pytest.mark.campaign("byzantine")
def test_whatever_is_signed_all_nodes_agree_on_what_it_is_worth(
    campaign_seconds: Callable[[str], float],
    long_campaigns: bool,
    processes: list[Reader],
    capsys: pytest.CaptureFixture[str],
) -> None:
    seconds = campaign_seconds("byzantine")
    least = LONG_CAMPAIGN if long_campaigns else max(1, round(seconds * LEAST_PER_SECOND))
    begun, seed, told = time.monotonic(), 0, Counter[str]()
    with processes[0], processes[1]:
        while seed < least or (not long_campaigns and time.monotonic() - begun < seconds):
            records = made(seed)
            try:
                plain = check(records, random.Random(seed), every_prefix=seed % EVERY_PREFIX == 0)
                elsewhere(processes, records, plain, random.Random(seed))
            except AssertionError as wrong:
                raise AssertionError(f"replay: python -m tests.support.byzantine {seed}\n{wrong}") from wrong
            told.update(word for each in plain.told.values() for word in (each.reason or "", each.state, *each.flags))
            seed += 1
    with capsys.disabled():
        print(f"\nbyzantine: {seed} schedules in {time.monotonic() - begun:.0f} s")
    assert seed < 20 or [each for each in SEEN if not told[each]] == []


def elsewhere(processes: list[Reader], records: list[Record], plain: Followed, chance: random.Random) -> None:
    """Fold the records in other processes, each in an order of its own: the digests must be the same."""
    for process in processes:
        mixed = [each.raw.hex() for each in chance.sample(records, len(records))]
        (line,) = process.answers([json.dumps({"op": "fold", "headers": mixed}).encode()])
        digests = json.loads(line)["ok"]["digests"]
        assert digests == {scope.hex(): digest.hex() for scope, digest in plain.digests.items()}, process.name


def test_schedules_are_the_same_for_the_same_seed() -> None:
    assert made(7) == made(7)
    assert made(7) != made(8)
