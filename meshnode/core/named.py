"""Which persons are named where, so that whoever reads a record is also told who they are, and nobody else."""

from meshnode.core.closure import Home
from meshnode.core.ground import Ground
from meshnode.core.rows import NamedEntry
from meshnode.core.turn import Turn
from meshproto.records.ids import RecordId, ScopeId

NAMED_REMEMBERED = 4_096
"""Pairs known to be on the disk, kept at hand. Forgetting one costs writing it again."""


class Named:
    """Remembers in which scopes persons and organisations are named."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._noted: dict[tuple[bytes, ScopeId], None] = {}

    def note(self, ref: bytes, place: Home, scope: ScopeId, turn: Turn) -> None:
        """A record of a scope names another record, which is here: if that begins somebody's stream, remember it."""
        if not place.personal or bytes(place.home) != ref or (ref, scope) in self._noted:
            return
        self._noted[ref, scope] = None
        turn.local.append(NamedEntry(ref, scope))
        if len(self._noted) > NAMED_REMEMBERED:
            del self._noted[next(iter(self._noted))]

    def is_named(self, person: bytes, scope: ScopeId) -> bool:
        """Whether somebody is named in a scope by a record that is stored or about to be."""
        return (person, scope) in self._noted or bool(self._ground.ledger.rows(NamedEntry, (person, scope)))

    def scopes(self, person: RecordId | ScopeId) -> list[ScopeId]:
        """The scopes in which somebody is named."""
        return [ScopeId(row.scope) for row in self._ground.ledger.rows(NamedEntry, (person,))]
