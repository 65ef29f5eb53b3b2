"""A writer killed at any moment (P1): what it was told is committed is there, whole, and it can go on."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.support.crashes.store_process import last_note, rehearse
from tests.support.crashes.store_work import Work

FLOOR = 10
"""Kills that even a slow machine gets through in the budget of CI."""
LONG = 300
"""Kills of a long run."""
LIVES = 12
"""Kills of one store, which grows from life to life; then another begins."""


def life(path: Path, seed: int, acknowledgements: int) -> int:
    """Let a process work until it has acknowledged so many batches, kill it, and return the last one acknowledged."""
    command = [sys.executable, "-m", "tests.support.crashes.store_process", str(path), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(acknowledgements)]
        process.kill()
        lines += process.stdout.readlines()
    whole = [int(line) for line in lines if line.endswith("\n")]
    assert whole == list(range(whole[0], whole[-1] + 1))
    return whole[-1]


@pytest.mark.campaign
def test_a_killed_writer_has_kept_every_promise(
    tmp_path: Path,
    campaign_seconds: Callable[[str], float],
    long_campaigns: bool,
    tell: Callable[[str], None],
) -> None:
    deadline = time.monotonic() + campaign_seconds("kills/writer")
    kills = seed = 0
    while (kills < LONG) if long_campaigns else (time.monotonic() < deadline or kills < FLOOR):
        seed += 1
        path = tmp_path / str(seed) / "records.db"
        path.parent.mkdir()
        chance = Random(seed)
        for _ in range(LIVES):
            acknowledged = life(path, seed, chance.randint(1, 12))
            kills += 1
            work = rehearse(Work(Random(seed), lambda number: None), last_note(path))
            broken = work.broken_promise(path, acknowledged)
            assert not broken, f"seed {seed}, {kills} kills: {broken}"
    tell(f"kills of a writer: {kills}, nothing acknowledged was lost")
    assert kills >= FLOOR
