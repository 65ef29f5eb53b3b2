"""Searching through the API: accents, snippets, who, where, what for, when; and nothing of what was erased."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.meshes import Api, Mesh


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


async def titles(api: Api, query: str) -> list[str]:
    return [each["title"] for each in (await api.does("GET", f"/search?{query}"))["items"]]


async def logs(api: Api, title: str, **more: Any) -> str:
    made = await api.does("POST", "/contributions", {"title": title, "seconds": 3600, **more})
    return str(made["id"])


async def test_accents_and_case_do_not_matter_and_a_snippet_shows_why(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        api = ana.api()
        await logs(api, "Menú", text="Wir trafen Señora Núñez im Café")
        (found,) = (await api.does("GET", "/search?q=nunez%20CAFE"))["items"]
        assert found["snippet"] == "Wir trafen Señora Núñez im Café"
        assert [found["snippet"][begin:end] for begin, end in found["marks"]] == ["Núñez", "Café"]
        assert await titles(api, "q=menu") == ["Menú"]


async def test_a_search_can_be_narrowed(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        network = await ana.founds()
        assert await ben.joins(ana.line(network))
        api = ana.api()
        await api.does("POST", "/projects", {"title": "Acme site", "network": "studio"})
        await logs(api, "page one", network="studio", project="acme-site")
        await logs(api, "page two")
        theirs = await ben.logs("page three", "studio")
        await ana.learns(lambda: ana.text_of(theirs))
        await ana.office.projector.caught_up()
        assert set(await titles(api, "q=page")) == {"page one", "page two", "page three"}
        assert await titles(api, "q=page&who=Ben") == ["page three"]
        assert set(await titles(api, "q=page&network=studio")) == {"page one", "page three"}
        assert await titles(api, "q=page&project=acme-site") == ["page one"]
        assert set(await titles(api, "q=page&kind=work&type=contribution")) == {"page one", "page two", "page three"}
        assert await titles(api, "q=page&kind=idea") == []
        assert await titles(api, "q=page&until=2020-01-01") == []
        assert len(await titles(api, "q=page&since=2020-01-01")) == 3
        for wrong in ("kind=bogus", "since=yesterday", "who=Nobody", "network=nowhere"):
            await api.refuses("GET", f"/search?q=page&{wrong}")


async def test_an_erased_text_is_not_found_any_more(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        api = ana.api()
        record = await logs(api, "Secret canary")
        assert await titles(api, "q=canary") == ["Secret canary"]
        await api.does("POST", "/erasures", {"targets": [record], "basis": "art17"})
        await ana.office.projector.caught_up()
        await ana.learns(lambda: ana.office.lookups.views.search("canary") == ())
        assert await titles(api, "q=canary") == []


async def test_pages_of_what_is_found_neither_repeat_nor_leave_out_while_more_comes(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        api = ana.api()
        for number in range(5):
            await logs(api, f"page {number}")
        first = await api.does("GET", "/search?q=page&limit=2")
        await logs(api, "page 5")  # stands before the others
        second = await api.does("GET", f"/search?q=page&limit=2&cursor={first['next']}")
        third = await api.does("GET", f"/search?q=page&limit=2&cursor={second['next']}")
        told = [each["title"] for page in (first, second, third) for each in page["items"]]
        assert told == [f"page {number}" for number in (4, 3, 2, 1, 0)]
        assert third["next"] is None
        await api.refuses("GET", "/search?q=page&cursor=2")
