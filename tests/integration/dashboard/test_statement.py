"""The page of a statement, over whole nodes: what became of somebody's money in a period, to read and to take along."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from meshproto.records.ids import from_text
from tests.support.bargains import Table, table
from tests.support.dashboards import Reader
from tests.support.meshes import Mesh

EVERYTHING = "/money/statement?from=&to="


@pytest.fixture
async def all_(tmp_path: Path) -> AsyncIterator[Table]:
    """Kim was to hand on 1,000.00 EUR, of which Lea got 400.00."""
    async with table(Mesh(tmp_path), "kim", "lea") as found:
        await found.works("lea", "Booking form", 2, "kim")
        income = await found.income("kim", 100_000, on="2026-03-02")
        await found.stands(from_text(income), "confirmed")
        await found.shares("kim", "kim", "lea", to="2026-03-10")
        lea = (await found["lea"].does("GET", "/me"))["id"]
        wish = {"agreement": "Acme site", "amount": {"amt": 40_000, "cur": "EUR"}, "payee": lea, "on": "2026-03-20"}
        paid = (await found["kim"].does("POST", "/settlements", wish))["id"]
        await found.come(paid)
        await found["lea"].does("POST", f"/settlements/{paid}/answers", {})
        await found.stands(from_text(paid), "confirmed")
        yield found


async def logged_in(all_: Table, name: str) -> Reader:
    reader = Reader(all_.nodes[name])
    await reader.logs_in()
    return reader


async def test_a_statement_says_what_became_of_ones_money_with_what_it_rests_on(all_: Table) -> None:
    lea = await logged_in(all_, "lea")
    page = await lea.reads(EVERYTHING)
    assert "<h1><bdi>Your statement</bdi></h1>" in page
    assert "Received from Kim" in page
    found = await all_["lea"].does("GET", "/statements")
    (account,) = found["accounts"]
    share, received = account["entries"]
    assert f'href="/money/distributions/{share["record"]}"' in page
    assert f'href="/records/{received["record"]}"' in page
    assert found["digest"] in page
    assert account["digest"] in page
    rows = json.loads(await lea.reads(f"{EVERYTHING}&figure=statement&as=json"))["rows"]
    told = [(row["What"], row["Amount"], row["Open"]) for row in rows]
    assert told == [
        ("opening", "", "0.00"),
        ("share of a distribution", "1,000.00", "1,000.00"),
        ("received from Kim", "−400.00", "600.00"),
        ("closing", "", "600.00"),
    ]


async def test_a_period_begins_with_what_was_open_before_it(all_: Table) -> None:
    lea = await logged_in(all_, "lea")
    day = (await all_["lea"].does("GET", "/statements"))["accounts"][0]["entries"][-1]["on"]
    page = await lea.reads(f"/money/statement?from={day}&to={day}")
    assert f"{day} – {day}" in page
    rows = json.loads(await lea.reads(f"/money/statement?from={day}&to={day}&figure=statement&as=json"))["rows"]
    assert (rows[0]["Day"], rows[-1]["Open"]) == (day, "600.00")
    assert "Nothing was shared or paid until then" in await lea.reads("/money/statement?to=2020-01-01")


async def test_the_statement_of_somebody_else_can_be_chosen(all_: Table) -> None:
    lea = await logged_in(all_, "lea")
    kim = (await all_["kim"].does("GET", "/me"))["id"]
    assert f'<option value="{kim}">Kim</option>' in await lea.reads(EVERYTHING)
    page = await lea.reads(f"{EVERYTHING}&person={kim}")
    assert "Statement of Kim" in page
    assert f'<option value="{kim}" selected>Kim</option>' in page
    assert f"person={kim}&amp;from" in page or f"&amp;person={kim}" in page


@pytest.mark.parametrize(
    ("query", "status"), [("from=someday", 400), ("from=2026-02-30", 400), ("person=nobody", 404), ("to=<b>", 400)]
)
async def test_what_cannot_be_understood_is_said_on_a_page(all_: Table, query: str, status: int) -> None:
    lea = await logged_in(all_, "lea")
    answer = await lea.get(f"/money/statement?{query}")
    assert (answer.status_code, "<nav" in answer.text, "<b>" in answer.text) == (status, True, False)
