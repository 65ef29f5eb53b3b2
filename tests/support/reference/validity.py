"""Whether a record is valid (4), by the text. `Stop` ends a check with what it found."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from meshproto.records.ids import key33
from meshproto.records.reasons import Reason
from meshproto.records.record import Record, references
from meshproto.types.authority import order_digest
from meshproto.types.catalogue import SCHEMAS, check_facts
from meshproto.types.rulings import is_ruling
from tests.support.reference.charters import carried, charter, compare, path, revocations, rotates, winners
from tests.support.reference.world import Said, World

EVERYWHERE = {
    *(
        "grant",
        "revoke",
        "countersign",
        "contribution",
        "recognition",
        "project",
        "correction",
        "erasure",
        "checkpoint",
    ),
}
HERE = {"agreement", "attestation", "allocation", "income", "distribution", "settlement", "commitment"}
ANSWERED = HERE - {"attestation", "allocation"} | {"contribution"}
WRITTEN = {
    "L": HERE | {"countersign", "contribution", "recognition", "correction", "erasure", "checkpoint", "resolution"},
    "P": EVERYWHERE | {"profile", "rotate"},
    "O": EVERYWHERE | {"profile", "resolution"},
    "N": EVERYWHERE | {"resolution", "attestation"},
}
BY_NETWORKS = {"grant", "revoke", "countersign", "resolution", "correction", "erasure", "checkpoint"}
AFTER_DISSOLUTION = {"revoke", "countersign", "correction", "erasure", "checkpoint"}
ROLES = {
    "client": {"contribution", "recognition", "countersign", "correction", "erasure", "checkpoint", "attestation"},
    "observer": {"recognition", "countersign", "correction", "erasure", "checkpoint"},
    "relay": set[str](),
}


class Stop(Exception):
    """A check ended."""

    def __init__(self, said: Said) -> None:
        super().__init__(said)
        self.said = said


def refuse(reason: Reason | str, *ids: bytes, detail: str = "", status: str = "invalid") -> Stop:
    """End a check with this."""
    return Stop(Said(status, str(reason), ids, detail))


@dataclass
class Case:
    """A record under examination: what its `auth` was found to be."""

    world: World
    record: Record
    chain: list[bytes] = field(default_factory=list)
    through: list[bytes] = field(default_factory=list)
    """The agents through which the chain passes."""
    ends: bytes = b""
    """The key to which the chain leads, if it leads to one."""
    role: bytes = b""
    resolution: bytes = b""
    left: list[bytes] = field(default_factory=list)

    @property
    def past(self) -> frozenset[bytes]:
        """The past of the record."""
        return self.world.past[self.record.id]

    @property
    def position(self) -> bytes:
        """The first entry, if it is a link of the scope."""
        return self.chain[0] if self.chain and self.record.agent == self.record.scope else b""

    @property
    def person(self) -> bytes:
        """The person whose root is used, if the chain ends with an agent."""
        return b"" if self.ends else self.through[-1]

    def charter(self, scope: bytes) -> dict[str, Any]:
        """The charter of a scope for the record."""
        return charter(self.world, scope, self.past).fields


def examine(world: World, record: Record) -> Case:
    """Read the entries of a record whose agent is one."""
    case = Case(world, record, through=[record.agent], left=list(record.auth))
    while case.left and not case.ends and (to := leads_to(world, case.left[0], case.through[-1])):
        case.chain.append(case.left.pop(0))
        if len(to) == 33:
            case.ends = to
        else:
            case.through.append(to)
    if case.left and world.kind(record.home) == "N" and record.agent != record.scope and is_role(case, case.left[0]):
        case.role = case.left.pop(0)
    if case.left:
        each = world.records[case.left[0]]
        if each.type == "resolution" and world.valid(each.id) and each.home == record.agent:
            case.resolution = case.left.pop(0)
    return case


def leads_to(world: World, entry: bytes, giver: bytes) -> bytes:
    """To whom an entry leads, if it is a link of `giver`; else empty."""
    record = world.records[entry]
    if not world.valid(entry) or record.home != giver:
        return b""
    if record.type == "grant" and record.agent == giver:
        to: bytes = record.facts["to"]
        if world.kind(giver) in ("P", "O"):
            return to
        return to if record.facts["role"] == "steward" and len(to) == 32 else b""
    return record.agent if world.is_accept(record) and world.founds(record) else b""


def is_role(case: Case, entry: bytes) -> bool:
    """Whether an entry is the role of the record's author."""
    world, record, each = case.world, case.record, case.world.records[entry]
    if not world.valid(entry) or each.home != record.home:
        return False
    if each.type == "grant":
        return each.facts["to"] == record.agent and each.agent in (record.home, record.agent)
    return bool(world.handle(entry)) and each.agent == record.agent


def holds(case: Case) -> bool:
    """7.1 and 8.1."""
    world, record = case.world, case.record
    if not world.is_agent(record.agent) or (world.kind(record.agent) == "N" and record.agent != record.scope):
        return False
    if world.kind(record.home) in ("O", "N") and record.key == world.records[record.home].key:
        return False
    if record.type == "rotate":
        return True
    if case.ends:
        return case.ends == key33(record.key)
    return world.is_agent(case.person, "P") and record.key in tenures(case).values()


def tenures(case: Case) -> dict[bytes, bytes]:
    """The keys of the tenures known to the record, by tenure."""
    known = [case.person, *(each.id for each in rotates(case.world, case.person, case.past))]
    return {each: case.world.records[each].key for each in known}


def tenure_used(case: Case) -> bytes:
    """The tenure that a valid record uses."""
    best = winners(case.world, case.person, case.past)
    return next(each for each in best if case.world.records[each].key == case.record.key)


def reach(world: World, record: Record) -> None:
    """Steps 1 and 2."""
    if record.scope and not world.kind(record.scope):
        raise refuse("X-SCOPE", record.scope)
    for each in references(record):
        home = world.records[each].home
        near = world.kind(home) and home == record.home
        if world.said[each].status == "foreign" or not (near or world.kind(home) in ("P", "O")):
            raise refuse("X-FOREIGN", each, status="foreign")


def _facts(record: Record) -> None:
    if (refusal := check_facts(record)) is not None:
        raise refuse(
            refusal.reason, detail=refusal.detail, status="unknown" if refusal.reason == "U-TYPE" else "invalid"
        )


def genesis(record: Record) -> Said:
    """Step 3."""
    if record.type in SCHEMAS:
        raise refuse("X-SCOPE", detail=record.type)
    _facts(record)
    return Said("yes")


def understood(world: World, record: Record) -> Case:
    """Steps 4 to 6."""
    case = examine(world, record) if world.is_agent(record.agent) else Case(world, record)
    world.holds[record.id] = bool(case.through) and holds(case)
    refusal = check_facts(record)
    if world.kind(record.home) not in ("P", "O", "N", "L") or (refusal is not None and refusal.reason == "U-TYPE"):
        raise refuse("U-TYPE", detail=record.type, status="unknown")
    target = record.facts.get("target") if record.type == "countersign" else None
    if isinstance(target, bytes) and len(target) == 32:
        aimed = world.records[target]
        answered = ANSWERED if world.kind(record.home) == "L" else set()
        if aimed.type not in ("agent", "grant", "resolution", *answered) and not world.of(target, record.agent):
            raise refuse("U-TYPE", detail=record.type, status="unknown")
    _facts(record)
    if record.scope and not world.valid(record.scope):
        raise refuse("X-KEY", record.scope)
    return case


def authority(case: Case) -> None:
    """Steps 7 to 13."""
    world, record = case.world, case.record
    kind, agent = world.kind(record.home), record.agent
    alone = record.key == world.records[record.home].key and kind in ("O", "N")
    if not world.is_agent(agent) or (world.kind(agent) == "N" and agent != record.scope) or alone:
        raise refuse("X-KEY", agent)
    if kind == "L" and record.scope and not world.takes_part(agent, record):
        raise refuse("X-SCOPE", agent)
    if kind in ("P", "O") and agent != record.scope and record.type not in ("countersign", "revoke", "resolution"):
        raise refuse("X-SCOPE", agent)
    if kind == "N" and agent == record.scope and record.type not in BY_NETWORKS:
        raise refuse("X-SCOPE", agent)
    if record.type != "rotate":
        _chain(case)
        _not_ended(case)
        _mandate(case)
    elsewhere = record.type == "resolution" and is_ruling(record.facts) is not (kind == "L")
    if record.type not in WRITTEN[kind] or elsewhere:
        raise refuse("X-SCOPE", detail=record.type)
    records, size = 1_000_000, 2**30
    if kind == "N":
        fields = case.charter(record.scope)
        records, size = fields["log_records"], fields["log_bytes"]
        if needs_role(case) and not case.role and agent not in world.founders(record.scope):
            raise refuse("X-SCOPE", record.scope)
    if record.seq > records or log_size(world, record) > size:
        raise refuse("X-QUOTA", record.scope)


def log_size(world: World, record: Record) -> int:
    """Bytes of the headers of a log up to this record."""
    return len(record.raw) + (log_size(world, world.records[record.prev]) if record.prev else 0)


def needs_role(case: Case) -> bool:
    """Whether step 12 asks for a role."""
    world, record = case.world, case.record
    if world.kind(record.home) != "N" or case.charter(record.scope)["join"] == "open" or record.agent == record.scope:
        return False
    if record.type == "countersign":
        return world.records[record.facts["target"]].type not in ("agent", "grant", "resolution")
    return record.type not in ("revoke", "resolution")


def _chain(case: Case) -> None:
    world, record = case.world, case.record
    if not world.holds[record.id]:
        raise refuse("X-KEY", record.agent)
    if case.left:
        raise refuse("X-SCOPE", case.left[0])
    for each in record.auth:
        entry = world.records[each]
        to = entry.facts["to"] if entry.type == "grant" else b""
        if len(to) == 32 and to != entry.agent and to not in world.pairs(each, case.past):
            raise refuse("T-MISSING", to)
        if entry.type == "countersign":
            entry = world.records[entry.facts["target"]]
        if entry.type == "resolution" and not carried(world, entry, case.past):
            raise refuse("T-MISSING", entry.id)
    for each in bodies(case):
        founding = record.type == "countersign" and record.facts["target"] == record.scope == each
        missing = world.missing_founders(each, case.past)
        if missing and not founding:
            raise refuse("T-MISSING", *missing)


def bodies(case: Case) -> list[bytes]:
    """The organisations and networks of 8.4."""
    scopes = [case.record.scope, *case.through]
    return [each for each in dict.fromkeys(scopes) if case.world.kind(each) in ("O", "N")]


def handles(case: Case) -> list[tuple[bytes, ...]]:
    """The handles that step 9 looks at."""
    world, record = case.world, case.record
    found = [world.handle(each) for each in record.auth if world.records[each].type != "resolution"]
    if not case.role and needs_role(case) and record.agent in world.founders(record.scope):
        found.append((record.scope, record.agent))
    if (target := accepted_grant(case)) is not None:
        found.append((target,))
    return found


def accepted_grant(case: Case) -> bytes | None:
    """The grant that a countersign is about, if it is not of the author."""
    if case.record.type != "countersign":
        return None
    target = case.world.records[case.record.facts["target"]]
    is_grant = target.type == "grant" and case.world.valid(target.id) and target.agent != case.record.agent
    return target.id if is_grant else None


def _not_ended(case: Case) -> None:
    world, record = case.world, case.record
    found = {each for handle in handles(case) for each in revocations(world, handle, case.past)}
    if case.person and record.key not in [world.records[each].key for each in winners(world, case.person, case.past)]:
        mine = [each for each, key in tenures(case).items() if key == record.key]
        known = rotates(world, case.person, case.past)
        found |= {each.id for each in known for tenure in mine if compare(world, each, tenure) == 1}
    if record.type not in AFTER_DISSOLUTION:
        found |= {charter(world, each, case.past).dissolved for each in bodies(case)} - {b""}
    if found:
        raise refuse("X-REVOKED", *sorted(found))


def _mandate(case: Case) -> None:
    world, record = case.world, case.record
    for each in [*case.chain, *([case.role] if case.role else [])]:
        if not allows(world, each, record.type):
            raise refuse("X-SCOPE", each)
    if case.resolution:
        if not _is_allowed_by(world.records[case.resolution], record):
            raise refuse("X-SCOPE", case.resolution)
    elif world.kind(record.agent) in ("O", "N") and record.type in case.charter(record.agent).get("sensitive", ()):
        raise refuse("T-MISSING", record.agent)


def allows(world: World, entry: bytes, type_: str) -> bool:
    """Whether an entry allows a type (4.2)."""
    record = world.records[entry]
    if record.type == "countersign":
        record = world.records[record.facts["target"]]
        if record.type != "grant":
            return True
    facts = record.facts
    return type_ in facts.get("scopes", [type_]) and type_ in ROLES.get(facts["role"], {type_})


def _is_allowed_by(resolution: Record, record: Record) -> bool:
    if resolution.facts["outcome"] == "order":
        order = [record.type, order_digest(record.facts)]
        return record.agent == resolution.home and order in resolution.facts["orders"]
    ends = resolution.facts["outcome"] in ("remove", "charter")
    return ends and record.type == "revoke" and record.agent == resolution.home


def path_of(case: Case) -> Iterable[bytes]:
    """The tenures on the path of the one that a valid record uses."""
    return path(case.world, tenure_used(case)) if case.person else ()
