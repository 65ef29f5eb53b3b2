"""Whatever is asked of a real node on loopback, it answers as its own document says, and never fails.

Schemathesis makes the cases from the OpenAPI document: some that keep to it, some that do not.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from meshnode.api.openapi import document
from meshnode.api.routes import ROUTES
from tests.support.campaigns import Pace
from tests.support.patience import DEADLINE
from tests.support.programs import Programs

CASES = {Pace.QUICK: 2, Pace.CI: 6, Pace.LONG: 60}[Pace.of_environment(os.environ)]
"""Cases of each route, half of them as the document says; 60 make more than 5,000 in all."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ENDS_THE_NODE = {"node.stop"}
GOES_ON = {"events.listen"}
"""Answers until the reader leaves; its own tests read it."""
WAIT_MS = 20
"""What a case may ask to wait for peers, of which there are none."""
SCHEMA = schemathesis.openapi.from_dict(document(ROUTES, "0"))
OPERATIONS = {
    found.ok().definition.raw["operationId"]: found.ok()
    for found in SCHEMA.get_all_operations()
    if isinstance(found, Ok)
}


class Served(NamedTuple):
    """A real node on loopback."""

    url: str
    headers: Mapping[str, str]
    folder: Path
    """The one folder into which cases may write files."""


@pytest.fixture(scope="module")
def node() -> Iterator[Served]:
    with Programs() as programs:
        ana = programs.new("ana")
        ana.start()
        secret = ana.client.tokens.create("cases", ("read", "work", "money", "admin"))["secret"]
        ana.client.networks.create("studio")
        folder = programs.folder / "files"
        folder.mkdir()
        yield Served(f"{ana.client.node.status()['url']}/v1", {"Authorization": f"Bearer {secret}"}, folder)
        assert ana.client.node.health()["pid"] == (ana.process.pid if ana.process else 0)
        ana.stop()


def tamed(body: Any, folder: Path) -> Any:
    """A body that waits for nobody, and names no file outside the folder."""
    if not isinstance(body, dict):
        return body
    found = dict(body)
    if isinstance(found.get("wait_ms"), int):
        found["wait_ms"] = min(found["wait_ms"], WAIT_MS)
    if isinstance(found.get("path"), str):
        found["path"] = str(folder / found["path"].replace("/", "_").replace("\0", "")[:40])
    return found


def test_there_are_many_routes() -> None:
    assert len(OPERATIONS) == len(ROUTES)
    assert len(OPERATIONS) * 60 > 5_000


@pytest.mark.parametrize("name", sorted(OPERATIONS.keys() - ENDS_THE_NODE - GOES_ON))
def test_whatever_is_asked_is_answered_as_the_document_says(node: Served, name: str) -> None:
    operation = OPERATIONS[name]
    kept, broken = (operation.as_strategy(generation_mode=each) for each in GenerationMode)

    @settings(max_examples=CASES, deadline=None, database=None, derandomize=True, suppress_health_check=[*HealthCheck])
    @given(case=st.one_of(kept, broken))
    def ask(case: schemathesis.Case) -> None:
        case.body = tamed(case.body, node.folder)
        answer = case.call(base_url=node.url, headers=dict(node.headers), timeout=DEADLINE)
        case.validate_response(answer, checks=CHECKS)

    ask()
