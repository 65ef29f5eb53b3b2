"""The pages of settings, and of responsibility and rights, over whole nodes."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.bargains import table
from tests.support.dashboards import Reader
from tests.support.meshes import Mesh, Node


@pytest.fixture
async def ana(tmp_path: Path) -> AsyncIterator[Node]:
    async with Mesh(tmp_path).node("ana") as node:
        yield node


async def logged_in(node: Node) -> Reader:
    reader = Reader(node)
    await reader.logs_in()
    return reader


async def test_every_setting_is_told_with_where_it_was_said(ana: Node) -> None:
    reader = await logged_in(ana)
    page = await reader.reads("/settings")
    config = await ana.api().does("GET", "/config")
    for each in config["settings"]:
        assert f"<strong>{each['name']}</strong>" in page
    assert config["file"] in page
    rows = json.loads(await reader.reads("/settings?figure=settings&as=json"))["rows"]
    assert [row["Name"] for row in rows] == [each["name"] for each in config["settings"]]
    assert {"Name": "sync.live", "Value": "true", "Default": "true"}.items() <= next(
        row.items() for row in rows if row["Name"] == "sync.live"
    )


async def test_programs_with_a_token_are_listed_without_their_secret(ana: Node) -> None:
    assert "None has a token" in await (await logged_in(ana)).reads("/settings")
    made = await ana.api().does("POST", "/tokens", {"name": "tracker", "may": ["read"]})
    page = await (await logged_in(ana)).reads("/settings")
    assert "<bdi>tracker</bdi>" in page
    assert "never used" in page
    assert made["secret"] not in page


async def test_what_is_agreed_on_responsibility_and_rights_stands_together(tmp_path: Path) -> None:
    rights = {"results": {"ownership": "per_author", "licence": "MIT", "effective": "on_creation"}}
    async with table(Mesh(tmp_path), "kim", "lea", rights=rights) as all_:
        reader = await logged_in(all_.nodes["kim"])
        page = await reader.reads("/agreements/rights")
        assert "Of 1 agreement in force." in page
        assert "It says nothing of it." in page
        (row,) = json.loads(await reader.reads("/agreements/rights?figure=rights&as=json"))["rows"]
        assert (row["Agreement"], row["Others may use it under"]) == ("Acme site", "MIT")
        assert json.loads(await reader.reads("/agreements/rights?figure=duties&as=json"))["rows"] == []
        assert '<a href="/agreements/rights">' in await reader.reads("/agreements")
