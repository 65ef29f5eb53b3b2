"""What others say of somebody's work: `attestation`, and ballots (`allocation`)."""

from collections.abc import Iterable, Mapping

from meshproto.records.reasons import Reason, Refused
from meshproto.records.record import Record
from meshproto.types.schema import Facts, Field, Schema, code, ids, integer, measure, pairs, record_id, text
from meshproto.types.value import SHARES_TOTAL, Measure


def _refusal_has_no_figures(record: Record) -> None:
    facts = record.facts
    if facts["verdict"] == "reject" and ("qty" in facts or "rating" in facts):
        raise Refused(Reason.I_RULE, "verdict")


def _points_are_few(record: Record) -> None:
    if sum(points for _, points in record.facts["points"]) > SHARES_TOTAL:
        raise Refused(Reason.I_RULE, "points")


ATTESTATION = Schema(
    (
        Field("subject", record_id),
        Field("as", code("witness", "peer", "client", "steward")),
        Field("verdict", code("confirm", "reject")),
        Field("qty", measure(0), optional=True),
        Field("rating", integer(1, 5), optional=True),
        Field("supersedes", ids(), optional=True),
    ),
    (_refusal_has_no_figures,),
)
ALLOCATION = Schema(
    (
        Field("round", text(32)),
        Field("points", pairs(integer(0, SHARES_TOTAL))),
        Field("supersedes", ids(), optional=True),
    ),
    (_points_are_few,),
)


def attestation(
    subject: bytes,
    *,
    verdict: str = "confirm",
    as_: str = "peer",
    qty: Measure | None = None,
    rating: int | None = None,
    supersedes: Iterable[bytes] = (),
) -> Facts:
    """Facts of what somebody says of a contribution; without a `qty` it confirms what is claimed."""
    facts: Facts = {"subject": subject, "as": as_, "verdict": verdict}
    if qty is not None:
        facts["qty"] = qty.facts()
    if rating is not None:
        facts["rating"] = rating
    before = sorted({*supersedes})
    return {**facts, "supersedes": [*before]} if before else facts


def allocation(round_: str, points: Mapping[bytes, int], *, supersedes: Iterable[bytes] = ()) -> Facts:
    """Facts of a ballot: how somebody shares out points among others in a round."""
    facts: Facts = {"round": round_, "points": [[each, count] for each, count in sorted(points.items())]}
    before = sorted({*supersedes})
    return {**facts, "supersedes": [*before]} if before else facts
