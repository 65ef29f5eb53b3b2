"""Arriving in a network by invitation: whoever lets us in is admitted until what is here can tell who stands there.

Of one network: joined at hosts → (by the fold we stand there) arriving → (level with a host, or somebody shares it who
stands there) arrived: no hosts are remembered, and only who stands there by the fold is admitted.
"""

from meshnode.core.gate import Gate
from meshnode.core.ground import Ground, Session
from meshnode.core.rows import JoinedEntry
from meshnode.core.scopes import Carried, Scopes
from meshnode.core.turn import Turn


class Arrivals:
    """Forgets at whom networks were joined once that is not needed any more."""

    def __init__(self, ground: Ground, scopes: Scopes, gate: Gate) -> None:
        self._ground, self._scopes, self._gate = ground, scopes, gate

    def look(self, turn: Turn) -> bool:
        """arriving → arrived, where a network is shared with somebody who stands there; true if anywhere."""
        arrived = [each for each in self._arriving() if self._is_shared(each)]
        for carried in arrived:
            self._forget(carried, turn)
        return bool(arrived)

    def take_level(self, session: Session, turn: Turn) -> bool:
        """arriving → arrived, where a host holds no more than is here; true if anywhere."""
        shared = session.shared.values()
        arrived = [each for each in self._arriving() if session.peer in each.hosts and each.scope in shared]
        for carried in arrived:
            self._forget(carried, turn)
        return bool(arrived)

    # SPEC 03-sync 3.4: until a round (4) ends with it that listed nothing, or the network is shared with somebody whom
    # 2 admits.

    def _arriving(self) -> list[Carried]:
        carried = self._scopes.carried.values()
        return [each for each in carried if each.hosts and self._gate.is_in(each.scope)]

    def _is_shared(self, carried: Carried) -> bool:
        sharing = (each for each in self._ground.open_sessions() if carried.scope in each.shared.values())
        return any(self._gate.stands(each, carried.scope) for each in sharing)

    def _forget(self, carried: Carried, turn: Turn) -> None:
        carried.hosts = frozenset()
        rows = [row for row in self._ground.ledger.rows(JoinedEntry) if row.network == carried.scope]
        turn.local += [row._replace(host="") for row in rows if row.host]
