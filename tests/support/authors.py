"""Authors for tests: they sign chains of records in memory, and fork them when a test wants that."""

from collections.abc import Sequence
from hashlib import sha256

from meshproto.records.encoding import Value
from meshproto.records.ids import LogId, RecordId, log_id
from meshproto.records.log import Run, check_run
from meshproto.records.record import build_header, pack_private, read_header
from meshproto.records.signatures import SigningKey
from meshproto.types.identity import person


class Author:
    """One person with one key, who remembers the tip of each branch in each scope."""

    def __init__(self, name: str) -> None:
        seed = sha256(b"author " + name.encode()).digest()
        self.key = SigningKey.from_seed(seed)
        facts = person(key=self.key.public, nonce=seed[:16])
        self.genesis = self._sign([self._header(b"", 1, b"", "agent", b"", facts, None)])
        self.id: bytes = self.genesis.records[0].id
        self._tips: dict[bytes, tuple[int, bytes]] = {self.id: (1, self.id)}
        self._branches = 0
        self.parts: dict[RecordId, bytes] = {}

    def log(self, scope: bytes | None = None) -> LogId:
        """The id of this author's log in a scope, in the own stream by default."""
        return log_id(scope or self.id, self.key.public)

    def writes(
        self, count: int = 1, *, scope: bytes | None = None, text: str = "", after: tuple[int, bytes] | None = None
    ) -> Run:
        """Sign `count` more records; `text` goes into the private part of each, `after` (seq, id) makes a branch."""
        home = scope or self.id
        seq, prev = after or self._tips.get(home, (0, b""))
        self._branches += after is not None
        headers = []
        for number in range(seq + 1, seq + count + 1):
            part = pack_private({"title": f"{text} {number}"}, self._salt(home, prev)) if text else None
            digest = None if part is None else (sha256(part).digest(), len(part))
            facts: dict[str, Value] = {"n": number, "branch": self._branches if after else 0}
            headers.append(self._header(home, number, prev, "note", self.id, facts, digest))
            prev = sha256(headers[-1]).digest()
            if part is not None:
                self.parts[RecordId(prev)] = part
        if after is None or after[0] + count > seq:
            self._tips[home] = (seq + count, prev)
        return self._sign(headers)

    def _header(
        self,
        scope: bytes,
        seq: int,
        prev: bytes,
        kind: str,
        agent: bytes,
        facts: dict[str, Value],
        private: tuple[bytes, int] | None,
    ) -> bytes:
        return build_header(
            scope=scope,
            key=self.key.public,
            seq=seq,
            prev=prev,
            deps=(),
            at=1_700_000_000_000 + seq,
            type=kind,
            agent=agent,
            auth=(),
            facts=facts,
            private=private,
        )

    def _sign(self, headers: Sequence[bytes]) -> Run:
        return check_run(headers, self.key.sign(read_header(headers[-1]).id))

    def _salt(self, home: bytes, prev: bytes) -> bytes:
        return sha256(home + prev + b"salt").digest()[:16]


def parts_of(author: Author, run: Run) -> tuple[tuple[RecordId, bytes], ...]:
    """The private parts of a run's records, as a batch takes them."""
    return tuple((record.id, author.parts[record.id]) for record in run.records if record.id in author.parts)
