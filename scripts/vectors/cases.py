"""Cases, and the story they tell: alice, bob and carol, whose keys come from their names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec

from meshproto.pipe import answer
from meshproto.records.encoding import Value
from meshproto.records.reasons import Reason
from meshproto.records.record import Record, build_header, pack_private, read_header
from meshproto.records.signatures import SigningKey
from meshproto.types import identity, value

Raw = Any
"""A value that need not be canonical, so that refusals can be shown."""

NOON = 1_763_726_400_000
"""2025-11-21 12:00 UTC, when all of this happens."""

_ENCODER = msgspec.msgpack.Encoder()


@dataclass(frozen=True)
class Case:
    """A question of the pipe and the answer it must have: `reason` is what it must be refused for, `detail` where."""

    description: str
    question: dict[str, Any]
    reason: Reason | None = None
    expected: object = field(default=None)
    detail: str | None = None

    def written(self) -> dict[str, Any]:
        """The case as it stands in a file. Raises AssertionError if meshproto sees it otherwise."""
        said = answer(self.question)
        told: dict[str, Any] = {"description": self.description, "valid": "ok" in said, "input": self.question}
        if self.reason is not None:
            wanted = {"reason": self.reason.value, **({} if self.detail is None else {"detail": self.detail})}
            assert said == wanted, (self.description, wanted, said)
            return {**told, **wanted}
        assert "ok" in said, (self.description, said)
        assert self.expected is None or said["ok"] == self.expected, (self.description, said)
        if said["ok"] is False:
            told["valid"] = False
        return {**told, "expected": said["ok"]}


def seed(name: str) -> bytes:
    """32 bytes that belong to a name."""
    return sha256(b"meshnode vectors: " + name.encode()).digest()


def key(name: str) -> SigningKey:
    """The key pair of a name."""
    return SigningKey.from_seed(seed(f"key of {name}"))


def pack(raw: Raw) -> bytes:
    """Encode anything MessagePack has, in the order given."""
    return _ENCODER.encode(raw)


def private_part(text: str) -> bytes:
    """A private part with a title."""
    return pack_private({"title": text}, seed(f"salt of {text}")[:16])


def record(
    signer: SigningKey,
    type_: str,
    facts: dict[str, Value],
    *,
    before: Record | None = None,
    scope: bytes = b"",
    agent: bytes = b"",
    deps: tuple[bytes, ...] = (),
    auth: tuple[bytes, ...] = (),
    private: bytes | None = None,
    at: int = NOON,
) -> Record:
    """The next record of a log."""
    return read_header(
        build_header(
            scope=scope,
            key=signer.public,
            seq=before.seq + 1 if before else 1,
            prev=before.id if before else b"",
            deps=deps,
            at=at,
            type=type_,
            agent=agent,
            auth=auth,
            facts=facts,
            private=None if private is None else (sha256(private).digest(), len(private)),
        )
    )


def person(name: str) -> Record:
    """The genesis of a person."""
    signer = key(name)
    return record(signer, "agent", identity.person(key=signer.public, nonce=seed(f"nonce of {name}")[:16]))


def network(name: str, *founders: Record, is_open: bool = True, log_records: int = 1000) -> Record:
    """The genesis of a network."""
    facts = identity.network(
        founders=[each.id for each in founders],
        nonce=seed(f"nonce of {name}")[:16],
        is_open=is_open,
        log_records=log_records,
    )
    return record(key(name), "agent", facts)


def work(minutes: int = 90, **more: Any) -> dict[str, Value]:
    """Facts of some work."""
    return value.contribution(
        kind="work", qty=value.Measure(minutes, 0, "MIN"), when=("2025-11-20", "2025-11-21"), **more
    )


def log_of(signer: SigningKey, agent: Record, count: int) -> list[Record]:
    """The first records of a person's own stream, genesis included."""
    records = [agent]
    while len(records) < count:
        facts = work(len(records))
        records.append(record(signer, "contribution", facts, before=records[-1], scope=agent.id, agent=agent.id))
    return records


def changed(fields: Mapping[int, Raw], header: bytes) -> bytes:
    """A header with some elements replaced, by position."""
    values = msgspec.msgpack.decode(header)
    for place, new in fields.items():
        values[place] = new
    return pack(values)
