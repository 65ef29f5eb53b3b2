"""Whatever stands in any text that an answer of the API has, pages show it as a text and nothing else.

Pages are drawn twice over the same answers: with a plain word behind every text, and with something hostile. What is a
name of the node's or the protocol's own is listed; every other text is one that somebody wrote, a new one too.
"""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from meshproto.records.ids import from_text
from tests.support.addresses import Things, pages_of
from tests.support.attacks.payloads import NASTY
from tests.support.attacks.skeletons import cells, is_formula, leading_elsewhere, skeleton, steering
from tests.support.bargains import Table, table
from tests.support.dashboards import Reader
from tests.support.meshes import Mesh

PLAIN = ("Quince", "", " Quinces " * 40)
"""Nothing, little and much that is harmless: how long a text is may change how it is laid out."""
_OURS = """
id ids record records network grant digest key sha256 seen prev mandate version resolution root contribution tip
target targets signature raw peer log distribution income reopens refunds previous part_of invoice of

at since day_from day_to starts ends created expires used started until first last next_try as_of from to made

state status kind type role roles standing code verdict decision cur currency u unit do stream part figure level
flags vote outcome join quorum classes comp next answer claim confirm method what warrants batch reason
says summary ratio quota weight on round reachable lines steps path label cause
"""
OURS = frozenset(_OURS.split())
"""Texts of answers that nobody else can write: ids and digests, times, words and codes of the protocol and the node."""
NO_TEXT = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+Z)?|bafk[a-z2-7]{55}")
"""A day, a moment, an id."""


class Poisoned:
    """Answers what the API answers, with something behind, or before, every text that somebody wrote."""

    def __init__(self, api: ASGIApp) -> None:
        self._api, self.nasty, self.before = api, "", False
        self._kept: dict[bytes, list[Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["path"].encode() + b"?" + scope["query_string"]
        if asked not in self._kept:
            kept = self._kept[asked] = []

            async def keep(message: Message) -> None:
                kept.append(message)

            await self._api(scope, receive, keep)
        for message in self._kept[asked]:
            content = message.get("body")
            body = json.dumps(self._poisoned(json.loads(content))).encode() if content else content
            await send({**message, "body": body} if content else message)

    def _poisoned(self, value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: self._poisoned(each, key) for key, each in value.items()}
        if isinstance(value, list):
            return [self._poisoned(each, name) for each in value]
        if not isinstance(value, str) or name in OURS or NO_TEXT.fullmatch(value):
            return value
        return f"{self.nasty}{value}" if self.before else f"{value}{self.nasty}"


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[tuple[Reader, Poisoned, list[str]]]:
    """Kim's dashboard with something on every page, and where these are."""
    async with table(Mesh(tmp_path), "kim", "lea", clients=["cy"]) as all_:
        paths = await told(all_)
        poisons: list[Poisoned] = []

        def poisoned(api: ASGIApp) -> ASGIApp:
            poisons.append(Poisoned(api))
            return poisons[0]

        reader = Reader(all_.nodes["kim"], poisoned)
        await reader.logs_in()
        yield reader, poisons[0], paths


async def told(all_: Table) -> list[str]:
    """Let work, money, a project and a thank-you be there; the paths of all pages."""
    kim, lea = all_["kim"], all_["lea"]
    project = await kim.does("POST", "/projects", {"title": "Atlas", "network": "studio"})
    await kim.does(
        "POST", "/contributions", {"title": "Notes", "text": "Long", "seconds": 60, "project": project["id"]}
    )
    work = await all_.works("lea", "Booking form", 2, "kim", text="What was done")
    income = await all_.income("kim", 100_000, tax=21_000)
    await all_.stands(from_text(income), "confirmed")
    shared = await all_.shares("lea")
    agreement = (await kim.does("GET", "/agreements"))["items"][0]["id"]
    person = (await lea.does("GET", "/me"))["id"]
    things = Things(shared["id"], agreement, record=work, person=person)
    return sorted({*pages_of(things).values()})


async def test_no_text_becomes_an_element_or_steers_how_a_page_is_read(
    scene: tuple[Reader, Poisoned, list[str]],
) -> None:
    reader, poison, paths = scene
    for path in paths:
        usual: set[object] = set()
        for poison.nasty in PLAIN:
            plain = skeleton(await reader.reads(path))
            assert any(poison.nasty.strip() in text for text in plain.texts), path
            usual.update(plain.elements)
        for name, nasty in NASTY.items():
            poison.nasty = nasty
            page = await reader.reads(path)
            hostile = skeleton(page)
            assert {*hostile.elements} - usual == set(), (path, name)
            assert leading_elsewhere(hostile) == [], (path, name)
            assert steering(page) == set(), (path, name)


async def test_what_is_taken_along_of_a_page_is_harmless_too(scene: tuple[Reader, Poisoned, list[str]]) -> None:
    reader, poison, paths = scene
    seen = {"svg": 0, "csv": 0}
    for path in paths:
        poison.nasty, poison.before = PLAIN[0], True
        taken = taken_of(await reader.reads(path))
        for where in (each for each in taken if each.endswith("=svg")):
            seen["svg"] += 1
            usual: set[object] = set()
            for poison.nasty in PLAIN:
                usual |= shape_of(await reader.reads(where))
            for name, nasty in NASTY.items():
                poison.nasty = nasty
                drawing = await reader.reads(where)
                assert shape_of(drawing) - usual == set(), (where, name)
                assert steering(drawing) == set(), (where, name)
        for where in (each for each in taken if each.endswith("=csv")):
            seen["csv"] += 1
            for name, poison.nasty in NASTY.items():
                sheet = await reader.reads(where)
                assert [cell for cell in cells(sheet) if is_formula(cell)] == [], (where, name)
                assert steering(sheet.replace("\r\n", "\n")) == set(), (where, name)
                json.loads(await reader.reads(where.removesuffix("csv") + "json"))
    assert seen["svg"] > 4
    assert seen["csv"] > 12


def taken_of(page: str) -> list[str]:
    """What a page offers to take along, the kind last."""
    links = [value for name, value in skeleton(page).values if name == "href" and "figure=" in value]
    parts = [urlsplit(each) for each in links]
    queries = [sorted(parse_qsl(each.query), key=lambda pair: pair[0] == "as") for each in parts]
    return [f"{each.path or '/'}?{urlencode(query)}" for each, query in zip(parts, queries, strict=True)]


def shape_of(drawing: str) -> set[object]:
    """The kinds of elements in a drawing, with their attributes."""
    return {(each.tag, *sorted(each.attrib)) for each in ElementTree.fromstring(drawing).iter()}
