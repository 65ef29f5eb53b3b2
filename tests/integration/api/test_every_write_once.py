"""Whatever writes records is done once, though its node goes dark after any of its commits and it is asked again.

Stories that other tests tell are told again by people whose node loses its power in the middle of each kind of request:
after its first commit, asked again after the second one, and so on, until the same request with the same
Idempotency-Key comes through. Then it is sent once more. Which routes there are is told by the API's own description.
"""

import inspect
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import trio

from meshnode.api.openapi import document
from meshnode.api.routes import ROUTES
from tests.integration.api import (
    test_agreement_routes,
    test_keeping_routes,
    test_money_routes,
    test_move_routes,
    test_people_routes,
    test_record_routes,
)
from tests.integration.runtime import test_firms_act, test_organisations, test_proposed_acts, test_rulings
from tests.integration.runtime.test_devices import paired
from tests.support.crashing import ApiOfNow, Fuse, crashing_node
from tests.support.meshes import Api, Mesh, until
from tests.support.sayings import repetitions

COMMITS = 12
"""More than any request makes."""

Story = Callable[..., Coroutine[Any, Any, None]]

STORIES: list[tuple[Story, str]] = [
    (
        test_money_routes.test_work_becomes_a_confirmed_payment,
        "distributions.approve_distribution distributions.propose_distribution evaluations.add_attestation "
        "incomes.add_income incomes.confirm_income settlements.add_settlement settlements.confirm_settlement "
        "work.log_contribution",
    ),
    (
        test_move_routes.test_a_merge_is_decided_by_the_founders_and_may_be_repeated,
        "decisions.propose decisions.vote moves.merge networks.create_network networks.invite networks.join",
    ),
    (
        test_agreement_routes.test_a_change_takes_the_signatures_of_all_and_lists_what_it_changes,
        "agreements.amend agreements.end agreements.propose agreements.sign",
    ),
    (
        test_organisations.test_a_firm_is_founded_and_led_over_the_api,
        "organisations.accept organisations.create_organisation organisations.hire organisations.resign",
    ),
    (
        test_organisations.test_a_clerk_is_let_sign_and_dismissed_over_the_api,
        "organisations.dismiss work.correct work.create_project work.thank",
    ),
    (test_firms_act.test_a_firm_has_a_profile_that_others_see, "people.put_profile"),
    (
        test_people_routes.test_who_has_not_joined_is_told_how_to,
        "networks.leave_network records.start_import",
    ),
    (test_keeping_routes.test_somebody_is_followed_by_name, "keeping.follow keeping.unfollow"),
    (
        test_keeping_routes.test_whom_one_blocks_is_neither_listed_nor_found_and_comes_back,
        "keeping.block keeping.unblock",
    ),
    (
        test_money_routes.test_a_rejection_a_correction_and_a_declined_share_are_told,
        "evaluations.answer_share work.retract",
    ),
    (test_record_routes.test_an_erasure_reaches_the_nodes_that_hold_the_text, "records.erase"),
    (test_money_routes.test_ballots_keep_within_their_budget, "evaluations.cast_ballot"),
    (test_move_routes.test_who_is_not_chosen_is_not_told_of_a_split, "moves.split"),
    (
        test_organisations.test_what_was_signed_unheard_of_is_contested_until_the_firm_stands_by_it,
        "organisations.reaffirm",
    ),
    (
        test_proposed_acts.test_what_is_not_sensitive_is_signed_at_once_though_it_might_be_proposed,
        "networks.appoint",
    ),
    (
        test_rulings.test_of_two_versions_that_all_signed_one_is_picked_and_the_other_passed_over,
        "agreements.decide",
    ),
]
IN_A_NETWORK = {"networks.withdraw_invite", "networks.remove_member", "networks.accept"}
ALONE = {
    "records.start_import",
    "records.undo_import",
    "tokens.create_token",
    "work.share",
    "work.start_timer",
    "work.stop_timer",
}
OF_DEVICES = {"devices.confirm", "devices.revoke"}
WRITES_NO_RECORD = {
    "node.stop": "ends the process",
    "node.trust": "says something about this home, which stays said",
    "node.sync": "compares with peers",
    "node.sync_file": "takes in what others signed, each record once",
    "login.make_link": "makes a link that works once, and is forgotten",
    "tokens.revoke_token": "what is gone is told as not found",
    "devices.open_pairing": "looks out for a device",
    "devices.close_pairing": "looks out no more",
    "devices.vouch": "writes a line that is passed on outside the mesh",
    "cards.take_in_card": "takes in what others signed, each record once",
    "decisions.carry_out": "what a vote does that was cut short, as votes here are",
    "people.add_peer": "a line of the peer book",
    "people.remove_peer": "what is gone is told as not found",
    "people.ping_peer": "measures",
    "distributions.preview_distribution": "works something out",
    "records.verify": "looks",
    "backups.create_backup": "writes a file",
    "records.export": "writes a file",
    "credentials.make_cv": "signs what is no record, anew each time",
}
"""What changes something without a record, or only such as cannot be written twice, and why."""


class Insistent:
    """Asks until there is an answer, whatever becomes of the node, and then once more."""

    def __init__(self, fuse: Fuse) -> None:
        self._fuse = fuse
        self.crashes: Counter[str] = Counter()
        """How often a node went dark while it did what."""

    async def does(self, api: Api, method: str, path: str, body: object = None, *, key: str = "") -> Any:
        """Like `Api.does`; what changes something outlives crashes, and is repeated with the same key."""
        key, name = key or os.urandom(8).hex(), operation_of(method, path)
        if method == "GET" or name in WRITES_NO_RECORD:
            return succeeded(await api.ask(method, path, body, key=key))
        assert isinstance(api, ApiOfNow)
        before = api.node.opened.reader.last_arrival()
        answer = await self._outlives(api, method, path, body, key)
        told = succeeded(answer)
        again = await api.ask(method, path, body, key=key)
        assert again.status_code == answer.status_code, f"{method} {path}, again: {again.text}"
        assert (succeeded(again) or {}).get("id") == (told or {}).get("id"), f"{method} {path}"
        assert repetitions(api.node.opened.reader, before) == [], f"{method} {path}"
        return told

    async def _outlives(self, api: ApiOfNow, method: str, path: str, body: object, key: str) -> httpx.Response:
        """The answer to a request that is repeated after each crash; each comes one commit later."""
        name = operation_of(method, path)
        for number in range(COMMITS):
            self._fuse.arm(api.node, number + 1)
            answer = await unless(self._fuse.blown, partial(api.ask, method, path, body, key=key))
            if answer is not None:
                self._fuse.disarm()
                return answer
            self.crashes[name] += 1
            await api.node.comes_up_again()
        raise AssertionError(f"{method} {path} is not done after {COMMITS} commits")


async def unless(event: trio.Event, ask: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response | None:
    """What is answered, if that comes before the event; then nobody waits for it any more."""
    answers: list[httpx.Response] = []

    async with trio.open_nursery() as nursery:

        async def answered() -> None:
            answers.append(await ask())
            nursery.cancel_scope.cancel()

        nursery.start_soon(answered)
        await event.wait()
        nursery.cancel_scope.cancel()
    return None if event.is_set() else answers[0]


def succeeded(answer: httpx.Response) -> Any:
    """The JSON of an answer that must be a success."""
    assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


def operation_of(method: str, path: str) -> str:
    """The name of the operation that a request is for."""
    words = path.partition("?")[0].split("/")
    fitting = [
        entry
        for entry in ROUTES
        if entry.method == method
        and len(entry.path.split("/")) == len(words)
        and all(mine[:1] == "{" or mine == given for mine, given in zip(entry.path.split("/"), words, strict=True))
    ]
    best = min(fitting, key=lambda entry: entry.path.count("{"))
    return f"{best.handle.__module__.rpartition('.')[2]}.{best.handle.__name__}"


def arguments(story: Story, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a story asks for by name, as its own file would give it."""
    given = {"mesh": Mesh(folder), "tmp_path": folder, "monkeypatch": monkeypatch}
    return {name: given[name] for name in inspect.signature(story).parameters}


@pytest.fixture
def fuse(monkeypatch: pytest.MonkeyPatch) -> Fuse:
    """Nodes that can go dark, wherever a story starts one."""
    monkeypatch.setattr(Mesh, "node", crashing_node)
    return Fuse(monkeypatch)


@pytest.mark.parametrize(("story", "operations"), STORIES, ids=lambda each: getattr(each, "__name__", ""))
async def test_a_story_is_the_same_though_every_write_is_cut_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fuse: Fuse, story: Story, operations: str
) -> None:
    insistent = Insistent(fuse)

    async def does(api: Api, method: str, path: str, body: object = None, *, key: str = "") -> Any:
        return await insistent.does(api, method, path, body, key=key)

    monkeypatch.setattr(Api, "does", does)
    await story(**arguments(story, tmp_path, monkeypatch))
    assert set(operations.split()) <= {*insistent.crashes}


async def role(api: Api, agent: str) -> list[tuple[str, str]]:
    """The roles of somebody in the network, as somebody sees them."""
    found = (await api.does("GET", "/networks/studio/members"))["items"]
    return [(each["role"], each["state"]) for each in found if each["agent"]["name"] == agent]


async def test_an_invitation_lets_in_once_and_a_role_begins_and_ends_once(tmp_path: Path, fuse: Fuse) -> None:
    mesh, insistent = Mesh(tmp_path), Insistent(fuse)
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        anas, bens = ana.api(), ben.api()
        await insistent.does(anas, "POST", "/networks", {"name": "studio", "join": "invite"})
        made, other = [await insistent.does(anas, "POST", "/networks/studio/invites", {}) for _ in range(2)]
        again = [await anas.does("POST", "/networks/studio/invites", {}, key="k") for _ in range(2)]
        assert again[0] == again[1]
        await insistent.does(anas, "DELETE", f"/networks/studio/invites/{other['id']}")
        assert len((await anas.does("GET", "/networks/studio/invites"))["items"]) == 3
        await insistent.does(bens, "POST", "/joins", {"line": made["line"]})
        await until(lambda: role(anas, "Ben"), [("core", "active")])
        await insistent.does(anas, "POST", "/networks/studio/members", {"agent": "Ben", "role": "steward"})
        await until(lambda: role(bens, "Ben"), [("core", "active"), ("steward", "invited")])
        await insistent.does(bens, "POST", "/networks/studio/accept", {})
        await until(lambda: role(anas, "Ben"), [("core", "active"), ("steward", "active")])
        await insistent.does(anas, "POST", "/networks/studio/removals", {"agent": "Ben"})
    assert {*insistent.crashes} >= IN_A_NETWORK


async def test_a_timer_an_entry_and_an_import_are_there_once(tmp_path: Path, fuse: Fuse) -> None:
    sheet, insistent = tmp_path / "work.csv", Insistent(fuse)
    sheet.write_text("Date,Task,Duration\n2026-03-02,Wireframes,02:00\n")
    order = {"kind": "csv", "path": str(sheet), "options": {"map": ["date=Date", "duration=Duration", "title=Task"]}}
    async with Mesh(tmp_path).node("ana") as ana:
        api = ana.api()
        await ana.founds()
        await insistent.does(api, "POST", "/timers", {"title": "Landing page"})
        await insistent.does(api, "POST", "/timers/stop", {})
        logged = await insistent.does(api, "POST", "/contributions", {"title": "Draft", "seconds": 60})
        await insistent.does(api, "POST", f"/contributions/{logged['id']}/share", {"network": "studio"})
        await insistent.does(api, "POST", "/tokens", {"name": "bot", "may": ["read"]})
        assert len((await api.does("GET", "/tokens"))["items"]) == 1
        taken = await insistent.does(api, "POST", "/imports", order)
        titles = [each["title"] for each in (await api.does("GET", "/contributions"))["items"]]
        assert sorted(titles) == ["Draft", "Draft", "Landing page", "Wireframes"]
        await insistent.does(api, "DELETE", f"/imports/{taken['batch']}")
    assert {*insistent.crashes} >= ALONE


async def test_a_device_is_let_in_once_and_ended_once(tmp_path: Path, fuse: Fuse) -> None:
    mesh, insistent = Mesh(tmp_path), Insistent(fuse)
    async with mesh.node("ana") as ana:
        words = await paired(mesh, ana)
        async with mesh.node("laptop"):
            await ana.learns(lambda: words in ana.office.pairings.asking())
            await insistent.does(ana.api(), "POST", "/devices/pairing/confirm", {"words": words})
            await insistent.does(ana.api(), "POST", "/devices/laptop/revoke", {"reason": "lost"})
        devices = (await ana.api().does("GET", "/devices"))["items"]
        assert [each["state"] for each in devices if each["name"] == "laptop"] == ["revoked"]
    assert {*insistent.crashes} >= OF_DEVICES


def test_every_route_that_writes_is_cut_short_here_or_writes_no_record() -> None:
    operations = [each for methods in document(ROUTES, "0")["paths"].values() for each in methods.items()]
    writing = {told["operationId"] for method, told in operations if method != "get"}
    sent = {name for _, names in STORIES for name in names.split()} | IN_A_NETWORK | ALONE | OF_DEVICES
    assert writing - sent - {*WRITES_NO_RECORD} == set()
    assert sent <= writing
    assert not sent & {*WRITES_NO_RECORD}
