"""Authors and what they signed, the same in every process that starts from the same seed."""

from collections.abc import Sequence
from hashlib import sha256
from random import Random

from meshnode.core.author import BEGINNING, End, Pen, sign_drafts, sign_genesis
from meshnode.core.drafts import Draft, SignedRecords
from meshproto.records.ids import AgentId, RecordId, ScopeId
from meshproto.records.signatures import SigningKey
from meshproto.types import identity, value
from meshproto.types.value import Measure

NOON = 1_790_000_000_000
PAYLOAD = 300
"""Bytes that a record carries beyond what every contribution has."""


class SeededChance:
    """Chance from a seed."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)

    def random(self) -> float:
        """A number in [0, 1)."""
        return self._random.random()

    def token(self, size: int) -> bytes:
        """Bytes from the seed."""
        return self._random.randbytes(size)


def work(scope: ScopeId, chance: SeededChance, *, private: bool = False) -> Draft:
    """One contribution that carries PAYLOAD bytes, in facts or in its private part."""
    facts = value.contribution(kind="work", qty=Measure(3600, 0, "SEC"), when=("2026-01-01", "2026-01-01"))
    if private:
        return Draft(scope, "contribution", facts, {"title": chance.token(PAYLOAD // 2).hex()})
    return Draft(scope, "contribution", {**facts, "payload": chance.token(PAYLOAD)})


class Author:
    """A person who signs outside any node."""

    def __init__(self, name: str) -> None:
        self.chance = SeededChance(name)
        self.key = SigningKey.from_seed(sha256(name.encode()).digest())
        facts = identity.person(key=self.key.public, nonce=self.chance.token(16))
        agent, self.genesis = sign_genesis(self._pen(b""), facts, {"name": name})
        self.agent = AgentId(agent)
        self._end = BEGINNING

    def found(self, name: str) -> tuple[ScopeId, SignedRecords]:
        """Found an open network whose members may write as much as they like, and accept it."""
        once = SigningKey.from_seed(self.chance.token(32))
        facts = identity.network(
            founders=[self.agent], nonce=self.chance.token(16), is_open=True, log_records=10**9, log_bytes=10**12
        )
        scope, signed = sign_genesis(Pen(b"", once, NOON, self.chance), facts, {"name": name})
        accepted = self.sign([Draft(scope, "countersign", identity.accept(scope))])
        return scope, together([signed, accepted])

    def join(self, scope: ScopeId, deps: Sequence[RecordId]) -> SignedRecords:
        """Join a network; `deps` are its founders' accepts."""
        return self.sign([Draft(scope, "grant", identity.join(self.agent))], [scope, self.agent, *deps])

    def sign(self, drafts: Sequence[Draft], deps: Sequence[bytes] = ()) -> SignedRecords:
        """Sign the next records of this author's log in one network."""
        signed = sign_drafts(self._pen(self.agent), drafts, self._end, deps)
        last = signed.runs[-1].records[-1]
        self._end = End(last.seq, last.id)
        return signed

    def _pen(self, agent: bytes) -> Pen:
        return Pen(agent, self.key, NOON, self.chance)


def together(parts: Sequence[SignedRecords]) -> SignedRecords:
    """All of these, in order."""
    return SignedRecords(
        tuple(run for part in parts for run in part.runs), tuple(each for part in parts for each in part.privates)
    )
