"""Pages of those who have much: what is left out is said, and what waits for somebody is never among it."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from meshnode.dashboard import pages
from meshnode.dashboard.pages import money, sync, today
from meshnode.dashboard.whole import RESTS, said_of
from meshproto.records.ids import from_text
from tests.support.bargains import Table, table
from tests.support.dashboards import Reader
from tests.support.meshes import Mesh


@pytest.fixture
async def all_(tmp_path: Path) -> AsyncIterator[Table]:
    async with table(Mesh(tmp_path), "kim", "lea", clients=["cy"], income_confirm="client") as found:
        yield found


async def at(all_: Table, name: str) -> Reader:
    reader = Reader(all_.nodes[name])
    await reader.logs_in()
    return reader


async def test_the_latest_money_is_shown_and_what_waits_however_old(
    all_: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day, cents in (("2026-03-01", 11_100), ("2026-03-02", 22_200), ("2026-03-03", 33_300)):
        income = await all_.income("kim", cents, on=day)
        if cents != 11_100:
            await all_["cy"].does("POST", f"/incomes/{income}/answers", {})
    kim, cy = await at(all_, "kim"), await at(all_, "cy")
    assert "Not all there is" not in await kim.reads("/money")
    monkeypatch.setattr(money, "MOST_SHOWN", 1)
    page = await kim.reads("/money")
    assert "only the latest 1 incomes, and those that wait for you (all: <code>meshnode income ls</code>)" in page
    assert [amount in page for amount in ("111.00", "222.00", "333.00")] == [False, False, True]
    page = await cy.reads("/money")
    assert [amount in page for amount in ("111.00", "222.00", "333.00")] == [True, False, True]
    assert page.count("Confirm it") == 1


async def test_balances_of_ones_own_are_always_there(all_: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    await all_.works("lea", "Booking form", 2, "kim")
    income = await all_.income("kim", 30_000)
    await all_["cy"].does("POST", f"/incomes/{income}/answers", {})
    await all_.stands(from_text(income), "confirmed")
    await all_.shares("kim", "kim", "lea")
    monkeypatch.setattr(money, "MOST_BALANCES", 1)
    for name in ("kim", "lea"):
        page = await (await at(all_, name)).reads("/money")
        assert "the balances of 1 people, yours among them" in page
        assert '<bdi class="who me">You</bdi></td>' in page


async def test_pages_say_where_other_lists_are_cut(all_: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    for title in ("Atlas", "Biscuit"):
        await all_["kim"].does("POST", "/projects", {"title": title, "network": "studio"})
    monkeypatch.setattr(today, "MOST_LISTED", 1)
    monkeypatch.setattr(sync, "MOST_LOGS", 3)
    kim = await at(all_, "kim")
    assert "only the first 1 networks (all: <code>meshnode network ls</code>)" in await kim.reads("/")
    assert "the first 1 projects" in await kim.reads("/")
    assert "only 3 logs, yours before those of others" in await kim.reads("/sync")


async def test_logs_of_ones_own_stand_first(all_: Table) -> None:
    found = (await all_["lea"].does("GET", "/logs?limit=500"))["items"]
    mine = [each["agent"]["me"] for each in found]
    assert mine == sorted(mine, reverse=True)
    assert {True, False} == {*mine}


def test_every_list_that_pages_ask_for_has_its_words() -> None:
    sources = [file.read_text() for file in Path(pages.__path__[0]).glob("*.py")]
    asked = {path for source in sources for path in re.findall(r'ask\.items\(\s*"(/[^"]+)"', source)}
    assert {*asked, *money.ASKED} - {"/contributions/hours"} <= {*RESTS}
    said = [*said_of(dict.fromkeys(RESTS, 1_234))]
    assert len(said) == len(RESTS)
    assert all("1,234" in which for which, _ in said)
