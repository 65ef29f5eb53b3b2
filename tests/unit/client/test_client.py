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
    cards,
    charters,
    decisions,
    devices,
    distributions,
    evaluations,
    events,
    inbox,
    incomes,
    keeping,
    login,
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
from meshnode.client import keeping as about_keeping
from meshnode.client.client import Client
from meshnode.client.errors import BadAnswer, NodeNotRunning
from meshnode.client.groups import Groups
from tests.support.fake_node import FakeNode, project
from tests.support.sample_people import LINE

MODELS = {
    name: model
    for module in (
        shared,
        agreements,
        cards,
        decisions,
        devices,
        keeping,
        login,
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


# What each method asks. A new method needs a line.
CALLS: list[tuple[Callable[[Client], object], str, str]] = [
    (lambda node: node.node.health(), "GET", "/health"),
    (lambda node: node.node.status(), "GET", "/node"),
    (lambda node: node.node.stop(), "POST", "/node/stop"),
    (lambda node: node.node.trust(), "POST", "/node/trust"),
    (lambda node: node.node.doctor(), "GET", "/doctor"),
    (lambda node: node.node.config(), "GET", "/config"),
    (lambda node: node.node.bug_report(), "GET", "/bug-report"),
    (lambda node: node.node.metrics(), "GET", "/metrics"),
    (lambda node: node.node.login_link(), "POST", "/login-links"),
    (lambda node: node.node.state(), "GET", "/state"),
    (lambda node: node.node.sync("x", wait_ms=1), "POST", "/sync"),
    (lambda node: node.node.sync_file("/f"), "POST", "/sync/file"),
    (lambda node: node.tokens.every(), "GET", "/tokens"),
    (lambda node: node.tokens.create("bot"), "POST", "/tokens"),
    (lambda node: node.tokens.revoke("bot"), "DELETE", "/tokens/bot"),
    (lambda node: node.people.me(), "GET", "/me"),
    (lambda node: node.people.keeping(), "GET", "/keeping"),
    (lambda node: node.people.follows(), "GET", "/follows"),
    (lambda node: node.people.follow("Ben", wait_ms=1), "POST", "/follows"),
    (lambda node: node.people.unfollow("Ben"), "DELETE", "/follows/Ben"),
    (lambda node: node.people.blocks(), "GET", "/blocks"),
    (lambda node: node.people.block("Ben"), "POST", "/blocks"),
    (lambda node: node.people.unblock("Ben"), "DELETE", "/blocks/Ben"),
    (lambda node: node.people.set_profile(bio="b"), "PUT", "/me/profile"),
    (lambda node: node.devices.every(), "GET", "/devices"),
    (lambda node: node.devices.this(), "GET", "/devices/this"),
    (lambda node: node.devices.open_pairing(), "POST", "/devices/pairing"),
    (lambda node: node.devices.pairing(), "GET", "/devices/pairing"),
    (lambda node: node.devices.close_pairing(), "DELETE", "/devices/pairing"),
    (lambda node: node.devices.let_in("amber"), "POST", "/devices/pairing/confirm"),
    (lambda node: node.devices.revoke("a/b"), "POST", "/devices/a/b/revoke"),
    (lambda node: node.people.vouch("Ana López"), "POST", "/recovery-lines"),
    (lambda node: node.people.card(), "GET", "/card"),
    (lambda node: node.people.take_in_card("card1.x"), "POST", "/cards"),
    (lambda node: node.work.log("t", 60), "POST", "/contributions"),
    (lambda node: node.work.contribute("t", "idea", {}), "POST", "/contributions"),
    (lambda node: node.work.contributions(), "GET", "/contributions"),
    (lambda node: node.work.sums(), "GET", "/contributions/sums"),
    (lambda node: node.work.contribution("a/b"), "GET", "/contributions/a/b"),
    (lambda node: node.work.share("r", "studio"), "POST", "/contributions/r/share"),
    (lambda node: node.work.correct("r", {"seconds": 60}), "POST", "/contributions/r/correct"),
    (lambda node: node.work.retract("r"), "POST", "/contributions/r/retract"),
    (lambda node: node.work.thank("r", "thanks"), "POST", "/contributions/r/thank"),
    (lambda node: node.work.recognitions(), "GET", "/recognitions"),
    (lambda node: node.records.erase(["r"]), "POST", "/erasures"),
    (lambda node: node.work.timers(), "GET", "/timers"),
    (lambda node: node.work.start_timer("t"), "POST", "/timers"),
    (lambda node: node.work.stop_timer(), "POST", "/timers/stop"),
    (lambda node: list(node.work.projects()), "GET", "/projects"),
    (lambda node: node.work.project("acme"), "GET", "/projects/acme"),
    (lambda node: node.work.create_project("Acme"), "POST", "/projects"),
    (lambda node: node.networks.every(), "GET", "/networks"),
    (lambda node: node.networks.create("studio"), "POST", "/networks"),
    (lambda node: node.networks.join(LINE, wait_ms=1), "POST", "/joins"),
    (lambda node: node.networks.leave("studio"), "DELETE", "/networks/studio"),
    (lambda node: node.networks.one("studio"), "GET", "/networks/studio"),
    (lambda node: node.networks.split("studio", "films", only=[]), "POST", "/networks/studio/split"),
    (lambda node: node.networks.merge("studio", "films"), "POST", "/networks/studio/merge"),
    (lambda node: node.networks.members("studio"), "GET", "/networks/studio/members"),
    (lambda node: node.networks.appoint("studio", "ben", "steward"), "POST", "/networks/studio/members"),
    (lambda node: node.networks.accept_roles("studio"), "POST", "/networks/studio/accept"),
    (lambda node: node.networks.remove_member("studio", "ben"), "POST", "/networks/studio/removals"),
    (lambda node: node.networks.invite("studio"), "POST", "/networks/studio/invites"),
    (lambda node: node.networks.invites("studio"), "GET", "/networks/studio/invites"),
    (lambda node: node.networks.withdraw("studio", "i"), "DELETE", "/networks/studio/invites/i"),
    (lambda node: node.decisions.every(), "GET", "/decisions"),
    (lambda node: list(node.agreements.every(everything=True)), "GET", "/agreements"),
    (lambda node: node.agreements.propose({"title": "Logo"}), "POST", "/agreements"),
    (lambda node: node.agreements.one("logo"), "GET", "/agreements/logo"),
    (lambda node: node.agreements.amend("logo", {"title": "Logo"}), "POST", "/agreements/logo/versions"),
    (lambda node: node.agreements.end("logo", "2030-01-31"), "POST", "/agreements/logo/end"),
    (lambda node: node.agreements.decide("logo", "pick", "v", text="so"), "POST", "/agreements/logo/resolutions"),
    (lambda node: node.agreements.sign("logo", "decline", text="no"), "POST", "/agreements/logo/signatures"),
    (lambda node: node.decisions.propose("studio", {"dissolve": True}), "POST", "/decisions"),
    (lambda node: node.decisions.one("d"), "GET", "/decisions/d"),
    (lambda node: node.decisions.vote("d", "decline"), "POST", "/decisions/d/votes"),
    (lambda node: node.decisions.carry_out("d"), "POST", "/decisions/d/carry-out"),
    (lambda node: node.organisations.every(), "GET", "/organisations"),
    (lambda node: node.organisations.one("Blue"), "GET", "/organisations/Blue"),
    (lambda node: node.organisations.create("Blue"), "POST", "/organisations"),
    (lambda node: node.organisations.accept("Blue", wait_ms=1), "POST", "/organisations/accepts"),
    (lambda node: node.organisations.hire("Blue", "ben"), "POST", "/organisations/Blue/staff"),
    (lambda node: node.organisations.dismiss("Blue", "ben"), "POST", "/organisations/Blue/dismissals"),
    (lambda node: node.organisations.resign("Blue"), "POST", "/organisations/Blue/resignation"),
    (lambda node: node.records.reaffirm("r"), "POST", "/records/r/reaffirm"),
    (lambda node: node.peers.every(), "GET", "/peers"),
    (lambda node: node.peers.add("/ip4/…", wait_ms=1), "POST", "/peers"),
    (lambda node: node.peers.remove("p"), "DELETE", "/peers/p"),
    (lambda node: node.peers.ping("p"), "POST", "/peers/p/ping"),
    (lambda node: node.records.one("r"), "GET", "/records/r"),
    (lambda node: node.records.why("r"), "GET", "/records/r/why"),
    (lambda node: node.records.verify("r"), "POST", "/records/r/verify"),
    (lambda node: node.records.search("w"), "GET", "/search"),
    (lambda node: node.records.forks(), "GET", "/forks"),
    (lambda node: node.exchange.import_from("git", "/p", dry_run=True, options={}), "POST", "/imports"),
    (lambda node: node.exchange.imports(), "GET", "/imports"),
    (lambda node: node.exchange.undo_import("b1"), "DELETE", "/imports/b1"),
    (lambda node: node.exchange.export("bundle", "/f"), "POST", "/exports"),
    (lambda node: list(node.money.inbox()), "GET", "/inbox"),
    (lambda node: node.money.waiting(), "GET", "/inbox"),
    (lambda node: node.money.evaluation("c"), "GET", "/contributions/c/evaluation"),
    (lambda node: node.money.attest("c", {"rating": 4}), "POST", "/attestations"),
    (lambda node: node.money.answer_share("c", "decline"), "POST", "/contributions/c/shares"),
    (lambda node: list(node.money.ballots("acme")), "GET", "/ballots"),
    (lambda node: node.money.cast_ballot("acme", [("ben", 3)]), "POST", "/ballots"),
    (lambda node: list(node.money.incomes()), "GET", "/incomes"),
    (lambda node: node.money.income("i"), "GET", "/incomes/i"),
    (lambda node: node.money.add_income("acme", {"amt": 1, "cur": "EUR"}, tax=0), "POST", "/incomes"),
    (lambda node: node.money.confirm_income("i"), "POST", "/incomes/i/answers"),
    (lambda node: node.money.preview("acme"), "POST", "/distributions/preview"),
    (lambda node: node.money.propose("acme", "ab"), "POST", "/distributions"),
    (lambda node: list(node.money.distributions("acme")), "GET", "/distributions"),
    (lambda node: node.money.distribution("d"), "GET", "/distributions/d"),
    (lambda node: node.money.approve("d"), "POST", "/distributions/d/approvals"),
    (lambda node: node.money.explanation("d", "ben"), "GET", "/distributions/d/explanation"),
    (lambda node: list(node.money.settlements()), "GET", "/settlements"),
    (lambda node: node.money.settle("acme", {"amt": 1, "cur": "EUR"}, payee="ben"), "POST", "/settlements"),
    (lambda node: node.money.confirm_settlement("s", as_="Blue"), "POST", "/settlements/s/answers"),
    (lambda node: node.money.settlement("s"), "GET", "/settlements/s"),
    (lambda node: list(node.money.balances()), "GET", "/balances"),
    (lambda node: node.money.plan("acme"), "GET", "/plan"),
    (lambda node: node.money.statement("ben", first="2026-01-01"), "GET", "/statements"),
]


@pytest.mark.parametrize(("call", "method", "path"), CALLS, ids=[f"{method} {path}" for _, method, path in CALLS])
def test_each_method_asks_its_route(fake: FakeNode, call: Callable[[Client], object], method: str, path: str) -> None:
    fields = [("items", list[str], []), ("contested", list[str], []), ("total", int, 0)]
    fake.answers[method, path] = msgspec.defstruct("Anything", fields)()
    call(Client.of(fake.home))
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
