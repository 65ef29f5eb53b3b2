"""A power cut at any moment loses nothing that was acknowledged (P2), over the real schema and the real writer."""

import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from meshnode.store.database import StoreSettings
from meshnode.store.errors import StoreError
from meshnode.store.store import open_store
from tests.support.crashes.disk import Event, RecordingDisk
from tests.support.crashes.power import image, lay_out
from tests.support.crashes.store_work import Work
from tests.support.folders import fleeting_folder

FLOOR = 100
"""Images that even a slow machine gets through in the budget of CI."""
LONG = 2_000
"""Images of a long run."""
IMAGES = 40
"""Images of each piece of work; then other work is done."""


def recorded_work(
    seed: int, folder: Path, *, synchronous: str = "FULL", flushes_folder: bool = True, checkpoint_mib: int = 0
) -> tuple[Work, list[Event]]:
    """Work with small limits, so that much happens, and an orderly stop in the middle; and what the disk saw of it."""
    disk = RecordingDisk()
    work = Work(Random(seed), disk.acknowledge)
    flush = disk.flush_folder if flushes_folder else lambda folder: None
    settings = StoreSettings(
        vfs=disk.name,
        flush_folder=flush,
        reserve=disk.reserve,
        reserve_mib=1,
        checkpoint_mib=checkpoint_mib,
        blank_mib=0,
    )
    for _ in range(2):
        store = open_store(folder / "records.db", settings)
        store.source.rows(f"PRAGMA synchronous = {synchronous}")
        for _ in range(12):
            work.step(store)
        store.close()
    disk.close()
    return work, disk.events


def verdict(work: Work, events: list[Event], seed: int, folder: Path) -> str:
    """Cut the power somewhere and say what is broken afterwards, empty if nothing is."""
    chance = Random(seed)
    cut = chance.randrange(1, len(events) + 1)
    acknowledged = max((event.offset for event in events[:cut] if event.what == "acknowledged"), default=-1)
    path = lay_out(image(events, cut, chance), folder)
    return work.broken_promise(path, acknowledged)


@pytest.mark.campaign
def test_no_power_cut_loses_what_was_acknowledged(
    monkeypatch: pytest.MonkeyPatch,
    campaign_seconds: Callable[[str], float],
    long_campaigns: bool,
    tell: Callable[[str], None],
) -> None:
    monkeypatch.setattr("meshnode.store.records.FRESH_LIMIT", 16)
    deadline = time.monotonic() + campaign_seconds("kills/power")
    seed = images = 0
    while (images < LONG) if long_campaigns else (time.monotonic() < deadline or images < FLOOR):
        seed += 1
        with fleeting_folder() as folder:
            work, events = recorded_work(seed, folder)
        for number in range(IMAGES):
            with fleeting_folder() as folder:
                broken = verdict(work, events, seed * 1_000 + number, folder / "image")
            assert not broken, f"seed {seed}, image {number}: {broken}"
            images += 1
    tell(f"power cuts: {images} images of {seed} pieces of work, nothing acknowledged was lost")
    assert images >= FLOOR


@pytest.mark.parametrize("left_out", [{"synchronous": "NORMAL", "checkpoint_mib": 64}, {"flushes_folder": False}])
def test_the_images_are_harsh_enough_to_catch_a_flush_left_out(left_out: dict[str, Any]) -> None:
    broken = 0
    for seed in range(1, 5):
        with fleeting_folder() as folder:
            (folder / "work").mkdir()
            work, events = recorded_work(seed, folder / "work", **left_out)
            broken += sum(is_broken(work, events, number, folder / str(number)) for number in range(20))
    assert broken >= 20


def is_broken(work: Work, events: list[Event], seed: int, folder: Path) -> bool:
    """Whether a power cut breaks a promise or leaves what cannot even be opened."""
    try:
        return bool(verdict(work, events, seed, folder))
    except StoreError:
        return True
