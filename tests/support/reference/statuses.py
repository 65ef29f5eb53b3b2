"""Yes or contested, aside, states and flags (5 to 8), by the text: `reference(records)` is all there is to call."""

from collections import Counter
from collections.abc import Collection, Iterable

from meshproto.records.record import Record, references
from meshproto.types.authority import seen_hash
from tests.support.reference.agreements import exceeds
from tests.support.reference.charters import CHANGING, carried, charter, compare, revocations, rotates
from tests.support.reference.decide import check
from tests.support.reference.lineage import Lineage
from tests.support.reference.rules import label, power
from tests.support.reference.validity import Case, accepted_grant, examine, handles, tenure_used
from tests.support.reference.world import Pasts, Said, World

CLAIMS = ("profile", "contribution", "recognition", "checkpoint", "agreement", "distribution")
STANDS = ("revoke", "rotate")


def reference(records: Iterable[Record], pasts: Pasts | None = None) -> dict[bytes, Said]:
    """What becomes of each record of a set; `pasts` are sets of which that was found out already."""
    known: Pasts = {} if pasts is None else pasts
    world = World(fold=lambda some: reference(some, known), pasts=known)
    waiting = world.take(records)
    for each in world.records.values():
        world.said[each.id] = check(world, each)
    Judge(world).settle()
    world.said |= {each: Said("pending") for each in waiting}
    return world.said


def place_of(record: Record) -> tuple[bytes, int, bytes | None]:
    """Where a record stands in its log; two at one place are a fork."""
    return record.log, record.seq, record.prev


class Judge:
    """Sections 5 to 9, over all decided records."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.all = [*world.records]
        self.cases: dict[bytes, Case] = {}
        self.direct_: dict[bytes, tuple[str, list[bytes]]] = {}
        self.clean_: dict[bytes, bool] = {}
        self.yes_: dict[bytes, bool] = {}
        self.lineages: dict[bytes, Lineage] = {}
        self.places = Counter(map(place_of, world.records.values()))

    def settle(self) -> None:
        """Give every record its final status, state and flags."""
        world = self.world
        aside = self.strangers()
        for each in aside:
            world.said[each] = Said("aside", "X-STRANGER", (world.records[each].agent,))
        self.aside = set(aside)
        valid = [
            each for each in self.all if world.valid(each) and (world.records[each].scope or world.kind(each) == "L")
        ]
        for each in valid:
            self.cases[each] = examine(world, world.records[each])
        told = {each: self.verdict(each) for each in valid if each not in self.aside}
        # Nothing that is asked from here on tells yes from contested but by `told`.
        world.said |= told
        self.counting = [each for each in self.all if self.counts(each)]
        for each in self.all:
            self.decorate(each)

    def strangers(self) -> list[bytes]:
        """Section 7: the records that stay aside."""
        world = self.world
        standing = set()
        for each in world.within(self.all, "grant", "countersign"):
            if each.type == "grant" and each.facts["to"] == each.agent and world.kind(each.home) == "N":
                standing.add((each.home, each.agent))
            if world.is_accept(each):
                target = world.records[each.facts["target"]]
                if world.handle(each.id) or (target.type == "grant" and target.facts["to"] == each.agent):
                    standing.add((each.home, each.agent))
        aside = {each for each in self.all if self.may_be_aside(each, standing)}
        changed = True
        while changed:
            reached = {
                name
                for each in self.all
                if world.valid(each) and each not in aside
                for name in references(world.records[each])
                if world.records[name].home == world.records[each].home
            }
            changed = bool(aside & reached)
            aside -= reached
        return sorted(aside)

    def may_be_aside(self, record_id: bytes, standing: Collection[tuple[bytes, bytes]]) -> bool:
        """Whether a record is a stranger's and of a type that can be aside."""
        world, record = self.world, self.world.records[record_id]
        if not world.valid(record_id) or not record.scope or world.kind(record.home) != "N":
            return False
        if charter(world, record.home, world.past[record_id]).fields["join"] != "open" or record.agent == record.scope:
            return False
        if record.type == "revoke":
            return False
        target = record.facts["target"] if record.type == "countersign" else record_id
        if world.records[target].type in ("agent", "grant", "resolution"):
            return False
        return (record.home, record.agent) not in standing

    def verdict(self, record_id: bytes) -> Said:
        """Section 6."""
        if self.yes(record_id):
            return Said("yes", flags=() if self.clean(record_id) else ("reaffirmed",))
        reason, ids = self.direct(record_id)
        if not reason:
            reason, ids = "C-RESTS", [each for each in self.entries(record_id) if not self.yes(each)]
        return Said("contested", reason, tuple(sorted(ids)[:16]))

    def entries(self, record_id: bytes) -> list[bytes]:
        """The entries of status."""
        case, world = self.cases[record_id], self.world
        found = [*case.record.auth]
        for each in case.record.auth:
            if world.records[each].type == "countersign":
                target = world.records[world.records[each].facts["target"]]
                found += [target.id] if target.type == "resolution" else []
        accepted = accepted_grant(case)
        return sorted({*found, *([accepted] if accepted else [])})

    def clean(self, record_id: bytes) -> bool:
        """Whether a record is clean."""
        if record_id not in self.clean_:
            self.clean_[record_id] = (
                record_id not in self.aside
                and not self.direct(record_id)[0]
                and all(self.clean(each) for each in self.entries(record_id))
            )
        return self.clean_[record_id]

    def yes(self, record_id: bytes) -> bool:
        """Whether a record is yes."""
        if record_id not in self.yes_:
            plain = not self.direct(record_id)[0] and all(self.yes(each) for each in self.entries(record_id))
            self.yes_[record_id] = plain or self.is_reaffirmed(record_id)
        return self.yes_[record_id]

    def is_reaffirmed(self, record_id: bytes) -> bool:
        """Whether a clean accept makes up for what contests a record."""
        world, record = self.world, self.world.records[record_id]
        targets = [record_id, *([record.facts["target"]] if world.is_accept(record) else [])]
        beyond = self.beyond(record_id)
        return not self.rivals(record_id) and any(
            self.clean(each.id) and not any(grant in beyond for grant in each.auth)
            for target in targets
            for each in world.accepts(target, self.all)
            if each.agent == record.agent and each != record
        )

    def direct(self, record_id: bytes) -> tuple[str, list[bytes]]:
        """Why a record is contested directly, if it is."""
        if record_id not in self.direct_:
            kinds = (
                ("C-REVOKED", self.revoked(record_id)),
                ("R-RIVAL", self.rivals(record_id)),
                ("T-LIMIT", self.beyond(record_id)),
            )
            self.direct_[record_id] = next(((code, ids) for code, ids in kinds if ids), ("", []))
        return self.direct_[record_id]

    def revoked(self, record_id: bytes) -> list[bytes]:
        """C-REVOKED."""
        world, case = self.world, self.cases[record_id]
        if case.record.type == "rotate":
            return []
        found = [
            each
            for handle in handles(case)
            for each in revocations(world, handle, self.all)
            if self.is_concurrent(record_id, each) and not self.resigns(each, handle)
        ]
        if case.person:
            tenure = tenure_used(case)
            for each in rotates(world, case.person, self.all):
                how = compare(world, each, tenure)
                concurrent = self.is_concurrent(record_id, each.id)
                if (how == 1 and concurrent) or (how == 0 and not self.is_before(record_id, each.id)):
                    found.append(each.id)
        return sorted({*found})

    def resigns(self, revoke: bytes, handle: tuple[bytes, ...]) -> bool:
        """Whether a revoke ends a handle by resigning only."""
        world, record = self.world, self.world.records[revoke]
        if record.type == "rotate":
            return False
        targets = [each for each in record.facts["targets"] if world.handle(each) == handle]
        return all(power(self.cases[revoke], each) == "resign" for each in targets)

    def is_before(self, act: bytes, ending: bytes) -> bool:
        """5.2."""
        world = self.world
        if act == ending or act in world.past[ending]:
            return True
        more = [each for each in world.within(self.all, "revoke") if ending in each.facts["targets"]]
        seen = {each for some in (world.records[ending], *more) for each in world.listed(some, "seen")}
        return any(seen_hash(each) in seen and self.is_reached(act, each) for each in self.all)

    def is_reached(self, act: bytes, tip: bytes) -> bool:
        """Whether an act is a record or reached from it by prev."""
        here = tip
        while here and here != act:
            here = self.world.records[here].prev
        return here == act

    def is_concurrent(self, act: bytes, ending: bytes) -> bool:
        """5.2."""
        return ending not in self.world.past[act] and not self.is_before(act, ending)

    def rivals(self, record_id: bytes) -> list[bytes]:
        """R-RIVAL."""
        world, record = self.world, self.world.records[record_id]
        if record.type != "resolution" or record.facts["outcome"] not in CHANGING:
            return []
        there = [
            each
            for each in world.within(self.all, "resolution")
            if each.home == record.home and each.facts["outcome"] in CHANGING and carried(world, each, self.all)
        ]
        if record not in there:
            return []
        others = [each.id for each in there if each != record and each.facts["prev"] == record.facts["prev"]]
        return [
            other
            for other in others
            if not any(record_id in each.facts["prev"] and other in each.facts["prev"] for each in there)
        ]

    def beyond(self, record_id: bytes) -> list[bytes]:
        """T-LIMIT."""
        world, record = self.world, self.world.records[record_id]
        entries = [world.records[each] for each in record.auth]
        return sorted(each.id for each in entries if exceeds(world, record, each.facts.get("limits", {})))

    def counts(self, record_id: bytes) -> bool:
        """Section 8."""
        said = self.world.said[record_id]
        return said.status == "yes" or (
            said.status == "contested" and self.world.records[record_id].type in (*CLAIMS, *STANDS)
        )

    def decorate(self, record_id: bytes) -> None:
        """State and flags."""
        world, record, said = self.world, self.world.records[record_id], self.world.said[record_id]
        flags = [*said.flags]
        if world.valid(record_id) and said.status != "aside":
            said.state = self.state(record)
            if world.kind(record.home) == "L":
                self.place(record, said)
            if said.status == "contested" and self.counts(record_id):
                flags.append("concurrent-with-removal" if said.reason != "T-LIMIT" else "beyond-mandate")
            flags += self.flags(record, said.state)
            if record.type == "agreement" and self.lineage(record.home).is_vacant(record_id):
                flags.append("vacant")
        if any(record_id in each.facts["targets"] for each in self.having("erasure")):
            flags.append("erased")
        if self.is_forked(record):
            flags.append("forked")
        said.flags = tuple(sorted({*flags}))

    def place(self, record: Record, said: Said) -> None:
        """09-agreements: the state of a record of an agreement."""
        lineage = self.lineage(record.home)
        if record.type == "contribution" and said.state != "retracted":
            said.state = lineage.work(record)
        found = lineage.stand(record)
        if found is not None:
            said.state = found.state
            if said.status == "yes":
                said.reason, said.ids = found.reason, found.ids

    def lineage(self, scope: bytes) -> Lineage:
        """All of an agreement, once all statuses are known."""
        if scope not in self.lineages:
            self.lineages[scope] = Lineage(self.world, scope)
        return self.lineages[scope]

    def having(self, *types: str) -> list[Record]:
        """Records of these types that count."""
        return [self.world.records[each] for each in self.counting if self.world.records[each].type in types]

    def is_forked(self, record: Record) -> bool:
        """Section 9."""
        return self.places[place_of(record)] > 1

    def current(self, found: tuple[bytes, ...]) -> list[bytes]:
        """The current edits of a label."""
        edits = [each for each in self.having("profile", "project", "correction") if label(self.world, each) == found]
        gone = {name for each in edits for name in self.world.listed(each, "supersedes")}
        return [each.id for each in edits if each.id not in gone]

    def flags(self, record: Record, state: str) -> list[str]:
        """Flags of a valid record that come from others."""
        world, found = self.world, []
        kinds = [each.facts["kind"] for each in self.having("correction") if each.facts["target"] == record.id]
        if "delta" in kinds or "replace" in kinds:
            found.append("corrected")
        edited = label(world, record)
        if edited is not None and state == "current" and len(self.current(edited)) > 1:
            found.append("conflict")
        if record.type == "countersign" and world.handle(record.id):
            target = world.records[record.facts["target"]]
            if target.type == "grant" and len(self.guests(target)) > target.facts.get("limits", {}).get("uses", 1):
                found.append("excess")
        return found

    def guests(self, invitation: Record) -> set[bytes]:
        """Who accepted an invitation."""
        return self.world.pairs(invitation.id, self.all) - {invitation.agent}

    def state(self, record: Record) -> str:
        """The state of a record that is yes or contested."""
        world = self.world
        if record.type in ("contribution", "recognition"):
            taken_back = [
                each
                for each in self.having("correction")
                if each.facts["target"] == record.id and each.facts["kind"] == "retract"
            ]
            if taken_back or record.type == "recognition" or world.kind(record.home) != "N":
                return "retracted" if taken_back else "claimed"
            return self.acknowledged(record)
        if (edited := label(world, record)) is not None:
            if not self.counts(record.id):
                return ""
            return "current" if record.id in self.current(edited) else "superseded"
        if record.type == "resolution" and world.kind(record.home) != "L":
            return "carried" if carried(world, record, self.all) else "open"
        handle = world.handle(record.id)
        return self.standing(record, handle) if handle else ""

    def acknowledged(self, record: Record) -> str:
        """8.3: what a contribution of a network is by what its members say of it."""
        ack = charter(self.world, record.home, self.all).fields.get("default_ack", {"min": 1, "by": "members"})
        said = [each for each in self.having("attestation") if each.facts["subject"] == record.id]
        gone = {name for each in said for name in self.world.listed(each, "supersedes")}
        holds = [each for each in said if each.id not in gone and (ack["by"] == "members" or each.agent in ack["by"])]
        refusing = {each.agent for each in holds if each.facts["verdict"] == "reject"}
        if len({each.agent for each in holds} - refusing) >= ack["min"]:
            return "acknowledged"
        return "rejected" if refusing else "claimed"

    def standing(self, record: Record, handle: tuple[bytes, ...]) -> str:
        """8.2."""
        world = self.world
        if world.said[record.id].status == "contested":
            return "void"
        endings = revocations(world, handle, self.all)
        if endings:
            return "left" if all(self.resigns(each, handle) for each in endings) else "removed"
        if record.type != "grant":
            return "active"
        if world.is_invitation(record):
            full = len(self.guests(record)) >= record.facts.get("limits", {}).get("uses", 1)
            return "used" if full else "open"
        to = record.facts["to"]
        if len(to) == 33 or to == record.agent:
            return "active"
        accepts = [each for each in world.accepts(record.id, self.all) if each.agent == to]
        return "active" if any(world.said[each.id].status == "yes" for each in accepts) else "invited"
