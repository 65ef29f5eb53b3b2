"""Founders decide together, between whole nodes: propose, vote, carry out; rivals, latecomers and strangers."""

from collections.abc import AsyncIterator, Set
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from meshnode.core.drafts import Draft
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests import decided, decisions, networks, orders
from meshnode.runtime.requests.charters import Wish
from meshproto.records.ids import RecordId, ScopeId, to_text
from meshproto.types import authority
from tests.support.meshes import Mesh, Node
from tests.support.patience import DEADLINE


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


async def proposes(node: Node, scope: ScopeId, wish: Wish) -> RecordId:
    (record,) = await decisions.propose(node.office, scope, wish, "")
    await decisions.settle(node.office, record, own=True)
    return record


async def votes(node: Node, record: RecordId, verdict: str = "accept") -> str:
    await node.learns(partial(knows_vote, node, record))
    await decisions.vote(node.office, record, verdict)
    return (await decisions.settle(node.office, record)).decision.state


def knows(node: Node, record: RecordId) -> bool:
    entry = node.office.lookups.entry(record)
    return entry is not None and entry.status != "pending"


def knows_vote(node: Node, record: RecordId) -> bool:
    """Whether a node knows a proposal and that its author accepts it."""
    if not knows(node, record):
        return False
    decision = decided.told_of(node.office, record).decision
    return decision.agent in decision.accepted


def state(node: Node, record: RecordId) -> str:
    return decided.told_of(node.office, record).decision.state if knows(node, record) else ""


def founders(node: Node, scope: ScopeId) -> set[bytes]:
    charter = decided.charter_of(node.office, scope)
    return set() if charter is None else set(charter.founders) - set(charter.unaccepted)


def roles(node: Node, scope: ScopeId, who: Node) -> list[tuple[str, str]]:
    rows = [row for row in node.office.lookups.standings(scope) if row.agent == who.office.me]
    return sorted((row.role, row.standing) for row in rows)


def is_core(node: Node, scope: ScopeId, who: Node) -> bool:
    return roles(node, scope, who) == [("core", "active")]


def are_founders(node: Node, scope: ScopeId, wanted: Set[bytes]) -> bool:
    return founders(node, scope) == wanted


def all_stand(node: Node, records: tuple[RecordId, ...], wanted: str) -> bool:
    return {state(node, each) for each in records} == {wanted}


async def refused(node: Node, record: RecordId, verdict: str = "accept") -> Refusal:
    with pytest.raises(Refusal) as caught:
        await decisions.vote(node.office, record, verdict)
    return caught.value


@asynccontextmanager
async def founded(mesh: Mesh, *names: str, quorum: str | None = None) -> AsyncIterator[tuple[ScopeId, list[Node]]]:
    """Nodes whose people have founded a closed network together, as far as one founds it and takes in the others."""
    async with AsyncExitStack() as stack:
        nodes = [await stack.enter_async_context(mesh.node(name)) for name in names]
        first, others = nodes[0], nodes[1:]
        scope = await first.founds(is_open=False)
        line = (await networks.invite(first.office, scope, "core", len(others), 3600)).line
        for node in others:
            assert await networks.enter(node.office, line, DEADLINE)
            await first.learns(partial(is_core, first, scope, node))
        wish = Wish(add_founders=tuple(node.office.me for node in others), quorum=quorum)
        record = await proposes(first, scope, wish)
        for node in others:
            assert await votes(node, record) == "done"
        everybody = {node.office.me for node in nodes}
        for node in nodes:
            await node.learns(partial(are_founders, node, scope, everybody))
        yield scope, nodes


async def test_who_founded_alone_takes_others_in_and_then_decides_with_them(mesh: Mesh) -> None:
    async with founded(mesh, "ana", "ben", "carol") as (scope, (ana, ben, carol)):
        record = await proposes(ana, scope, Wish(quorum="3/4", log_records=500))
        assert state(ana, record) == "open"
        assert await votes(ben, record) == "done"
        await carol.learns(lambda: state(carol, record) == "done")
        charter = decided.charter_of(carol.office, scope)
        assert charter is not None
        assert (charter.fields["quorum"], charter.fields["log_records"], charter.needed) == ([3, 4], 500, 3)


async def test_a_founder_is_removed_by_the_others_and_the_last_vote_carries_it_out(mesh: Mesh) -> None:
    async with founded(mesh, "ana", "ben", "carol") as (scope, (ana, ben, carol)):
        record = await proposes(ana, scope, Wish(remove=(ben.office.me,)))
        assert await votes(carol, record) == "done"
        for node in (ana, carol):
            await node.learns(partial(are_founders, node, scope, {ana.office.me, carol.office.me}))
            assert {standing for _, standing in roles(node, scope, ben)} == {"removed"}
        await ana.learns(lambda: state(ana, record) == "done")
        later = await proposes(ana, scope, Wish(quorum="3/4"))
        assert decided.told_of(ana.office, later).decision.electors == tuple(sorted((ana.office.me, carol.office.me)))


async def test_what_is_not_carried_is_not_carried_out(mesh: Mesh) -> None:
    async with founded(mesh, "ana", "ben", "carol") as (scope, (ana, ben, carol)):
        record = await proposes(ana, scope, Wish(remove=(ben.office.me,)))
        with pytest.raises(Refusal) as early:
            await decisions.carry_out(ana.office, record)
        assert (early.value.code, "1 of 2 accepts so far" in early.value.detail) == (Code.CONFLICT, True)
        assert await votes(carol, record, "decline") == "open"
        await ben.learns(lambda: len(ben.office.lookups.votes(record)) == 2)
        assert await votes(ben, record, "decline") == "declined"
        await ana.learns(lambda: state(ana, record) == "declined")
        with pytest.raises(Refusal) as never:
            await decisions.carry_out(ana.office, record)
        assert "declined" in never.value.detail
        assert await votes(carol, record) == "done", "a no can be turned into an accept"


async def test_who_does_not_decide_is_told_who_does(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        scope = await ana.founds(is_open=False)
        line = (await networks.invite(ana.office, scope, "core", 1, 3600)).line
        await networks.enter(ben.office, line, DEADLINE)
        record = await proposes(ana, scope, Wish(quorum="1/1"))
        await ben.learns(partial(knows, ben, record))
        with pytest.raises(Refusal) as refusal:
            await proposes(ben, scope, Wish(quorum="2/3"))
        assert (refusal.value.code, "decide: Ana" in refusal.value.detail) == (Code.NOT_AUTHORISED, True)
        assert (await refused(ben, record)).code == Code.NOT_AUTHORISED
        assert "cannot be taken back" in (await refused(ana, record)).detail
        nonsense = (await refused(ana, record, "maybe")).code
        assert nonsense == Code.BAD_REQUEST


async def test_a_proposal_that_was_overtaken_is_not_voted_on(mesh: Mesh) -> None:
    async with founded(mesh, "ana", "ben", "carol") as (scope, (ana, ben, carol)):
        late = await proposes(ana, scope, Wish(quorum="3/4"))
        first = await proposes(ben, scope, Wish(log_records=700))
        assert await votes(carol, first) == "done"
        await carol.learns(partial(knows, carol, late))
        assert state(carol, late) == "stale"
        overtaken = await refused(carol, late)
        assert (overtaken.code, "propose it anew" in overtaken.detail) == (Code.CONFLICT, True)
        await ana.learns(lambda: state(ana, first) == "done")
        again = await proposes(ana, scope, Wish(quorum="3/4"))
        assert await votes(carol, again) == "done"


async def test_rivals_are_contested_on_every_node_until_a_third_decision_names_both(mesh: Mesh) -> None:
    async with founded(mesh, "ana", "ben", "carol") as (scope, (ana, ben, carol)):
        one = await proposes(ana, scope, Wish(log_records=600))
        two = await proposes(ben, scope, Wish(log_records=700))
        for node in (ana, ben, carol):
            await node.learns(partial(knows, node, one))
            await node.learns(partial(knows, node, two))
        mesh.cut("ana", "ben")
        mesh.cut("ben", "carol")
        mesh.cut("ana", "carol")
        assert await votes(carol, one) == "done"
        assert await votes(ana, two) == "done"
        for pair in (("ana", "ben"), ("ben", "carol"), ("ana", "carol")):
            mesh.heal(*pair)
        for node in (ana, ben, carol):
            await node.learns(partial(all_stand, node, (one, two), "contested"))
            charter = decided.charter_of(node.office, scope)
            assert charter is not None
            assert charter.fields["log_records"] == 1_000_000
        third = await proposes(carol, scope, Wish(log_records=650))
        assert decided.told_of(carol.office, third).decision.prev == tuple(sorted((one, two)))
        assert await votes(ben, third) == "done"
        for node in (ana, ben, carol):
            await node.learns(partial(all_stand, node, (one, two), "settled"))
            assert state(node, third) == "done"


async def test_what_is_sensitive_is_signed_once_enough_founders_have_ordered_it(mesh: Mesh) -> None:
    async with founded(mesh, "ana", "ben", "carol") as (scope, (ana, ben, carol)), mesh.node("dan") as dan:
        closing = await proposes(ana, scope, Wish(sensitive=("grant", "revoke")))
        assert await votes(ben, closing) == "done"
        await ana.learns(lambda: state(ana, closing) == "done")
        for attempt in (
            partial(networks.invite, ana.office, scope, "core", 1, 3600),
            partial(networks.appoint, ana.office, scope, ben.office.me, "steward", delegate=False, rows=()),
            partial(networks.remove, ana.office, scope, [closing], "end"),
        ):
            with pytest.raises(Refusal) as refusal:
                await attempt()
            assert refusal.value.code == Code.NEEDS_DECISION
        draft, line = networks.draft_invitation(ana.office, scope, "core", 1, 3600)
        (record,) = await orders.propose_order(ana.office, scope, [draft], "For Dan")
        assert (await decisions.settle(ana.office, record, own=True)).decision.state == "open"
        await carol.learns(lambda: carol.text_of(record) is not None)
        assert await votes(carol, record) == "done"
        await ana.learns(lambda: state(ana, record) == "done")
        (done,) = orders.ordered_by(ana.office, decided.told_of(ana.office, record))
        assert (done.facts, done.record is not None) == (draft.facts, True)
        assert await networks.enter(dan.office, line, DEADLINE) == scope
        await ana.learns(partial(is_core, ana, scope, dan))
        removal = await proposes(ana, scope, Wish(remove=(dan.office.me,)))
        assert await votes(ben, removal) == "done"
        await carol.learns(lambda: roles(carol, scope, dan) == [("core", "removed")])


async def test_an_order_whose_text_is_not_here_is_not_carried_out(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        scope = await ana.founds(is_open=False)
        draft = networks.draft_appointment(scope, ana.office.me, "core", delegate=False)
        facts = authority.resolution("order", orders=[["grant", authority.order_digest(draft.facts)]])
        (record,) = await ana.office.node.write([Draft(scope, "resolution", facts, {"orders": ["nonsense", {}]})])
        assert (await decisions.settle(ana.office, record, own=True)).decision.state == "carried"
        with pytest.raises(Refusal) as refusal:
            await decisions.carry_out(ana.office, record)
        assert (refusal.value.code, "not here" in refusal.value.detail) == (Code.CONFLICT, True)


async def test_a_closed_network_is_opened_and_anyone_joins(mesh: Mesh) -> None:
    async with founded(mesh, "ana", "ben") as (scope, (ana, ben)), mesh.node("eve") as eve:
        assert not await eve.joins(ana.line(scope), 0.3)
        record = await proposes(ana, scope, Wish(join="open"))
        assert await votes(ben, record) == "done"
        await ana.learns(lambda: ana.opened.node.standings[scope].is_open)
        assert await eve.joins(ana.line(scope))
        work = await eve.logs("From outside", to_text(scope))
        for node in (ana, ben):
            await node.sees(partial(node.has, work))
            await node.office.projector.caught_up()
            standing = await node.office.projector.standing(work)
            assert standing is not None
            assert standing.counts


async def test_an_open_network_is_closed_and_only_who_is_in_or_invited_writes(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben, mesh.node("carol") as carol:
        scope = await ana.founds()
        assert await ben.joins(ana.line(scope))
        await ana.learns(lambda: roles(ana, scope, ben) == [("core", "active")])
        record = await proposes(ana, scope, Wish(join="invite"))
        await ben.learns(lambda: state(ben, record) == "done")
        line = (await networks.invite(ana.office, scope, "core", 1, 3600)).line
        assert await networks.enter(carol.office, line, DEADLINE) == scope
        await carol.office.projector.caught_up()
        works = [await node.logs("Inside", to_text(scope)) for node in (ben, carol)]
        for node in (ana, ben, carol):
            await node.sees(partial(node.has, *works))
            await node.office.projector.caught_up()
            found = [await node.office.projector.standing(work) for work in works]
            assert [each.counts for each in found if each] == [True, True]


async def test_who_has_signed_as_much_as_the_charter_allows_is_told_so(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        scope = await ana.founds()
        await proposes(ana, scope, Wish(log_records=4))
        await ana.office.projector.caught_up()
        await ana.logs("The fourth record", to_text(scope))
        with pytest.raises(Refusal) as refusal:
            await ana.logs("One too many", to_text(scope))
        assert "allowance" in refusal.value.detail
