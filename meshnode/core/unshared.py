"""Who is connected and does not share a network, though by our fold he stands there.

Whoever was ended while away is told nothing (03-sync 3.4): to whom he is an outsider, that node speaks as if it held
nothing. What his own node can still see is this silence.
"""

from meshnode.core.parts import Parts
from meshproto.records.ids import ScopeId


def unshared(parts: Parts) -> dict[ScopeId, tuple[int, ...]]:
    """The networks by invitation, and organisations, that nobody shares with us; each with the connections of people
    who stand there. Of a network in which nobody is connected nothing is told.
    """
    ground, found = parts.ground, dict[ScopeId, tuple[int, ...]]()
    sessions = [each for each in ground.open_sessions() if each.tags_heard is not None]
    for scope in parts.scopes.carried:
        others = [each for each in sessions if each.agent != ground.identity.agent and parts.gate.stands(each, scope)]
        is_shared = any(scope in each.shared.values() for each in sessions)
        if others and not is_shared and not ground.flight.is_agreement(scope):
            found[scope] = tuple(each.conn for each in others)
    return found
