"""A node in agreements: first versions, signatures and later versions, each signed by hand or by the node."""

from collections.abc import Mapping

from meshnode.core.author import BEGINNING, End, Pen, sign_drafts
from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.effects import Written
from meshproto.records.encoding import Value
from meshproto.records.ids import NONE, RecordId, ScopeId
from meshproto.types import identity
from meshproto.types.agreement import agreement
from meshproto.types.schema import Facts
from tests.support.core_rig import NOON, Dice, Rig, Writer, ids_of

NEW = ScopeId(NONE)
"""The scope of what begins one."""


def terms(*parties: Writer, **more: Value) -> Facts:
    """What some people agree on: nothing much."""
    roles: dict[bytes, list[str]] = {each.agent: ["provider"] for each in parties}
    ack: Mapping[str, Value] = {"min": 0, "by": "parties"}
    return agreement(roles, from_="2027-01-01", ack=ack) | more


def begun(who: Writer, *others: Writer, **more: Value) -> tuple[ScopeId, SignedRecords]:
    """The first version of an agreement, signed by hand."""
    draft = Draft(NEW, "agreement", terms(who, *others, **more), {"title": "ours"})
    signed = sign_drafts(Pen(who.agent, who.key, NOON, Dice()), [draft], BEGINNING)
    scope = ScopeId(ids_of(signed)[0])
    for each in others:
        each.ends.pop(scope, None)
    who.ends[scope] = End(1, RecordId(scope))
    return scope, signed


def accepted(who: Writer, scope: ScopeId, version: bytes = b"") -> SignedRecords:
    """A signature by hand, of the first version or another."""
    return who.sign(Draft(scope, "countersign", identity.accept(version or scope)))


def amended(who: Writer, scope: ScopeId, prev: bytes, *parties: Writer, **more: Value) -> SignedRecords:
    """Another version, signed by hand."""
    facts = terms(who, *parties, prev=[prev], **more)
    return who.sign(Draft(scope, "agreement", facts, {"title": "ours, again"}))


def proposed(rig: Rig, *others: Writer, **more: Value) -> ScopeId:
    """Let the node propose an agreement to others, whose geneses it holds, and fold it."""
    rig.put(*(each.genesis for each in others))
    outcome = rig.write(Draft(NEW, "agreement", terms(rig.me, *others, **more), {"title": "ours"}))
    assert isinstance(outcome, Written), outcome
    rig.fold()
    scope = ScopeId(outcome.ids[0])
    for each in others:
        each.ends.pop(scope, None)  # Chance is seeded, so that another test may have begun the same.
    return scope
