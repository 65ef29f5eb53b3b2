"""Whatever writes records is done once, though its node goes dark after any of its commits and it is asked again.

Stories that other tests tell are told again by people whose node loses its power in the middle of each kind of request:
after its first commit, asked again after the second one, and so on, until the same request with the same
Idempotency-Key comes through. Then it is sent once more. Which routes there are is told by the API's own description.
"""

import inspect
import os
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from meshnode.api.openapi import document
from meshnode.api.routes import ROUTES
from meshnode.dashboard.sessions import Sessions
from meshnode.exchange.backup_in import check_backup
from meshproto.records.ids import to_text
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
from tests.support.crashes.crashing import CrashingNode, Fuse, crashing_node
from tests.support.crashes.insisting import Insistent, unless
from tests.support.meshes import Api, Mesh, until

Story = Callable[..., Coroutine[Any, Any, None]]

STORIES: list[tuple[Story, str]] = [
    (
        test_money_routes.test_work_becomes_a_confirmed_payment,
        "distributions.approve_distribution distributions.preview_distribution distributions.propose_distribution "
        "evaluations.add_attestation incomes.add_income incomes.confirm_income settlements.add_settlement "
        "settlements.confirm_settlement work.log_contribution",
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
BESIDE_RECORDS = {"tokens.revoke_token", "people.add_peer", "people.remove_peer", "backups.create_backup"}
OF_OTHERS = {"cards.take_in_card", "node.sync_file"}
CARRIED_OUT = {"decisions.carry_out"}
IN_A_STORY = {"distributions.preview_distribution"}
KEEPS_NOTHING = {
    "node.stop": "ends the process",
    "node.trust": "says something about this home, which is noted with the next write",
    "node.sync": "compares with peers",
    "login.make_link": "makes a link that works once, and is forgotten",
    "devices.open_pairing": "looks out for a device, until the process ends",
    "devices.close_pairing": "looks out no more",
    "devices.vouch": "writes a line that is passed on outside the mesh, and expects somebody until the process ends",
    "people.ping_peer": "measures",
    "distributions.preview_distribution": "works something out",
    "records.verify": "looks",
    "records.export": "writes a file",
    "credentials.make_cv": "signs what is no record, anew each time",
}
"""What commits nothing of its owner's, so that there is nothing that could be done by half or twice, and why."""
PEER = "12D3KooWQCkBm1BYtkHpocxCwMgR8yjitEeHGx8spzcDLGt2gkBm"


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
    insistent = Insistent(fuse, KEEPS_NOTHING)

    async def does(api: Api, method: str, path: str, body: object = None, *, key: str = "") -> Any:
        return await insistent.does(api, method, path, body, key=key)

    monkeypatch.setattr(Api, "does", does)
    await story(**arguments(story, tmp_path, monkeypatch))
    assert set(operations.split()) <= {*insistent.crashes} | insistent.kept_nothing


async def role(api: Api, agent: str) -> list[tuple[str, str]]:
    """The roles of somebody in the network, as somebody sees them."""
    found = (await api.does("GET", "/networks/studio/members"))["items"]
    return [(each["role"], each["state"]) for each in found if each["agent"]["name"] == agent]


async def test_an_invitation_lets_in_once_and_a_role_begins_and_ends_once(tmp_path: Path, fuse: Fuse) -> None:
    mesh, insistent = Mesh(tmp_path), Insistent(fuse, KEEPS_NOTHING)
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
    sheet, insistent = tmp_path / "work.csv", Insistent(fuse, KEEPS_NOTHING)
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
    mesh, insistent = Mesh(tmp_path), Insistent(fuse, KEEPS_NOTHING)
    async with mesh.node("ana") as ana:
        words = await paired(mesh, ana)
        async with mesh.node("laptop"):
            await ana.learns(lambda: words in ana.office.pairings.asking())
            await insistent.does(ana.api(), "POST", "/devices/pairing/confirm", {"words": words})
            await insistent.does(ana.api(), "POST", "/devices/laptop/revoke", {"reason": "lost"})
        devices = (await ana.api().does("GET", "/devices"))["items"]
        assert [each["state"] for each in devices if each["name"] == "laptop"] == ["revoked"]
    assert {*insistent.crashes} >= OF_DEVICES


async def test_what_is_kept_beside_the_records_is_done_once(tmp_path: Path, fuse: Fuse) -> None:
    insistent, path, address = (
        Insistent(fuse, KEEPS_NOTHING),
        tmp_path / "ana.backup",
        f"/ip4/127.0.0.1/tcp/9/p2p/{PEER}",
    )
    async with Mesh(tmp_path).node("ana") as ana:
        api = ana.api()
        await api.does("POST", "/tokens", {"name": "bot", "may": ["read"]})
        gone = await insistent.does(api, "DELETE", "/tokens/bot", key="gone")
        again = await api.does("POST", "/tokens", {"name": "bot", "may": ["work"]})
        assert await api.does("DELETE", "/tokens/bot", key="gone") == gone
        assert [each["id"] for each in (await api.does("GET", "/tokens"))["items"]] == [again["id"]]
        await insistent.does(api, "POST", "/peers", {"address": address, "wait_ms": 0}, key="added", every=True)
        await insistent.does(api, "DELETE", f"/peers/{PEER}", key="gone peer", every=True)
        await api.does("POST", "/peers", {"address": address, "wait_ms": 0}, key="added")
        assert (await api.does("GET", "/peers"))["items"] == []
        made = await insistent.does(api, "POST", "/backups", {"path": str(path), "passphrase": "seven violins"})
        assert check_backup(path, "seven violins").records == made["records"]
        assert (await api.does("GET", "/backups"))["items"][0]["path"] == str(path)
    assert {*insistent.crashes} == BESIDE_RECORDS
    assert {*os.listdir(tmp_path)} == {"ana", "ana.backup"}


async def test_what_others_signed_is_taken_in_once_from_a_card_and_a_file(tmp_path: Path, fuse: Fuse) -> None:
    mesh, insistent, file = Mesh(tmp_path), Insistent(fuse, KEEPS_NOTHING), str(tmp_path / "studio.sync")
    async with mesh.node("ben") as ben:
        network = ben.line(await ben.founds())
        await ben.logs("Wireframes", "studio")
        line = (await ben.api().does("GET", "/card"))["line"]
        await ben.api().does("POST", "/sync/file", {"path": file})
    async with mesh.node("ana") as ana:
        api = ana.api()
        await insistent.does(api, "POST", "/cards", {"line": line}, every=True)
        await ana.joins(network, seconds=0)
        await insistent.does(api, "POST", "/sync/file", {"path": file}, every=True)
        assert [each["title"] for each in (await api.does("GET", "/contributions"))["items"]] == ["Wireframes"]
    assert {*insistent.crashes} == OF_OTHERS


async def test_a_decision_whose_carrying_out_was_cut_short_is_carried_out_once(tmp_path: Path, fuse: Fuse) -> None:
    insistent = Insistent(fuse, KEEPS_NOTHING)
    async with Mesh(tmp_path).node("ana") as ana:
        api = ana.api()
        await api.does("POST", "/networks", {"name": "studio", "join": "invite"})
        await api.does("POST", "/decisions", {"scope": "studio", "sensitive": ["grant"]})
        fuse.arm(ana, 2)  # the proposal and its acceptance, but not what it orders
        order = {"scope": "studio", "invite": {"uses": 1}}
        assert await unless(fuse.blown, partial(api.ask, "POST", "/decisions", order)) is None
        assert isinstance(ana, CrashingNode)
        await ana.comes_up_again()
        (carried,) = (await api.does("GET", "/decisions"))["items"]
        done = await insistent.does(api, "POST", f"/decisions/{carried['id']}/carry-out")
        assert (carried["state"], done["state"]) == ("carried", "done")
        assert len((await api.does("GET", "/networks/studio/invites"))["items"]) == 1
    assert {*insistent.crashes} == CARRIED_OUT


async def test_what_is_said_to_keep_nothing_commits_nothing(tmp_path: Path, fuse: Fuse) -> None:
    insistent, mesh = Insistent(fuse, KEEPS_NOTHING), Mesh(tmp_path)
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio, api = await ana.founds(), ana.api()
        ana._site = replace(ana.site(), url="http://127.0.0.1:4480", logins=Sessions(4480))
        assert await ben.joins(ana.line(studio))
        entry = await ana.logs("Wireframes", "studio")
        await ben.sees(lambda: ben.has(entry))
        await ana.learns(lambda: ana.office.lookups.name(ben.office.me) == "Ben")
        for path, body in (
            ("/node/trust", None),
            ("/sync", {"wait_ms": 0}),
            ("/login-links", None),
            ("/devices/pairing", {"name": "laptop"}),
            ("/recovery-lines", {"who": "Ben"}),
            ("/peers/Ben/ping", None),
            (f"/records/{to_text(entry)}/verify", None),
            ("/exports", {"kind": "bundle", "path": str(tmp_path / "all.bundle")}),
            ("/credentials", {}),
            ("/node/stop", None),
        ):
            await insistent.does(api, "POST", path, body)
        await insistent.does(api, "DELETE", "/devices/pairing")
    assert insistent.kept_nothing == {*KEEPS_NOTHING} - IN_A_STORY


def test_every_route_that_writes_is_cut_short_here_or_commits_nothing() -> None:
    operations = [each for methods in document(ROUTES, "0")["paths"].values() for each in methods.items()]
    writing = {told["operationId"] for method, told in operations if method != "get"}
    told = {name for _, names in STORIES for name in names.split()}
    cut = (told - {*KEEPS_NOTHING}) | IN_A_NETWORK | ALONE | OF_DEVICES | BESIDE_RECORDS | OF_OTHERS | CARRIED_OUT
    assert told >= IN_A_STORY
    assert writing == cut | {*KEEPS_NOTHING}
    assert not cut & {*KEEPS_NOTHING}
