"""Tales for the fold: people act one after the other, in the knowledge of all that came before or only of some."""

from collections.abc import Iterable
from typing import Any

from meshproto.fold.fold import Fold
from meshproto.fold.knowledge import Knowledge
from meshproto.fold.memory import DictMemory
from meshproto.fold.places import ORGANISATION, PERSON, kind_of
from meshproto.fold.sharing import Shared
from meshproto.fold.standing import row_of
from meshproto.fold.within import Within
from meshproto.records.reasons import Reason
from meshproto.records.record import Record, references
from meshproto.records.signatures import SigningKey
from meshproto.types import agreement, identity
from meshproto.types.recovery import recovery_digest
from scripts.vectors.cases import Case, key, record, seed, work
from scripts.vectors.story import no

Told = dict[str, object]


def terms(agent: Record, *others: Record, **more: Any) -> Any:
    """Facts of a version that an agent proposes to others."""
    parties = {agent.id: ["provider", "holder"], **{each.id: ["provider"] for each in others}}
    given: dict[str, Any] = {"parties": parties, "from_": "2025-11-01", "ack": {"min": 1, "by": "parties"}} | more
    if not others and "ack" not in more:
        given["ack"] = {"min": 0, "by": "parties"}
    return agreement.agreement(**given)


def _as_far_as(wanted: Told, told: Told) -> Told:
    """What is told without the state, and why it is no better, where nothing was said of that."""
    passed = {"state"} - wanted.keys()
    if wanted["status"] == "yes":
        passed |= {"reason", "ids"} - wanted.keys()
    return {name: each for name, each in told.items() if name not in passed}


class Tale:
    """Records in the order in which they were written, and what is to become of them."""

    def __init__(self, description: str) -> None:
        self.description = description
        self.records: list[Record] = []
        self._past: dict[bytes, frozenset[bytes]] = {}
        self._ends: dict[tuple[bytes, bytes], Record] = {}
        self._wanted: dict[bytes, Told] = {}
        self._roots: dict[bytes, SigningKey] = {}
        self._memory = DictMemory()
        self._fold = Fold(self._memory)
        self._folded = 0

    def folded(self) -> Fold:
        """What the people themselves make of all of it so far."""
        for each in self.records[self._folded :]:
            self._fold.add(each)
        self._folded = len(self.records)
        return self._fold

    def filled(self, deal: Record, facts: Any, known: Iterable[bytes]) -> Any:
        """Facts of a distribution with their sums, for somebody who knows some records and all behind them."""
        self.folded()
        knowledge = Knowledge(self._memory)
        rows = [row_of(self._memory, each) for each in known]
        mask = 0
        for row in rows:
            mask |= knowledge.mask(row.known)
        return Shared(deal.id, facts, Within(rows, mask, self._memory, knowledge), self._memory).filled()

    def person(self, name: str, *holders: str, need: int = 1) -> Record:
        """A person; `holders` are names of recovery keys."""
        signer = key(name)
        recovery = ([recovery_digest(key(each).public) for each in holders], need) if holders else None
        facts = identity.person(key=signer.public, nonce=seed(f"nonce of {name}")[:16], recovery=recovery)
        one = self.keep(record(signer, "agent", facts))
        self._roots[one.id] = signer
        return one

    def firm(self, name: str, *founders: Record, founded: bool = True, **charter: Any) -> Record:
        """An organisation, founded unless it is not to be; founders sign with the key of their name."""
        facts = identity.organisation(founders=[each.id for each in founders], nonce=seed(name)[:16], **charter)
        return self._body(name, facts, founders if founded else ())

    def net(self, name: str, *founders: Record, founded: bool = True, is_open: bool = False, **more: Any) -> Record:
        """A network, founded unless it is not to be; `more` are fields of its charter."""
        facts: Any = identity.network(
            founders=[each.id for each in founders], nonce=seed(name)[:16], is_open=is_open, log_records=100
        )
        facts["charter"] |= more
        return self._body(name, facts, founders if founded else ())

    def _body(self, name: str, facts: Any, founders: Iterable[Record]) -> Record:
        genesis = self.keep(record(key(name), "agent", facts))
        for each in founders:
            self.write(self._roots[each.id], genesis, "countersign", identity.accept(genesis.id), agent=each)
        return genesis

    def deal(
        self,
        by: str,
        agent: Record,
        *others: Record,
        auth: Iterable[Record] = (),
        deps: Iterable[Record] = (),
        **more: Any,
    ) -> Record:
        """The first version of an agreement, by somebody who provides and holds, with others who provide.

        `more` are arguments of `agreement`; parties may be given anew.
        """
        return self.keep(
            record(
                key(by),
                "agreement",
                terms(agent, *others, **more),
                agent=agent.id,
                auth=tuple(each.id for each in auth),
                deps=tuple(each.id for each in deps),
            )
        )

    def write(
        self,
        by: SigningKey | str,
        scope: Record,
        type_: str = "contribution",
        facts: Any = None,
        *,
        agent: Record | None = None,
        auth: Iterable[Record] = (),
        knows: Iterable[Record] | None = None,
        after: Record | None = None,
    ) -> Record:
        """The next record of a log, for `agent` (else the scope), in the knowledge of everything or of `knows`.

        `after` is the record it continues, if that is not the last of its log.
        """
        signer = key(by) if isinstance(by, str) else by
        before = after or self._ends.get((signer.public, scope.id))
        near = self._near(scope) if knows is None else [each.id for each in knows]
        known = {before.id, *self._past[before.id]} if before else set[bytes]()
        heads = [each for each in near if each not in known]
        covered = frozenset[bytes]().union(*(self._past[each] for each in heads))
        return self.keep(
            record(
                signer,
                type_,
                work() if facts is None else facts,
                before=before,
                scope=scope.id,
                agent=(agent or scope).id,
                auth=tuple(each.id for each in auth),
                deps=tuple(each for each in heads if each not in covered),
            )
        )

    def share(
        self,
        by: str,
        deal: Record,
        *incomes: Record,
        agent: Record,
        version: Record | None = None,
        prev: Record | None = None,
        restates: Record | None = None,
        to: str = "2025-12-31",
        wrong: Any = None,
        **more: Any,
    ) -> Record:
        """The next record of a log: a distribution with the right sums, or with some facts `wrong`."""
        named = [version or deal, *incomes, *([prev] if prev else [])]
        before = self._ends.get((key(by).public, deal.id))
        known = [*(self._near(deal) if more.get("knows") is None else [each.id for each in more["knows"]])]
        known += [each.id for each in (*named, agent, *more.get("auth", ()), *([before] if before else []))]
        facts: Any = {"agreement": named[0].id, "incomes": sorted(each.id for each in incomes), "to": to}
        if prev:
            facts["prev"] = prev.id
        if restates:
            facts["restates"] = restates.id
        facts = self.filled(deal, facts, known) | (wrong or {})
        return self.write(by, deal, "distribution", facts, agent=agent, **more)

    def accept(self, by: str, target: Record, **more: Any) -> Record:
        """An accept of a record, where that stands."""
        scope = next(each for each in self.records if each.home == target.home and not each.scope)
        return self.write(by, scope, "countersign", identity.accept(target.id), **more)

    def accepts_of(self, target: Record) -> list[Record]:
        """The countersignatures of a record, in their order."""
        return [each for each in self.records if each.type == "countersign" and each.facts["target"] == target.id]

    def keep(self, one: Record) -> Record:
        """Add a record to the tale."""
        names = references(one)
        self._past[one.id] = frozenset(names).union(*(self._past.get(each, ()) for each in names))
        self.records.append(one)
        self._ends[one.key, one.home] = one
        return one

    def is_(self, one: Record, status: str = "yes", **more: object) -> Record:
        """Say what is to become of a record that has its effect, or would have it."""
        self._wanted[one.id] = {"status": status, **more}
        return one

    def contested(self, one: Record, reason: Reason, *by: Record, **more: object) -> Record:
        """Say that a record is to be contested."""
        ids = [each.hex() for each in sorted(each.id for each in by)]
        self._wanted[one.id] = {"status": "contested", "reason": reason.value, "ids": ids, **more}
        return one

    def no(self, one: Record, reason: Reason, *by: Record, **more: str) -> Record:
        """Say that a record is to be worth nothing, and why."""
        self._wanted[one.id] = no(reason, *(each.id for each in by), **more)
        return one

    def case(self) -> Case:
        """The tale as a case; what nothing was said of must be yes, in whatever state."""
        question = {"op": "fold", "headers": [each.raw.hex() for each in self.records]}
        found = Case(self.description, question)
        said: Any = found.written()["expected"]
        for each in self.records:
            told = said["standings"][each.id.hex()]
            wanted = self._wanted.get(each.id)
            if wanted is None:
                assert told["status"] == "yes", (self.description, each, told)
            else:
                assert _as_far_as(wanted, told) == wanted, (self.description, each, told, wanted)
        return found

    def backwards(self, description: str) -> "Tale":
        """The same records, the last one first."""
        other = Tale(description)
        other.records, other._wanted = self.records[::-1], self._wanted
        return other

    def told_last(self, description: str, last: Record) -> "Tale":
        """The same records, one of them after all others."""
        other = Tale(description)
        other.records, other._wanted = [*(each for each in self.records if each != last), last], self._wanted
        return other

    def _near(self, scope: Record) -> list[bytes]:
        kinds: dict[bytes, str] = {each.id: kind_of(each) for each in self.records if not each.scope}
        own: bytes = scope.id
        reached = [each for each in self.records if each.home == own or kinds.get(each.home) in (PERSON, ORGANISATION)]
        foreign = {each for each, kind in kinds.items() if kind not in (PERSON, ORGANISATION) and each != own}
        return [each.id for each in reached if not foreign & {each.id, *self._past[each.id]}]
