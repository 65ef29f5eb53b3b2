"""What this node's author has not named yet: heads that came since his last record in a network.

A record names the heads its author has seen, so that others can tell what came before it. At most 32 fit; the rest
waits for the next record.
"""

from collections.abc import Container

from meshnode.core.author import HEADS_ASKED, End, choose_deps
from meshnode.core.closure import Closure
from meshnode.core.ground import Ground
from meshnode.core.scopes import Scopes
from meshnode.core.turn import Arrival
from meshproto.records.ids import LogId, RecordId, ScopeId, log_id

HEADS_REMEMBERED = 1_024
"""Heads remembered per network; what is beyond is named through later heads of the same logs."""


class Heads:
    """Remembers heads per network."""

    def __init__(self, ground: Ground, scopes: Scopes, closure: Closure) -> None:
        self._ground = ground
        self._scopes = scopes
        self._closure = closure
        self._fresh: dict[ScopeId, dict[LogId, RecordId]] = {}

    def note(self, arrival: Arrival) -> None:
        """Records of other keys were committed."""
        if arrival.run.records[0].key == self._ground.identity.key.public or not arrival.counted:
            return
        for carried in self._scopes.sets_of(arrival.scope):
            fresh = self._fresh.get(carried.scope)
            if fresh is not None:
                fresh.pop(arrival.log, None)
                fresh[arrival.log] = arrival.run.records[-1].id
                if len(fresh) > HEADS_REMEMBERED:
                    del fresh[next(iter(fresh))]

    def choose(self, scope: ScopeId, end: End) -> list[RecordId]:
        """Choose what the next record of the own log in this scope names."""
        ledger = self._ground.ledger
        if scope not in self._fresh:
            own = log_id(scope, self._ground.identity.key.public)
            heads = [
                (place.log, head)
                for head in ledger.fresh_heads(scope, end.id, HEADS_ASKED)
                if (place := ledger.place(head)) is not None and place.log != own
            ]
            self._fresh[scope] = dict(heads[::-1])
        fresh = self._fresh[scope]
        if not fresh and end.seq:
            return []
        newest = list(fresh.values())[: -HEADS_ASKED - 1 : -1]
        return choose_deps(ledger, scope, newest, self._closure.is_sound, first=end.seq == 0)

    def forget(self, scope: ScopeId, named: Container[bytes]) -> None:
        """A record names these: they are not fresh any more."""
        fresh = self._fresh[scope]
        for log in [log for log, head in fresh.items() if head in named]:
            del fresh[log]
