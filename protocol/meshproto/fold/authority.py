"""Whether a record is valid: a function of the record and its past alone, decided once.

The order of the questions is part of the protocol: the first that fails names the reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from meshproto.fold.chains import Chains
from meshproto.fold.charters import Charter, read_resolution
from meshproto.fold.entries import ended_in, grant_handle
from meshproto.fold.findings import Findings
from meshproto.fold.knowledge import Knowledge
from meshproto.fold.memory import Memory
from meshproto.fold.places import LINEAGE, NETWORK, ORGANISATION, PERSON, Place
from meshproto.fold.standing import Row, Status
from meshproto.records.limits import MAX_STREAM_BYTES, MAX_STREAM_RECORDS
from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.types.authority import order_digest
from meshproto.types.catalogue import SCHEMAS, check_facts
from meshproto.types.rulings import is_ruling


class Verdict(NamedTuple):
    """The outcome of a judgement; the reason is None for a valid record."""

    status: Status
    reason: Reason | None = None
    detail: str = ""
    ids: tuple[bytes, ...] = ()


VALID = Verdict(Status.YES)

_OF_AGREEMENTS = frozenset(
    ("agreement", "attestation", "allocation", "income", "distribution", "settlement", "commitment")
)
_EVERYWHERE = frozenset(
    ("grant", "revoke", "countersign", "contribution", "recognition", "project", "correction", "erasure", "checkpoint")
)
_WRITTEN_IN = {
    PERSON: _EVERYWHERE | {"profile", "rotate"},
    ORGANISATION: _EVERYWHERE | {"profile", "resolution"},
    NETWORK: _EVERYWHERE | {"resolution", "attestation"},
    LINEAGE: _OF_AGREEMENTS
    | {"contribution", "recognition", "countersign", "correction", "erasure", "checkpoint", "resolution"},
}
_BY_NETWORKS = frozenset(("grant", "revoke", "countersign", "resolution", "correction", "erasure", "checkpoint"))
_BY_GUESTS = frozenset(("countersign", "revoke", "resolution"))
_AFTER_DISSOLUTION = frozenset(("revoke", "countersign", "correction", "erasure", "checkpoint"))

_ORDINARY = _OF_AGREEMENTS | {
    *("contribution", "recognition", "project", "correction", "erasure", "checkpoint", "profile"),
}
"""Types whose records say nothing about who stands where."""

STANDING = ("agent", "grant", "resolution")
"""Types whose countersignatures say who stands where; anybody whom these concern may write them."""
ANSWERED = frozenset(("agreement", "contribution", "income", "distribution", "settlement", "commitment"))
"""Types that others than their author may accept in an agreement scope."""


@dataclass(slots=True)
class Case:
    """A record to be judged and what its past says about it."""

    record: Record
    rows: Mapping[bytes, Row]
    """The rows of all it names, by id, in ascending order."""
    place: Place | None
    """Its scope, or that which it begins as an agreement; None for another genesis, or where there is no such scope."""
    size: int
    """Bytes of all headers of its log up to it."""
    findings: Findings | None
    """What holds of its mandate; None where there is none to look at."""
    memory: Memory
    knowledge: Knowledge
    chains: Chains
    entered: Any = None
    """What enters with a distribution: filled in by its rules."""
    more: tuple[bytes, bytes] = (b"", b"")
    """A handle that it uses though no entry says so, and a record it rests on: filled in by the judgement."""

    @property
    def target(self) -> Row | None:
        """The row of what a countersignature is about."""
        target = self.record.facts.get("target") if self.record.type == "countersign" else None
        return self.rows.get(target) if isinstance(target, bytes) else None

    @property
    def usual(self) -> tuple[bytes, ...]:
        """What all records of the same mandate name."""
        return self.record.scope, self.record.agent, *self.record.auth

    @property
    def author(self) -> int:
        """Local number of the agent it is of; 0 if it is of none."""
        # SPEC 04-fold 4.1: A record is *of an agent* if that is its `agent` and it passes 7.1 and 8.1 for it
        found = self.findings
        if found is None or not found.mandate.speaks:
            return 0
        return found.mandate.number if found.is_fitting or self.record.type == "rotate" else 0

    def is_of_agent(self, row: Row) -> bool:
        """Whether another record is of the same agent."""
        return self.findings is not None and row.author == self.findings.mandate.number != 0


def judge(case: Case) -> Verdict:
    """Decide a record whose whole past is decided, up to the rules of its type."""
    if case.record.scope and case.place is None:
        return no(Reason.X_SCOPE, case.record.scope)
    # A genesis is the first of its home: None is the number of no scope, and not that of the homeless either.
    own = case.place.number if case.place and case.record.scope else None
    for each, row in case.rows.items():
        # SPEC 04-fold 4: neither has the record's own home nor a home of kind person or organisation
        if row.status == Status.FOREIGN or not (row.personal or row.home == own):
            return Verdict(Status.FOREIGN, Reason.X_FOREIGN, ids=(each,))
    if case.place is None:
        return _judge_genesis(case.record)
    if case.findings is None or _is_unknown(case):
        return Verdict(Status.UNKNOWN, Reason.U_TYPE, case.record.type)
    return _judge_facts(case.record) or _judge_author(case, case.place, case.findings) or VALID


def room(place: Place, charter: Charter | None) -> tuple[int, int]:
    """How many records, and how many bytes of headers, a log may have in a scope."""
    if place.kind == NETWORK and charter is not None:
        return charter.log_records, charter.log_bytes
    return MAX_STREAM_RECORDS, MAX_STREAM_BYTES


def no(reason: Reason, *ids: bytes, detail: str = "") -> Verdict:
    """The verdict on what breaks a rule."""
    return Verdict(Status.INVALID, reason, detail, ids)


def _judge_genesis(record: Record) -> Verdict:
    if record.type in SCHEMAS:
        return no(Reason.X_SCOPE, detail=record.type)
    return _judge_facts(record) or VALID


def _judge_facts(record: Record) -> Verdict | None:
    refusal = check_facts(record)
    if refusal is None:
        return None
    status = Status.UNKNOWN if refusal.reason is Reason.U_TYPE else Status.INVALID
    return Verdict(status, refusal.reason, refusal.detail)


def _is_unknown(case: Case) -> bool:
    """Whether it countersigns what this version does not know how to."""
    if case.record.type != "countersign":
        return False
    target = case.target
    if target is None or target.type in STANDING or case.is_of_agent(target):
        return False
    return case.place is None or case.place.kind != LINEAGE or target.type not in ANSWERED


def _judge_author(case: Case, place: Place, findings: Findings) -> Verdict | None:
    record = case.record
    if not place.valid:
        return no(Reason.X_KEY, record.scope)
    if not findings.mandate.speaks:
        return no(Reason.X_KEY, record.agent)
    own = record.agent == record.scope
    if not own and place.kind in (PERSON, ORGANISATION) and record.type not in _BY_GUESTS:
        return no(Reason.X_SCOPE, record.agent)
    if own and place.kind == NETWORK and record.type not in _BY_NETWORKS:
        return no(Reason.X_SCOPE, record.agent)
    if place.kind == LINEAGE and record.scope and not findings.takes_part:
        return no(Reason.X_SCOPE, record.agent)
    if findings.is_plain and record.type in _ORDINARY:
        case.more = findings.founding, b""  # of nearly all records; there is nothing else to find
    elif record.type != "rotate":
        found = _judge_chain(case, findings) or _judge_endings(case, findings) or _judge_mandate(case, findings)
        if found is not None:
            return found
    if record.type not in _WRITTEN_IN[place.kind] or _is_resolution_of_others(record, place):
        return no(Reason.X_SCOPE, detail=record.type)
    return _judge_place(case, place, findings)


def _is_resolution_of_others(record: Record, place: Place) -> bool:
    """Whether it decides what is decided elsewhere: founders decide otherwise than those of agreements."""
    return record.type == "resolution" and is_ruling(record.facts) is not (place.kind == LINEAGE)


def _judge_chain(case: Case, findings: Findings) -> Verdict | None:
    record, mandate = case.record, findings.mandate
    if not findings.is_fitting:
        return no(Reason.X_KEY, record.agent)
    if mandate.left:
        return no(Reason.X_SCOPE, mandate.left)
    if findings.lacking:
        return no(Reason.T_MISSING, findings.lacking)
    if findings.unfounded:
        # A founder's accept is what founds a scope.
        founds = record.type == "countersign" and record.facts["target"] == record.scope
        for each, founders in findings.unfounded.items():
            if not (founds and each == record.scope):
                return no(Reason.T_MISSING, *founders)
    return None


def _judge_endings(case: Case, findings: Findings) -> Verdict | None:
    record, ended = case.record, [*findings.ended]
    case.more = _more_of(case, findings)
    if case.more[0]:
        ended += ended_in(case.more[0], findings.mask, case.memory)
    if findings.dissolved and record.type not in _AFTER_DISSOLUTION:
        ended += findings.dissolved
    return no(Reason.X_REVOKED, *sorted({*ended})) if ended else None


def _more_of(case: Case, findings: Findings) -> tuple[bytes, bytes]:
    """What a record uses though it stands nowhere in `auth`."""
    record, target = case.record, case.target
    if target is not None:
        aim: bytes = record.facts["target"]
        if target.type == "grant" and target.valid and not case.is_of_agent(target):
            return grant_handle(aim), aim
    return (findings.founding if _lacks_role(case, findings) else b""), b""


def _lacks_role(case: Case, findings: Findings) -> bool:
    """Whether the author shows no role though one is needed to write such a record in this network."""
    if not findings.needs_role or case.record.type in ("revoke", "resolution"):
        return False
    return case.target is None or case.target.type not in STANDING


def _judge_mandate(case: Case, findings: Findings) -> Verdict | None:
    record, mandate = case.record, findings.mandate
    for each, entry in findings.narrow:
        if not entry.allows(record.type):
            return no(Reason.X_SCOPE, each)
    if mandate.resolution:
        return None if _is_allowed(record, mandate.resolution, case.memory) else no(Reason.X_SCOPE, mandate.resolution)
    return no(Reason.T_MISSING, record.agent) if record.type in findings.sensitive else None


def _is_allowed(record: Record, resolution_id: bytes, memory: Memory) -> bool:
    resolution = read_resolution(memory, resolution_id)
    assert resolution is not None  # as the mandate says
    # SPEC 04-fold 4.3: for which `orders` hold [type, 0x01 ‖ SHA-256(canonical encoding of its facts)]
    if resolution.outcome == "order":
        return [record.type, order_digest(record.facts)] in resolution.orders
    return record.type == "revoke" and resolution.outcome in ("remove", "charter")


def _judge_place(case: Case, place: Place, findings: Findings) -> Verdict | None:
    """Whether there is room for the author, and for one record more, in this scope."""
    record = case.record
    if place.kind == NETWORK and _lacks_role(case, findings) and not findings.founding:
        return no(Reason.X_SCOPE, record.scope)
    records, size = room(place, findings.charter)
    if record.seq > records or case.size > size:
        return no(Reason.X_QUOTA, record.scope)
    return None
