"""What can be said of a mandate once one knows what its record knows: who is missing, what was ended, which charter.

All of this is the same for most records as for the one before in their log, so findings are remembered.
"""

from typing import NamedTuple

from meshproto.fold.charters import Charter, charter_in, is_carried, read_resolution
from meshproto.fold.entries import GRANT, NAMED, Entry, ended_in, entry_of, is_accepted
from meshproto.fold.knowledge import Knowledge, pair
from meshproto.fold.lineages import takes_part
from meshproto.fold.mandates import Mandate, Mandates
from meshproto.fold.memory import Memory
from meshproto.fold.places import NETWORK, read_place
from meshproto.fold.roots import read_roots
from meshproto.records.encoding import Value

FINDINGS_REMEMBERED = 4096
"""Findings kept in RAM, a few MB: one for each log that is active at a time."""


class Findings(NamedTuple):
    """What holds of a record with some mandate and some knowledge, whatever its type."""

    mandate: Mandate
    mask: int
    """What its past holds."""
    is_fitting: bool
    """Whether the chain holds."""
    lacking: bytes
    """An agent or resolution whose accepts are missing for an entry; empty if none is."""
    unfounded: dict[bytes, tuple[bytes, ...]]
    """Organisations and networks on the way whose founders have not all accepted, with those who have not."""
    ended: tuple[bytes, ...]
    """What has ended an entry, or the root."""
    dissolved: tuple[bytes, ...]
    """What has dissolved an organisation or network on the way."""
    charter: Charter | None
    """That of the scope, if it is an organisation's or network's."""
    sensitive: list[str]
    """Types for which the agent needs a resolution."""
    narrow: list[tuple[bytes, Entry]]
    """The entries that do not allow everything."""
    limited: list[tuple[bytes, Entry]]
    """The grants that hold for a time, a project or up to an amount only."""
    takes_part: bool
    """Whether its agent is a participant, if the scope is an agreement's."""
    needs_role: bool
    """Whether its author must show why to write in this network, unless it says who stands there."""
    founding: bytes
    """The handle by which a founder does so who names no role; empty if there is none."""
    is_plain: bool
    """Whether nothing of all this can refuse a record that says nothing about standing."""


class Finder:
    """Finds out about mandates, and remembers what it found."""

    def __init__(self, memory: Memory, knowledge: Knowledge, mandates: Mandates) -> None:
        self._memory, self._knowledge, self._mandates = memory, knowledge, mandates
        self._found: dict[tuple[int, int], tuple[Value, Value, Findings]] = {}

    def find(self, number: int, known: int) -> Findings:
        """What holds of a record with this mandate, whose past holds what is known under a number."""
        # The memory may have been rolled back and the numbers given to others, so the rows must be the same ones.
        mandate_row = self._memory.get("mandate", number.to_bytes(8, "big"))
        known_row = self._memory.get("known", known.to_bytes(8, "big"))
        remembered = self._found.get((number, known))
        if remembered is not None and remembered[0] is mandate_row and remembered[1] is known_row:
            return remembered[2]
        found = self._find(self._mandates.read(number), self._knowledge.mask(known))
        if len(self._found) >= FINDINGS_REMEMBERED:
            self._found.clear()
        self._found[number, known] = mandate_row, known_row, found
        return found

    def _charter(self, scope: bytes, mask: int) -> Charter:
        """The charter of an organisation or network for somebody with this knowledge."""
        place = read_place(self._memory, scope)
        assert place is not None  # as the mandate says
        return charter_in(scope, place, mask, self._knowledge, self._memory)

    def _find(self, mandate: Mandate, mask: int) -> Findings:
        charters = {each: self._charter(each, mask) for each in mandate.bodies}
        ended = {record for handle in mandate.handles for record in ended_in(handle, mask, self._memory)}
        entries = [(each, entry_of(self._memory, each)) for each in mandate.entries]
        is_fitting = mandate.fits
        if is_fitting and mandate.person:
            roots = read_roots(mandate.person, self._memory)
            is_fitting = bool(roots.knows(mandate.key, mask))
            if roots.used(mandate.key, mask) is None:
                ended.update(roots.enders_of(mandate.key, mask))
        charter = charters.get(mandate.scope)
        needs_role, founding = self._role(mandate, charter)
        lacking = self._lacking(mandate, mask)
        unfounded = {each: missing for each in mandate.bodies if (missing := self._missing(each, mask))}
        dissolved = tuple(sorted({each.dissolved for each in charters.values()} - {b""}))
        sensitive = charters[mandate.agent].sensitive if mandate.agent in charters else []
        narrow = [each for each in entries if each[1].is_narrow]
        hindered = (
            mandate.left or mandate.resolution or lacking or unfounded or ended or dissolved or narrow or sensitive
        )
        homeless = needs_role and (not founding or bool(ended_in(founding, mask, self._memory)))
        return Findings(
            mandate,
            mask,
            is_fitting,
            lacking,
            unfounded,
            tuple(sorted(ended)),
            dissolved,
            charter,
            sensitive,
            narrow,
            [each for each in entries if each[1].until or each[1].project or each[1].most],
            takes_part(mandate.agent, mandate.scope, mask, self._memory),
            needs_role,
            founding,
            is_fitting and mandate.speaks and not hindered and not homeless,
        )

    def _role(self, mandate: Mandate, charter: Charter | None) -> tuple[bool, bytes]:
        place = read_place(self._memory, mandate.scope)
        if place is None or place.kind != NETWORK or charter is None or charter.is_open:
            return False, b""
        if mandate.agent == mandate.scope or mandate.role:
            return False, b""
        return True, pair(mandate.scope, mandate.agent) if mandate.agent in place.charter["founders"] else b""

    def _missing(self, body: bytes, mask: int) -> tuple[bytes, ...]:
        place = read_place(self._memory, body)
        assert place is not None  # as the mandate says
        founders: list[bytes] = place.charter["founders"]
        return tuple(each for each in founders if not is_accepted(body, each, mask, self._knowledge))

    def _lacking(self, mandate: Mandate, mask: int) -> bytes:
        """The first whose accept is missing, in the order of the entries."""
        for each in mandate.entries:
            entry = entry_of(self._memory, each)
            if entry.kind == GRANT and entry.to != entry.giver and len(entry.to) == 32:
                if not mask & self._knowledge.known_bit(pair(each, entry.to)):
                    return entry.to
            elif entry.kind == NAMED and not self._is_carried(entry.target, mask):
                return entry.target
        if mandate.resolution and not self._is_carried(mandate.resolution, mask):
            return mandate.resolution
        return b""

    def _is_carried(self, record_id: bytes, mask: int) -> bool:
        resolution = read_resolution(self._memory, record_id)
        return resolution is not None and is_carried(record_id, resolution, mask, self._knowledge)
