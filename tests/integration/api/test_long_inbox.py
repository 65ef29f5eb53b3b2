"""Whoever has very much to confirm: the oldest waits longest, so it is told first, and nothing is told never."""

from pathlib import Path

import pytest

from meshnode.runtime.answers import waiting
from tests.support.bargains import Table, table
from tests.support.meshes import Mesh


async def abouts(all_: Table, name: str = "kim") -> list[str]:
    return [each["about"] for each in (await all_[name].does("GET", "/inbox?limit=500"))["items"]]


async def test_the_oldest_work_is_told_and_the_others_follow_as_it_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "WORKS_AT_ONCE", 2)
    async with table(Mesh(tmp_path), "kim", "lea") as all_:
        await all_.works("kim", "Her own", 1)
        works = [await all_.works("lea", f"Work {number}", 1) for number in range(5)]
        await all_.works("lea", "Together", 1, shares=[{"who": "Lea", "part": 1}, {"who": "Kim", "part": 1}])
        assert await abouts(all_) == [f"Work {number}" for number in range(5)]
        monkeypatch.setattr(waiting, "MOST_WORKS", 3)
        assert await abouts(all_) == ["Work 0", "Work 1", "Work 2"]
        for each in works[:2]:
            await all_["kim"].does("POST", "/attestations", {"contribution": each})
        assert await abouts(all_) == ["Work 2", "Work 3", "Work 4"]


async def test_what_one_has_said_already_waits_for_the_others_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "WORKS_AT_ONCE", 2)
    async with table(Mesh(tmp_path), "kim", "lea", "mo", ack={"min": 2, "by": "parties"}) as all_:
        works = [await all_.works("lea", f"Work {number}", 1, "kim" if number < 3 else "") for number in range(4)]
        await all_.works("lea", "For Kim", 1, beneficiaries=["Kim"])
        anew = {"contribution": works[0], "reject": True}
        await all_.come((await all_["kim"].does("POST", "/attestations", anew))["attestations"][-1]["id"])
        assert await abouts(all_) == ["Work 3"]
        assert await abouts(all_, "mo") == ["Work 1", "Work 2", "Work 3", "For Kim"]
