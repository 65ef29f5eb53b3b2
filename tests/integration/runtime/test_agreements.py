"""Agreements between whole nodes: firms with mandates, versions at once, bundles, and who has left the network."""

from functools import partial
from pathlib import Path

from meshnode.runtime.requests import cards, networks, organisations
from meshnode.runtime.requests.organisations import Job
from meshproto.records.ids import ScopeId, from_text
from meshproto.types.value import Money
from tests.support.bargains import meets, signed, state, terms
from tests.support.meshes import Mesh, together, until
from tests.support.patience import DEADLINE

HOURS = {"cur": "EUR", "steps": [{"do": "pro_rata", "weights": [{"unit": "HUR"}]}]}


async def test_a_firm_agrees_by_its_people_and_beyond_a_mandate_that_is_contested(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben, mesh.node("carol") as carol:
        firm = await organisations.found(ana.office, organisations.Founding("Blue"))
        await ana.office.projector.caught_up()
        await meets(ana, ben)
        job = Job(most=Money(100_000, "EUR"))
        await organisations.hire(ana.office, firm, ben.office.me, job)
        assert await organisations.enter(ben.office, ana.line(firm), DEADLINE)
        await organisations.accept(ben.office, firm)
        await meets(carol, ana)
        await meets(carol, ben)
        card = await cards.own_card(ana.office, firm)
        await cards.take_in(carol.office, card.line)
        small = await carol.api().does(
            "POST", "/agreements", terms("me", "Blue", worth={"amt": 90_000, "cur": "EUR"}, equation=HOURS)
        )
        await signed(ben, small["id"], **{"as": "Blue"})
        await until(partial(state, carol, small["id"]), "in_force")
        shown = await carol.api().does("GET", f"/agreements/{small['id']}")
        (mine,) = [each for each in shown["signatures"] if each["agent"]["name"] == "Blue"]
        assert (mine["state"], mine["signer"]["agent"]["name"], mine["signer"]["role"]) == ("signed", "Ben", "staff")
        large = await carol.api().does("POST", "/agreements", terms("me", "Blue", worth={"amt": 200_000, "cur": "EUR"}))
        told = await signed(ben, large["id"], **{"as": "Blue"})
        (mine,) = [each for each in told["signatures"] if each["agent"]["name"] == "Blue"]
        assert (told["state"], mine["state"]) == ("contested", "contested")
        assert mine["reason"] == "beyond the mandate of who signed"
        await until(partial(state, ana, large["id"]), "contested")
        await ana.api().does("POST", f"/agreements/{large['id']}/signatures", {"as": "Blue", "version": large["id"]})
        await together(*(partial(until, partial(state, node, large["id"]), "in_force") for node in (ana, ben, carol)))


async def test_who_has_two_mandates_of_a_firm_shares_its_money_out_by_the_wider(mesh: Mesh) -> None:
    equal = {"cur": "EUR", "steps": [{"do": "equal"}]}
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        firm = await organisations.found(ana.office, organisations.Founding("Blue"))
        await ana.office.projector.caught_up()
        await meets(ana, ben)
        for most in (Money(100, "EUR"), None):
            await organisations.hire(ana.office, firm, ben.office.me, Job(most=most))
        assert await organisations.enter(ben.office, ana.line(firm), DEADLINE)
        await organisations.accept(ben.office, firm)
        blue = {"as": "Blue"}
        shop = terms("Blue", "Ana", equation=equal, income_confirm="none", **blue)
        deal = await ben.api().does("POST", "/agreements", shop)
        await signed(ana, deal["id"])
        await until(partial(state, ben, deal["id"]), "in_force")
        gross = {"agreement": deal["id"], "gross": {"amt": 5_000, "cur": "EUR"}, **blue}
        await ben.api().does("POST", "/incomes", gross)
        asked = {"agreement": deal["id"]}
        seen = await ben.api().does("POST", "/distributions/preview", asked)
        made = await ben.api().does("POST", "/distributions", {**asked, "digest": seen["digest"], **blue})
        assert (made["state"], [each["amt"] for each in made["lines"]]) == ("proposed", [2_500, 2_500])


async def test_who_does_not_act_for_a_party_does_not_sign_for_it(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        await organisations.found(ana.office, organisations.Founding("Blue"))
        await ana.office.projector.caught_up()
        await meets(ana, ben)
        made = await ana.api().does("POST", "/agreements", terms("Blue", "Ben", **{"as": "Blue"}))
        assert (made["state"], made["proposer"]["name"]) == ("proposed", "Blue")
        sign = f"/agreements/{made['id']}/signatures"
        problem = await ana.api().refuses("POST", sign, {"version": made["id"]})
        assert (problem["code"], "--as Blue" in problem["hint"]) == ("not-authorised", True)
        await until(partial(state, ben, made["id"]), "proposed")
        assert (await ben.api().refuses("POST", sign, {"as": "Blue"}))["code"] in ("not-found", "not-authorised")


async def test_two_versions_that_all_signed_are_in_conflict_until_a_third_follows_both(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        await meets(ana, ben)
        made = await ana.api().does("POST", "/agreements", terms("me", "Ben"))
        await signed(ben, made["id"])
        await until(partial(state, ana, made["id"]), "in_force")
        path = f"/agreements/{made['id']}/versions"
        first = await ana.api().does("POST", path, {"notice_days": 30})
        second = await ben.api().does("POST", path, {"notice_days": 14})
        await signed(ben, first["version"])
        await signed(ana, second["version"])
        for node in (ana, ben):
            await together(
                *(partial(until, partial(state, node, each["version"]), "conflict") for each in (first, second))
            )
        shown = await ana.api().does("GET", f"/agreements/{first['version']}")
        assert shown["says"].startswith("in conflict: bafkrei")
        assert shown["versions"][1]["rivals"] == [second["version"]] or shown["versions"][2]["rivals"]
        third = await ana.api().does("POST", path, {"notice_days": 21})
        assert sorted(third["versions"][-1]["prev"]) == sorted([first["version"], second["version"]])
        await signed(ben, third["version"])
        await until(partial(state, ana, third["version"]), "in_force")
        assert await state(ana, first["version"]) == "superseded"


async def test_who_has_left_the_network_still_sees_the_agreement(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        mates = await ana.founds("mates", is_open=False)
        line = (await networks.invite(ana.office, mates, "core", 1, 3600)).line
        assert await networks.enter(ben.office, line, DEADLINE) == mates
        await ana.learns(lambda: ana.office.lookups.standing_in(ben.office.me, mates) is not None)
        made = await ana.api().does("POST", "/agreements", terms("me", "Ben"))
        await signed(ben, made["id"])
        await until(partial(state, ana, made["id"]), "in_force")
        roles = networks.roles_of(ana.office, mates, ben.office.me)
        await networks.remove(ana.office, mates, [row.record for row in roles], "end")
        change = await ana.api().does("POST", f"/agreements/{made['id']}/versions", {"notice_days": 30})
        await signed(ben, change["version"])
        await until(partial(state, ana, change["version"]), "in_force")


async def test_a_bundle_carries_agreements_along(mesh: Mesh, tmp_path: Path) -> None:
    file = {"kind": "bundle", "path": str(tmp_path / "all.bundle")}
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        await meets(ana, ben)
        made = await ana.api().does("POST", "/agreements", terms("me", "Ben"))
        await signed(ben, made["id"])
        await until(partial(state, ana, made["id"]), "in_force")
        await ana.api().does("POST", "/exports", file)
        digest = (await ana.office.projector.digests())[from_text(made["id"])]
    async with mesh.node("carol") as carol:
        await carol.api().does("POST", "/imports", file)
        await until(partial(state, carol, made["id"]), "in_force")
        assert (await carol.office.projector.digests())[from_text(made["id"])] == digest
        shown = await carol.api().does("GET", "/agreements/shop")
        assert (shown["id"], shown["awaits"]) == (made["id"], [])
        refusal = await carol.api().refuses("POST", "/agreements/shop/signatures", {})
        assert refusal["code"] == "not-authorised"
        assert ScopeId(from_text(made["id"])) in carol.office.node.standings
