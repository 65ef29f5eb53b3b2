"""The rules of types (4.4) and power (5.1), by the text."""

from collections.abc import Callable

from meshproto.records.record import Record, ids_in
from meshproto.records.signatures import verify_bytes
from meshproto.types.authority import JOIN_CONTEXT, ROTATE_CONTEXT, rotation_message
from meshproto.types.recovery import recovery_digest
from tests.support.reference.agreements import check_answer
from tests.support.reference.charters import charter, electors_of, revocations
from tests.support.reference.validity import Case, refuse
from tests.support.reference.world import World

JOIN_ROLES = ("core", "occasional", "client", "observer")


def check_rules(case: Case) -> None:
    """Step 14."""
    rule = RULES.get(case.record.type)
    if rule is not None:
        rule(case)


def ancestors(world: World, handle: tuple[bytes, ...]) -> list[tuple[bytes, ...]]:
    """The handles above one, within its scope."""
    first = world.records[handle[0]]
    if len(handle) == 2:
        return [(first.id,), *ancestors(world, (first.id,))] if first.type == "grant" else []
    if first.agent != first.scope or not first.auth or world.records[first.auth[0]].home != first.home:
        return []
    above = world.handle(first.auth[0])
    return [above, *ancestors(world, above)] if above else []


def power(case: Case, target: bytes) -> str:
    """In which way the author of a revoke has power over a grant or an accept: resign, up, decided, or none."""
    world, record, each = case.world, case.record, case.world.records[target]
    if each.type == "grant":
        grantor, resigns = each.agent, each.facts["to"] in (record.agent, b"\x02" + record.key)
    else:
        grantor, resigns = each.home, each.agent == record.agent
    if resigns:
        return "resign"
    above = ancestors(world, world.handle(target))
    if grantor == record.agent and (not case.position or world.handle(case.position) in above):
        return "up"
    if case.resolution and target in world.listed(world.records[case.resolution], "about"):
        return "decided"
    return ""


def ended_by(world: World, revoke: Record) -> list[bytes]:
    """The grants and accepts among the targets of a revoke."""
    return [each for each in revoke.facts["targets"] if world.records[each].type in ("grant", "countersign")]


def _grant(case: Case) -> None:
    world, record, facts = case.world, case.record, case.record.facts
    kind, to, role = world.kind(record.home), facts["to"], facts["role"]
    if kind == "N" and record.agent != record.scope:
        is_open = case.charter(record.scope)["join"] == "open"
        if not is_open or to != record.agent or role not in JOIN_ROLES:
            raise refuse("X-SCOPE", record.scope)
        return
    fitting = {
        ("N", 32): (*JOIN_ROLES, "steward", "relay"),
        ("N", 33): JOIN_ROLES,
        ("P", 32): ("staff",),
        ("P", 33): ("device",),
    }
    if role not in fitting["N" if kind == "N" else "P", len(to)]:
        raise refuse("I-RULE", detail="role")
    if len(to) == 32 and (to == record.agent or not world.is_agent(to, "PO")):
        raise refuse("I-RULE", to, detail="to")
    if case.position:
        _under(case, world.records[case.position])
    if len(to) == 33 and kind != "N":
        others = [each for each in world.within(case.past, "grant") if each.home == record.home and _is_device(each)]
        live = [each for each in others if not revocations(world, (each.id,), case.past)]
        if len(others) >= 256 or len(live) >= 16:
            raise refuse("X-QUOTA", record.scope)


def _is_device(record: Record) -> bool:
    return len(record.facts["to"]) == 33


def _under(case: Case, above: Record) -> None:
    """Rules 4 to 6 of a grant."""
    facts = case.record.facts
    if above.type == "grant":
        if facts["role"] in ("device", "staff", "steward") and above.facts.get("may_delegate") is not True:
            raise refuse("X-SCOPE", above.id)
        if "scopes" in above.facts and not ("scopes" in facts and {*facts["scopes"]} <= {*above.facts["scopes"]}):
            raise refuse("X-SCOPE", above.id)
    if len(ancestors(case.world, case.world.handle(above.id))) + 1 >= 16:
        raise refuse("X-QUOTA", above.id)


def _countersign(case: Case) -> None:
    world, record = case.world, case.record
    target = world.records[record.facts["target"]]
    if target.home != record.home:
        raise refuse("X-SCOPE", target.id)
    if not world.valid(target.id):
        raise refuse("I-RULE", target.id, detail="target")
    if world.kind(record.home) == "L":
        check_answer(case, target)
        return
    if target.type == "agent":
        if world.kind(target.id) == "P" or record.agent not in world.founders(target.id):
            raise refuse("X-SCOPE", record.scope)
    elif target.type == "grant" and record.agent != target.agent:
        _acceptance(case, target)
    elif target.type == "resolution":
        named = target.facts.get("charter", {}).get("founders", [])
        if record.agent not in (target.agent, *named, *electors_of(world, target, case.past)):
            raise refuse("X-SCOPE", target.id)


def _acceptance(case: Case, grant: Record) -> None:
    world, record = case.world, case.record
    to = grant.facts["to"]
    if len(to) == 32:
        if to != record.agent:
            raise refuse("X-SCOPE", grant.id)
        return
    if world.kind(record.home) != "N" or record.facts["decision"] != "accept":
        raise refuse("X-SCOPE", grant.id)
    proof = record.facts.get("proof", b"")
    if not verify_bytes(to[1:], JOIN_CONTEXT, grant.id + record.agent, proof):
        raise refuse("S-SIG", detail="proof")
    others = world.pairs(grant.id, case.past) - {record.agent, grant.agent}
    if len(others) >= grant.facts.get("limits", {}).get("uses", 1):
        raise refuse("X-QUOTA", grant.id)


def _revoke(case: Case) -> None:
    world, record = case.world, case.record
    for target in record.facts["targets"]:
        each = world.records[target]
        fits = world.valid(target) and each.home == record.home
        ending = each.type == "rotate" or (each.type == "revoke" and fits and ended_by(world, each))
        if not fits or not (ending or world.handle(target)):
            raise refuse("I-RULE", target, detail="targets")
        if not _may_end(case, each):
            raise refuse("X-SCOPE", target)
        adders = [other for other in world.within(case.past, "revoke") if target in other.facts["targets"]]
        known = revocations(world, world.handle(target), case.past) if world.handle(target) else adders
        if len(known) >= 16:
            raise refuse("X-QUOTA", target)


def _may_end(case: Case, target: Record) -> bool:
    if target.type == "rotate":
        return case.record.agent == target.scope and not case.chain
    if target.type == "revoke":
        return all(power(case, each) in ("up", "decided") for each in ended_by(case.world, target))
    return power(case, target.id) != ""


def _rotate(case: Case) -> None:
    world, record, facts = case.world, case.record, case.record.facts
    after = world.records[facts["after"]]
    if after.id != record.scope and not (
        after.type == "rotate" and after.home == record.home and world.valid(after.id)
    ):
        raise refuse("I-RULE", after.id, detail="after")
    recovery = after.facts.get("recovery")
    if not recovery or not all(b"\x01" + recovery_digest(each[1:]) in recovery["digests"] for each in facts["keys"]):
        raise refuse("X-KEY", after.id)
    if len(facts["keys"]) < recovery["need"]:
        raise refuse("T-MISSING", after.id)
    for index, (key, signature) in enumerate(zip(facts["keys"], facts["sigs"], strict=True)):
        if not verify_bytes(key[1:], ROTATE_CONTEXT, rotation_message(facts), signature):
            raise refuse("S-SIG", detail=f"sigs[{index}]")
    for end in world.listed(record, "ends"):
        if world.records[end].type != "grant" or world.records[end].home != record.home or not world.valid(end):
            raise refuse("I-RULE", end, detail="ends")
    if sum(each.facts["after"] == after.id for each in world.within(case.past, "rotate")) >= 16:
        raise refuse("X-QUOTA", after.id)


def _resolution(case: Case) -> None:
    world, record = case.world, case.record
    if world.kind(record.home) == "L":
        return
    if record.agent != record.scope and record.agent not in electors_of(world, record):
        raise refuse("X-SCOPE", record.scope)
    if frozenset(record.facts["prev"]) != charter(world, record.scope, case.past).stop:
        raise refuse("I-RULE", detail="prev")


def label(world: World, record: Record) -> tuple[bytes, ...] | None:
    """The label that a valid edit edits."""
    if record.type == "profile":
        return (record.scope,)
    if record.type == "correction" and record.facts["kind"] == "replace":
        return (b"text", record.facts["target"])
    if record.type == "project":
        before = record.facts["supersedes"]
        return label(world, world.records[before[0]]) if before else (record.id,)
    return None


def _edit(case: Case) -> None:
    world, record = case.world, case.record
    before = world.listed(record, "supersedes")
    for each in before:
        old = world.records[each]
        same = old.type == record.type and old.home == record.home and world.valid(each)
        if not same or label(world, old) != label_if_plain(world, record):
            raise refuse("I-RULE", each, detail="supersedes")


def label_if_plain(world: World, record: Record) -> tuple[bytes, ...] | None:
    """The label of an edit that may be wrong: none if the first it supersedes is no project."""
    if record.type == "project" and record.facts["supersedes"]:
        first = world.records[record.facts["supersedes"][0]]
        return label(world, first) if world.valid(first.id) else None
    return label(world, record)


def _correction(case: Case) -> None:
    world, record = case.world, case.record
    target = world.records[record.facts["target"]]
    if target.home != record.home or not world.of(target.id, record.agent):
        raise refuse("X-SCOPE", target.id)
    delta = record.facts["kind"] == "delta"
    if not world.valid(target.id) or (delta and target.type != "contribution"):
        raise refuse("I-RULE", target.id, detail="target")
    if record.facts["kind"] == "replace":
        _edit(case)


def _erasure(case: Case) -> None:
    world, record = case.world, case.record
    for each in record.facts["targets"]:
        if len(each) == 33:
            if world.kind(record.home) not in ("P", "O"):
                raise refuse("X-SCOPE")
            continue
        target = world.records[each]
        named = target.private is not None and record.agent in ids_in(target.facts)
        if target.home != record.home or not (world.of(each, record.agent) or named):
            raise refuse("X-SCOPE", each)


def _attestation(case: Case) -> None:
    world, record = case.world, case.record
    if world.kind(record.home) == "L":
        return
    subject = world.records[record.facts["subject"]]
    if subject.type != "contribution" or not world.valid(subject.id):
        raise refuse("I-RULE", subject.id, detail="subject")
    sharing = [agent for agent, _ in world.listed(subject, "shares")]
    if world.of(subject.id, record.agent) or record.agent in [*sharing, *world.listed(subject, "beneficiaries")]:
        raise refuse("A-SELF", subject.id)
    for each in world.listed(record, "supersedes"):
        before = world.records[each]
        same = before.type == "attestation" and before.home == record.home and before.agent == record.agent
        if not (same and world.valid(each) and before.facts["subject"] == subject.id):
            raise refuse("I-RULE", each, detail="supersedes")


RULES: dict[str, Callable[[Case], None]] = {
    "grant": _grant,
    "countersign": _countersign,
    "revoke": _revoke,
    "rotate": _rotate,
    "resolution": _resolution,
    "profile": _edit,
    "project": _edit,
    "correction": _correction,
    "erasure": _erasure,
    "attestation": _attestation,
}
