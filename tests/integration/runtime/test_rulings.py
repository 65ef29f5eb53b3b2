"""What is in dispute in an agreement is decided between whole nodes: versions, distributions, signatures."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from meshnode.core.founding import awaited_founders
from meshnode.runtime.requests import cards, organisations
from meshnode.runtime.requests.organisations import Job
from meshproto.records.ids import RecordId, ScopeId, from_text, short
from tests.support.bargains import meets, signed, state, table, terms
from tests.support.meshes import Mesh, Node, together, until
from tests.support.patience import DEADLINE

BLUE = {"as": "Blue"}


async def ruled(node: Node, agreement: str, resolution: str) -> str:
    """How a resolution stands; empty while it is not here."""
    shown = await node.api().does("GET", f"/agreements/{agreement}")
    return next((each["state"] for each in shown["decisions"] if each["id"] == resolution), "")


async def decides(node: Node, agreement: str, outcome: str, record: str, *, key: str = "", **more: Any) -> Any:
    wish = {"outcome": outcome, "record": record, **more}
    return await node.api().does("POST", f"/agreements/{agreement}/resolutions", wish, key=key)


async def accepts(node: Node, agreement: str, resolution: str, decision: str = "accept") -> Any:
    """Say yes or no to a resolution once it is here."""
    await until(partial(ruled, node, agreement, resolution), "open")
    wish = {"version": resolution, "decision": decision}
    return await node.api().does("POST", f"/agreements/{resolution}/signatures", wish)


@asynccontextmanager
async def siblings(mesh: Mesh) -> AsyncIterator[tuple[Node, Node, str, str, str]]:
    """Two people, their agreement, and two versions after it that both have signed."""
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
        one, two = first["version"], second["version"]
        for node in (ana, ben):
            await together(*(partial(until, partial(state, node, each), "conflict") for each in (one, two)))
        yield ana, ben, made["id"], one, two


async def test_of_two_versions_that_all_signed_one_is_picked_and_the_other_passed_over(mesh: Mesh) -> None:
    async with siblings(mesh) as (ana, ben, agreement, one, two):
        shown = await ana.api().does("GET", f"/agreements/{one}")
        (dispute,) = shown["disputes"]
        assert (dispute["kind"], sorted(dispute["records"]), dispute["needed"]) == ("versions", sorted((one, two)), 2)
        assert shown["next"] == f"meshnode agreement decide {agreement} --pick {one}"
        made = await decides(ana, agreement, "pick", one, text="The longer notice")
        assert made["decisions"][0]["state"] == "open"
        resolution = made["resolution"]
        await until(partial(ruled, ben, agreement, resolution), "open")
        (waits,) = (await ben.api().does("GET", "/inbox"))["items"]
        assert (waits["kind"], waits["command"]) == ("decide", f"meshnode agreement sign {resolution}")
        elsewhere = await ben.api().refuses("GET", f"/decisions/{resolution}")
        assert elsewhere["hint"] == f"meshnode agreement show {resolution}"
        told = await accepts(ben, agreement, resolution)
        assert (told["resolution"], told["decisions"][0]["state"]) == (resolution, "carried")
        for node in (ana, ben):
            await together(
                partial(until, partial(state, node, one), "in_force"),
                partial(until, partial(state, node, two), "contested"),
            )
        shown = await ben.api().does("GET", f"/agreements/{two}")
        assert shown["says"].startswith("passed over: it was decided otherwise")
        assert (shown["disputes"], (await ben.api().does("GET", "/inbox"))["items"]) == ([], [])


async def test_another_decision_takes_the_place_of_the_one_before(mesh: Mesh) -> None:
    async with siblings(mesh) as (ana, ben, agreement, one, two):
        first = (await decides(ana, agreement, "pick", one))["resolution"]
        await accepts(ben, agreement, first)
        await until(partial(state, ana, one), "in_force")
        problem = await ana.api().refuses(
            "POST", f"/agreements/{agreement}/resolutions", {"outcome": "pick", "record": one}
        )
        assert (problem["code"], "in no conflict" in problem["detail"]) == ("conflict", True)
        made = await decides(ben, agreement, "pick", two)
        assert [each["overrules"] for each in made["decisions"] if each["id"] == made["resolution"]] == [[first]]
        await accepts(ana, agreement, made["resolution"])
        for node in (ana, ben):
            await until(partial(state, node, two), "in_force")
            assert await ruled(node, agreement, first) == "overruled"
        assert await state(ana, one) == "contested"


async def test_a_decision_is_refused_with_what_helps(mesh: Mesh) -> None:
    async with siblings(mesh) as (ana, ben, agreement, one, two):
        path = f"/agreements/{agreement}/resolutions"
        made = await decides(ana, agreement, "pick", one, accept=False)
        (vote, _) = made["decisions"][0]["votes"]
        assert vote["vote"] == ""
        await until(partial(ruled, ben, agreement, made["resolution"]), "open")
        same = await ben.api().refuses("POST", path, {"outcome": "pick", "record": one})
        assert (same["code"], same["hint"]) == ("exists", f"meshnode agreement sign {made['resolution']}")
        told = await accepts(ben, agreement, made["resolution"], "decline")
        assert told["decisions"][0]["state"] == "declined"
        for wish, code, words in (
            ({"outcome": "pick", "record": agreement}, "conflict", "in no conflict with another"),
            ({"outcome": "pick", "record": made["resolution"]}, "bad-request", "neither a version nor a distribution"),
            ({"outcome": "uphold", "record": one}, "conflict", "no contested signature"),
            ({"outcome": "amend", "record": one}, "bad-request", "'amend' is no outcome"),
        ):
            problem = await ana.api().refuses("POST", path, wish)
            assert (problem["code"], words in problem["detail"]) == (code, True)
        (rival,) = [each for each in (await decides(ben, agreement, "pick", two))["decisions"] if each["pick"] == two]
        again = await ben.api().refuses("POST", f"/agreements/{rival['id']}/signatures", {"version": rival["id"]})
        assert (again["code"], "cannot be taken back" in again["detail"]) == ("conflict", True)


async def test_of_two_distributions_of_the_same_money_one_is_picked(mesh: Mesh) -> None:
    async with table(mesh, "ana", "ben") as seats:
        await seats.works("ana", "Design", 2, "ben")
        await seats.income("ana", 10_000)
        made = []
        for title in ("Code", "Tests"):
            wish = {"agreement": "Acme site", "beside": True}
            seen = await seats["ana"].does("POST", "/distributions/preview", wish)
            told = await seats["ana"].does("POST", "/distributions", {**wish, "digest": seen["digest"]})
            made.append(told["id"])
            await seats.works("ben", title, 1, "ana")
        for each in made:
            await seats.come(each)
            for name in ("ana", "ben"):
                await seats[name].does("POST", f"/distributions/{each}/approvals", {})
        for each in made:
            await seats.stands(from_text(each), "contested")
        shown = await seats["ben"].does("GET", f"/distributions/{made[0]}")
        (dispute,) = shown["disputes"]
        assert (dispute["kind"], sorted(dispute["records"])) == ("distributions", sorted(made))
        ana, ben = seats.nodes["ana"], seats.nodes["ben"]
        resolution = (await decides(ana, "Acme site", "pick", made[1]))["resolution"]
        await accepts(ben, "Acme site", resolution)
        await seats.stands(from_text(made[1]), "effective")
        await seats.stands(from_text(made[0]), "contested")
        shown = await seats["ana"].does("GET", f"/distributions/{made[0]}")
        assert shown["says"].startswith("passed over: another was picked")
        assert [each["id"] for each in shown["decisions"]] == [resolution]


@asynccontextmanager
async def clerks(mesh: Mesh) -> AsyncIterator[tuple[Node, Node, Node, str, ScopeId]]:
    """Ana's firm Blue, Ben who signs for it, and Carol: three who agree; the agreement, and the firm."""
    async with mesh.node("ana") as ana, mesh.node("ben") as ben, mesh.node("carol") as carol:
        firm = await organisations.found(ana.office, organisations.Founding("Blue"))
        await ana.office.projector.caught_up()
        await together(partial(meets, ana, ben), partial(meets, carol, ana), partial(meets, carol, ben))
        await meets(ana, carol)
        await organisations.hire(ana.office, firm, ben.office.me, Job())
        assert await organisations.enter(ben.office, ana.line(firm), DEADLINE)
        await organisations.accept(ben.office, firm)
        await cards.take_in(carol.office, (await cards.own_card(ana.office, firm)).line)
        wish = terms("me", "Blue", "Ana", dispute={"quorum": [2, 3]})
        agreement = (await carol.api().does("POST", "/agreements", wish))["id"]
        await signed(ben, agreement, **BLUE)
        await signed(ana, agreement)
        await together(*(partial(until, partial(state, node, agreement), "in_force") for node in (ana, ben, carol)))
        yield ana, ben, carol, agreement, firm


async def test_the_signature_of_a_dismissed_clerk_is_upheld_by_the_others(mesh: Mesh) -> None:
    async with clerks(mesh) as (ana, ben, carol, agreement, firm):
        change = (await carol.api().does("POST", f"/agreements/{agreement}/versions", {"notice_days": 30}))["version"]
        await signed(ana, change)
        await until(partial(state, ben, change), "proposed")
        for other in ("ben", "carol"):
            mesh.cut("ana", other)
        await organisations.dismiss(ana.office, firm, ben.office.me, "end")
        await signed(ben, change, **BLUE)
        mesh.heal("ana", "carol")
        mesh.heal("ana", "ben")
        await together(*(partial(until, partial(state, node, change), "contested") for node in (ana, carol)))
        (dispute,) = (await carol.api().does("GET", f"/agreements/{change}"))["disputes"]
        assert (dispute["kind"], dispute["agent"]["name"], dispute["needed"]) == ("signature", "Blue", 2)
        resolution = (await decides(carol, agreement, "uphold", change))["resolution"]
        await accepts(ana, agreement, resolution)
        await together(*(partial(until, partial(state, node, change), "in_force") for node in (ana, carol)))
        assert await ruled(carol, agreement, resolution) == "carried"


async def payment(node: Node, record: str) -> str:
    """How a payment stands; empty while it is not here."""
    found = (await node.api().does("GET", "/settlements"))["items"]
    return next((each["state"] for each in found if each["id"] == record), "")


async def test_a_payment_that_a_dismissed_clerk_confirmed_is_contested_until_it_is_upheld(mesh: Mesh) -> None:
    async with clerks(mesh) as (ana, ben, carol, agreement, firm):
        wish = {"agreement": agreement, "amount": {"amt": 100, "cur": "EUR"}, "payee": "Blue", "on": "2026-04-01"}
        paid = (await carol.api().does("POST", "/settlements", wish))["id"]
        await together(*(partial(until, partial(payment, node, paid), "declared") for node in (ana, ben)))
        for other in ("ben", "carol"):
            mesh.cut("ana", other)
        await organisations.dismiss(ana.office, firm, ben.office.me, "end")
        await ben.api().does("POST", f"/settlements/{paid}/answers", BLUE)
        mesh.heal("ana", "carol")
        mesh.heal("ana", "ben")
        await together(*(partial(until, partial(payment, node, paid), "contested") for node in (ana, carol)))
        plan = await carol.api().does("GET", "/plan")
        assert ([each["id"] for each in plan["contested"]], plan["items"]) == ([paid], [])
        frozen = {
            each["agent"]["name"]: each["contested_received"] for each in (await balances(ana)) if each["open"] == 0
        }
        assert frozen == {"Blue": 100, "Carol": 0}
        (dispute,) = (await carol.api().does("GET", f"/settlements/{paid}"))["disputes"]
        assert (dispute["target"], dispute["agent"]["name"]) == (paid, "Blue")
        resolution = (await decides(carol, agreement, "uphold", dispute["records"][0]))["resolution"]
        await accepts(ana, agreement, resolution)
        await together(*(partial(until, partial(payment, node, paid), "confirmed") for node in (ana, carol)))
        told = await ana.api().does("GET", f"/settlements/{paid}")
        assert ([each["state"] for each in told["decisions"]], told["disputes"]) == (["carried"], [])


async def balances(node: Node) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await node.api().does("GET", "/balances"))["items"]
    return found


async def test_mediators_decide_and_nobody_else(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben, mesh.node("dan") as dan:
        await together(partial(meets, ana, ben), partial(meets, ana, dan))
        wish = terms("me", "Ben", dispute={"mediators": ["Dan"], "quorum": [1, 1]})
        agreement = (await ana.api().does("POST", "/agreements", wish))["id"]
        await signed(ben, agreement)
        await until(partial(state, ana, agreement), "in_force")
        path = f"/agreements/{agreement}/versions"
        one = (await ana.api().does("POST", path, {"notice_days": 30}))["version"]
        two = (await ben.api().does("POST", path, {"notice_days": 14}))["version"]
        await signed(ben, one)
        await signed(ana, two)
        for node in (ana, dan):
            await together(*(partial(until, partial(state, node, each), "conflict") for each in (one, two)))
        wish = {"outcome": "pick", "record": one}
        problem = await ana.api().refuses("POST", f"/agreements/{agreement}/resolutions", wish)
        assert (problem["code"], problem["detail"]) == ("not-authorised", "you do not decide this; these do: Dan")
        made = await decides(dan, agreement, "pick", one, key="d1")
        again = await decides(dan, agreement, "pick", one, key="d1")
        assert [each["state"] for each in again["decisions"]] == ["carried"]
        assert made["resolution"] == again["resolution"]
        await together(*(partial(until, partial(state, node, one), "in_force") for node in (ana, ben, dan)))


async def test_a_version_that_follows_both_needs_no_decision(mesh: Mesh) -> None:
    async with siblings(mesh) as (ana, ben, agreement, one, two):
        after = (await ana.api().does("POST", f"/agreements/{agreement}/versions", {"notice_days": 7}))["version"]
        await signed(ben, after)
        await until(partial(state, ana, after), "in_force")
        problem = await ana.api().refuses(
            "POST", f"/agreements/{agreement}/resolutions", {"outcome": "pick", "record": one}
        )
        assert (problem["code"], "in no conflict" in problem["detail"]) == ("conflict", True)
        assert (await state(ana, one), await state(ana, two)) == ("superseded", "superseded")


async def conflict(ana: Node, carol: Node, firm: ScopeId) -> tuple[str, str, str]:
    """Carol and a firm of Ana's agree, and on two versions after that: the agreement and both."""
    await together(partial(meets, ana, carol), partial(meets, carol, ana))
    await cards.take_in(carol.office, (await cards.own_card(ana.office, firm)).line)
    agreement = (await carol.api().does("POST", "/agreements", terms("me", "Blue")))["id"]
    await signed(ana, agreement, **BLUE)
    await until(partial(state, carol, agreement), "in_force")
    path = f"/agreements/{agreement}/versions"
    one = (await carol.api().does("POST", path, {"notice_days": 30}))["version"]
    two = (await ana.api().does("POST", path, {"notice_days": 14, **BLUE}))["version"]
    await signed(ana, one, **BLUE)
    await signed(carol, two)
    for node in (ana, carol):
        await together(*(partial(until, partial(state, node, each), "conflict") for each in (one, two)))
    return agreement, one, two


async def test_a_firm_decides_by_who_signs_for_it(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("carol") as carol:
        firm = await organisations.found(ana.office, organisations.Founding("Blue"))
        await ana.office.projector.caught_up()
        agreement, one, _ = await conflict(ana, carol, firm)
        shown = await ana.api().does("GET", f"/agreements/{one}")
        assert shown["next"] == f"meshnode agreement decide {agreement} --pick {one} --as 'Blue'"
        wish = {"outcome": "pick", "record": one}
        problem = await ana.api().refuses("POST", f"/agreements/{agreement}/resolutions", wish)
        assert (problem["code"], "--as 'Blue'" in problem["hint"]) == ("not-authorised", True)
        resolution = (await decides(carol, agreement, "pick", one))["resolution"]
        await until(partial(ruled, ana, agreement, resolution), "open")
        (waits,) = [each for each in (await ana.api().does("GET", "/inbox"))["items"] if each["kind"] == "decide"]
        assert waits["agent"]["name"] == "Blue"
        assert waits["command"] == f"meshnode agreement sign {resolution} --as 'Blue'"
        await ana.api().does("POST", f"/agreements/{resolution}/signatures", {"version": resolution, **BLUE})
        await together(*(partial(until, partial(state, node, one), "in_force") for node in (ana, carol)))


async def test_the_founders_of_a_firm_decide_first_where_its_charter_says_so(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben, mesh.node("carol") as carol:
        founding = organisations.Founding("Blue", others=(ben.office.me,), sensitive=("resolution",))
        await together(partial(meets, ana, ben), partial(meets, ben, ana))
        firm = await organisations.found(ana.office, founding)
        await ana.office.projector.caught_up()
        assert await organisations.enter(ben.office, ana.line(firm), DEADLINE)
        await organisations.accept(ben.office, firm)
        await ana.learns(lambda: not awaited_founders(ana.opened.reader, firm, (ana.office.me, ben.office.me)))
        agreement, one, _ = await conflict(ana, carol, firm)
        path, wish = f"/agreements/{agreement}/resolutions", {"outcome": "pick", "record": one, **BLUE}
        assert (await ana.api().refuses("POST", path, wish))["code"] == "needs-decision"
        asked = (await ana.api().does("POST", f"{path}?propose=true", wish))["proposed"]
        assert asked["orders"][0]["says"] == f"decide in Shop: pick {short(from_text(one))}"
        await ben.learns(lambda: ben.office.lookups.entry(from_text(asked["id"])) is not None)
        await ben.learns(lambda: ben.text_of(RecordId(from_text(asked["id"]))))
        done = await ben.api().does("POST", f"/decisions/{asked['id']}/votes", {})
        resolution = done["orders"][0]["record"]
        await accepts(carol, agreement, resolution)
        await until(partial(ruled, ana, agreement, resolution), "open")
        await ana.api().does("POST", f"/agreements/{resolution}/signatures", {"version": resolution, **BLUE})
        await together(*(partial(until, partial(state, node, one), "in_force") for node in (ana, carol)))
