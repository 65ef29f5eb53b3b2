"""A home that was copied or restored does not sign before it has asked.

The copy may lack records that its owner has signed since; signing on would fork his log. So it first asks the peers
that the copy lists as holding its logs: once such a peer is level with us, nothing it holds is missing here.

    certain ← (level with a holder of every listed log, or the owner says so) ← doubtful
"""

from meshnode.core.ground import Session
from meshnode.core.held import HeldBy
from meshnode.core.reports import MayNotSign, MaySign
from meshnode.core.scopes import Scopes
from meshnode.core.turn import Turn
from meshproto.records.ids import AgentId, LogId


class Copies:
    """Decides whether this home may sign."""

    def __init__(self, scopes: Scopes, held: HeldBy) -> None:
        self._scopes = scopes
        self._held = held
        self._open: dict[LogId, tuple[AgentId, ...]] = {}
        self.may_sign = True

    def doubt(self, turn: Turn) -> None:
        """certain → doubtful: the stamp of the home says that it was copied or restored."""
        self.may_sign = False
        # As the copy lists them: what peers say from now on they say of this copy.
        self._open = {log: holders for log in self._scopes.own_logs() if (holders := self._held.holders(log))}
        turn.tell(MayNotSign(len(self._open)))

    def take_level(self, session: Session, turn: Turn) -> None:
        """A peer is level with us: what it was listed as holding is here now. Maybe doubtful → certain."""
        if self.may_sign or not session.known:
            return
        settled = [log for log, holders in self._open.items() if session.agent in holders]
        for log in settled:
            del self._open[log]
        if settled and not self._open:
            self._settle(turn, forced=False)

    def trust(self, turn: Turn) -> None:
        """doubtful → certain: the owner says that there is no newer copy."""
        if not self.may_sign:
            self._settle(turn, forced=True)

    def _settle(self, turn: Turn, *, forced: bool) -> None:
        self.may_sign = True
        self._open = {}
        turn.tell(MaySign(forced))
