"""Small meshes of people and networks whose records name each other, mostly as they should."""

import hashlib
import random
from dataclasses import dataclass, field

from tests.support.mutants.encoding import Value, encode
from tests.support.mutants.facts import TYPES, Known, facts_of, network, person
from tests.support.mutants.keys import NAMES, key_of, odd_key
from tests.support.mutants.values import any_value, is_plain, mutated

PERSON_TYPES = (
    "profile",
    "contribution",
    "contribution",
    "recognition",
    "project",
    "correction",
    "erasure",
    "checkpoint",
)
NETWORK_TYPES = (
    "countersign",
    "grant",
    "contribution",
    "contribution",
    "recognition",
    "project",
    "correction",
    "erasure",
)


@dataclass(frozen=True)
class Made:
    """A record: its header as a value and as bytes, its private part if it has one, and what it belongs to."""

    fields: list[Value]
    header: bytes
    private: bytes | None
    home: bytes
    key: bytes
    seq: int
    type: str
    id: bytes


@dataclass
class Mesh:
    """Records in the order in which they were written; `trouble` is how often one of them is not as it should be."""

    chance: random.Random
    trouble: float = 0.15
    made: list[Made] = field(default_factory=list)

    @property
    def ids(self) -> list[bytes]:
        """The ids of all records."""
        return [record.id for record in self.made]

    def grow(self, records: int) -> "Mesh":
        """Geneses first, then so many records by anybody anywhere."""
        persons = [self.person(name) for name in NAMES[: self.chance.choice((1, 2, 3, 4))]]
        for name in NAMES[4 : 4 + self.chance.choice((0, 1, 1, 1, 2))]:
            founders = self.chance.sample(persons, min(len(persons), self.chance.choice((1, 1, 2))))
            self.found(name, founders)
        for _ in range(records):
            self.write()
        return self

    def person(self, name: str) -> Made:
        """A person's genesis."""
        key = key_of(name).public
        return self.add(b"", key, "agent", b"", person(key, self.chance.randbytes(16), self.chance))

    def found(self, name: str, founders: list[Made]) -> Made:
        """A network's genesis, and mostly the accepts of its founders."""
        facts = network([each.id for each in founders], self.chance.randbytes(16), self.chance)
        genesis = self.add(b"", key_of(name).public, "agent", b"", facts)
        for founder in founders:
            if not self.goes_wrong():
                accept: dict[str, Value] = {"target": genesis.id, "decision": "accept"}
                self.add(genesis.id, founder.key, "countersign", founder.id, accept)
        return genesis

    def write(self) -> Made:
        """A record of any type by anybody in any scope, which in most cases may stand there."""
        geneses = [record for record in self.made if record.home == record.id]
        persons = [record for record in geneses if record.type == "agent" and b"founders" not in record.header]
        home = self.chance.choice(geneses if not self.goes_wrong() else self.made)
        in_network = home in geneses and home not in persons
        author = self.chance.choice(persons) if in_network or self.goes_wrong() else home
        usual = NETWORK_TYPES if in_network else PERSON_TYPES
        kind = self.chance.choice((*TYPES, "later") if self.goes_wrong() else usual)
        facts = facts_of(kind, self.known_in(home.id, author.id, [each.id for each in persons]), self.chance)
        scope = b"" if self.chance.random() < self.trouble / 5 else home.id
        return self.add(scope, author.key, kind, author.id, facts)

    def known_in(self, home: bytes, author: bytes, persons: list[bytes]) -> Known:
        """What a record there names without reaching too far; now and then it does."""
        near = [record for record in self.made if record.home == home or self.goes_wrong()]
        by_type: dict[str, list[bytes]] = {}
        for record in near:
            by_type.setdefault(record.type, []).append(record.id)
        outside = [b"\x03" + hashlib.sha256(b"meshnode/1 ext" + id_).digest() for id_ in self.ids[-5:]]
        return Known(by_type, persons, author, home, outside)

    def add(self, scope: bytes, key: bytes, kind: str, agent: bytes, facts: dict[str, Value]) -> Made:
        """One more record with these facts at the end of its log, or wherever trouble puts it."""
        chance = self.chance
        log = [record for record in self.made if scope and record.home == scope and record.key == key]
        before = log[-1] if log else None
        if log and chance.random() < self.trouble / 2:
            before = chance.choice([None, *log])  # a fork; what does not continue its log never comes to a fold
        private = self.private() if kind in ("contribution", "profile", "project") and chance.random() < 0.7 else None
        other = mutated(facts, chance, self.ids) if chance.random() < self.trouble else facts
        changed = other if isinstance(other, dict) and is_plain(other) else facts
        fields: list[Value] = [1, scope, key, before.seq + 1 if before else 1, before.id if before else b""]
        fields += [
            self.deps(scope, before),
            1763726400000 + chance.choice((0, len(self.made))),
            kind,
            agent,
            [],
            changed,
        ]
        fields.append(None if private is None else [hashlib.sha256(private).digest(), len(private)])
        self.disturb(fields)
        return self.keep(fields, private)

    def keep(self, fields: list[Value], private: bytes | None) -> Made:
        """Take in a record as it is."""
        header = encode(fields)
        _, scope, key, seq, *_, kind = fields[:8]
        assert isinstance(scope, bytes)
        assert isinstance(key, bytes)
        assert isinstance(seq, int)
        assert isinstance(kind, str)
        id_ = hashlib.sha256(header).digest()
        self.made.append(Made(fields, header, private, scope or id_, key, seq, kind, id_))
        return self.made[-1]

    def deps(self, scope: bytes, before: Made | None) -> list[Value]:
        """The latest records of the scope, or some of any."""
        near = [record.id for record in self.made if record.home == scope and record is not before][-3:]
        if self.chance.random() < self.trouble / 2:
            near += self.chance.sample(self.ids, min(2, len(self.made)))
        return [*sorted({id_ for id_ in near if before is None or id_ != before.id})]

    def disturb(self, fields: list[Value]) -> None:
        """Now and then another key, agent, number or grant, as a header may have them."""
        if self.chance.random() > self.trouble / 2:
            return
        match self.chance.randrange(3):
            case 0:
                # The key of another, which begins a log of its own.
                fields[2] = (
                    key_of(self.chance.choice(NAMES)).public if self.chance.random() < 0.8 else odd_key(self.chance)
                )
                fields[3], fields[4] = 1, b""
            case 1 if fields[1]:
                fields[8] = self.chance.choice(self.ids)
            case _ if self.made:
                fields[9] = [self.chance.choice(self.ids) for _ in range(self.chance.choice((1, 2, 3)))]

    def private(self) -> bytes:
        """A private part, mostly right."""
        entries: dict[str, Value] = {
            "salt": self.chance.randbytes(16),
            "title": self.chance.choice(("Gärten", "a", "")),
        }
        if self.goes_wrong():
            entries["more"] = any_value(self.chance)
        return encode(mutated(entries, self.chance) if self.goes_wrong() else entries)

    def goes_wrong(self) -> bool:
        """Whether to do it wrong this time."""
        return self.chance.random() < self.trouble
