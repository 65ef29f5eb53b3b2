"""The pages about work, money, agreements, the mesh and sync, over whole nodes."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from meshnode.dashboard.table import PAGES
from meshproto.records.ids import from_text, to_text
from tests.support.bargains import Table, table
from tests.support.dashboards import Reader
from tests.support.meshes import Mesh, Node

LARGEST = 150 << 10
"""Bytes of a page."""


@pytest.fixture
async def ana(tmp_path: Path) -> AsyncIterator[Node]:
    async with Mesh(tmp_path).node("ana") as node:
        yield node


@pytest.fixture
async def all_(tmp_path: Path) -> AsyncIterator[Table]:
    async with table(Mesh(tmp_path), "kim", "lea", clients=["cy"], income_confirm="client") as found:
        yield found


async def logged_in(node: Node) -> Reader:
    reader = Reader(node)
    await reader.logs_in()
    return reader


async def test_an_empty_node_has_pages_that_say_the_next_step(ana: Node) -> None:
    reader = await logged_in(ana)
    for path in (page.path for page in PAGES if "{" not in page.path):
        page = await reader.reads(path)
        assert 'class="empty"' in page, path
        assert len(page) < LARGEST


async def test_work_is_drawn_listed_and_taken_along(ana: Node) -> None:
    reader = await logged_in(ana)
    day = (await ana.api().does("GET", "/node"))["started"][:10]
    project = await ana.api().does("POST", "/projects", {"title": "Atlas <b>"})
    for n in range(45):
        body = {"title": f"Entry {n}", "seconds": 1800, "day": day, "project": project["id"] if n % 3 else None}
        await ana.api().does("POST", "/contributions", body)
    page = await reader.reads("/work")
    assert "22.5 hours since" in page
    assert "Atlas &lt;b&gt;" in page
    assert "Older" in page
    assert len(page) < LARGEST
    csv = await reader.get("/work?figure=projects&as=csv&who=me")
    assert csv.text == "What,Hours\r\nAtlas <b>,15\r\nno project,7.5\r\n"
    assert "attachment" in csv.headers["content-disposition"]
    assert json.loads(await reader.reads("/work?figure=calendar&as=json"))["rows"] == [{"Day": day, "Hours": "22.5"}]
    assert (await reader.reads("/work?figure=calendar&as=svg")).startswith("<svg")
    for wrong in ("figure=nothing&as=csv", "figure=calendar&as=exe"):
        assert (await reader.get(f"/work?{wrong}")).status_code == 404


async def test_hours_are_told_by_day_project_and_person(ana: Node) -> None:
    api = ana.api()
    for day, seconds in (("2026-03-09", 3600), ("2026-03-09", 1800), ("2026-03-10", 600)):
        await api.does("POST", "/contributions", {"title": "x", "seconds": seconds, "day": day})
    found = (await api.does("GET", "/contributions/hours?by=day&from=2026-03-01&to=2026-03-09"))["items"]
    assert found == [{"of": "2026-03-09", "name": "2026-03-09", "seconds": 5400, "contributions": 2}]
    people = (await api.does("GET", "/contributions/hours?by=agent"))["items"]
    assert [(each["name"], each["seconds"]) for each in people] == [("Ana", 6000)]
    assert (await api.refuses("GET", "/contributions/hours?by=mood"))["code"] == "bad-request"
    assert (await api.refuses("GET", "/contributions/hours?from=someday"))["code"] == "bad-request"


async def test_money_is_confirmed_shared_approved_and_explained(all_: Table) -> None:
    kim, cy = await logged_in(all_.nodes["kim"]), await logged_in(all_.nodes["cy"])
    work = await all_.works("lea", "Booking form", 2, "kim")
    income = await all_.income("kim", 100_000, tax=21_000, payer="client", on="2026-03-02")
    assert "Confirm it" in await cy.reads("/money")
    await cy.sends(f"/money/incomes/{income}/confirm")
    assert "Confirm it" not in await cy.reads("/money")
    await all_.stands(from_text(income), "confirmed")
    deal = f"/agreements/{to_text(all_.scope)}"
    assert "See what each would get" in await kim.reads(deal)
    supposed = json.loads(await kim.reads(f"{deal}?share=now&figure=supposed&as=json"))["rows"]
    assert supposed == [{"Who": "Lea", "Amount": "1,000.00 EUR"}]
    shared = await all_.shares("lea")
    path = f"/money/distributions/{shared['id']}"
    page = await kim.reads(path)
    assert "1,210.00 EUR" in page
    assert "Approve it" in page
    await kim.sends(f"{path}/approve")
    await all_["lea"].does("POST", f"/distributions/{shared['id']}/approvals", {})
    await all_.stands(from_text(shared["id"]), "effective")
    rows = json.loads(await kim.reads("/money?figure=flows-eur&as=json"))["rows"]
    assert rows == [
        {"From": "Cy", "To": "Acme site", "EUR": "1,210.00"},
        {"From": "Acme site", "To": "Tax", "EUR": "210.00"},
        {"From": "Acme site", "To": "Lea", "EUR": "1,000.00"},
    ]
    assert "No confirmed income is left to share" in await kim.reads(f"{deal}?share=now")
    so_far = json.loads(await kim.reads("/money?figure=so-far-eur&as=json"))["rows"]
    assert [(row["Who"], row["EUR"]) for row in so_far] == [("In all", "1,000.00"), ("Lea", "1,000.00")]
    falls = json.loads(await kim.reads(f"{path}?figure=waterfall&as=json"))["rows"]
    assert falls[-1] == {"Step": "Left for the next", "Amount": "0.00 EUR"}
    why = await kim.reads(f"{path}/why?person={(await all_['lea'].does('GET', '/me'))['id']}")
    assert "Booking form" in why
    assert f"/records/{work}" in why
    assert "it holds" in why
    assert "NOT hold" not in why
    assert '<a href="/money" aria-current="page">' in why
    wish = {"agreement": "Acme site", "amount": {"amt": 100_000, "cur": "EUR"}, "payee": "Lea"}
    paid = (await all_["kim"].does("POST", "/settlements", wish))["id"]
    await all_.come(paid)
    lea = await logged_in(all_.nodes["lea"])
    assert "It came" in await lea.reads("/money")
    await lea.sends(f"/money/payments/{paid}/confirm")
    assert "It came" not in await lea.reads("/money")


async def test_what_each_would_get_of_any_amount_is_shown_and_nothing_signed(all_: Table) -> None:
    await all_.works("lea", "Booking form", 3, "kim")
    await all_.works("kim", "Landing page", 1, "lea")
    reader = await logged_in(all_.nodes["lea"])
    deal = f"/agreements/{to_text(all_.scope)}?share=now"
    assert "Try with an amount, in EUR" in await reader.reads(deal)
    rows = json.loads(await reader.reads(f"{deal}&amount=1000&figure=supposed&as=json"))["rows"]
    assert sorted((row["Who"], row["Amount"]) for row in rows) == [("Kim", "250.00 EUR"), ("You", "750.00 EUR")]
    page = await reader.reads(f"{deal}&amount=1000.00")
    assert "If 1,000.00 EUR were there to share now" in page
    assert "amount=1000.00" in page, "what is taken along is of the same amount"
    assert (await all_["lea"].does("GET", "/distributions"))["items"] == []
    for wrong, says in (("12,3,4", "12,3,4"), ("5 USD", "no amount in EUR"), ("0", "no amount"), ("<b>", "&lt;b&gt;")):
        assert says in await reader.reads(f"{deal}&amount={wrong}"), wrong


async def test_a_distribution_that_somebody_declined_says_so(all_: Table) -> None:
    await all_.works("lea", "Booking form", 2, "kim")
    income = await all_.income("kim", 100_000, payer="client")
    await all_["cy"].does("POST", f"/incomes/{income}/answers", {})
    await all_.stands(from_text(income), "confirmed")
    shared = await all_.shares("kim")
    said = await all_["lea"].does("POST", f"/distributions/{shared['id']}/approvals", {"answer": "decline"})
    await all_.come(said["id"], "kim")
    kim = await logged_in(all_.nodes["kim"])
    assert '<span class="tag bad">declined</span>' in await kim.reads(f"/money/distributions/{shared['id']}")


async def test_every_list_can_be_taken_along(all_: Table) -> None:
    work = await all_.works("lea", "Booking form", 2, "kim")
    income = await all_.income("kim", 100_000, tax=21_000, payer="client")
    await all_["cy"].does("POST", f"/incomes/{income}/answers", {})
    await all_.stands(from_text(income), "confirmed")
    shared = (await all_.shares("kim", "kim", "lea"))["id"]
    reader = await logged_in(all_.nodes["kim"])
    for page, name, first in (
        ("/?", "feed", {"What": "Booking form", "Amount": "2 h", "Who": "Lea", "Where": "Acme site"}),
        ("/work?who=all&", "entries", {"What": "Booking form", "Who": "Lea"}),
        ("/money?", "incomes", {"From": "Cy", "State": "confirmed", "Gross": "1,210.00", "To share": "1,000.00"}),
        ("/money?", "shared", {"Who": "Lea", "Amount": "1,000.00", "State": "effective"}),
        ("/money?", "balances", {"Who": "Kim", "Still owed": "−1,000.00"}),
        ("/agreements?", "agreements", {"Agreement": "Acme site", "State": "in force"}),
        (
            f"/money/distributions/{shared}/why?",
            "why",
            {"Of": "Booking form", "Holds": "yes", "Amount": "1,000.00 EUR"},
        ),
        (f"/records/{work}?", "record", {"Field": "id", "Value": work}),
        ("/sync?", "state", {"Waiting": "0"}),
    ):
        row = json.loads(await reader.reads(f"{page}figure={name}&as=json"))["rows"][0]
        assert row == {**row, **first}, page
        assert f"figure={name}&amp;as=csv" in await reader.reads(page), page
        assert (await reader.get(f"{page}figure={name}&as=svg")).status_code == 404


async def test_an_agreement_reads_like_a_contract_and_is_signed_as_it_was_shown(all_: Table) -> None:
    terms = {
        "title": "Workshops",
        "parties": [{"who": "me", "roles": ["provider", "holder"]}, {"who": "Lea", "roles": ["provider"]}],
        "from": "2026-03-01",
        "equation": {"cur": "EUR", "steps": [{"do": "equal"}]},
    }
    made = (await all_["kim"].does("POST", "/agreements", terms))["id"]
    await all_.come(made, "kim", "lea")
    lea = await logged_in(all_.nodes["lea"])
    assert "your turn" in await lea.reads("/agreements")
    page = await lea.reads(f"/agreements/{made}")
    assert "Parties" in page
    assert "You are about to sign" in page
    refused = await lea.sends(f"/agreements/{made}/sign", version=made, seen="00" * 32)
    assert refused.status_code == 409, "what was shown is not what would be signed"
    seen = (await all_["lea"].does("GET", f"/agreements/{made}"))["seen"]
    await lea.sends(f"/agreements/{made}/sign", version=made, seen=seen)
    after = await lea.reads(f"/agreements/{made}")
    assert "You are about to sign" not in after
    rows = json.loads(await lea.reads(f"/agreements/{made}?figure=history&as=json"))["rows"]
    assert [row["What"] for row in rows] == ["Version 1 by Kim", "Kim signed", "Lea signed"]


async def test_the_mesh_and_who_holds_what_are_shown(all_: Table) -> None:
    await all_.works("kim", "Design", 1, "lea")
    reader = await logged_in(all_.nodes["kim"])
    page = await reader.reads("/mesh")
    assert "2 of 2 known nodes connected" in page
    rows = json.loads(await reader.reads("/mesh?figure=mesh&as=json"))["rows"]
    assert sorted((row["Who"], row["Tie"]) for row in rows) == [("Cy", "direct"), ("Lea", "direct")]
    logs = (await all_["kim"].does("GET", "/logs?limit=500"))["items"]
    assert {each["agent"]["name"] for each in logs} >= {"Kim", "Lea", "Cy"}
    assert "Who holds what" in await reader.reads("/sync")
    assert "compare it aloud" in await reader.reads("/sync?digests=true")
    await reader.sends("/sync/now")
    held = json.loads(await reader.reads("/sync?figure=held&as=json"))["rows"]
    assert any(row["Log"] == "you in studio" for row in held)


async def test_logs_come_page_by_page(all_: Table) -> None:
    api, found = all_["kim"], []
    cursor: str | None = ""
    while cursor is not None:
        page = await api.does("GET", f"/logs?limit=2&cursor={cursor}")
        found += [each["id"] for each in page["items"]]
        cursor = page["next"]
    everything = [each["id"] for each in (await api.does("GET", "/logs?limit=500"))["items"]]
    assert found == everything
    assert (await api.refuses("GET", "/logs?cursor=zz"))["code"] == "bad-request"
