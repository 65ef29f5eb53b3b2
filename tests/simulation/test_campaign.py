"""Story after story, as long as there is time; a broken one says how to play it again."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.simulation.tales import play

ROOT = Path(__file__).parents[2]
FIRST = 10_000
"""The first seed. What a seed tells changes with the code of the stories, so a broken one becomes a named test."""

LEAST = 20
"""Stories that must be played in the time CI has, on the slowest machine: fewer prove nothing."""

GREAT_FIRST, GREAT = 50_000, 2_000
"""The first seed and the number of stories of the long campaign, however long they take: none of those CI plays."""


@pytest.mark.campaign
def test_every_story_ends_well(
    campaign_seconds: Callable[[str], float], long_campaigns: bool, tell: Callable[[str], None]
) -> None:
    end = time.monotonic() + campaign_seconds("simulation")
    first = seed = GREAT_FIRST if long_campaigns else FIRST
    least = GREAT if long_campaigns else LEAST if campaign_seconds("simulation") >= 60 else 3
    while seed - first < least or (time.monotonic() < end and not long_campaigns):
        try:
            play(seed)
        except BaseException as broken:
            broken.add_note(f"seed {seed}; replay: scripts/simulate --seed {seed}")
            raise
        seed += 1
    tell(f"stories: {seed - first} ended well, seeds {first} to {seed - 1}")


@pytest.mark.parametrize("seed", [1, 3, 7, 10])
def test_the_same_seed_is_the_same_story_in_another_process(seed: int) -> None:
    tales = [_tell(seed, hash_seed) for hash_seed in ("1", "2")]
    assert tales[0] == tales[1]
    assert f"digest {play(seed).digest[:16]}" in tales[0]


def test_another_seed_is_another_story() -> None:
    assert play(4).digest != play(5).digest


def _tell(seed: int, hash_seed: str) -> str:
    told = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--seed", str(seed), "--quiet"],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return told.stdout
