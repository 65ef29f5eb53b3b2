"""Backups through the local API of a whole node."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from meshnode.exchange.backup_in import check_backup
from tests.support.meshes import Mesh, Node

WORK = {"title": "Kick-off", "seconds": 60}
SECRET = "seven violins in an amber canyon"


@pytest.fixture
async def ana(tmp_path: Path) -> AsyncIterator[Node]:
    async with Mesh(tmp_path).node("ana") as node:
        yield node


async def test_a_backup_is_written_and_remembered(ana: Node, tmp_path: Path) -> None:
    path = tmp_path / "ana.backup"
    assert (await ana.api().does("GET", "/backups"))["items"] == []
    made = await ana.api().does("POST", "/backups", {"path": str(path), "passphrase": SECRET})
    manifest = check_backup(path, SECRET)
    assert (made["bytes"], made["records"], made["keys"]) == (path.stat().st_size, manifest.records, "clear")
    assert (made["holds"], made["lacks"]) == ([*manifest.holds], [*manifest.lacks])
    (last,) = (await ana.api().does("GET", "/backups"))["items"]
    assert last == {name: made[name] for name in ("path", "bytes", "made", "records", "lock")}


async def test_asked_again_with_the_same_key_it_is_written_anew(ana: Node, tmp_path: Path) -> None:
    order, api = {"path": str(tmp_path / "ana.backup"), "passphrase": SECRET}, ana.api()
    first = await api.does("POST", "/backups", order, key="nightly")
    await api.does("POST", "/contributions", WORK)
    again = await api.does("POST", "/backups", order, key="nightly")
    assert check_backup(tmp_path / "ana.backup", SECRET).records == again["records"] == first["records"] + 1
    (last,) = (await api.does("GET", "/backups"))["items"]
    assert (last["made"], sorted(os.listdir(tmp_path))) == (again["made"], ["ana", "ana.backup"])


async def test_words_are_taken_however_they_are_written(ana: Node, tmp_path: Path) -> None:
    made = await ana.api().does("POST", "/backups", {"path": str(tmp_path / "x"), "words": "  Abandon  ABOUT "})
    assert made["lock"] == "words"
    assert check_backup(tmp_path / "x", "abandon about").name == "Ana"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"path": "/x/y"}, "bad-request"),
        ({"path": "/x/y", "passphrase": "short"}, "bad-request"),
        ({"path": "/x/y", "passphrase": SECRET, "words": "abandon"}, "bad-request"),
        ({"path": "/x/y", "passphrase": "x" * 2_000}, "bad-request"),
        ({"path": "x", "passphrase": SECRET}, "bad-request"),
        ({"path": "/nowhere/y", "passphrase": SECRET}, "file"),
    ],
)
async def test_what_cannot_be_is_refused(ana: Node, body: dict[str, Any], code: str) -> None:
    if len(body.get("passphrase", "")) > 1_000:
        body = {**body, "path": str(ana.opened.home.folder.parent / "y")}
    assert (await ana.api().refuses("POST", "/backups", body))["code"] == code
    assert (await ana.api().does("GET", "/backups"))["items"] == []


async def test_a_home_that_may_be_a_copy_can_be_saved_too(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    async with mesh.node("ana"):
        pass
    (tmp_path / "ana" / "home.json").unlink()
    async with mesh.node("ana") as ana:
        assert (await ana.api().refuses("POST", "/contributions", WORK))["code"] == "copied-home"
        await ana.api().does("POST", "/backups", {"path": str(tmp_path / "x"), "passphrase": SECRET})
        assert check_backup(tmp_path / "x", SECRET).name == "Ana"
