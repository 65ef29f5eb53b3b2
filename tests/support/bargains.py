"""Whole nodes that have an agreement, or make one: who is in it, what they say through their APIs, what each knows."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

from meshnode.runtime.requests import agreements, cards
from meshproto.fold.lineage import read_stand
from meshproto.records.encoding import Value
from meshproto.records.ids import ScopeId, from_text
from meshproto.types.agreement import agreement
from tests.support.meshes import Api, Mesh, Node, until

HOURS: Mapping[str, Value] = {"cur": "EUR", "steps": [{"do": "pro_rata", "weights": [{"unit": "HUR"}]}]}


class Table:
    """People around an agreement; the first one proposed it, holds the money and knows all others."""

    def __init__(self, nodes: Sequence[Node], scope: ScopeId) -> None:
        self.nodes = {each.name: each for each in nodes}
        self.apis = {each.name: each.api() for each in nodes}
        self.scope = scope

    def __getitem__(self, name: str) -> Api:
        return self.apis[name]

    async def come(self, record: str | bytes, *names: str) -> None:
        """Wait until some, or all, have folded a record."""
        for name in names or tuple(self.nodes):
            await self.nodes[name].learns(partial(_has, self.nodes[name], record))

    async def stands(self, record: bytes, state: str) -> None:
        """Wait until a record stands so for all."""
        for node in self.nodes.values():
            await node.learns(partial(is_so, node, record, state))

    async def works(self, name: str, title: str, hours: int, by: str = "", **more: Any) -> str:
        """Somebody's hours, confirmed by somebody; returns the id."""
        wish = {"title": title, "seconds": hours * 3600, "agreement": "Acme site", **more}
        record = str((await self[name].does("POST", "/contributions", wish))["id"])
        await self.come(record)
        if by:
            said = await self[by].does("POST", "/attestations", {"contribution": record})
            await self.come(said["attestations"][-1]["id"])
        return record

    async def income(self, name: str, cents: int, tax: int = 0, **more: Any) -> str:
        """Money that came in; returns the id."""
        wish = {"agreement": "Acme site", "gross": {"amt": cents + tax, "cur": "EUR"}, "tax": tax, **more}
        record = str((await self[name].does("POST", "/incomes", wish))["id"])
        await self.come(record)
        return record

    async def shares(self, name: str, *approvers: str, **wish: Any) -> dict[str, Any]:
        """What came in, shared out by somebody and approved; returns the distribution as that one then sees it."""
        asked = {"agreement": "Acme site", **wish}
        seen = await self[name].does("POST", "/distributions/preview", asked)
        made = await self[name].does("POST", "/distributions", {**asked, "digest": seen["digest"]})
        await self.come(made["id"])
        for each in approvers:
            await self[each].does("POST", f"/distributions/{made['id']}/approvals", {})
        if approvers:
            await self.stands(_id(made["id"]), "effective")
        found: dict[str, Any] = await self[name].does("GET", f"/distributions/{made['id']}")
        return found


@asynccontextmanager
async def table(mesh: Mesh, *names: str, clients: Sequence[str] = (), **more: Any) -> AsyncIterator[Table]:
    """Some who work, and some clients, all of an open network, with an agreement that all have signed."""
    async with AsyncExitStack() as stack:
        nodes = [await stack.enter_async_context(mesh.node(each)) for each in (*names, *clients)]
        network = await nodes[0].founds("studio")
        for each in nodes[1:]:
            assert await each.joins(nodes[0].line(network))
        for one in nodes:
            for other in nodes:
                await one.learns(partial(knows, one, other))
        roles: dict[bytes, Sequence[str]] = {
            each.office.me: ["client"] if each.name in clients else ["provider"] for each in nodes
        }
        roles[nodes[0].office.me] = ["provider", "holder"]
        facts = agreement(roles, **_terms(more))
        (version,) = await agreements.propose(nodes[0].office, facts, "Acme site")
        for each in nodes:
            await each.learns(partial(_has, each, version))
            await agreements.countersign(each.office, version)
        seated = Table(nodes, ScopeId(version))
        await seated.stands(version, "in_force")
        yield seated


def _terms(more: Mapping[str, Any]) -> dict[str, Any]:
    return {"from_": "2026-01-01", "ack": {"min": 1, "by": "parties"}, "value_equation": HOURS, **more}


def _id(record: str | bytes) -> bytes:
    return from_text(record) if isinstance(record, str) else record


def _has(node: Node, record: str | bytes) -> bool:
    entry = node.office.lookups.entry(_id(record))
    return entry is not None and entry.status == "yes"


def is_so(node: Node, record: bytes, state: str) -> bool:
    """Whether a record stands so for somebody."""
    with node.office.folded.steady():
        return read_stand(node.office.folded, record).state == state


def knows(node: Node, other: Node) -> bool:
    """Whether somebody knows another's name."""
    return bool(node.office.lookups.name(other.office.me))


def terms(*parties: str, **more: Any) -> dict[str, Any]:
    """The terms of a shop as the API takes them; all work there."""
    return {"title": "Shop", "parties": [{"who": who, "roles": ["provider"]} for who in parties], **more}


async def meets(node: Node, other: Node) -> None:
    """Give one the card of the other."""
    await cards.take_in(node.office, (await cards.own_card(other.office)).line)


async def state(node: Node, version: str) -> str:
    """How a version stands; empty while it is not here with its title."""
    await node.office.projector.caught_up()
    row = node.office.lookups.version(from_text(version))
    return row.state if row is not None and row.title else ""


async def signed(node: Node, version: str, **more: Any) -> Any:
    """Sign a version once it is here."""
    await until(partial(state, node, version), "proposed")
    return await node.api().does("POST", f"/agreements/{version}/signatures", {"version": version, **more})
