"""What the records that stand in `auth` are: who passes what on to whom, and what a revocation of it ends."""

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

from meshproto.fold.knowledge import Knowledge, pair
from meshproto.fold.memory import Memory
from meshproto.fold.places import NETWORK, Place
from meshproto.records.encoding import Value
from meshproto.records.record import Record

GRANT, INVITATION, FOUNDER, NAMED, GUEST = "grant", "invitation", "founder", "named", "guest"
"""Kinds of entries: grants to agents and devices, invitations, and accepts: of a genesis, of a charter resolution that
names its author a founder, of an invitation."""

ACCEPTS = (FOUNDER, NAMED, GUEST)

_CONTRIBUTE = frozenset(("contribution", "recognition", "countersign", "correction", "erasure", "checkpoint"))
_ALLOWED = {
    "client": _CONTRIBUTE | {"attestation"},
    "observer": _CONTRIBUTE - {"contribution"},
    "relay": frozenset[str](),
}
"""Types that a role allows; what stands in no row allows all."""


class Entry(NamedTuple):
    """What is remembered of a valid grant, or of an accept by which somebody stands."""

    kind: str
    scope: bytes
    giver: bytes
    """Who passes something on: the grant's agent, or the scope of an accept."""
    to: bytes
    """An agent, or a key of 33 bytes."""
    role: str
    narrowed: bool
    """Whether `scopes` are given, and which."""
    scopes: list[str]
    may_delegate: bool
    until: str
    project: bytes
    most: list[Any]
    """[amount, currency]; empty if there is no limit."""
    uses: int
    handle: bytes
    """What a revocation of it ends."""
    above: list[bytes]
    """The handles of its ancestors."""
    target: bytes
    """Of an accept what it accepts, else empty."""

    def allows(self, type_: str) -> bool:
        """Whether it lets one write records of a type."""
        # SPEC 04-fold 4.2: If the grant has `scopes`, it allows of these only the types named there.
        if self.narrowed and type_ not in self.scopes:
            return False
        return self.role not in _ALLOWED or type_ in _ALLOWED[self.role]

    @property
    def is_narrow(self) -> bool:
        """Whether there is a type that it does not allow."""
        return self.narrowed or self.role in _ALLOWED

    @property
    def leads(self) -> bool:
        """Whether it is a link: whether one acts for the giver by it."""
        if self.kind in (FOUNDER, NAMED) or self.role in ("device", "staff"):
            return True
        return self.kind == GRANT and self.role == "steward" and self.giver == self.scope


def grant_handle(grant: bytes) -> bytes:
    """The handle of a grant."""
    return b"g" + grant


def root_handle(person: bytes) -> bytes:
    """What stands for the use of a person's root."""
    return b"r" + person


def read_entry(memory: Memory, record_id: bytes) -> Entry | None:
    """What a record is as an entry; None if it is none."""
    row = memory.get("entry", record_id)
    return row if row is None or isinstance(row, Entry) else Entry._make(cast(list[Any], row))


def entry_of(memory: Memory, record_id: bytes) -> Entry:
    """What a record is that is known to be an entry."""
    entry = read_entry(memory, record_id)
    assert entry is not None  # the caller knows
    return entry


def above_of(position: Entry | None) -> list[bytes]:
    """The ancestors of what is given from a position."""
    return [] if position is None else [position.handle, *position.above]


def note_grant(record: Record, place: Place, position: Entry | None, memory: Memory) -> Entry:
    """Remember a valid grant."""
    facts = record.facts
    limits: dict[str, Any] = facts.get("limits", {})
    invites = place.kind == NETWORK and len(facts["to"]) == 33
    entry = Entry(
        kind=INVITATION if invites else GRANT,
        scope=record.scope,
        giver=record.agent,
        to=facts["to"],
        role=facts["role"],
        narrowed="scopes" in facts,
        scopes=facts.get("scopes", []),
        may_delegate=facts.get("may_delegate", False),
        until=limits.get("until", ""),
        project=limits.get("project", b""),
        most=[limits["max"]["amt"], limits["max"]["cur"]] if "max" in limits else [],
        uses=limits.get("uses", 1),
        handle=grant_handle(record.id),
        above=above_of(position),
        target=b"",
    )
    _keep(record.id, entry, memory)
    return entry


def note_accept(record: Record, kind: str, invitation: Entry | None, memory: Memory) -> Entry:
    """Remember an accept by which its author stands; of an invitation it has role and scopes."""
    target: bytes = record.facts["target"]
    entry = Entry(
        kind=kind,
        scope=record.scope,
        giver=record.scope,
        to=record.agent,
        role=invitation.role if invitation else FOUNDER,
        narrowed=invitation is not None and invitation.narrowed,
        scopes=invitation.scopes if invitation else [],
        may_delegate=invitation is None,
        until="",
        project=b"",
        most=[],
        uses=0,
        handle=pair(target, record.agent),
        above=above_of(invitation),
        target=target,
    )
    _keep(record.id, entry, memory)
    return entry


def _keep(record_id: bytes, entry: Entry, memory: Memory) -> None:
    memory.put("entry", record_id, cast(Value, entry))
    memory.put("member", entry.scope + entry.to + record_id, b"")
    memory.put("granted", entry.to + record_id, b"")


def endings_of(handle: bytes, memory: Memory) -> Iterator[tuple[bytes, int, bool]]:
    """The effective revocations of a handle: record, its bit, and whether it only resigns."""
    if memory.get("ended", handle) is None:  # as of nearly all handles, which this finds out without a scan
        return
    for key, row in memory.scan("ending", handle):
        bit, resigns = cast(tuple[int, bool], row)
        yield key[len(handle) :], bit, resigns


def ended_in(handle: bytes, mask: int, memory: Memory) -> list[bytes]:
    """The effective revocations of a handle that somebody knows of."""
    return [record for record, bit, _ in endings_of(handle, memory) if mask >> bit & 1]


def is_accepted(target: bytes, agent: bytes, mask: int, knowledge: Knowledge) -> bool:
    """Whether somebody knows of an accept of a record by an agent."""
    return mask & knowledge.known_bit(pair(target, agent)) != 0
