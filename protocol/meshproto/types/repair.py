"""What puts earlier records right: `correction`, `erasure`; and `checkpoint`, which joins heads."""

from collections.abc import Sequence

from meshproto.records.ids import DIGEST, EXT
from meshproto.records.limits import MAX_INT
from meshproto.records.reasons import Reason, Refused
from meshproto.records.record import Record
from meshproto.types.schema import Facts, Field, Schema, code, either, ids, measure, money, record_id, tagged, text
from meshproto.types.value import Measure, Money

CORRECTIONS = ("delta", "retract", "replace")
ENGINE = "meshnode/3"
"""Names the rules a checkpoint's digest was computed by."""


def _delta_has_a_figure(record: Record) -> None:
    figures = "qty" in record.facts or "value" in record.facts
    if figures is not (record.facts["kind"] == "delta"):
        raise Refused(Reason.I_RULE, "kind")


def _only_texts_are_superseded(record: Record) -> None:
    if record.facts.get("supersedes") and record.facts["kind"] != "replace":
        raise Refused(Reason.I_RULE, "supersedes")


CORRECTION = Schema(
    (
        Field("target", record_id),
        Field("kind", code(*CORRECTIONS)),
        Field("reason", code("error", "duplicate", "agreed")),
        Field("qty", measure(-MAX_INT), optional=True),
        Field("value", money(-MAX_INT), optional=True),
        Field("supersedes", ids(), optional=True),
    ),
    (_delta_has_a_figure, _only_texts_are_superseded),
)
ERASURE = Schema(
    (
        Field("targets", ids(either(tagged(EXT), record_id), least=1)),
        Field("part", code("private", "blobs", "agent_private")),
        Field("basis", code("art17", "consent", "mistake", "legal")),
    )
)
CHECKPOINT = Schema((Field("engine", text(32)), Field("digest", tagged(DIGEST), optional=True)))


def delta(target: bytes, *, qty: Measure | None = None, value: Money | None = None, reason: str = "error") -> Facts:
    """Facts of a correction that adds (a negative figure takes away) to a contribution's claim."""
    facts: Facts = {"target": target, "kind": "delta", "reason": reason}
    if qty:
        facts["qty"] = qty.facts()
    if value:
        facts["value"] = value.facts()
    return facts


def retract(target: bytes, *, reason: str = "error") -> Facts:
    """Facts of a correction that takes a record out of effect, for ever."""
    return {"target": target, "kind": "retract", "reason": reason}


def replace(target: bytes, *, supersedes: Sequence[bytes] = (), reason: str = "error") -> Facts:
    """Facts of a correction whose private part replaces the texts of `target` and of earlier replacements."""
    return {"target": target, "kind": "replace", "reason": reason, "supersedes": [*sorted(set(supersedes))]}


def erasure(targets: Sequence[bytes], *, part: str = "private", basis: str = "art17") -> Facts:
    """Facts that oblige every node to delete a part of the targets: ids, or `ext` in the author's own stream."""
    return {"targets": [*sorted(set(targets))], "part": part, "basis": basis}


def checkpoint(digest: bytes | None = None) -> Facts:
    """Facts of a record that joins heads, and may tell the digest (33 bytes) its author computed."""
    return {"engine": ENGINE} if digest is None else {"engine": ENGINE, "digest": digest}
