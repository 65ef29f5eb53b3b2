"""Whatever writes records can be repeated with the same Idempotency-Key: it is done once, and answered alike.

Stories that other tests tell are told again by people who never trust an answer: each request that changes something is
sent twice. Which routes there are is told by the API's own description.
"""

import inspect
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

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
from tests.support.meshes import Api, Mesh, until

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
        "networks.leave_network records.export records.start_import",
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
ALONE = {"work.start_timer", "work.stop_timer", "work.share", "records.start_import", "records.undo_import"}
ELSEWHERE = {"tokens.create_token"}
"""What other tests send twice."""
WRITES_NO_RECORD = {
    "node.stop": "ends the process",
    "node.trust": "says something about this home, which stays said",
    "node.sync": "compares with peers",
    "node.sync_file": "takes in what others signed, each record once",
    "login.make_link": "makes a link that works once, and is forgotten",
    "tokens.revoke_token": "what is gone is told as not found",
    "devices.open_pairing": "looks out for a device",
    "devices.close_pairing": "looks out no more",
    "devices.confirm": "lets in the one device that shows these words, which then no longer asks",
    "devices.revoke": "a device that was ended is told as ended",
    "devices.vouch": "writes a line that is passed on outside the mesh",
    "cards.take_in_card": "takes in what others signed, each record once",
    "decisions.carry_out": "what was carried out is told as carried out",
    "people.add_peer": "a line of the peer book",
    "people.remove_peer": "what is gone is told as not found",
    "people.ping_peer": "measures",
    "distributions.preview_distribution": "works something out",
    "records.verify": "looks",
    "backups.create_backup": "writes a file",
    "credentials.make_cv": "signs what is no record, anew each time",
}
"""What changes something without a record, or only such as cannot be written twice, and why."""


class Insistent:
    """Sends everything twice, and remembers what was sent."""

    def __init__(self) -> None:
        self.sent: set[str] = set()

    async def does(self, api: Api, method: str, path: str, body: object = None, *, key: str = "") -> Any:
        """Like `Api.does`; a request that changes something is repeated with the same key, as after a lost answer."""
        key = key or os.urandom(8).hex()
        first = await api.ask(method, path, body, key=key)
        assert first.is_success, f"{method} {path}: {first.status_code} {first.text}"
        if method == "GET":
            return first.json()
        told = first.json() if first.content else {}
        name = operation_of(method, path)
        self.sent.add(name)
        if name not in WRITES_NO_RECORD:
            again = await api.ask(method, path, body, key=key)
            assert again.status_code == first.status_code, f"{method} {path}, again: {again.text}"
            assert (again.json() if again.content else {}).get("id") == told.get("id"), f"{method} {path}"
        return told or None


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


@pytest.mark.parametrize(("story", "operations"), STORIES, ids=lambda each: getattr(each, "__name__", ""))
async def test_a_story_is_the_same_when_everything_is_sent_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, story: Story, operations: str
) -> None:
    insistent = Insistent()

    async def does(api: Api, method: str, path: str, body: object = None, *, key: str = "") -> Any:
        return await insistent.does(api, method, path, body, key=key)

    monkeypatch.setattr(Api, "does", does)
    await story(**arguments(story, tmp_path, monkeypatch))
    assert set(operations.split()) <= insistent.sent


async def role(api: Api, agent: str) -> list[tuple[str, str]]:
    """The roles of somebody in the network, as somebody sees them."""
    found = (await api.does("GET", "/networks/studio/members"))["items"]
    return [(each["role"], each["state"]) for each in found if each["agent"]["name"] == agent]


async def test_an_invitation_lets_in_once_and_a_role_begins_and_ends_once(tmp_path: Path) -> None:
    mesh, twice = Mesh(tmp_path), Insistent()
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        anas, bens = ana.api(), ben.api()
        await twice.does(anas, "POST", "/networks", {"name": "studio", "join": "invite"})
        made, other = [await twice.does(anas, "POST", "/networks/studio/invites", {}) for _ in range(2)]
        await twice.does(anas, "DELETE", f"/networks/studio/invites/{other['id']}")
        assert len((await anas.does("GET", "/networks/studio/invites"))["items"]) == 2
        await twice.does(bens, "POST", "/joins", {"line": made["line"]})
        await until(lambda: role(anas, "Ben"), [("core", "active")])
        await twice.does(anas, "POST", "/networks/studio/members", {"agent": "Ben", "role": "steward"})
        await until(lambda: role(bens, "Ben"), [("core", "active"), ("steward", "invited")])
        await twice.does(bens, "POST", "/networks/studio/accept", {})
        await until(lambda: role(anas, "Ben"), [("core", "active"), ("steward", "active")])
        await twice.does(anas, "POST", "/networks/studio/removals", {"agent": "Ben"})
    assert twice.sent >= IN_A_NETWORK


async def test_a_timer_an_entry_and_an_import_are_there_once(tmp_path: Path) -> None:
    sheet, twice = tmp_path / "work.csv", Insistent()
    sheet.write_text("Date,Task,Duration\n2026-03-02,Wireframes,02:00\n")
    order = {"kind": "csv", "path": str(sheet), "options": {"map": ["date=Date", "duration=Duration", "title=Task"]}}
    async with Mesh(tmp_path).node("ana") as ana:
        api = ana.api()
        await ana.founds()
        await twice.does(api, "POST", "/timers", {"title": "Landing page"})
        await twice.does(api, "POST", "/timers/stop", {})
        logged = await twice.does(api, "POST", "/contributions", {"title": "Draft", "seconds": 60})
        await twice.does(api, "POST", f"/contributions/{logged['id']}/share", {"network": "studio"})
        taken = await twice.does(api, "POST", "/imports", order)
        titles = [each["title"] for each in (await api.does("GET", "/contributions"))["items"]]
        assert sorted(titles) == ["Draft", "Draft", "Landing page", "Wireframes"]
        await twice.does(api, "DELETE", f"/imports/{taken['batch']}")
    assert twice.sent >= ALONE


def test_every_route_that_writes_is_sent_twice_or_writes_no_record() -> None:
    operations = [each for methods in document(ROUTES, "0")["paths"].values() for each in methods.items()]
    writing = {told["operationId"] for method, told in operations if method != "get"}
    sent = {name for _, names in STORIES for name in names.split()} | IN_A_NETWORK | ALONE | ELSEWHERE
    assert writing - sent - {*WRITES_NO_RECORD} == set()
    assert sent <= writing
    assert not sent & {*WRITES_NO_RECORD}
