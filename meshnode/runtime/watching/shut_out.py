"""Networks that nobody shares with this node any more: what its owner is told who was perhaps ended while away."""

from meshnode.runtime.node import RunningNode
from meshproto.records.ids import AgentId, ScopeId

PATIENCE_MS = 10_000
"""How long somebody is connected before it means something that he does not share a network: he may still fold it."""


def shut_out_of(node: RunningNode) -> dict[ScopeId, tuple[AgentId, ...]]:
    """The networks and organisations where the owner stands by this node's own fold, and that nobody shares with it.

    Each with those who stand there, are connected for a while, and do not share it, by id.
    """
    found, before = dict[ScopeId, tuple[AgentId, ...]](), node.now() - PATIENCE_MS
    for scope, conns in node.unshared().items():
        told, met = node.standings.get(scope), [node.presence.connected.get(conn) for conn in conns]
        agents = {AgentId(each.agent) for each in met if each is not None and each.since <= before}
        if agents and told is not None and node.me in told.readers:
            found[scope] = tuple(sorted(agents))
    return found
