"""What mediators or parties of an agreement decide about it: `resolution` with an outcome of agreements."""

from collections.abc import Iterable

from meshproto.records.reasons import Reason, Refused
from meshproto.records.record import Record
from meshproto.types.schema import Facts, Field, Schema, code, ids, record_id

PICK, UPHOLD, REJECT = "pick", "uphold", "reject"
OUTCOMES = (PICK, UPHOLD, REJECT)
"""What a resolution decides that stands in an agreement; those of founders have others."""


def _picks_one_of_several(record: Record) -> None:
    facts = record.facts
    if ("pick" in facts) is not (facts["outcome"] == PICK):
        raise Refused(Reason.I_RULE, "pick")
    if "pick" in facts and (facts["pick"] not in facts["about"] or len(facts["about"]) < 2):
        raise Refused(Reason.I_RULE, "about")


RULING = Schema(
    (
        Field("outcome", code(*OUTCOMES)),
        Field("agreement", record_id),
        Field("about", ids(least=1)),
        Field("prev", ids()),
        Field("pick", record_id, optional=True),
    ),
    (_picks_one_of_several,),
)


def is_ruling(facts: Facts) -> bool:
    """Whether facts of a resolution are those of one that stands in an agreement."""
    return facts.get("outcome") in OUTCOMES


def ruling(
    outcome: str, agreement: bytes, about: Iterable[bytes], *, pick: bytes | None = None, prev: Iterable[bytes] = ()
) -> Facts:
    """Facts of a decision under a version of an agreement; `prev` are decisions about the same that it overrules."""
    facts: Facts = {
        "outcome": outcome,
        "agreement": agreement,
        "about": [*sorted({*about})],
        "prev": [*sorted({*prev})],
    }
    return facts if pick is None else {**facts, "pick": pick}
