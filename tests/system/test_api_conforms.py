"""Whatever is asked of a real node on loopback, it answers as its own document says, and never fails.

Schemathesis makes the cases from the OpenAPI document: some that keep to it, some that do not.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
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
from tests.support.patience import DEADLINE
from tests.support.programs import Programs

Operation = schemathesis.APIOperation[Any, Any, Any, Any]  # the library tells no more of it
ROUND = 2
"""Cases of each route before it is the turn of the next one, half of them as the document says."""
ROUNDS = 2
"""Rounds that are ended whatever time there is."""
FLOOR = 300
"""Different cases without which nothing is shown: two rounds, less what routes that take nothing are asked again."""
LONG = 5_000
"""Different cases of a long run."""
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
OPERATIONS: Mapping[str, Operation] = {
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


class Questions:
    """Cases of one route, others in each round."""

    def __init__(self, operation: Operation, node: Served, found: dict[str, int]) -> None:
        self._cases = st.one_of(*(operation.as_strategy(generation_mode=each) for each in GenerationMode))
        self._name, self._node, self._found = operation.label, node, found
        """The status that each case was answered with, whatever route it was for."""

    def ask(self, number: int) -> None:
        """Ask the questions of a round; each answer must be one of the document's."""

        @seed(number)
        @settings(max_examples=ROUND, deadline=None, database=None, suppress_health_check=[*HealthCheck])
        @given(case=self._cases)
        def ask(case: schemathesis.Case[Any]) -> None:
            case.body = tamed(case.body, self._node.folder)
            answer = case.call(base_url=self._node.url, headers=dict(self._node.headers), timeout=DEADLINE)
            self._found[repr((self._name, case.path_parameters, case.query, case.headers, case.body))] = (
                answer.status_code
            )
            case.validate_response(answer, checks=CHECKS)

        ask()


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


ASKED = sorted(OPERATIONS.keys() - ENDS_THE_NODE - GOES_ON)


@pytest.mark.campaign
def test_whatever_is_asked_is_answered_as_the_document_says(
    node: Served, campaign_seconds: Callable[[str], float], long_campaigns: bool, tell: Callable[[str], None]
) -> None:
    deadline, rounds = time.monotonic() + campaign_seconds("routes"), 0
    found: dict[str, int] = {}
    questions = [Questions(OPERATIONS[name], node, found) for name in ASKED]
    while (len(found) < LONG) if long_campaigns else (rounds < ROUNDS or time.monotonic() < deadline):
        for each in questions:
            if long_campaigns or rounds < ROUNDS or time.monotonic() < deadline:
                each.ask(rounds)
        rounds += 1
    done = sum(status < 400 for status in found.values())
    tell(f"routes: {len(found)} cases of {len(ASKED)} routes in {rounds} rounds, {done} of them done, none failed")
    assert len(OPERATIONS) == len(ROUTES)
    assert len(found) >= FLOOR
    assert done > len(found) / 20
