"""The client covers the API: its types are the API's models, and each method asks the right route."""

import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Any

import msgspec
import pytest

from meshnode.api.models import (
    agreements,
    backups,
    cards,
    charters,
    credentials,
    decisions,
    devices,
    distributions,
    evaluations,
    events,
    inbox,
    incomes,
    keeping,
    login,
    logs,
    networks,
    node,
    operations,
    organisations,
    people,
    records,
    rulings,
    settlements,
    shared,
    statements,
    terms,
    tokens,
    work,
)
from meshnode.client import (
    agreement_answers,
    answers,
    decision_answers,
    device_answers,
    event_answers,
    money_answers,
    move_answers,
    network_answers,
    operation_answers,
    organisation_answers,
    token_answers,
    work_answers,
)
from meshnode.client import backups as about_backups
from meshnode.client import credentials as about_credentials
from meshnode.client import keeping as about_keeping
from meshnode.client.client import Client
from meshnode.client.errors import BadAnswer, NodeNotRunning
from meshnode.client.groups import Groups
from tests.support.client_calls import CALLS, Asks
from tests.support.fakes.fake_node import FakeNode, project

MODELS = {
    name: model
    for module in (
        shared,
        agreements,
        backups,
        cards,
        credentials,
        decisions,
        devices,
        keeping,
        login,
        logs,
        networks,
        node,
        operations,
        organisations,
        people,
        records,
        rulings,
        terms,
        work,
        charters,
        distributions,
        evaluations,
        events,
        inbox,
        incomes,
        settlements,
        statements,
        tokens,
    )
    for name, model in vars(module).items()
    if isinstance(model, type) and issubclass(model, shared.Model) and model not in (shared.Model, shared.Page)
}
SHAPES = {
    name: shape
    for module in (
        answers,
        agreement_answers,
        decision_answers,
        device_answers,
        event_answers,
        network_answers,
        operation_answers,
        organisation_answers,
        work_answers,
        about_backups,
        about_credentials,
        about_keeping,
        money_answers,
        move_answers,
        token_answers,
    )
    for name, shape in vars(module).items()
    if typing.is_typeddict(shape) and shape.__module__ == module.__name__ and name != "Page"
}


def plain(hint: Any) -> object:
    """A type as text, the same for a model and for the shape that mirrors it."""
    if isinstance(hint, UnionType) or typing.get_origin(hint) is typing.Union:
        return frozenset(plain(part) for part in typing.get_args(hint))
    if typing.get_origin(hint) is not None:
        return (typing.get_origin(hint), *(plain(part) for part in typing.get_args(hint)))
    return None if hint is NoneType else getattr(hint, "__name__", str(hint))


def without_any(fields: dict[str, Any]) -> dict[str, object]:
    return {name: plain(hint) for name, hint in fields.items() if name not in ("header", "private")}


def test_every_answer_of_the_api_has_a_shape() -> None:
    assert sorted(SHAPES) == sorted(MODELS)


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_a_shape_is_what_the_api_answers(name: str) -> None:
    assert without_any(typing.get_type_hints(SHAPES[name])) == without_any(typing.get_type_hints(MODELS[name]))


@pytest.fixture
def fake() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        fake.contributions.clear()
        yield fake


@pytest.mark.parametrize(("call", "method", "path"), CALLS, ids=[f"{method} {path}" for _, method, path in CALLS])
def test_each_method_asks_its_route(fake: FakeNode, call: Asks, method: str, path: str) -> None:
    fields = [("items", list[str], []), ("contested", list[str], []), ("total", int, 0)]
    fake.answers[method, path] = msgspec.defstruct("Anything", fields)()
    answer = call(Client.of(fake.home))
    if isinstance(answer, Iterator):
        list(answer)
    assert (fake.asked[0].method, fake.asked[0].path) == (method, path)


def test_no_method_is_left_untested() -> None:
    groups = [name for name in vars(Groups) if not name.startswith("_")]
    client = Client("nowhere")
    methods = [name for group in groups for name in vars(type(getattr(client, group))) if not name.startswith("_")]
    assert len(methods) == len(CALLS)


def test_a_list_is_read_to_its_end(fake: FakeNode) -> None:
    fake.projects += [project("One"), project("Two")]
    fake.page = 1
    assert [one["title"] for one in Client.of(fake.home).work.projects()] == ["One", "Two"]
    assert [asked.query.get("cursor") for asked in fake.asked] == [None, "1"]


@pytest.mark.parametrize(
    "call",
    [lambda node: node.peers.every(), lambda node: list(node.money.incomes()), lambda node: list(node.work.projects())],
)
def test_what_is_no_list_is_called_so(fake: FakeNode, call: Callable[[Client], object]) -> None:
    for path in ("/peers", "/incomes", "/projects"):
        fake.answers["GET", path] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n42"
    with pytest.raises(BadAnswer, match="list"):
        call(Client.of(fake.home))


def test_a_home_in_which_no_node_ran_has_none_running(tmp_path: Path) -> None:
    with pytest.raises(NodeNotRunning):
        Client.of(tmp_path)


def test_what_writes_brings_a_key_of_its_own_or_the_callers(fake: FakeNode) -> None:
    client = Client.of(fake.home)
    client.work.log("a", 60)
    client.work.log("b", 60)
    client.work.log("c", 60, key="mine")
    first, second, third = (asked.key for asked in fake.asked)
    assert (len(first), first != second, third) == (32, True, "mine")


def test_a_text_for_other_programs_comes_as_it_is(fake: FakeNode) -> None:
    fake.answers["GET", "/metrics"] = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nrecords\n"
    assert Client.of(fake.home).node.metrics() == "records\n"
