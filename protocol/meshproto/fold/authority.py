"""Whether a record is valid: a function of the record and its past alone, decided once.

The order of the questions is part of the protocol: the first that fails names the reason.
"""

from collections.abc import Mapping
from typing import NamedTuple

from meshproto.fold.memory import Memory
from meshproto.fold.places import NETWORK, PERSON, Place, read_place
from meshproto.fold.rules import break_of_rule
from meshproto.fold.standing import READY, Row, Status
from meshproto.records.limits import MAX_STREAM_BYTES, MAX_STREAM_RECORDS
from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.types.catalogue import SCHEMAS, check_facts


class Verdict(NamedTuple):
    """The outcome of a judgement; the reason is None for a valid record."""

    status: Status
    reason: Reason | None = None
    detail: str = ""
    ids: tuple[bytes, ...] = ()


VALID = Verdict(Status.YES)
_EVERYWHERE = {"contribution", "recognition", "project", "correction", "erasure", "checkpoint"}
_WRITTEN_IN = {PERSON: _EVERYWHERE | {"profile"}, NETWORK: _EVERYWHERE | {"countersign", "grant"}}


class Case(NamedTuple):
    """A record to be judged and what its past says about it."""

    record: Record
    rows: Mapping[bytes, Row]
    """The rows of all it names, by id, in ascending order."""
    place: Place | None
    """Its scope; None for a genesis or where the record it calls its scope is not one."""
    author: Place | None
    """The stream of the person it speaks for, if its key is that person's root; for a genesis None."""
    size: int
    """Bytes of all headers of its log up to it."""
    ready: bytes
    """Which founders' accepts are in its past, itself included."""


def judge(case: Case, memory: Memory) -> Verdict:
    """Decide a record whose whole past is decided."""
    if case.record.scope and case.place is None:
        return _no(Reason.X_SCOPE, case.record.scope)
    # A genesis is the first of its home: None is the number of no scope, and not that of the homeless either.
    own = case.place.number if case.place else None
    for each, row in case.rows.items():
        # SPEC 04-fold 2: neither has the record's own home nor a home of kind person or organisation
        if row.status == Status.FOREIGN or not (row.personal or row.home == own):
            return Verdict(Status.FOREIGN, Reason.X_FOREIGN, ids=(each,))
    if case.place is None:
        return _judge_genesis(case.record)
    if case.place.kind not in _WRITTEN_IN:
        return Verdict(Status.UNKNOWN, Reason.U_TYPE, case.record.type)
    return (
        _judge_facts(case.record) or _judge_author(case, case.place) or _judge_rules(case, case.place, memory) or VALID
    )


def _judge_genesis(record: Record) -> Verdict:
    if record.type in SCHEMAS:
        return Verdict(Status.INVALID, Reason.X_SCOPE, record.type)
    return _judge_facts(record) or VALID


def _judge_facts(record: Record) -> Verdict | None:
    refusal = check_facts(record)
    if refusal is None:
        return None
    status = Status.UNKNOWN if refusal.reason is Reason.U_TYPE else Status.INVALID
    return Verdict(status, refusal.reason, refusal.detail)


def _judge_author(case: Case, place: Place) -> Verdict | None:
    record = case.record
    if not place.valid:
        return _no(Reason.X_KEY, record.scope)
    if record.auth:
        return _no(Reason.X_SCOPE, *record.auth)
    if place.kind == PERSON and record.agent != record.scope:
        return _no(Reason.X_SCOPE, record.agent)
    if case.author is None:
        return _no(Reason.X_KEY, record.agent)
    if record.type not in _WRITTEN_IN[place.kind]:
        return Verdict(Status.INVALID, Reason.X_SCOPE, record.type)
    records, size = MAX_STREAM_RECORDS, MAX_STREAM_BYTES
    if place.kind == NETWORK:
        records, size = place.log_records, place.log_bytes
    if record.seq > records or case.size > size:
        return _no(Reason.X_QUOTA, record.scope)
    return _judge_standing(case, place) if place.kind == NETWORK else None


def _judge_standing(case: Case, place: Place) -> Verdict | None:
    """Whether the author may write in this network yet, and at all."""
    record = case.record
    is_founder = record.agent in place.founders
    if record.type == "countersign":
        return None if is_founder else _no(Reason.X_SCOPE, record.scope)
    # SPEC 04-fold 2: the past of the record lacks an accept that is *yes*, by each founder
    if case.ready != READY:
        accepted = int.from_bytes(case.ready, "little")
        return _no(Reason.T_MISSING, *(each for bit, each in enumerate(place.founders) if not accepted >> bit & 1))
    if is_founder or place.is_open:
        return None
    return _no(Reason.X_SCOPE, record.scope)


def find_author(record: Record, place: Place | None, memory: Memory) -> Place | None:
    """The stream of the person a record speaks for, if the record's key is that person's root.

    The key of a network's genesis is nobody's root there: it was to sign the genesis only.
    """
    if place is None or not place.valid:
        return None
    author = place if record.agent == record.scope else read_place(memory, record.agent)
    if author is None or not author.valid or author.kind != PERSON or record.key != author.key:
        return None
    return None if place.kind == NETWORK and record.key == place.key else author


def _judge_rules(case: Case, place: Place, memory: Memory) -> Verdict | None:
    """Ask the rules of the type, which look at the records it names."""
    broken = break_of_rule(case.record, case.rows, place, memory)
    return None if broken is None else Verdict(Status.INVALID, *broken)


def _no(reason: Reason, *ids: bytes) -> Verdict:
    return Verdict(Status.INVALID, reason, ids=ids)
