"""A person who signs records by hand, for tests that need real records and no node."""

from collections.abc import Iterator
from hashlib import sha256

from meshproto.records.encoding import Value
from meshproto.records.ids import AgentId, ScopeId, log_id
from meshproto.records.limits import MAX_RUN_RECORDS
from meshproto.records.log import Run
from meshproto.records.record import Record, build_header, pack_private, read_header
from meshproto.records.signatures import SigningKey
from meshproto.types import identity

NOON = 1_795_000_000_000
"""When the first record of a scribe is made, ms UTC; each further one a second later."""


class Scribe:
    """One person with one key, who keeps what they wrote. `records` are in the order of writing."""

    def __init__(self, name: str) -> None:
        self.key = SigningKey.from_seed(sha256(name.encode()).digest())
        self.records: list[Record] = []
        self.pause = 0
        """Milliseconds that all further records are later."""
        self.privates: dict[bytes, bytes] = {}
        self._tips: dict[bytes, Record] = {}
        self._signers: dict[bytes, SigningKey] = {}
        facts = identity.person(key=self.key.public, nonce=sha256(b"nonce" + name.encode()).digest()[:16])
        self.genesis = self._sign(b"", "agent", facts, {"name": name}, b"", ())

    @property
    def agent(self) -> AgentId:
        """The scribe as others name them, and the name of their own stream."""
        return AgentId(self.genesis.id)

    def write(
        self,
        scope: bytes,
        type_: str,
        facts: dict[str, Value],
        private: dict[str, Value] | None = None,
        deps: tuple[bytes, ...] = (),
    ) -> Record:
        """Sign the next record of the scribe's log in a scope."""
        return self._sign(scope, type_, facts, private, self.agent, deps)

    def found(self, name: str, *, is_open: bool = True) -> ScopeId:
        """Found a network with a key of its own, which is thrown away, and accept it."""
        key = SigningKey.from_seed(sha256(b"network" + name.encode()).digest())
        nonce = sha256(name.encode()).digest()[:16]
        facts = identity.network(founders=[self.agent], nonce=nonce, is_open=is_open)
        genesis = self._sign(b"", "agent", facts, {"name": name}, b"", (), key)
        self.write(genesis.id, "countersign", identity.accept(genesis.id))
        return ScopeId(genesis.id)

    def join(self, network: bytes, *seen: bytes) -> Record:
        """Join an open network, having seen some of its records."""
        return self.write(network, "grant", identity.join(self.agent), deps=seen)

    def run_of(self, log: bytes) -> Run:
        """All records of one log under one signature."""
        records = tuple(record for record in self.records if record.log == log)
        return Run(records, self._signers[records[0].key].sign(records[-1].id))

    def parts_of(self, run: Run) -> dict[bytes, bytes]:
        """The private parts of a run's records."""
        return {record.id: self.privates[record.id] for record in run.records if record.id in self.privates}

    def runs(self) -> list[Run]:
        """All logs in the order in which they were begun, each as one run unless it is too long for that."""
        logs = [self.run_of(log) for log in dict.fromkeys(record.log for record in self.records)]
        return [piece for run in logs for piece in self._pieces(run)]

    def _pieces(self, run: Run) -> Iterator[Run]:
        for start in range(0, len(run.records), MAX_RUN_RECORDS):
            records = run.records[start : start + MAX_RUN_RECORDS]
            yield Run(records, self._signers[records[0].key].sign(records[-1].id))

    def _sign(
        self,
        scope: bytes,
        type_: str,
        facts: dict[str, Value],
        private: dict[str, Value] | None,
        agent: bytes,
        deps: tuple[bytes, ...],
        key: SigningKey | None = None,
    ) -> Record:
        signer = key or self.key
        before = self._tips.get(log_id(scope, signer.public)) if scope else None
        salt = sha256(len(self.records).to_bytes(4, "big")).digest()[:16]
        part = None if private is None else pack_private(private, salt)
        raw = build_header(
            scope=scope,
            key=signer.public,
            seq=before.seq + 1 if before else 1,
            prev=before.id if before else b"",
            deps=deps,
            at=NOON + len(self.records) * 1000 + self.pause,
            type=type_,
            agent=agent,
            auth=[],
            facts=facts,
            private=None if part is None else (sha256(part).digest(), len(part)),
        )
        record = read_header(raw)
        if part is not None:
            self.privates[record.id] = part
        self._tips[record.log] = record
        self.records.append(record)
        self._signers[record.key] = signer
        return record
