"""What is remembered of a valid record that gives, accepts, ends or decides, for those that come to rest on it.

All of this holds for ever: it follows from the record and its past, whatever contests it later.
"""

from collections.abc import Callable, Mapping

from meshproto.fold.acknowledging import note_attested_in_network, subjects_in
from meshproto.fold.authority import Case
from meshproto.fold.charters import electors_for, note_resolution, read_resolution
from meshproto.fold.entries import (
    FOUNDER,
    GUEST,
    INVITATION,
    NAMED,
    Entry,
    entry_of,
    grant_handle,
    note_accept,
    note_grant,
    read_entry,
    root_handle,
)
from meshproto.fold.groups import devices_of, guests_of, votes_on
from meshproto.fold.knowledge import pair
from meshproto.fold.lineages import exceeds, figure_of
from meshproto.fold.memory import Memory
from meshproto.fold.places import LINEAGE, NETWORK, Place
from meshproto.fold.powers import Power, power_over
from meshproto.fold.roots import note_rotate
from meshproto.fold.standing import Row
from meshproto.records.encoding import Value
from meshproto.records.record import Record, ids_in, may_name_records


def note(case: Case, place: Place) -> int:
    """Remember a valid record; gives the bit by which others know of it, 0 if they need not."""
    noting = _NOTES.get(case.record.type)
    return 0 if noting is None else noting(case, place)


def note_excess(case: Case) -> None:
    """Remember the grants beyond whose limits a valid record goes."""
    findings = case.findings
    if findings is None or not findings.limited:
        return
    figure = figure_of(case.record, case.memory)
    if figure is None:
        return
    beyond: list[Value] = [each for each, entry in findings.limited if exceeds(figure, entry)]
    if beyond:
        case.memory.put("beyond", case.record.id, beyond)
        case.memory.put("counter", b"beyond", 1)


def note_named(record: Record, rows: Mapping[bytes, Row], memory: Memory) -> None:
    """Remember the agents whom a record with a private part names: they may have it erased."""
    if record.private is not None and may_name_records(record):
        for each in sorted(set(ids_in(record.facts))):
            if rows[each].type == "agent":
                memory.put("named", record.id + each, b"")


def stirred_by(record: Record, memory: Memory) -> list[bytes]:
    """The records whose state may be another now that this one is noted."""
    facts = record.facts
    if record.type == "countersign":
        target: bytes = facts["target"]
        entry = read_entry(memory, target)
        if entry is None or entry.kind != INVITATION:
            return [target, *_acknowledged_otherwise(record.scope, memory)]
        return [target, *_accepts_of(target, memory)]
    if record.type == "revoke":
        accepts = [entry for each in facts["targets"] if (entry := read_entry(memory, each)) and entry.target]
        beside = [other for entry in accepts for other in _accepts_of(entry.target + entry.to, memory)]
        return [*facts["targets"], *beside]
    return facts.get("ends", []) if record.type == "rotate" else []


def _acknowledged_otherwise(scope: bytes, memory: Memory) -> list[bytes]:
    """The contributions whose state may hang on a resolution that an accept carries."""
    return [] if memory.get("ack_changed", scope) is None else [*dict.fromkeys(subjects_in(scope, memory))]


def _accepts_of(target: bytes, memory: Memory) -> list[bytes]:
    """All accepts of a record, or by one agent if that follows it."""
    return [key[-32:] for key, _ in memory.scan("accepts", target)]


def note_genesis(case: Case) -> None:
    """Remember how a person's first root may be replaced."""
    recovery = case.record.facts.get("recovery")
    if recovery:
        case.memory.put("recovery", case.record.id, [recovery["digests"], recovery["need"]])


def _grant(case: Case, place: Place) -> int:
    record, memory = case.record, case.memory
    assert case.findings is not None  # it is valid
    position = case.findings.mandate.position
    entry = note_grant(record, place, entry_of(memory, position) if position else None, memory)
    if entry.to == entry.giver:
        memory.put("stands", record.scope + record.agent, b"")
    if len(entry.to) == 32 or not place.personal:
        return 0
    bit = case.knowledge.bit(record.id)
    case.knowledge.join_group(devices_of(record.scope), bit)
    memory.put("device", record.scope + record.id, b"")
    return bit


def _countersign(case: Case, place: Place) -> int:
    record, memory, row = case.record, case.memory, case.target
    assert row is not None  # it is valid
    target: bytes = record.facts["target"]
    if record.facts["decision"] == "decline":
        memory.put("declines", target + record.agent + record.id, b"")
    if record.facts["decision"] != "accept":
        return 0
    memory.put("accepts", target + record.agent + record.id, b"")
    memory.put("accept", record.id, target)
    if row.type not in ("agent", "grant", "resolution"):
        return 0
    bit = case.knowledge.bit(pair(target, record.agent))
    kind, invitation = _way_in(case, target)
    if kind:
        note_accept(record, kind, invitation, memory)
    entry = read_entry(memory, target)
    if kind or (entry is not None and entry.to == record.agent):
        memory.put("stands", record.scope + record.agent, b"")
    if kind == GUEST:
        case.knowledge.join_group(guests_of(target), bit)
    resolution = read_resolution(memory, target)
    if resolution is not None and record.agent in resolution.electors:
        case.knowledge.join_group(votes_on(target), bit)
    return bit


def _way_in(case: Case, target: bytes) -> tuple[str, Entry | None]:
    """By what kind of accept its author comes to stand in the scope; empty if by none."""
    row, record = case.rows[target], case.record
    if row.type == "agent":
        return FOUNDER, None
    if row.type == "grant":
        entry = entry_of(case.memory, target)
        guest = entry.kind == INVITATION and not case.is_of_agent(row)
        return (GUEST, entry) if guest else ("", None)
    resolution = read_resolution(case.memory, target)
    named = resolution is not None and record.agent in resolution.charter.get("founders", ())
    return (NAMED if named else ""), None


def _revoke(case: Case, place: Place) -> int:
    record, memory = case.record, case.memory
    bit = case.knowledge.bit(record.id)
    ends: list[Value] = []
    force: dict[bytes, None] = {}
    for each in record.facts["targets"]:
        entry = read_entry(memory, each)
        if entry is None:
            memory.put("adder", each + record.id, bit.bit_length() - 1)
            continue
        resigns = power_over(case, each) is Power.RESIGNING
        ends.append(each)
        force.update({} if resigns else {entry.handle: None})
        _end(entry.handle, record.id, bit, resigns, memory)
    _note_seen(record, memory)
    if ends:
        memory.put("ends", record.id, ends)
        memory.put("force", record.id, [*force])
    return bit


def _rotate(case: Case, place: Place) -> int:
    record, memory = case.record, case.memory
    bit = case.knowledge.bit(record.id)
    note_rotate(record, bit.bit_length() - 1, memory)
    note_genesis(case)
    _note_seen(record, memory)
    ends: list[bytes] = record.facts.get("ends", [])
    for each in ends:
        _end(grant_handle(each), record.id, bit, False, memory)
    memory.put("ends", record.id, [*ends])
    memory.put("force", record.id, [root_handle(record.scope), *(grant_handle(each) for each in ends)])
    return bit


def _note_seen(record: Record, memory: Memory) -> None:
    seen: list[bytes] = record.facts.get("seen", [])
    if seen:
        memory.put("saw", record.id, [*seen])


def _end(handle: bytes, by: bytes, bit: int, resigns: bool, memory: Memory) -> None:
    memory.put("ending", handle + by, [bit.bit_length() - 1, resigns])
    memory.put("ended", handle, b"")


def _resolution(case: Case, place: Place) -> int:
    if place.kind == LINEAGE:
        return 0
    assert case.findings is not None  # it is valid
    assert case.findings.charter is not None
    charter = case.findings.charter
    note_resolution(case.record, charter, electors_for(charter, case.findings.mask, case.memory), case.memory)
    return 0


def _attestation(case: Case, place: Place) -> int:
    if place.kind == NETWORK:
        note_attested_in_network(case.record, case.memory)
    return 0


_NOTES: Mapping[str, Callable[[Case, Place], int]] = {
    "grant": _grant,
    "countersign": _countersign,
    "revoke": _revoke,
    "rotate": _rotate,
    "resolution": _resolution,
    "attestation": _attestation,
}
