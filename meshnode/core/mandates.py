"""By which entries this node signs: for its owner, and for organisations and networks that the owner acts for.

Whatever writes asks here. The answer is what stands in `auth`, and which accepts the record must know of besides; or
why the node may not write this at all. It rests on what is folded, which may be a moment behind what is stored: what
the fold has not seen yet is taken as the home remembers it.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from math import inf
from typing import NamedTuple, TypeAlias, cast

from meshnode.core.drafts import Draft
from meshnode.core.folded import Folded
from meshnode.core.ports import Identity
from meshnode.core.summing import DISTRIBUTION
from meshproto.fold.charters import Charter, charter_in, is_carried, read_resolution
from meshproto.fold.entries import GRANT, NAMED, Entry, endings_of, entry_of, is_accepted, read_entry
from meshproto.fold.knowledge import EVERYTHING, Knowledge, pair
from meshproto.fold.lineages import exceeds, figure_by, read_version
from meshproto.fold.memory import Memory
from meshproto.fold.places import LINEAGE, NETWORK, read_agent, read_place
from meshproto.fold.roots import read_roots
from meshproto.fold.standing import read_row, row_of
from meshproto.fold.states import states_over
from meshproto.records.ids import AgentId, RecordId, digest33, ext, key33
from meshproto.records.record import Record, ids_in
from meshproto.types.recovery import recovery_digest

MOST_STEPS = 4
"""Agents between an organisation and a person who signs for it; longer ways are not looked for."""

AGENT_SIZE = 32
"""Bytes of an agent's id; keys in grants have one more."""

_GUESTS = ("revoke", "resolution")
_STANDING = ("agent", "grant", "resolution")
_POWERFUL = ("device", "staff", "steward")
_NARROWLY = ("grant", "revoke", "countersign", "rotate", "resolution")
"""Types by whose facts it is decided what they are signed by; of others only the limits of grants look at them."""
_AFTER_DISSOLUTION = ("revoke", "countersign", "correction", "erasure", "checkpoint")


class Mandate(NamedTuple):
    """What a record is signed by. `deps` are accepts that its past must hold and, as far as is folded, does not."""

    auth: tuple[RecordId, ...] = ()
    deps: tuple[RecordId, ...] = ()


class Denied(NamedTuple):
    """Nothing may be written; `by` is the record or agent that says so, empty if none does.

    `why`: "waiting" (this device was not let in yet), "revoked" (it was ended), "replaced" (its root was), "device"
    (this key was never let in), "mandate" (nobody here acts for that agent), "dismissed" (the owner did, and does not
    any more), "offered" (the owner has not accepted to), "beyond" (who acts, may not write this), "role" (no member
    with a role that may), "party" (takes no part in this agreement), "order" (needs a resolution of the founders),
    "dissolved".
    """

    why: str
    by: bytes = b""


Answer: TypeAlias = Mandate | Denied
Way: TypeAlias = tuple[bytes, ...]


class Mandates:
    """Answers by which entries this node signs, over the memory of a fold, which it only reads."""

    def __init__(self, identity: Identity, folded: Folded) -> None:
        self._me, self._key = identity.agent, identity.key.public
        self._grant = identity.grant
        self._memory = folded
        self._states = states_over(folded)

    def answer(self, draft: Draft, tip: bytes = b"") -> Answer:
        """By which entries a draft is to be signed after `tip`, the newest record of the log it goes to.

        A rotate needs none: recovery keys have signed it.
        """
        if draft.type == "rotate":
            return Mandate()
        with self._memory.steady():
            return self._answer(draft, tip)

    def answers(self, drafts: Sequence[Draft], tip: bytes = b"") -> list[Answer]:
        """The answers for drafts that go to the same log; those like the one before are answered as that was."""
        found: list[Answer] = []
        with self._memory.steady():
            for number, draft in enumerate(drafts):
                if number and self._is_alike(draft, drafts[number - 1], found[-1]):
                    found.append(found[-1])
                else:
                    found.append(Mandate() if draft.type == "rotate" else self._answer(draft, tip))
        return found

    def _is_alike(self, draft: Draft, other: Draft, answer: Answer) -> bool:
        """Whether what was answered for another draft in the same scope is the answer for this one too."""
        if isinstance(answer, Denied) or draft.type in _NARROWLY:
            return False
        if (draft.type, draft.agent, draft.order) != (other.type, other.agent, other.order):
            return False
        fits = all(self._lets(each, draft, position=False) for each in answer.auth)
        return fits and not self._exceeded(answer.auth, draft)

    def exceeded(self, draft: Draft) -> Entry | None:
        """The grant beyond whose limits a draft in an agreement would go, so that it is contested; None if none."""
        with self._memory.steady():
            found = self._answer(draft, b"")
            beyond = [] if isinstance(found, Denied) else self._exceeded(found.auth, draft)
            return entry_of(self._memory, beyond[0]) if beyond else None

    def _exceeded(self, way: Way, draft: Draft) -> Way:
        place = read_place(self._memory, draft.scope) if way else None
        if place is None or place.kind != LINEAGE:
            return ()
        facts, version = draft.facts, read_version(self._memory, cast(bytes, draft.facts.get("agreement", draft.scope)))
        if version is None:
            return ()  # it names none that is folded here
        if draft.type == DISTRIBUTION:
            # It gets its sums last: until then it shares nothing, in the currency of its agreement.
            currency = version.facts.get("value_equation", {}).get("cur", "")
            facts = {"lines": [], "carry": {"cur": currency}, **facts}
        figure = figure_by(draft.type, facts, draft.scope, self._memory)
        if figure is None:
            return ()
        limits = [(each, read_entry(self._memory, each)) for each in way]
        return tuple(each for each, entry in limits if entry is not None and exceeds(figure, entry))

    def _room(self, way: Way) -> float:
        """The least amount that any of these entries is limited to; without limits it is infinite."""
        entries = [read_entry(self._memory, each) for each in way]
        return min((entry.most[0] for entry in entries if entry is not None and entry.most), default=inf)

    def device(self) -> Answer:
        """By which entries this device signs for its owner in the owner's own stream."""
        with self._memory.steady():
            return self._device()

    def acts_for(self, person: bytes = b"") -> list[bytes]:
        """The organisations and networks for which the owner, or a person, may act in some way, by id."""
        with self._memory.steady():
            return self._acts_for(person or self._me)

    def credentials(self, agent: bytes = b"") -> tuple[RecordId, ...] | Denied:
        """The records by which this device speaks for the owner, or for an organisation that the owner acts for.

        Whoever holds them, and all that they name, can check that it does.
        """
        with self._memory.steady():
            own = self._device()
            if isinstance(own, Denied):
                return own
            way = next(self._ways(agent), None) if agent else ()
            if way is None:
                return self._without_way(agent)
            return (*map(RecordId, way), *(own.auth or (self._tenure(),)))

    def _answer(self, draft: Draft, tip: bytes) -> Answer:
        agent = draft.agent or self._me
        chain = self._chain(agent, draft)
        if isinstance(chain, Denied):
            return chain
        role = self._role(agent, draft)
        if isinstance(role, Denied):
            return role
        order = self._order(agent, draft)
        if isinstance(order, Denied):
            return order
        auth = tuple(RecordId(each) for each in (*chain, *role, *order))
        return Mandate(auth, tuple(self._lacking(draft, agent, auth, tip)))

    def _device(self) -> Answer:
        if read_agent(self._memory, self._me) is None:
            return self._remembered()
        roots = read_roots(self._me, self._memory)
        if roots.used(self._key, EVERYTHING) is not None:
            return Mandate()
        known = [each for each, _ in self._given(key33(self._key)) if entry_of(self._memory, each).giver == self._me]
        living = [each for each in known if self._is_active(each)]
        if living:
            return Mandate((RecordId(living[0]),))
        for ender in roots.enders_of(self._key, EVERYTHING):
            return Denied("replaced", ender)
        for each in known:
            for ender, _, _ in endings_of(entry_of(self._memory, each).handle, self._memory):
                return Denied("revoked", ender)
        return Denied("device") if known or self._grant is None else self._remembered()

    def awaited(self, body: bytes) -> list[AgentId]:
        """The founders of an organisation or network whose accept of that is not folded: nothing counts for it yet."""
        with self._memory.steady():
            place = read_agent(self._memory, body)
            if place is None or not place.is_body:
                return []
            founders = place.charter["founders"]
            knowledge = self._states.knowledge
            return [AgentId(each) for each in founders if not is_accepted(body, each, EVERYTHING, knowledge)]

    def _tenure(self) -> RecordId:
        """The record that made this key the owner's root."""
        if read_agent(self._memory, self._me) is None:
            return RecordId(self._me)
        used = read_roots(self._me, self._memory).used(self._key, EVERYTHING)
        assert used is not None  # else another device let this one in, or it was denied
        return RecordId(used.record)

    def _acts_for(self, person: bytes) -> list[bytes]:
        found: dict[bytes, None] = {}
        ahead: list[bytes] = [person]
        for _ in range(MOST_STEPS):
            ahead = [giver for each in ahead for _, giver in self._givers(each) if giver not in found]
            found.update(dict.fromkeys(ahead))
        return sorted(found)

    def is_device(self, agent: bytes, key: bytes) -> bool | None:
        """Whether a key signs for a person now, as a root or a device; None if the person was not folded yet."""
        with self._memory.steady():
            if read_agent(self._memory, agent) is None:
                return None
            if read_roots(agent, self._memory).used(key, EVERYTHING) is not None:
                return True
            given = [each for each, entry in self._given(key33(key)) if entry.giver == agent]
            return any(self._is_active(each) for each in given)

    def is_committed(self, agent: bytes, key: bytes) -> bool:
        """Whether a key is one of those that may replace a person's root now."""
        with self._memory.steady():
            place = read_agent(self._memory, agent)
            if place is None or place.is_body:
                return False
            winners = read_roots(agent, self._memory).winners(EVERYTHING)
            digest = digest33(recovery_digest(key))
            return any(digest in _committed(each.record, self._memory) for each in winners)

    def keys_of(self, agent: bytes) -> frozenset[bytes]:
        """Every key that is or was a root or device of a person, as far as is folded."""
        with self._memory.steady():
            if read_agent(self._memory, agent) is None:
                return frozenset()
            roots = [each.key for each in read_roots(agent, self._memory)]
            given = [entry_of(self._memory, key[-32:]) for key, _ in self._memory.scan("device", agent)]
            return frozenset([*roots, *(entry.to[1:] for entry in given)])

    def may_order(self, order: Record) -> bool | None:
        """Whether a key speaks for the author of a record now; None as long as what would say so is not folded."""
        with self._memory.steady():
            speaker = order.agent
            for each in order.auth:
                entry = read_entry(self._memory, each)
                if entry is None:
                    return None
                if entry.giver != speaker:
                    break  # What comes after the chain says in which role, not for whom.
                if not self._is_active(each):
                    return False
                if len(entry.to) != AGENT_SIZE:
                    return entry.to == key33(order.key)
                speaker = entry.to
            return self._is_root(speaker, order.key)

    def _is_root(self, agent: bytes, key: bytes) -> bool | None:
        """Whether a key is a person's root now; None as long as that person, or who has this root, is not folded."""
        place = read_agent(self._memory, agent)
        if place is None:
            return None
        if place.is_body:
            return False
        roots = read_roots(agent, self._memory)
        return roots.used(key, EVERYTHING) is not None if any(each.key == key for each in roots) else None

    def _remembered(self) -> Answer:
        """As the home remembers it: it was let in by a grant, or waits for one, or has the root's key."""
        if self._grant is None:
            return Mandate()
        return Mandate((RecordId(self._grant),)) if self._grant else Denied("waiting")

    def _chain(self, agent: bytes, draft: Draft) -> Way | Denied:
        """The entries from an agent to this device."""
        own = self._device()
        if isinstance(own, Denied):
            return own
        if agent == self._me:
            barred = [each for each in own.auth if not self._lets(each, draft, position=agent == draft.scope)]
            return Denied("beyond", barred[0]) if barred else own.auth
        ways = list(self._ways(agent))
        fitting = [way for way in ways if self._fits(way, agent, draft)]
        if fitting:
            return (*self._widest(fitting, draft), *own.auth)
        return Denied("beyond", ways[0][0]) if ways else self._without_way(agent)

    def _widest(self, ways: Sequence[Way], draft: Draft) -> Way:
        """The way to sign a draft by: who has a wide mandate beside a narrow one means that by which it stands."""
        if len(ways) == 1:
            return ways[0]
        reaching = [way for way in ways if not self._exceeded(way, draft)] or ways
        # How much a distribution shares is not known yet: if any reaches, that with most room does.
        return max(reaching, key=self._room) if draft.type == DISTRIBUTION else reaching[0]

    def _without_way(self, agent: bytes) -> Denied:
        """Why the owner does not act for an agent: it was ended, not accepted, or never given."""
        given = [(each, entry) for each, entry in self._given(self._me) if entry.leads and entry.giver == agent]
        if any(self._states.state(each, row_of(self._memory, each)) == "invited" for each, _ in given):
            return Denied("offered", agent)
        for _, entry in given:
            for ender, _, _ in endings_of(entry.handle, self._memory):
                return Denied("dismissed", ender)
        return Denied("mandate", agent)

    def _ways(self, agent: bytes) -> Iterator[Way]:
        """The ways from an agent to the owner, short ones first, each as its entries."""
        ahead: list[tuple[bytes, Way]] = [(self._me, ())]
        for _ in range(MOST_STEPS):
            here = [(giver, (entry, *way)) for to, way in ahead for entry, giver in self._givers(to)]
            yield from sorted(way for giver, way in here if giver == agent)
            ahead = [(giver, way) for giver, way in here if giver != agent]

    def _givers(self, agent: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The entries by which an agent acts for another now, each with that other."""
        for each, entry in self._given(agent):
            if entry.leads and entry.giver == entry.scope and self._is_active(each):
                yield each, entry.giver

    def _given(self, to: bytes) -> Iterator[tuple[bytes, Entry]]:
        for key, _ in self._memory.scan("granted", to):
            yield key[-32:], entry_of(self._memory, key[-32:])

    def _is_active(self, entry: bytes) -> bool:
        if self._states.state(entry, row_of(self._memory, entry)) != "active":
            return False
        return is_in_force(entry_of(self._memory, entry), self._memory, self._states.knowledge)

    def _fits(self, way: Way, agent: bytes, draft: Draft) -> bool:
        position = agent == draft.scope
        return all(self._lets(each, draft, position=position and each == way[0]) for each in way)

    def _lets(self, entry_id: bytes, draft: Draft, *, position: bool) -> bool:
        """Whether an entry allows a draft; `position`: one acts by it for the scope itself."""
        if self._memory.get("entry", entry_id) is None:
            return True  # not folded yet
        entry, facts = entry_of(self._memory, entry_id), draft.facts
        if not entry.allows(draft.type):
            return False
        if draft.type == "grant" and position:
            scopes = facts.get("scopes")
            wide = entry.narrowed and not (isinstance(scopes, list) and {*map(str, scopes)} <= {*entry.scopes})
            return not wide and (entry.may_delegate or facts.get("role") not in _POWERFUL)
        if draft.type == "revoke" and position:
            decided = self._decided_to_end(draft.order)
            return all(each in decided or self._ends(entry, each, draft.agent or self._me) for each in ids_in(facts))
        return draft.type != "contribution" or _is_within(entry, draft)

    def _ends(self, position: Entry, target: bytes, agent: bytes) -> bool:
        """Whether an agent may end a grant or accept from a position: what lies below it, or what it was given."""
        entry = read_entry(self._memory, target)
        if entry is None or entry.to in (agent, key33(self._key)):
            return True
        return position.handle in entry.above

    def _decided_to_end(self, order: bytes) -> list[bytes]:
        """The grants and accepts that a resolution lets one end, wherever one stands."""
        resolution = read_resolution(self._memory, order) if order else None
        return resolution.about if resolution is not None and resolution.outcome in ("remove", "charter") else []

    def _role(self, agent: bytes, draft: Draft) -> Way | Denied:
        """The entry by which an agent may write in a network that one joins by invitation, if it needs one there."""
        place = read_place(self._memory, draft.scope)
        if place is not None and place.kind == LINEAGE:
            takes_part = any(True for _ in self._memory.scan("partaker", draft.scope + agent))
            return () if takes_part else Denied("party", draft.scope)
        if place is None or place.kind != NETWORK or not place.valid or agent == draft.scope:
            return ()
        charter = charter_in(draft.scope, place, EVERYTHING, self._states.knowledge, self._memory)
        if charter.is_open or self._concerns_standing(draft):
            return ()
        founding = pair(draft.scope, agent)
        if agent in place.charter["founders"] and not any(endings_of(founding, self._memory)):
            return ()
        entries = [key[-32:] for key, _ in self._memory.scan("member", draft.scope + agent)]
        active = [each for each in entries if self._is_active(each)]
        fitting = [each for each in active if self._lets(each, draft, position=False)]
        if fitting:
            return (fitting[0],)
        return Denied("beyond", active[0]) if active else Denied("role", draft.scope)

    def _concerns_standing(self, draft: Draft) -> bool:
        """Whether a draft says who stands where, which whom it concerns may write without a role."""
        if draft.type in _GUESTS:
            return True
        target = draft.facts.get("target") if draft.type == "countersign" else None
        row = read_row(self._memory, target) if isinstance(target, bytes) else None
        return row is not None and row.type in _STANDING

    def _order(self, agent: bytes, draft: Draft) -> Way | Denied:
        """The resolution that a draft rests on, where it names one or what it does is sensitive."""
        for body in dict.fromkeys((draft.scope, agent)):
            charter = self._charter(body)
            if charter is not None and charter.dissolved and draft.type not in _AFTER_DISSOLUTION:
                return Denied("dissolved", charter.dissolved)
        charter = self._charter(agent)
        if charter is None:
            return ()
        if draft.order:
            return (draft.order,)
        return Denied("order", agent) if draft.type in charter.sensitive else ()

    def _charter(self, body: bytes) -> Charter | None:
        """The charter of an organisation or network as it is now; None if it is neither."""
        place = read_agent(self._memory, body)
        if place is None or not place.is_body:
            return None
        return charter_in(body, place, EVERYTHING, self._states.knowledge, self._memory)

    def _lacking(self, draft: Draft, agent: bytes, auth: Way, tip: bytes) -> Iterator[RecordId]:
        """Accepts that count for these entries and that the record before, as far as is folded, does not know."""
        row = read_row(self._memory, tip) if tip else None
        known = self._states.knowledge.mask(row.known) if row is not None else 0
        yield from self._lacking_root(known)
        for target, by in dict.fromkeys(self._needed(draft, agent, auth)):
            if not is_accepted(target, by, known, self._states.knowledge):
                accepts = self._memory.scan("accepts", target + by)
                yield from (RecordId(key[-32:]) for key, _ in islice(accepts, 1))

    def _lacking_root(self, known: int) -> Iterator[RecordId]:
        """The rotates by which this key is the root, where the record before does not know of them."""
        if read_agent(self._memory, self._me) is None:
            return
        roots = read_roots(self._me, self._memory)
        used = roots.used(self._key, EVERYTHING)
        if used is not None and used.after and not known >> used.bit & 1:
            yield RecordId(used.record)

    def _needed(self, draft: Draft, agent: bytes, auth: Way) -> Iterator[tuple[bytes, bytes]]:
        """What must have been accepted, each with by whom: grants to agents, foundings, resolutions."""
        bodies = dict.fromkeys((draft.scope, agent))
        for each in auth:
            entry = read_entry(self._memory, each)
            if entry is None:
                yield from self._votes(each)
                continue
            bodies[entry.scope] = None
            if entry.kind == NAMED:
                yield from self._votes(entry.target)
            if entry.kind == GRANT and len(entry.to) == AGENT_SIZE and entry.to != entry.giver:
                yield each, entry.to
        for each in bodies:
            place = read_place(self._memory, each)
            if place is not None and place.is_body:
                yield from ((each, founder) for founder in place.charter["founders"])

    def _votes(self, record: bytes) -> Iterator[tuple[bytes, bytes]]:
        resolution = read_resolution(self._memory, record)
        if resolution is not None:
            yield from ((record, each) for each in resolution.electors)


def is_in_force(entry: Entry, memory: Memory, knowledge: Knowledge) -> bool:
    """Whether one may act by an entry yet: who is named a founder may accept that before it is carried."""
    # SPEC 04-fold 4: an accept of a charter resolution that is not carried in past(x), or a resolution
    # that is not carried in past(x): *invalid*, `T-MISSING` with that resolution.
    if entry.kind != NAMED:
        return True
    resolution = read_resolution(memory, entry.target)
    return resolution is not None and is_carried(entry.target, resolution, EVERYTHING, knowledge)


def _is_within(entry: Entry, draft: Draft) -> bool:
    """Whether a contribution lies within the limits of time and project that a grant has."""
    when, project = draft.facts.get("when"), draft.facts.get("project")
    if entry.until and isinstance(when, dict) and str(when.get("to", "")) > entry.until:
        return False
    return (
        not entry.project or project == entry.project or (isinstance(project, bytes) and ext(project) == entry.project)
    )


def _committed(tenure: bytes, memory: Folded) -> list[bytes]:
    """The digests of the keys that may follow a root."""
    row = cast(tuple[list[bytes], int], memory.get("recovery", tenure) or ([], 0))
    return row[0]
