"""Who comes in to the dashboard of a whole node, and what everybody else is shown."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from meshnode.dashboard.drawing import asset
from meshnode.dashboard.table import ACTIONS, PAGES
from tests.support.dashboards import COOKIE, OWN, Reader
from tests.support.meshes import Mesh

PATHS = [page.path for page in PAGES]


@pytest.fixture
async def reader(tmp_path: Path) -> AsyncIterator[Reader]:
    async with Mesh(tmp_path).node("ana") as node:
        yield Reader(node)


async def test_a_link_logs_in_once_and_leaves_the_address_bar(reader: Reader) -> None:
    link = f"/in/{reader.sessions.make_link()}"
    first, second = await reader.get(link), await reader.get(link)
    assert (first.status_code, first.headers["location"]) == (303, "/")
    assert first.headers["set-cookie"].startswith(f"{COOKIE}=")
    assert (second.status_code, "set-cookie" in second.headers) == (401, False)
    assert "meshnode ui" in second.text


async def test_without_a_session_every_page_says_how_to_log_in_and_nothing_else(reader: Reader) -> None:
    for path in [*PATHS, "/live", "/nowhere"]:
        answer = await reader.get(path.replace("{id}", "bafk"))
        assert (answer.status_code, "meshnode ui" in answer.text, "Ana" in answer.text) == (401, True, False), path


async def test_without_a_session_no_form_does_anything(reader: Reader) -> None:
    for action in ACTIONS:
        answer = await reader.sends(action.path.replace("{id}", "bafk"), title="x", amount="1h")
        assert answer.status_code == 401, action.path
    await reader.logs_in()
    assert "Nothing was logged yet" in await reader.reads("/")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
    ],
)
async def test_a_page_of_another_site_does_nothing_with_the_cookie(reader: Reader, said: dict[str, str]) -> None:
    await reader.logs_in()
    for path in ("/today/log", "/out"):
        answer = await reader.asks("POST", path, json={"title": "x", "amount": "1h"}, headers=said)
        assert answer.status_code == 403, (path, said)
    assert "Nothing was logged yet" in await reader.reads("/")


async def test_a_form_without_scripts_does_nothing(reader: Reader) -> None:
    """Such a form needs no script and no permission to be sent from elsewhere, so it is no way to do anything."""
    await reader.logs_in()
    answer = await reader.asks("POST", "/today/log", data={"title": "x", "amount": "1h"}, headers=OWN)
    assert (answer.status_code, "did not arrive whole" in answer.text) == (400, True)


async def test_who_logs_out_is_out(reader: Reader) -> None:
    await reader.logs_in()
    assert (await reader.get("/")).status_code == 200
    answer = await reader.sends("/out")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert (await reader.get("/")).status_code == 401


async def test_every_answer_forbids_what_a_page_does_not_need(reader: Reader) -> None:
    await reader.logs_in()
    for path in ("/", "/nowhere", asset("dashboard.js"), "/static/0/dashboard.js"):
        answer = await reader.get(path)
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; "), path
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await reader.get("/")).headers["cache-control"] == "no-store"
    assert "immutable" in (await reader.get(asset("dashboard.css"))).headers["cache-control"]


async def test_a_file_is_found_under_its_own_digest_alone(reader: Reader) -> None:
    assert (await reader.get(asset("dashboard.css"))).status_code == 200
    assert (await reader.get("/static/0000000000000000/dashboard.css")).status_code == 404
    assert (await reader.get("/static/x/..%2f..%2fsite.py")).status_code in (401, 404)


async def test_an_address_that_does_not_exist_says_so_within_the_frame(reader: Reader) -> None:
    await reader.logs_in()
    answer = await reader.get("/nowhere")
    assert (answer.status_code, "There is no such page" in answer.text, "<nav" in answer.text) == (404, True, True)
