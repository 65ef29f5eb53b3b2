"""What the owner chooses about others: whom to follow or block, and which networks to relay."""

import trio

from meshnode.core.effects import Done, Joined
from meshnode.core.events import Block, Follow, JoinScope, LeaveScope
from meshnode.core.rows import JoinedEntry
from meshnode.runtime.keyed import noting
from meshnode.runtime.naming import whole_id
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.people import JoinLine, read_line
from meshnode.runtime.requests.somebody import find_agent
from meshnode.runtime.unwritten import refusal_of
from meshproto.records.ids import AgentId, RecordId, ScopeId, short

LEAST_SECONDS = 0.5
"""How long following a network waits at least, so that it is on the disk that it is followed."""


async def follow(office: Office, who: str, seconds: float, rows: Rows = ()) -> Ids:
    """Follow an agent, or relay a network: by name, id, or the line to join it. Returns which. Raises Refusal.

    A whole id of which nothing is here is taken for a network's; `seconds` is how long to wait for its founding.
    """
    if "@" in who:
        return (RecordId(await _relay(office, read_line(who), seconds, rows)),)
    network = await _network(office, who)
    if network is not None:
        return (RecordId(await _relay(office, JoinLine(network, ()), seconds, rows)),)
    agent = await find_agent(office, who)
    if agent == office.me:
        raise Refusal(Code.BAD_REQUEST, "that is you: your own texts are always kept")
    if agent in (row.agent for row in office.blocked()):
        raise Refusal(Code.CONFLICT, f"you have blocked {_called(office, agent)}", f"meshnode unblock {short(agent)}")
    await _ask(office, Follow, agent, True, rows)
    return (RecordId(agent),)


async def unfollow(office: Office, who: str, rows: Rows = ()) -> Ids:
    """Follow an agent no more, or relay a network no more; returns which. Raises Refusal."""
    network = await _network(office, who)
    if network is not None:
        row = office.truth.entry(JoinedEntry, (network,))
        if row is None or row.left or not row.relayed:
            raise Refusal(Code.CONFLICT, f"you do not relay {_called(office, network)}", "meshnode follow")
        outcome = await office.node.ask(lambda ticket: LeaveScope(ticket, network, noting(rows, network)))
        if not isinstance(outcome, Done):
            raise refusal_of(outcome)
        return (RecordId(network),)
    agent = await find_agent(office, who)
    if agent not in (row.agent for row in office.followed()):
        raise Refusal(Code.CONFLICT, f"you do not follow {_called(office, agent)}", "meshnode follow")
    await _ask(office, Follow, agent, False, rows)
    return (RecordId(agent),)


async def block(office: Office, who: str, rows: Rows = ()) -> Ids:
    """Keep and show nothing more of an agent than others need; returns whom. Raises Refusal."""
    agent = await find_agent(office, who)
    if agent == office.me:
        raise Refusal(Code.BAD_REQUEST, "that is you: one cannot block oneself")
    await _ask(office, Block, agent, True, rows)
    return (RecordId(agent),)


async def unblock(office: Office, who: str, rows: Rows = ()) -> Ids:
    """Keep and show an agent's records like those of others again; returns whose. Raises Refusal."""
    agent = await find_agent(office, who, hint="meshnode block")
    if agent not in (row.agent for row in office.blocked()):
        raise Refusal(Code.CONFLICT, f"you have not blocked {_called(office, agent)}", "meshnode block")
    await _ask(office, Block, agent, False, rows)
    return (RecordId(agent),)


async def _network(office: Office, who: str) -> ScopeId | None:
    """The network that a name or an id means, None if it means somebody or nothing."""
    whole = whole_id(who)
    if whole is not None and not office.truth.has(whole):
        return ScopeId(whole)
    try:
        return await office.find_network(who)
    except Refusal as refusal:
        if refusal.code is Code.AMBIGUOUS:
            raise
        return None


async def _relay(office: Office, line: JoinLine, seconds: float, rows: Rows) -> ScopeId:
    """Carry a network for its members, and wait a while for its founding."""
    row = office.truth.entry(JoinedEntry, (line.network,))
    if row is not None and not row.left and not row.relayed:
        name = _called(office, line.network)
        raise Refusal(Code.CONFLICT, f"you belong to {name}: it is carried anyway", "meshnode network ls")
    with trio.move_on_after(max(seconds, LEAST_SECONDS)):
        notes = noting(rows, line.network)
        outcome = await office.node.ask(
            lambda ticket: JoinScope(ticket, line.network, line.peers, relay=True, local=notes)
        )
        if not isinstance(outcome, Joined):
            raise refusal_of(outcome)
    return line.network


async def _ask(office: Office, event: type[Follow] | type[Block], agent: AgentId, on: bool, rows: Rows) -> None:
    outcome = await office.node.ask(lambda ticket: event(ticket, agent, on, noting(rows, agent)))
    if not isinstance(outcome, Done):
        raise refusal_of(outcome)


def _called(office: Office, agent: bytes) -> str:
    return office.name(agent) or short(agent)
