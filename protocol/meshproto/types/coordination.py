"""What people plan together: `project`."""

from collections.abc import Sequence

from meshproto.records.reasons import Reason, Refused
from meshproto.records.record import Record
from meshproto.types.schema import Facts, Field, Schema, code, day, ids, record_id

STATES = ("idea", "active", "paused", "done", "dropped")


def _ends_after_it_starts(record: Record) -> None:
    starts, ends = record.facts.get("starts"), record.facts.get("ends")
    if starts is not None and ends is not None and starts > ends:
        raise Refused(Reason.I_RULE, "ends")


PROJECT = Schema(
    (
        Field("state", code(*STATES)),
        Field("supersedes", ids()),
        Field("part_of", record_id, optional=True),
        Field("client", record_id, optional=True),
        Field("starts", day, optional=True),
        Field("ends", day, optional=True),
    ),
    (_ends_after_it_starts,),
)


def project(
    *,
    state: str = "active",
    supersedes: Sequence[bytes] = (),
    part_of: bytes | None = None,
    client: bytes | None = None,
    starts: str | None = None,
    ends: str | None = None,
) -> Facts:
    """Facts of a project, or of an edit of the one it supersedes. Title and description go into its private part."""
    facts: Facts = {"state": state, "supersedes": [*sorted(set(supersedes))]}
    optional = {"part_of": part_of, "client": client, "starts": starts, "ends": ends}
    facts.update({name: each for name, each in optional.items() if each})
    return facts
