"""Whatever stands in any text of any record, what a node tells of it keeps its form: answers, events, lines of the log.

Two who keep no rules put something hostile behind every text that they sign apart, and into every fact whose type's own
schema takes any text: a new text, of a new type too, is tried without anybody thinking of it. What stands in private
parts is taken from the protocol's own text.
"""

import json
import logging
import re
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from meshnode.api.feed import Reading, Wish
from meshnode.api.openapi import document
from meshnode.api.routes import ROUTES
from meshnode.app import logs
from meshnode.core.drafts import Draft
from meshnode.core.rows import Forget, LocalRow
from meshnode.runtime.node import RunningNode
from meshproto.records.encoding import Value
from meshproto.records.ids import from_text, to_text
from meshproto.records.reasons import Refused
from meshproto.types.catalogue import SCHEMAS
from meshproto.types.repair import replace
from meshproto.types.schema import Field
from tests.integration.dashboard.test_hostile_texts import told
from tests.support.attacks.payloads import NASTY
from tests.support.attacks.skeletons import leading_elsewhere, skeleton, steering
from tests.support.bargains import Table, table
from tests.support.dashboards import Reader
from tests.support.meshes import Api, Mesh

TYPES = (Path(__file__).parents[3] / "protocol" / "spec" / "02-types.md").read_text("utf-8")
SECTION = re.compile(r"\n## \d+ `(\w+)`")
PRIVATE = re.compile(r"Private: ((?:\w+, )*\w+)\.")
BEHIND = "".join(each for name, each in NASTY.items() if name != "long")
FACT = "=1<b>{{7*7}}\"' -->"
"""Facts hold plain ASCII that is printed, and some are short."""
EITHER: tuple[Value, ...] = (FACT, [FACT])
LABEL = r'[a-z_]+="[^"\\]*"'
METRIC = re.compile(rf"# (HELP|TYPE) [a-z_]+ .+|[a-z_]+({{{LABEL}(,{LABEL})*}})? [-+\w.]+")
SAYING = {
    "agreement",
    "attestation",
    "contribution",
    "correction",
    "countersign",
    "profile",
    "project",
    "recognition",
    "resolution",
}
NOT_TRIED = {
    ("countersign", "as"): "says as whom an organisation is answered for, and is looked up",
    ("checkpoint", "engine"): "is signed by the core by itself",
    ("distribution", "engine"): "what another engine works out does not count, so nothing would be shown of it",
    ("allocation", "round"): "is one of the agreement's",
    ("commitment", "action"): "nobody signs commitments here yet",
}
"""Facts that take any text, and why none is put there."""


class Careless:
    """Lets nodes sign what they should not; `put` says into which texts, by type and name."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.put: set[tuple[str, str]] = set()
        write = RunningNode.write

        async def careless(
            node: RunningNode, drafts: Sequence[Draft], *, local: Sequence[LocalRow | Forget] = (), **more: Any
        ) -> Any:
            texts = [self._texts(each) for each in drafts]
            hostile = [self._facts(each) for each in texts]
            made = await write(node, hostile, local=local, **more)
            self.put.update(
                (new.type, name) for new, old in zip(hostile, drafts, strict=True) for name in changed(new, old)
            )
            return made

        monkeypatch.setattr(RunningNode, "write", careless)

    @staticmethod
    def _texts(draft: Draft) -> Draft:
        given = draft.private or {}
        private = {name: f"{value}{BEHIND}" if isinstance(value, str) else value for name, value in given.items()}
        named = {name: BEHIND for kind, name in SPOKEN if kind == draft.type}
        return draft._replace(private={**named, **private} or None)

    @staticmethod
    def _facts(draft: Draft) -> Draft:
        return draft._replace(facts={**texts_of(draft.type), **draft.facts})


def private_texts() -> set[tuple[str, str]]:
    """The texts, by type and name, that private parts may hold by the protocol's text."""
    _, *parts = SECTION.split(TYPES)
    told = {kind: PRIVATE.search(" ".join(text.split())) for kind, text in zip(parts[::2], parts[1::2], strict=True)}
    return {(kind, name) for kind, found in told.items() if found for name in found[1].split(", ")}


SPOKEN = sorted(private_texts())


def changed(new: Draft, old: Draft) -> set[str]:
    """The names of the texts in which two drafts differ."""
    both = [(new.facts, old.facts), (new.private or {}, old.private or {})]
    return {name for one, other in both for name, value in one.items() if value != other.get(name)}


def texts_of(kind: str) -> dict[str, Value]:
    """Something hostile for every fact of a type that takes any text, or any texts."""
    return {
        field.name: value
        for field in SCHEMAS[kind]._fields._fields
        for value in EITHER
        if takes(field, value) and (kind, field.name) not in NOT_TRIED
    }


def takes(field: Field, value: Value) -> bool:
    """Whether a fact may be that."""
    try:
        field.check(value)
    except Refused:
        return False
    return True


async def all_told(all_: Table) -> list[str]:
    """Let there be something of every type that people sign by themselves; the paths of all pages."""
    kim, lea = all_["kim"], all_["lea"]
    paths = await told(all_)
    await lea.does("PUT", "/me/profile", {"bio": "Draws", "contact": "at home"})
    work = await all_.works("lea", "Sketches", 1)
    await kim.does("POST", f"/contributions/{work}/thank", {"text": "Lovely"})
    said = await kim.does("POST", "/attestations", {"contribution": work, "note": "As agreed"})
    await all_.come(said["attestations"][-1]["id"])
    corrected = Draft(all_.scope, "correction", replace(from_text(work)), {"title": "Drawings", "text": "Ink"})
    await all_.nodes["lea"].office.node.write([corrected])
    wish = {
        "agreement": "Acme site",
        "amount": {"amt": 100, "cur": "EUR"},
        "payee": to_text(all_.nodes["lea"].office.me),
    }
    paid = await kim.does("POST", "/settlements", wish)
    await all_.come(paid["id"])
    await lea.does("POST", f"/settlements/{paid['id']}/answers", {"answer": "object", "text": "Nothing came"})
    decided = await kim.does("POST", "/decisions", {"scope": "studio", "join": "invite", "text": "Too many"})
    terms = {"title": "Shop", "summary": "Open in May", "parties": [{"who": "me", "roles": ["provider"]}]}
    made = await kim.does("POST", "/agreements", terms)
    await all_.come(decided["id"])
    return [*paths, f"/records/{decided['id']}", f"/agreements/{made['id']}"]


@pytest.fixture
def lines() -> Iterator[StringIO]:
    """What the log says, each line in both forms."""
    ours, text = logging.getLogger("meshnode"), StringIO()
    handlers, level = [logging.StreamHandler(text), logging.StreamHandler(text)], ours.level
    for handler, form in zip(handlers, (logs._Json(), logs._OneLine(logs._LINE)), strict=True):
        handler.setFormatter(form)
        ours.addHandler(handler)
    ours.setLevel(logging.DEBUG)
    yield text
    ours.setLevel(level)
    for handler in handlers:
        ours.removeHandler(handler)


async def test_what_is_told_keeps_its_form_whatever_the_records_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: StringIO
) -> None:
    async with table(Mesh(tmp_path), "kim", "lea", clients=["cy"]) as all_:
        careless = Careless(monkeypatch)
        paths = await all_told(all_)
        kim = all_.nodes["kim"]
        await kim.office.projector.caught_up()
        assert {(kind, name) for kind in SCHEMAS for name in texts_of(kind)} <= careless.put
        assert {*SPOKEN} <= careless.put
        assert len(SPOKEN) > 10
        assert {kind for kind, _ in careless.put} >= SAYING
        heard = events(b"".join(turns(Reading(kim.site().feed, Wish(), 0))).decode())
        assert heard == [*range(1, kim.opened.reader.last_arrival() + 1)]
        await answers_hold(all_["kim"])
        reader = Reader(kim)
        await reader.logs_in()
        for path in paths:
            page = await reader.reads(path)
            assert (leading_elsewhere(skeleton(page)), steering(page)) == ([], set()), path
    written = lines.getvalue().removesuffix("\n").split("\n")
    assert all(each.isprintable() for each in written)
    assert all(json.loads(each)["logger"].startswith("meshnode") for each in written[::2])


async def answers_hold(api: Api) -> None:
    """Whatever may be read of lists is one value of JSON each, and the metrics are lines of their form."""
    quoting = 0
    for path, methods in document(ROUTES, "0")["paths"].items():
        if "get" not in methods or "{" in path or path in ("/events", "/docs"):
            continue
        answer = await api.ask("GET", path)
        if answer.is_success and answer.headers["content-type"] == "application/json":
            assert json.loads(answer.text) is not None
            quoting += json.dumps(NASTY["element"])[1:-1] in answer.text
        if path == "/metrics":
            assert [each for each in answer.text.splitlines() if not METRIC.fullmatch(each)] == []
    assert quoting > 8


def turns(reading: Reading) -> Iterator[bytes]:
    """All that there is to be told."""
    more = True
    while more:
        text, more = reading.turn()
        yield text


def events(stream: str) -> list[int]:
    """The numbers of the events, read as browsers do: each has three lines, and one value of JSON."""
    found = []
    *blocks, rest = re.split(r"(?:\r\n|\r|\n){2}", stream)
    for block in blocks:
        number, event, data = re.split(r"\r\n|\r|\n", block)
        assert (event, data[:6]) == ("event: record", "data: ")
        assert json.loads(data[6:])["arrival"] == int(number.removeprefix("id: "))
        found.append(int(number.removeprefix("id: ")))
    assert rest == ""
    return found
