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


NEAR = [
    ("POST", "/follows", {"who": "Annna"}, "nobody is known here as 'Annna' (yet) (did you mean 'Ana'?)"),
    ("GET", "/networks/studios/members", None, "there is no network 'studios' here (did you mean 'studio'?)"),
    ("GET", "/projects/acme sight", None, "there is no project 'acme sight' (did you mean 'Acme site'?)"),
    ("GET", "/agreements/web", None, "there is no agreement 'web' here (did you mean 'Web shop'?)"),
    ("GET", "/organisations/Bleu", None, "there is no organisation 'Bleu' here (did you mean 'Blue'?)"),
    (
        "POST",
        "/decisions",
        {"scope": "Bule", "face": "Ana"},
        "no network or organisation 'Bule' here (did you mean 'Blue'?)",
    ),
    ("GET", "/statements?person=bule", None, "nobody is known here as 'bule' (yet) (did you mean 'Blue'?)"),
    ("GET", "/agreements/Bakery", None, "there is no agreement 'Bakery' here"),
]


async def test_a_mistyped_name_is_answered_with_one_that_is_like_it(tmp_path: Path) -> None:
    async with Mesh(tmp_path).node("ana") as ana:
        await ana.founds()
        api = ana.api()
        await api.does("POST", "/organisations", {"name": "Blue"})
        await api.does("POST", "/projects", {"title": "Acme site", "network": "studio"})
        parties = [{"who": "me", "roles": ["provider"]}, {"who": "Blue", "roles": ["client"]}]
        await api.does("POST", "/agreements", {"title": "Web shop", "parties": parties})
        for method, path, body, why in NEAR:
            told = await api.refuses(method, path, body)
            assert told["detail"].endswith(why), (path, told["detail"])
