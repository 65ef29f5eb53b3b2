"""The first records: a person's genesis, and a network's genesis with its founder's accept.

Pure: keys, nonces and time are arguments. A network's genesis key signs that one record and is forgotten.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from meshnode.core.events import SignedRecords
from meshproto.records.encoding import Value
from meshproto.records.ids import AgentId, RecordId, ScopeId
from meshproto.records.limits import SALT_SIZE
from meshproto.records.log import Run
from meshproto.records.record import Record, build_header, pack_private, read_header
from meshproto.records.signatures import SigningKey
from meshproto.types.identity import NONCE_SIZE, accept, network, person

NOTEBOOK = "notebook"
"""What the owner's own network of one is called."""


class Chances(NamedTuple):
    """The random bytes one genesis takes."""

    nonce: bytes
    salt: bytes
    seed: bytes
    """Of the genesis key: the person's own, or one that is forgotten."""

    @classmethod
    def of(cls, random: bytes) -> "Chances":
        """Cut CHANCE_SIZE random bytes into their parts."""
        return cls(random[:NONCE_SIZE], random[NONCE_SIZE : NONCE_SIZE + SALT_SIZE], random[NONCE_SIZE + SALT_SIZE :])


CHANCE_SIZE = NONCE_SIZE + SALT_SIZE + 32


class Founded(NamedTuple):
    """A genesis, ready to be stored."""

    record: Record
    records: SignedRecords


def found_person(name: str, chances: Chances, at: int, recovery: Sequence[bytes] = ()) -> Founded:
    """The genesis of a person whose root key is that of `chances.seed`; `recovery` are digests of recovery keys."""
    key = SigningKey(chances.seed)
    facts = person(key=key.public, nonce=chances.nonce, recovery=(recovery, 1) if recovery else None)
    return _genesis(key, facts, {"name": name}, chances.salt, at)


def found_network(name: str, founders: Sequence[AgentId], chances: Chances, at: int, *, is_open: bool) -> Founded:
    """The genesis of a network. It comes to life when every founder has accepted it."""
    facts = network(founders=founders, nonce=chances.nonce, is_open=is_open)
    return _genesis(SigningKey(chances.seed), facts, {"name": name}, chances.salt, at)


def accept_network(scope: ScopeId, founder: AgentId, key: SigningKey, at: int) -> Founded:
    """A founder's accept, as the first record of their log in the network."""
    facts = accept(scope)
    raw = build_header(
        scope=scope, key=key.public, seq=1, prev=b"", deps=(), at=at, type="countersign", agent=founder, auth=(),
        facts=facts, private=None,
    )  # fmt: skip
    return _signed(raw, key, None)


def _genesis(key: SigningKey, facts: dict[str, Value], private: dict[str, Value], salt: bytes, at: int) -> Founded:
    part = pack_private(private, salt)
    raw = build_header(
        scope=b"", key=key.public, seq=1, prev=b"", deps=(), at=at, type="agent", agent=b"", auth=(),
        facts=facts, private=(sha256(part).digest(), len(part)),
    )  # fmt: skip
    return _signed(raw, key, part)


def _signed(raw: bytes, key: SigningKey, part: bytes | None) -> Founded:
    record = read_header(raw)
    run = Run((record,), key.sign(record.id))
    privates = () if part is None else ((RecordId(record.id), part),)
    return Founded(record, SignedRecords((run,), privates))
