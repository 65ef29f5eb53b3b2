"""Power over grants: who may end one, and in which of three ways."""

from enum import Enum

from meshproto.fold.authority import Case
from meshproto.fold.charters import read_resolution
from meshproto.fold.entries import ACCEPTS, entry_of
from meshproto.records.ids import key33


class Power(Enum):
    """The ways of ending a grant. One who resigns touches only what is signed in the knowledge of it."""

    RESIGNING = "resigning"
    UPSTREAM = "upstream"
    RESOLUTION = "resolution"


def power_over(case: Case, target: bytes) -> Power | None:
    """In which way the author of a revoke has power over a grant or an accept."""
    record, entry = case.record, entry_of(case.memory, target)
    assert case.findings is not None  # it came past the questions of authority
    mandate = case.findings.mandate
    # SPEC 04-fold 5.1: *Resigning*: `to` of t is the `agent` of r, or 0x02 ‖ the `key` of r; or t is an accept by the
    # `agent` of r.
    if entry.to == record.agent or (entry.to == key33(record.key) and entry.kind not in ACCEPTS):
        return Power.RESIGNING
    is_above = not mandate.position or entry_of(case.memory, mandate.position).handle in entry.above
    if entry.giver == record.agent and is_above:
        return Power.UPSTREAM
    if mandate.resolution:
        resolution = read_resolution(case.memory, mandate.resolution)
        assert resolution is not None  # as the mandate says
        if target in resolution.about:
            return Power.RESOLUTION
    return None
