"""Helping somebody back who lost every device: the line that is passed on outside the mesh."""

from meshnode.core.events import Vouch
from meshnode.runtime.chance import SystemChance
from meshnode.runtime.lines.pairing import SECRET_SIZE, RecoveryLine
from meshnode.runtime.lines.reach import reachable_first
from meshnode.runtime.node import RunningNode
from meshproto.records.ids import AgentId
from meshproto.wire.session import invitation_key


async def vouch(node: RunningNode, agent: AgentId, *, suffices: bool = False) -> RecoveryLine:
    """Expect somebody to come back here; returns what the line to give to them says.

    `suffices`: the owner keeps a recovery key of that agent, so they need to show none of their own.
    """
    secret = SystemChance().token(SECRET_SIZE)
    key = invitation_key(secret).public
    await node.ask(lambda ticket: Vouch(ticket, agent, key, suffices))
    return RecoveryLine(agent, secret, node.peer, reachable_first(node.listening))
