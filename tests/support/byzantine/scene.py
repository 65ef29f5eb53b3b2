"""Who there is in a schedule, the records so far, and how one more is written."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import sha256
from itertools import count
from typing import Any

from meshproto.records.record import Record, build_header, read_header, references
from meshproto.records.signatures import SigningKey
from meshproto.types import identity
from meshproto.types.recovery import recovery_digest
from tests.support.reference.decide import check
from tests.support.reference.world import World

NOON = 1_763_726_400_000


@lru_cache(maxsize=512)
def key(name: str) -> SigningKey:
    """The key pair of a name."""
    return SigningKey.from_seed(sha256(f"byzantine {name}".encode()).digest())


class Unsaid(Exception):
    """A record that nobody could use was not written: it names what its scope must not reach."""


@dataclass(frozen=True)
class Seat:
    """A key that may speak for an agent: by which chain."""

    key: SigningKey
    agent: bytes
    chain: tuple[bytes, ...]


@dataclass
class Scene:
    """The records so far. `lie` is how often somebody leaves out what he knows, `mess` how often he errs."""

    chance: random.Random
    lie: float = 0.3
    mess: float = 0.06
    records: list[Record] = field(default_factory=list)
    past: dict[bytes, frozenset[bytes]] = field(default_factory=dict)
    people: list[Record] = field(default_factory=list)
    firms: list[Record] = field(default_factory=list)
    nets: list[Record] = field(default_factory=list)
    keys: dict[bytes, SigningKey] = field(default_factory=dict)
    """By public key, of all who may sign and of invitations."""
    numbers: "count[int]" = field(default_factory=count)
    blind: frozenset[bytes] = frozenset()
    """What nobody admits to know of at present."""
    world: World = field(default_factory=World)
    """What the text says of the records so far, so that most of what follows may have an effect."""

    @cached_property
    def holders(self) -> dict[bytes, list[SigningKey]]:
        """The recovery keys of each person."""
        return {}

    def fresh_key(self, name: str) -> SigningKey:
        """A key that nobody has used yet, of a small number of names so that keys come up again in other schedules."""
        made = key(f"{name} {next(self.numbers)}")
        self.keys[made.public] = made
        return made

    def person(self, holders: int) -> Record:
        """A person, with so many recovery keys of whom half and one are needed."""
        root = self.fresh_key("root")
        keys = [self.fresh_key("recovery") for _ in range(holders)]
        recovery = ([recovery_digest(each.public) for each in keys], self.chance.randint(1, holders)) if keys else None
        facts = identity.person(key=root.public, nonce=self.chance.randbytes(16), recovery=recovery)
        one = self.keep(root, b"", b"", facts, "agent")
        self.people.append(one)
        self.holders[one.id] = keys
        return one

    def body(self, founders: list[Record], kind: str) -> Record:
        """A firm, or a network, which is `open` or `closed`; quorums and sensitive types differ."""
        quorum = self.chance.choice(((2, 3), (2, 3), (501, 1000), (1, 1)))
        ids, nonce = [each.id for each in founders], self.chance.randbytes(16)
        sensitive = self.chance.choice(([], [], [], ["grant"], ["contribution", "revoke"]))
        if kind == "firm":
            facts = identity.organisation(founders=ids, nonce=nonce, quorum=quorum, sensitive=sensitive)
        else:
            facts = identity.network(
                founders=ids,
                nonce=nonce,
                is_open=kind == "open",
                quorum=quorum,
                log_records=self.chance.choice((30, 9)),
            )
            if sensitive:
                charter: Any = facts["charter"]
                charter["sensitive"] = sensitive
        one = self.keep(self.fresh_key("genesis"), b"", b"", facts, "agent")
        (self.firms if kind == "firm" else self.nets).append(one)
        return one

    def by_type(self, *types: str, home: bytes = b"") -> list[Record]:
        """The records of these types, in one scope if it is given."""
        return [each for each in self.records if each.type in types and home in (b"", each.home)]

    def seats(self) -> list[Seat]:
        """Who may speak for whom, by what was ever granted, ended or not."""
        good = self.chance.random() > self.mess
        found = [
            Seat(self.keys[each.key], each.home, ())
            for each in self.by_type("agent", "rotate")
            if self.is_root(each) and self.may_serve(each, good)
        ]
        for each in self.by_type("grant"):
            to = each.facts["to"]
            is_device = len(to) == 33 and each.facts["role"] == "device" and to[1:] in self.keys
            if is_device and self.may_serve(each, good):
                found.append(Seat(self.keys[to[1:]], each.agent, (each.id,)))
        ahead = list(found)
        for _ in range(2):
            ahead = [
                Seat(seat.key, entry.home, (entry.id, *seat.chain))
                for entry in self.by_type("grant", "countersign")
                for seat in ahead
                if self.leads(entry) == seat.agent and self.may_serve(entry, good)
            ]
            found += ahead
        return found

    def may_serve(self, record: Record, good: bool) -> bool:
        """Whether a record is to be used as an entry: if it is a good one, or good ones are not asked for."""
        return self.world.valid(record.id) or not good

    def is_root(self, record: Record) -> bool:
        """Whether a record makes its key somebody's root."""
        return record.type == "rotate" or record.facts["kind"] == "person"

    def leads(self, record: Record) -> bytes:
        """The agent to whom a record passes what the agent of its scope may do, if it does."""
        if record.type == "grant":
            to: bytes = record.facts["to"]
            passes = record.agent == record.home and record.facts["role"] in ("staff", "steward")
            return to if passes and len(to) == 32 else b""
        target = next(each for each in self.records if each.id == record.facts["target"])
        founds = target.type == "agent" or "charter" in target.facts
        return record.agent if founds and record.facts["decision"] == "accept" else b""

    def roles(self, net: bytes, agent: bytes) -> list[bytes]:
        """What may be named as the role of an agent in a network."""
        good = self.chance.random() > self.mess
        grants = [each for each in self.by_type("grant", home=net) if each.facts["to"] == agent]
        accepts = [each for each in self.by_type("countersign", home=net) if each.agent == agent]
        return [
            each.id
            for each in grants + accepts
            if not good
            or (self.world.handle(each.id) and (each.type != "grant" or self.world.pairs(each.id, self.past)))
        ]

    def write(self, seat: Seat, scope: bytes, type_: str, facts: dict[str, Any], *more: bytes) -> Record:
        """A record by a seat in a scope, with `more` entries after its chain; truthful about its past or not."""
        chance, auth = self.chance, [*seat.chain, *more]
        agent, signer = seat.agent, seat.key
        if chance.random() < self.mess:
            auth, agent, signer = self.messed(auth, agent, signer)
        return self.keep(signer, scope, agent, facts, type_, auth)

    def messed(self, auth: list[bytes], agent: bytes, signer: SigningKey) -> tuple[list[bytes], bytes, SigningKey]:
        """The same with an error in it."""
        chance = self.chance
        match chance.randrange(5):
            case 0:
                auth = auth[:-1]
            case 1:
                auth = [*auth, chance.choice(self.records).id]
            case 2:
                auth = chance.sample(auth, len(auth))
            case 3:
                signer = self.keys[chance.choice(sorted(self.keys))]
            case _:
                agent = chance.choice([*self.people, *self.firms, *self.nets]).id
        return auth, agent, signer

    def keep(
        self,
        signer: SigningKey,
        scope: bytes,
        agent: bytes,
        facts: dict[str, Any],
        type_: str,
        auth: Sequence[bytes] = (),
    ) -> Record:
        """Write a record at the end of its log, or where a liar puts it."""
        chance = self.chance
        before = self.before(signer.public, scope)
        deps = self.deps(scope, before, auth)
        raw = build_header(
            scope=scope,
            key=signer.public,
            seq=before.seq + 1 if before else 1,
            prev=before.id if before else b"",
            deps=deps,
            at=NOON + len(self.records) * chance.choice((1, 1, -1)),
            type=type_,
            agent=agent,
            auth=auth[:16],
            facts=facts,
            private=None,
        )
        record = read_header(raw)
        if scope and chance.random() > self.mess / 4 and not self.is_fine(record):
            raise Unsaid
        self.take(record)
        return record

    def is_fine(self, record: Record) -> bool:
        """Whether a record names nothing that its scope may not reach."""
        named = [each for each in self.records if each.id in references(record)]
        return all(self.is_near(each, record.scope) for each in named)

    def take(self, record: Record) -> None:
        """Keep a record that may have been made elsewhere."""
        if record.id not in self.past:
            names = references(record)
            self.past[record.id] = frozenset(names).union(*(self.past[each] for each in names))
            self.records.append(record)
            self.world.take([record])
            self.world.said[record.id] = check(self.world, record)

    def before(self, public: bytes, scope: bytes) -> Record | None:
        """The record that the next of a log continues; now and then an older one, or none: a fork."""
        log = [each for each in self.records if scope and each.home == scope and each.key == public]
        log = [each for each in log if self.is_innocent(each.id)]
        if not log:
            return None
        if self.chance.random() < self.lie / 4:
            return self.chance.choice(log)
        return log[-1]

    def deps(self, scope: bytes, before: Record | None, auth: Sequence[bytes]) -> list[bytes]:
        """The heads that an author names: all he knows, or as few as suit him."""
        if not scope:
            return []
        near: list[bytes] = []
        near += (each.id for each in self.records if self.is_near(each, scope) and self.is_innocent(each.id))
        roll = self.chance.random()
        if roll < self.lie:
            some = [] if roll < self.lie / 2 else near[: self.chance.randrange(len(near) + 1)]
            near = [*some, *(self.needed(scope, auth) if self.chance.random() < 0.9 else [])]
        known = {before.id, *self.past[before.id]} if before else set[bytes]()
        heads = [each for each in near if each not in known]
        return self.maximal(heads)[-32:]

    def needed(self, scope: bytes, auth: Sequence[bytes]) -> list[bytes]:
        """What even a liar must name: the accepts that found scopes, and those of the grants he shows."""
        accepts = [
            each for each in self.by_type("countersign") if self.is_near(each, scope) and self.is_innocent(each.id)
        ]
        grants = [each for each in auth if each in self.past]
        votes = [target for each in accepts if (target := each.facts["target"]) in grants]
        founded = [each.id for each in (*self.firms, *self.nets)]
        return [each.id for each in accepts if each.facts["target"] in (*founded, *votes)]

    def maximal(self, ids: list[bytes]) -> list[bytes]:
        """Those that are not in the past of another."""
        covered = frozenset[bytes]().union(*(self.past[each] for each in ids))
        return [each for each in ids if each not in covered]

    def is_innocent(self, record_id: bytes) -> bool:
        """Whether a record says nothing of what nobody admits to know."""
        return record_id not in self.blind and not self.blind & self.past[record_id]

    def is_near(self, record: Record, scope: bytes) -> bool:
        """Whether a scope may reach a record."""
        homes: set[bytes] = {each.id for each in (*self.people, *self.firms)}
        return record.home == scope or (
            record.home in homes and not any(each.id in self.past[record.id] for each in self.nets)
        )
