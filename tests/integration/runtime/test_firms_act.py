"""What an organisation does like a person: it founds networks and decides there, runs timers, erases, has a profile."""

from pathlib import Path

import pytest

from meshnode.runtime.refusals import Refusal
from meshnode.runtime.requests import decided, decisions, erasures, networks, organisations, people, timers
from meshnode.runtime.requests.charters import Wish
from meshnode.runtime.requests.organisations import Founding
from meshproto.records.ids import RecordId, ScopeId, from_text, to_text
from tests.support.meshes import Mesh, Node, until
from tests.support.patience import DEADLINE


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


async def founds(node: Node, name: str = "Blue") -> ScopeId:
    firm = await organisations.found(node.office, Founding(name))
    await node.office.projector.caught_up()
    return firm


async def creates(node: Node, name: str, join: str = "invite") -> ScopeId:
    made = await node.api().does("POST", "/networks", {"name": name, "join": join, "as": "Blue"})
    return ScopeId(from_text(made["id"]))


def members(node: Node, network: ScopeId) -> set[bytes]:
    return {row.agent for row in node.office.lookups.members(network)}


async def counts(node: Node, record: RecordId) -> None:
    async def status() -> str | None:
        await node.office.projector.caught_up()
        found = await node.office.projector.standing(record)
        return None if found is None else found.status.name

    await node.sees(lambda: node.has(record))
    await until(status, "YES")


async def test_a_firm_founds_a_closed_network_and_lets_people_in(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("dan") as dan:
        firm = await founds(ana)
        studio = await creates(ana, "studio")
        assert members(ana, studio) == {firm}
        (shown,) = [each for each in (await ana.api().does("GET", "/networks"))["items"] if each["name"] == "studio"]
        assert (shown["standing"], [each["name"] for each in shown["through"]]) == ("none", ["Blue"])
        line = (await networks.invite(ana.office, studio, "core", 1, 3600)).line
        assert await networks.enter(dan.office, line, DEADLINE) == studio
        record = await dan.logs("Dan's work", "studio")
        await counts(ana, record)
        made = await ana.api().does(
            "POST", "/contributions", {"title": "x", "seconds": 60, "network": "studio", "as": "Blue"}
        )
        await counts(dan, RecordId(from_text(made["id"])))
        with pytest.raises(Refusal, match="you have no role in studio"):
            await ana.logs("Not for the firm", "studio")


async def test_another_founder_of_the_firm_takes_part_in_what_it_has_founded(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        mates = await ben.founds("mates")
        assert await ana.joins(ben.line(mates))
        await ana.learns(lambda: ana.office.name(ben.office.me) == "Ben")
        firm = await organisations.found(ana.office, Founding("Blue", others=(ben.office.me,)))
        assert await organisations.enter(ben.office, ana.line(firm), DEADLINE)
        await organisations.accept(ben.office, firm)
        await ana.learns(lambda: ana.office.lookups.standings(firm)[-1].agent == ben.office.me)
        studio = await creates(ana, "studio")
        assert await people.join(ben.office, ana.line(studio), DEADLINE, firm)
        await ben.office.projector.caught_up()
        made = await ben.api().does(
            "POST", "/contributions", {"title": "x", "seconds": 60, "network": "studio", "as": "Blue"}
        )
        await counts(ana, RecordId(from_text(made["id"])))
        (_, *_) = await networks.invite(ben.office, studio, "core", 1, 3600)


async def test_a_firm_founds_an_open_network_and_decides_in_it(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("dan") as dan:
        firm = await founds(ana)
        market = await creates(ana, "market", "open")
        assert await dan.joins(ana.line(market))
        await counts(ana, await dan.logs("Dan's work", "market"))
        with pytest.raises(Refusal, match="only the founders of market decide: Blue") as refusal:
            await decisions.propose(ana.office, market, Wish(join="invite"), "")
        assert refusal.value.hint == "say that you do it for them: --as 'Blue'"
        wish = {"scope": "market", "join": "invite", "as": "Blue"}
        done = await ana.api().does("POST", "/decisions", wish)
        assert (done["state"], done["votes"][0]["agent"]["name"]) == ("done", "Blue")
        with pytest.raises(Refusal, match="only the founders of market decide"):
            await decisions.propose(dan.office, market, Wish(join="open"), "")
        charter = decided.charter_of(ana.office, market)
        assert charter is not None
        assert charter.founders == (firm,)


async def test_a_firm_votes_on_what_another_founder_proposes(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("dan") as dan:
        firm = await founds(ana)
        studio = await creates(ana, "studio")
        line = (await networks.invite(ana.office, studio, "core", 1, 3600)).line
        assert await networks.enter(dan.office, line, DEADLINE) == studio
        await ana.learns(lambda: ana.office.name(dan.office.me) == "Dan")
        (named,) = await decisions.propose(ana.office, studio, Wish(add_founders=(dan.office.me,)), "", agent=firm)
        await decisions.settle(ana.office, named, own=True, agent=firm)
        await dan.learns(lambda: dan.office.lookups.entry(named) is not None)
        await decisions.vote(dan.office, named, "accept")
        (wish,) = await decisions.propose(dan.office, studio, Wish(quorum="3/4"), "")
        await decisions.settle(dan.office, wish, own=True)
        await ana.learns(lambda: ana.office.lookups.entry(wish) is not None)
        with pytest.raises(Refusal, match="you do not vote on this") as refusal:
            await decisions.vote(ana.office, wish, "accept")
        assert refusal.value.hint == "say that you do it for them: --as 'Blue'"
        voted = await ana.api().does("POST", f"/decisions/{to_text(wish)}/votes", {"as": "Blue"})
        assert voted["state"] == "done"
        again = await ana.api().refuses("POST", f"/decisions/{to_text(wish)}/votes", {"as": "Blue"})
        assert again["detail"].startswith("Blue has accepted it")


async def test_a_timer_is_run_for_a_firm(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        await founds(ana)
        await creates(ana, "studio")
        with pytest.raises(Refusal, match="has no notebook"):
            await timers.start(ana.office, "Hull", None, None, as_="Blue")
        api = ana.api()
        started = await api.does("POST", "/timers", {"title": "Hull", "network": "studio", "as": "Blue"})
        assert started["agent"]["name"] == "Blue"
        stopped = await api.does("POST", "/timers/stop", {})
        assert stopped["contribution"]["agent"]["name"] == "Blue"


async def test_a_firm_erases_its_texts_by_whoever_signs_for_it(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("dan") as dan:
        await founds(ana)
        studio = await creates(ana, "studio")
        line = (await networks.invite(ana.office, studio, "core", 1, 3600)).line
        assert await networks.enter(dan.office, line, DEADLINE) == studio
        work = {"title": "Secret", "seconds": 60, "network": "studio", "as": "Blue"}
        record = RecordId(from_text((await ana.api().does("POST", "/contributions", work))["id"]))
        await dan.learns(lambda: dan.text_of(record))
        with pytest.raises(Refusal) as refusal:
            await erasures.erase(ana.office, [record], "consent")
        assert refusal.value.hint == "say that you do it for them: --as 'Blue'"
        done = await ana.api().does("POST", "/erasures", {"targets": [to_text(record)], "as": "Blue"})
        await counts(dan, RecordId(from_text(done["id"])))
        await dan.learns(lambda: dan.text_of(record) is None)
        mine = await ana.logs("Mine")
        no = await ana.api().refuses("POST", "/erasures", {"targets": [to_text(mine)], "as": "Blue"})
        assert (no["hint"], "does not name Blue" in no["detail"]) == ("it is your own: leave out --as", True)


async def test_what_a_firm_wrote_in_a_network_it_has_left_is_erased_from_its_own_stream(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("dan") as dan:
        firm = await founds(ana)
        choir = await dan.founds("choir")
        assert await people.join(ana.office, dan.line(choir), DEADLINE, firm)
        work = {"title": "Secret", "seconds": 60, "network": "choir", "as": "Blue"}
        record = RecordId(from_text((await ana.api().does("POST", "/contributions", work))["id"]))
        await dan.learns(lambda: dan.text_of(record))
        await networks.leave(ana.office, choir, firm)
        await ana.office.projector.caught_up()
        (order,) = await erasures.erase(ana.office, [record], "consent", agent=firm)
        found = ana.opened.reader.record(order)
        assert found is not None
        assert (found.home, found.agent) == (firm, firm)
        await counts(ana, order)
        assert ana.text_of(record) is None


async def test_a_firm_has_a_profile_that_others_see(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("dan") as dan:
        firm = await founds(ana)
        choir = await dan.founds("choir")
        assert await people.join(ana.office, dan.line(choir), DEADLINE, firm)
        shown = await ana.api().does("PUT", "/me/profile", {"contact": "hi@blue.example", "as": "Blue"})
        assert (shown["name"], shown["contact"]) == ("Blue", "hi@blue.example")
        await ana.api().does("PUT", "/me/profile", {"name": "Blue Ltd", "as": "Blue"})
        await dan.learns(lambda: dan.office.name(firm) == "Blue Ltd")
        assert ana.office.name(ana.office.me) == "Ana"
