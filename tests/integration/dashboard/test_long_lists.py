"""Where lists are long, pages stay small, say how much they leave out, and let all of it be taken along."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from meshnode.dashboard.pages import agreement, distribution, mesh, people, record, rights
from meshproto.records.ids import from_text, to_text
from tests.support.bargains import Table, table
from tests.support.dashboards import Reader
from tests.support.meshes import Mesh

LARGEST = 150_000
"""Bytes of a page."""
MANY = 400
LINES, BEHIND = 100, 40


def longer(path: str, found: Any) -> Any:
    """An answer of the API as it would be with far more of everything in its lists."""
    if path == "/v1/agreements":
        found["items"] = [{**found["items"][0], "title": f"Deal {each}"} for each in range(MANY)]
    elif path == "/v1/peers":
        found["items"] = [{**found["items"][each % 2], "id": f"peer-{each}"} for each in range(MANY)]
    elif path == "/v1/networks":
        found["items"] += [{**found["items"][-1], "id": f"network-{each}"} for each in range(MANY - 1)]
    elif path.endswith("/members"):
        found["items"] = [_somebody(found["items"][0], each) for each in range(MANY)]
    elif path.endswith("/explanation"):
        for cause in (cause for line in found["lines"] for cause in line["causes"]):
            cause["behind"] *= BEHIND
        found["lines"] *= LINES
    elif path.endswith("/evaluation"):
        found["attestations"] *= MANY
    elif re.fullmatch(r"/v1/agreements/\w+", path):
        found["signatures"] *= 86
        found["versions"] *= MANY
    elif re.fullmatch(r"/v1/distributions/\w+", path):
        found["lines"] *= 256
        found["approvals"] *= 256
    return found


def _somebody(like: Any, number: int) -> Any:
    return {**like, "agent": {**like["agent"], "id": f"agent-{number}", "name": f"Person {number}", "me": False}}


class Longer:
    """Answers what the API answers, with longer lists."""

    def __init__(self, api: ASGIApp) -> None:
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def pass_on(message: Message) -> None:
            content = message.get("body")
            told = json.loads(content) if content else None
            changes = isinstance(told, dict) and "code" not in told and "/hours" not in scope["path"]
            body = json.dumps(longer(scope["path"], told)).encode() if changes else content
            await send({**message, "body": body} if content else message)

        await self._api(scope, receive, pass_on)


@pytest.fixture
async def all_(tmp_path: Path) -> AsyncIterator[Table]:
    async with table(Mesh(tmp_path), "kim", "lea", clients=["cy"]) as found:
        yield found


async def logged_in(all_: Table) -> Reader:
    reader = Reader(all_.nodes["kim"], Longer)
    await reader.logs_in()
    return reader


async def short(reader: Reader, path: str) -> str:
    page = await reader.reads(path)
    assert len(page.encode()) <= LARGEST, path
    return page


async def test_agreements_come_page_by_page(all_: Table) -> None:
    reader = await logged_in(all_)
    first = await short(reader, "/agreements")
    assert first.count('<li><p class="what">') == agreement.MOST_SHOWN
    assert f'<a href="/agreements?skip={agreement.MOST_SHOWN}">{MANY - agreement.MOST_SHOWN} more</a>' in first
    last = await short(reader, f"/agreements?skip={MANY - 1}&all=true")
    assert last.count('<li><p class="what">') == 1
    assert " more</a>" not in last
    assert '<a href="/agreements?all=true">First</a>' in last
    assert len(json.loads(await reader.reads("/agreements?figure=agreements&as=json"))["rows"]) == MANY
    for odd in ("-1", "1e3", "²", "9" * 40, ""):
        assert (await short(reader, f"/agreements?skip={odd}")).count("<li><p") == agreement.MOST_SHOWN, odd


async def test_responsibility_and_rights_come_page_by_page(all_: Table) -> None:
    reader = await logged_in(all_)
    page = await short(reader, "/agreements/rights")
    assert f"Of {MANY} agreements in force, the newest first: 1 to {rights.MOST_SHOWN}." in page
    assert f'<a href="/agreements/rights?skip={rights.MOST_SHOWN}">{MANY - rights.MOST_SHOWN} more</a>' in page
    last = await short(reader, f"/agreements/rights?skip={MANY - 1}")
    assert f"{MANY} to {MANY}." in last
    assert "No agreement is in force beyond these" in await short(reader, f"/agreements/rights?skip={MANY}")


async def test_the_mesh_tells_how_many_nodes_and_networks_it_does_not_list(all_: Table) -> None:
    page = await short(await logged_in(all_), "/mesh")
    assert f"{MANY - mesh.MOST_OPEN} more in the table of the drawing" in page
    assert f"{MANY - mesh.MOST_OPEN} more: <code>meshnode network ls</code>" in page
    assert re.search(r"\d+ more rows in what can be taken along", page)


async def test_people_beyond_a_page_are_counted(all_: Table) -> None:
    page = await short(await logged_in(all_), "/people")
    assert f"{MANY - people.MOST_SHOWN} more: in what can be taken along" in page


async def test_why_tells_what_stands_behind_an_amount_as_far_as_a_page_goes(all_: Table) -> None:
    await all_.works("lea", "Booking form", 2, "kim")
    income = await all_.income("kim", 100_000)
    await all_.stands(from_text(income), "confirmed")
    shared = (await all_.shares("lea"))["id"]
    reader = await logged_in(all_)
    page = await short(reader, f"/money/distributions/{shared}/why")
    assert re.search(r"\d+ more, together [\d,.]+ EUR: in what can be taken along, and some of them on", page)
    assert f"{LINES - distribution.MOST_OPEN} more people got less than these" in page
    rows = json.loads(await reader.reads(f"/money/distributions/{shared}/why?figure=why&as=json"))["rows"]
    assert len(rows) == LINES * BEHIND
    page = await short(reader, f"/money/distributions/{shared}")
    assert f"{256 - distribution.MOST_OPEN} more get less than these" in page
    assert f"{256 - distribution.MOST_STEPS + 1} others" in page


async def test_an_agreement_of_very_many_stays_short(all_: Table) -> None:
    page = await short(await logged_in(all_), f"/agreements/{to_text(all_.scope)}")
    assert f"{3 * 86 - agreement.MOST_SIGNATURES} more; 258 of 258 have signed." in page
    assert f"{MANY - agreement.MOST_VERSIONS} more: <code>meshnode agreement show" in page
    assert f"The drawing has the last {agreement.MOST_MARKS} of {3 * 86 + MANY}; the table has more." in page


async def test_what_many_say_of_a_piece_of_work_stays_short(all_: Table) -> None:
    work = await all_.works("lea", "Booking form", 2, "kim")
    page = await short(await logged_in(all_), f"/records/{work}")
    assert f"{MANY - record.MOST_SAID} more: <code>meshnode contribution show {work}</code>" in page
