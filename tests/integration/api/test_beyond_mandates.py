"""What is signed for a firm beyond a mandate: its clerk is told before and at once, its founder stands by it."""

from pathlib import Path
from typing import Any

import trio

from meshnode.runtime.requests import organisations, people
from meshnode.runtime.requests.organisations import Founding, Job
from meshproto.records.ids import from_text
from meshproto.types.value import Money
from tests.support.bargains import HOURS, is_so
from tests.support.dashboards import Reader
from tests.support.meshes import Api, Mesh, Node
from tests.support.patience import DEADLINE

LIMIT = Money(1_000_00, "EUR")
BEFORE = (
    "to sign this for Blue goes beyond your mandate (up to 1,000.00 EUR): it would be contested until somebody with a "
    "wider one stands by it"
)


async def waits(node: Node, kind: str) -> list[Any]:
    """What waits of a kind, once something does."""
    with trio.fail_after(DEADLINE):
        while True:
            found = [each for each in (await inbox(node.api())) if each["kind"] == kind]
            if found:
                return found
            await node.office.projector.after_pass(node.office.projector.passes)


async def inbox(api: Api) -> list[Any]:
    items: list[Any] = (await api.does("GET", "/inbox"))["items"]
    return items


async def shop(ana: Node, carol: Node, dan: Node) -> None:
    """Ana's firm Blue, for which Carol signs up to an amount; it is in a network with Dan."""
    choir = await dan.founds("choir")
    for each in (ana, carol):
        assert await each.joins(dan.line(choir))
    await ana.learns(lambda: ana.office.name(carol.office.me) == "Carol")
    firm = await organisations.found(ana.office, Founding("Blue"))
    await ana.office.projector.caught_up()
    assert await people.join(ana.office, dan.line(choir), DEADLINE, firm)
    await organisations.hire(ana.office, firm, carol.office.me, Job(most=LIMIT))
    assert await organisations.enter(carol.office, ana.line(firm), DEADLINE)
    await organisations.accept(carol.office, firm)
    await ana.learns(lambda: [row.standing for row in ana.office.lookups.standings(firm)] == ["active", "active"])
    await dan.learns(lambda: dan.office.name(firm) == "Blue")


async def test_what_a_clerk_signs_beyond_the_mandate_waits_for_the_founder(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    async with mesh.node("ana") as ana, mesh.node("carol") as carol, mesh.node("dan") as dan:
        await shop(ana, carol, dan)
        parties = [{"who": "me", "roles": ["provider", "holder"]}, {"who": "Blue", "roles": ["provider"]}]
        terms = {"title": "Refit", "parties": parties, "equation": HOURS, "worth": {"amt": 5_000_00, "cur": "EUR"}}
        deal = (await dan.api().does("POST", "/agreements", terms))["id"]
        (asked,) = await waits(carol, "sign")
        assert asked["agent"]["name"] == "Blue"
        shown = await carol.api().does("GET", f"/agreements/{deal}")
        assert BEFORE in shown["warnings"]
        signed = await carol.api().does("POST", f"/agreements/{deal}/signatures", {"as": "Blue"})
        (told,) = [each for each in signed["warnings"] if "beyond the mandate" in each]
        assert "stands by it: meshnode reaffirm bafkrei" in told

        (waiting,) = await waits(ana, "reaffirm")
        assert (waiting["agent"]["name"], waiting["about"], waiting["scope"]["id"]) == (
            "Blue",
            "a contested signature",
            deal,
        )
        assert waiting["command"] == f"meshnode reaffirm {waiting['record']}"
        assert [each for each in await inbox(carol.api()) if each["kind"] == "reaffirm"] == []
        reader = Reader(ana)
        await reader.logs_in()
        today = await reader.reads("/")
        assert "Stand by" in today
        assert waiting["command"] in today
        no = await carol.api().refuses("POST", f"/records/{waiting['record']}/reaffirm", {})
        assert (
            no["detail"] == "it goes beyond your mandate for Blue, too (up to 1,000.00 EUR): yours would change nothing"
        )

        await ana.api().does("POST", f"/records/{waiting['record']}/reaffirm", {})
        assert [each for each in await inbox(ana.api()) if each["kind"] == "reaffirm"] == []
        over = await ana.api().does("GET", f"/agreements/{deal}")
        assert (over["state"], [each for each in over["warnings"] if "mandate" in each]) == ("in_force", [])


async def test_a_payment_beyond_the_mandate_is_told_at_once(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    async with mesh.node("ana") as ana, mesh.node("carol") as carol, mesh.node("dan") as dan:
        await shop(ana, carol, dan)
        parties = [{"who": "me", "roles": ["provider"]}, {"who": "Blue", "roles": ["holder"]}]
        terms = {"title": "Refit", "parties": parties, "equation": HOURS, "worth": {"amt": 500_00, "cur": "EUR"}}
        deal = (await dan.api().does("POST", "/agreements", terms))["id"]
        await waits(carol, "sign")
        signed = await carol.api().does("POST", f"/agreements/{deal}/signatures", {"as": "Blue"})
        assert [each for each in signed["warnings"] if "mandate" in each] == []
        large = {"agreement": deal, "payee": "Dan", "amount": {"amt": 2_000_00, "cur": "EUR"}, "as": "Blue"}
        paid = await carol.api().does("POST", "/settlements", large)
        assert [each[:68] for each in paid["warnings"]] == [
            "what was signed here for Blue goes beyond the mandate of who signed "
        ]
        (waiting,) = await waits(ana, "reaffirm")
        assert (waiting["about"], waiting["record"]) == ("a contested settlement", paid["id"])
        small = {**large, "amount": {"amt": 20_00, "cur": "EUR"}}
        assert (await carol.api().does("POST", "/settlements", small))["warnings"] == []
        owed = {"agreement": deal, "payer": "Blue", "amount": {"amt": 3_000_00, "cur": "EUR"}}
        declared = await dan.api().does("POST", "/settlements", owed)
        await waits(carol, "confirm-payment")
        assert (await carol.api().does("GET", f"/settlements/{declared['id']}"))["warnings"] == [BEFORE]


async def test_the_page_of_a_distribution_tells_whoever_would_approve_it_beyond_a_mandate(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    async with mesh.node("ana") as ana, mesh.node("carol") as carol, mesh.node("dan") as dan:
        await shop(ana, carol, dan)
        parties = [{"who": "me", "roles": ["provider", "holder"]}, {"who": "Blue", "roles": ["provider"]}]
        halves = {"cur": "EUR", "steps": [{"do": "shares", "parts": [["me", 500], ["Blue", 500]]}]}
        terms = {"title": "Refit", "parties": parties, "equation": halves, "worth": {"amt": 500_00, "cur": "EUR"}}
        deal = (await dan.api().does("POST", "/agreements", terms))["id"]
        await waits(carol, "sign")
        await carol.api().does("POST", f"/agreements/{deal}/signatures", {"as": "Blue"})
        await dan.learns(lambda: is_so(dan, from_text(deal), "in_force"))
        await dan.api().does("POST", "/incomes", {"agreement": "Refit", "gross": {"amt": 5_000_00, "cur": "EUR"}})
        seen = await dan.api().does("POST", "/distributions/preview", {"agreement": "Refit"})
        asked = {"agreement": "Refit", "digest": seen["digest"]}
        shared = (await dan.api().does("POST", "/distributions", asked))["id"]
        for node, told in ((carol, True), (ana, False)):
            await waits(node, "approve")
            reader = Reader(node)
            await reader.logs_in()
            page = await reader.reads(f"/money/distributions/{shared}")
            assert (f'<p class="banner warn"><bdi>{BEFORE}</bdi></p>' in page) is told
