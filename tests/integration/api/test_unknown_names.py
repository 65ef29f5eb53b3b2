"""Wherever somebody is named whom nobody here is called: the answer says so, and where to look."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.meshes import Mesh

MEMBERS = "meshnode network members 'studio'"
NAMED = [
    ("/decisions", {"scope": "studio", "add_founders": ["Carol"]}, MEMBERS),
    ("/decisions", {"scope": "studio", "remove": ["Carol"]}, MEMBERS),
    ("/decisions", {"scope": "Blue", "face": "Carol"}, "meshnode org show 'Blue'"),
    ("/networks/studio/members", {"agent": "Carol", "role": "core"}, MEMBERS),
    ("/networks/studio/removals", {"agent": "Carol", "reason": "end"}, MEMBERS),
    (
        "/organisations/Blue/staff",
        {"agent": "Carol"},
        "let them give you their card first: meshnode id card --help",
    ),
    ("/recovery-lines", {"who": "Carol"}, "meshnode network members --help"),
    ("/follows", {"who": "Carol"}, "meshnode network members --help"),
]


@pytest.mark.parametrize(("path", "body", "hint"), NAMED, ids=lambda each: each if isinstance(each, str) else "")
async def test_a_name_that_nobody_has_is_no_id_that_is_missing(
    tmp_path: Path, path: str, body: dict[str, Any], hint: str
) -> None:
    async with Mesh(tmp_path).node("ana") as ana:
        await ana.founds(is_open=False)
        await ana.api().does("POST", "/organisations", {"name": "Blue"})
        told = await ana.api().refuses("POST", path, body)
    assert (told["code"], told["hint"]) == ("not-found", hint)
    assert told["detail"] == "nobody is known here as 'Carol' (yet)"


async def test_an_id_that_nobody_has_is_called_one(tmp_path: Path) -> None:
    async with Mesh(tmp_path).node("ana") as ana:
        told = await ana.api().refuses("POST", "/follows", {"who": "bafkreiabcdefg"})
        body = await ana.api().refuses("POST", "/decisions", {"scope": "Carolina", "face": "Ana"})
    assert told["detail"] == "nobody here has the id bafkreiabcdefg"
    assert body["detail"] == "there is no network or organisation 'Carolina' here"
