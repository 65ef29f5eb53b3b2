"""Whoever signs what an agreement shares no money by is told at once, through the local APIs of whole nodes."""

from pathlib import Path

import pytest

from meshproto.records.ids import to_text
from tests.support.bargains import table
from tests.support.meshes import Mesh

USUAL = {"title": "Design", "seconds": 3600, "agreement": "Acme site", "day": "2026-05-04"}


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


async def test_work_from_before_an_agreement_and_costs_in_other_money_are_doubted(mesh: Mesh) -> None:
    async with table(mesh, "ana", "ben") as all_:
        ana = all_["ana"]
        early = await ana.does("POST", "/contributions", {**USUAL, "day": "2025-12-31"})
        costs = {"title": "Train", "kind": "money", "agreement": "Acme site", "comp": "deferred"}
        train = await ana.does("POST", "/contributions", {**costs, "value": {"amt": 38_540, "cur": "USD"}})
        usual = await ana.does("POST", "/contributions", USUAL)
    assert [each["warnings"][0].partition(",")[0] for each in (early, train)] == [
        "it was done before 2026-01-01",
        "no step by which this agreement shares money counts it: nothing is paid for it",
    ]
    assert usual["warnings"] == []


async def test_what_is_taken_in_from_before_is_doubted_and_asked_again_told_the_same(mesh: Mesh) -> None:
    async with table(mesh, "ana", "ben") as all_:
        ana = all_["ana"]
        noted = await ana.does("POST", "/contributions", {"title": "Notes", "seconds": 60, "day": "2025-12-31"})
        wish = {"agreement": to_text(all_.scope)}
        taken, again = [await ana.does("POST", f"/contributions/{noted['id']}/share", wish, key="k") for _ in range(2)]
    assert taken == again
    assert taken["warnings"] == [
        "it was done before 2026-01-01, when this agreement begins; it counts there all the same"
    ]
    assert noted["warnings"] == []


async def test_who_confirms_the_same_hours_twice_is_told(mesh: Mesh) -> None:
    async with table(mesh, "ana", "ben") as all_:
        first, second, other = [
            await all_.works("ben", title, 2, day="2026-02-01") for title in ("Code", "Code", "More code")
        ]
        told = [await all_["ana"].does("POST", "/attestations", {"contribution": each}) for each in (second, other)]
        assert [each["doubles"] for each in told] == [[first], []]
        await all_["ben"].does("POST", f"/contributions/{first}/retract", {"reason": "error"})
        await all_.nodes["ben"].office.projector.caught_up()
        assert (await all_["ben"].does("GET", f"/contributions/{second}/evaluation"))["doubles"] == []
