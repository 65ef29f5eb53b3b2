"""The rules of types that give authority and end it: `grant`, `countersign`, `revoke`, `rotate`, `resolution`."""

from collections.abc import Callable, Mapping
from typing import cast

from meshproto.fold.agreements import may_answer
from meshproto.fold.authority import Case, Verdict, no
from meshproto.fold.charters import electors_for, read_resolution, stands
from meshproto.fold.entries import Entry, above_of, ended_in, entry_of, grant_handle, read_entry
from meshproto.fold.groups import devices_of, guests_of
from meshproto.fold.knowledge import pair
from meshproto.fold.places import LINEAGE, NETWORK, Place, read_agent
from meshproto.fold.powers import Power, power_over
from meshproto.fold.roots import rotates_of
from meshproto.records.limits import MAX_DEVICES, MAX_DEVICES_LIVE, MAX_ENDINGS, MAX_RANK
from meshproto.records.reasons import Reason
from meshproto.records.signatures import verify_bytes
from meshproto.types.authority import JOIN_CONTEXT, JOIN_ROLES, ROTATE_CONTEXT, rotation_message
from meshproto.types.recovery import recovery_digest

_POWERFUL = ("device", "staff", "steward")
"""Roles that let one act for another, so that giving them is passing on."""


def _grant(case: Case, place: Place) -> Verdict | None:
    record, facts = case.record, case.record.facts
    to, role = facts["to"], facts["role"]
    if place.kind == NETWORK and record.agent != record.scope:
        is_open = case.findings is not None and case.findings.charter is not None and case.findings.charter.is_open
        joins = is_open and to == record.agent and role in JOIN_ROLES
        return None if joins else no(Reason.X_SCOPE, record.scope)
    if role not in _roles_for(place, to):
        return no(Reason.I_RULE, detail="role")
    if len(to) == 32:
        agent = read_agent(case.memory, to)
        if to == record.agent or agent is None or agent.kind == NETWORK:
            return no(Reason.I_RULE, to, detail="to")
    position = case.findings.mandate.position if case.findings else b""
    if position and (found := _break_under(case, position)):
        return found
    return _too_many_devices(case) if len(to) == 33 and place.kind != NETWORK else None


def _roles_for(place: Place, to: bytes) -> tuple[str, ...]:
    if place.kind == NETWORK:
        return JOIN_ROLES if len(to) == 33 else (*JOIN_ROLES, "steward", "relay")
    return ("device",) if len(to) == 33 else ("staff",)


def _break_under(case: Case, position: bytes) -> Verdict | None:
    """What a grant breaks that is given from a position."""
    facts, above = case.record.facts, entry_of(case.memory, position)
    if facts["role"] in _POWERFUL and not above.may_delegate:
        return no(Reason.X_SCOPE, position)
    if above.narrowed and not ("scopes" in facts and {*facts["scopes"]} <= {*above.scopes}):
        return no(Reason.X_SCOPE, position)
    return no(Reason.X_QUOTA, position) if len(above_of(above)) >= MAX_RANK else None


def _too_many_devices(case: Case) -> Verdict | None:
    scope, mask = case.record.scope, case.findings.mask if case.findings else 0
    if (case.knowledge.group(devices_of(scope)) & mask).bit_count() >= MAX_DEVICES:
        return no(Reason.X_QUOTA, scope)
    live = 0
    for key, _ in case.memory.scan("device", scope):
        grant = key[len(scope) :]
        live += bool(case.knowledge.known_bit(grant) & mask) and not ended_in(grant_handle(grant), mask, case.memory)
    return no(Reason.X_QUOTA, scope) if live >= MAX_DEVICES_LIVE else None


def _countersign(case: Case, place: Place) -> Verdict | None:
    record, row = case.record, case.target
    assert row is not None  # the facts are right
    target: bytes = record.facts["target"]
    if row.home != place.number:
        return no(Reason.X_SCOPE, target)
    if not row.valid:
        return no(Reason.I_RULE, target, detail="target")
    if place.kind == LINEAGE:
        return None if case.is_of_agent(row) else may_answer(case, target)
    if row.type == "agent":
        return None if record.agent in place.charter.get("founders", ()) else no(Reason.X_SCOPE, record.scope)
    if row.type == "grant":
        return None if case.is_of_agent(row) else _acceptance(case, entry_of(case.memory, target), target)
    if row.type == "resolution":
        return None if _may_vote(case, target) or case.is_of_agent(row) else no(Reason.X_SCOPE, target)
    return None


def _acceptance(case: Case, grant: Entry, target: bytes) -> Verdict | None:
    record = case.record
    if len(grant.to) == 32:
        return None if grant.to == record.agent else no(Reason.X_SCOPE, target)
    if grant.kind != "invitation" or record.facts["decision"] != "accept":
        return no(Reason.X_SCOPE, target)
    if not verify_bytes(grant.to[1:], JOIN_CONTEXT, target + record.agent, record.facts.get("proof", b"")):
        return no(Reason.S_SIG, detail="proof")
    mask = case.findings.mask if case.findings else 0
    others = case.knowledge.group(guests_of(target)) & mask & ~case.knowledge.known_bit(pair(target, record.agent))
    return no(Reason.X_QUOTA, target) if others.bit_count() >= grant.uses else None


def _may_vote(case: Case, target: bytes) -> bool:
    resolution = read_resolution(case.memory, target)
    assert resolution is not None  # its row is valid
    agent, mask = case.record.agent, case.findings.mask if case.findings else 0
    if agent in resolution.charter.get("founders", ()):
        return True
    return agent in resolution.electors and stands(agent, resolution.namings, mask, case.memory)


def _revoke(case: Case, place: Place) -> Verdict | None:
    for target in case.record.facts["targets"]:
        row = case.rows[target]
        if row.home != place.number or not row.valid or not _can_be_ended(case, target, row.type):
            return no(Reason.I_RULE, target, detail="targets")
        if not _may_end(case, target, row.type):
            return no(Reason.X_SCOPE, target)
        if _times_ended(case, target) >= MAX_ENDINGS:
            return no(Reason.X_QUOTA, target)
    return None


def _can_be_ended(case: Case, target: bytes, type_: str) -> bool:
    if type_ == "revoke":
        return case.memory.get("ends", target) is not None
    return type_ == "rotate" or read_entry(case.memory, target) is not None


def _may_end(case: Case, target: bytes, type_: str) -> bool:
    assert case.findings is not None  # it came past the questions of authority
    if type_ == "rotate":
        return case.record.agent == case.record.scope and not case.findings.mandate.chain
    if type_ == "revoke":
        ends = cast(list[bytes], case.memory.get("ends", target))
        return all(power_over(case, each) in (Power.UPSTREAM, Power.RESOLUTION) for each in ends)
    return power_over(case, target) is not None


def _times_ended(case: Case, target: bytes) -> int:
    """How many revokes and rotates the author knows that end a target already, or add to it."""
    entry, mask = read_entry(case.memory, target), case.findings.mask if case.findings else 0
    if entry is not None:
        return len(ended_in(entry.handle, mask, case.memory))
    return sum(mask >> cast(int, bit) & 1 for _, bit in case.memory.scan("adder", target))


def _rotate(case: Case, place: Place) -> Verdict | None:
    facts = case.record.facts
    after: bytes = facts["after"]
    row = case.rows[after]
    is_tenure = after == case.record.scope or (row.type == "rotate" and row.home == place.number and row.valid)
    if not is_tenure:
        return no(Reason.I_RULE, after, detail="after")
    digests, need = cast(tuple[list[bytes], int], case.memory.get("recovery", after) or ([], 0))
    if not digests or not all(b"\x01" + recovery_digest(each[1:]) in digests for each in facts["keys"]):
        return no(Reason.X_KEY, after)
    if len(facts["keys"]) < need:
        return no(Reason.T_MISSING, after)
    message = rotation_message(facts)
    for index, (key, signature) in enumerate(zip(facts["keys"], facts["sigs"], strict=True)):
        if not verify_bytes(key[1:], ROTATE_CONTEXT, message, signature):
            return no(Reason.S_SIG, detail=f"sigs[{index}]")
    for each in facts.get("ends", ()):
        if case.rows[each].type != "grant" or case.rows[each].home != place.number or not case.rows[each].valid:
            return no(Reason.I_RULE, each, detail="ends")
    return _too_many_rotates(case, after)


def _too_many_rotates(case: Case, after: bytes) -> Verdict | None:
    mask = case.findings.mask if case.findings else 0
    known = [each for each in rotates_of(case.record.scope, case.memory) if mask >> each.bit & 1]
    return no(Reason.X_QUOTA, after) if sum(each.after == after for each in known) >= MAX_ENDINGS else None


def _resolution(case: Case, place: Place) -> Verdict | None:
    record = case.record
    if place.kind == LINEAGE:
        return None  # those of agreements have other rules
    assert case.findings is not None  # it came past the questions of authority
    charter = case.findings.charter
    assert charter is not None  # a resolution is written where founders are
    if record.agent != record.scope and record.agent not in electors_for(charter, case.findings.mask, case.memory):
        return no(Reason.X_SCOPE, record.scope)
    return None if tuple(record.facts["prev"]) == charter.stop else no(Reason.I_RULE, detail="prev")


GOVERNING: Mapping[str, Callable[[Case, Place], Verdict | None]] = {
    "grant": _grant,
    "countersign": _countersign,
    "revoke": _revoke,
    "rotate": _rotate,
    "resolution": _resolution,
}
