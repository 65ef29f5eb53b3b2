"""Ids: what they are made of and how people see them.

An id is the SHA-256 of a record's header, 32 bytes; the empty id says "none". Shown, it is a CIDv1
(`raw`, `sha2-256`, base32): `bafkrei…`.
"""

from base64 import b32decode, b32encode
from binascii import Error as BinasciiError
from hashlib import sha256
from typing import NewType

RecordId = NewType("RecordId", bytes)
AgentId = NewType("AgentId", bytes)
"""The id of the agent's genesis record."""
ScopeId = NewType("ScopeId", bytes)
"""The id of the genesis of a stream: an agent, a network or an agreement lineage."""
LogId = NewType("LogId", bytes)
Key = NewType("Key", bytes)
"""An Ed25519 public key, 32 bytes."""

NONE = b""
"""The empty id, the only encoding of "none"."""

DIGEST, KEY, EXT = b"\x01", b"\x02", b"\x03"
"""First bytes of the 33-byte values in facts: a digest, a key, a record outside the scope's reach."""

_CID_PREFIX = b"\x01\x55\x12\x20"  # CID version 1, codec raw, hash sha2-256, 32 bytes
_TEXT_LENGTH = 59


class IdError(ValueError):
    """A text is not the text form of an id; `text` is what was given."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f"not a record id: {self.text!r}"


def log_id(scope: bytes, key: bytes) -> LogId:
    """Name the log of `key` in `scope`, on the wire and in reconciliation."""
    return LogId(sha256(b"meshnode/1 log\n" + scope + key).digest())


def ext(record_id: bytes) -> bytes:
    """Name a record that lies outside what the scope may reach: 33 bytes, compared by equality only."""
    return EXT + sha256(b"meshnode/1 ext" + record_id).digest()


def digest33(digest: bytes) -> bytes:
    """Tag a SHA-256 for use in facts, where 32 bytes would be a record's id."""
    return DIGEST + digest


def key33(key: bytes) -> bytes:
    """Tag a public key for use in facts."""
    return KEY + key


def to_text(record_id: bytes) -> str:
    """Show an id as a CIDv1, 59 characters."""
    return "b" + b32encode(_CID_PREFIX + record_id).decode("ascii").rstrip("=").lower()


def from_text(text: str) -> RecordId:
    """Read the text form of an id. Raises IdError unless `to_text` gives the same text again."""
    if len(text) != _TEXT_LENGTH or not text.startswith("b"):
        raise IdError(text)
    try:
        raw = b32decode(text[1:].upper() + "======")
    except (BinasciiError, ValueError):
        raise IdError(text) from None
    record_id = RecordId(raw[len(_CID_PREFIX) :])
    if to_text(record_id) != text:
        raise IdError(text)
    return record_id


def short(record_id: bytes) -> str:
    """Show an id to people who compare by eye; not unique."""
    text = to_text(record_id)
    return f"{text[:7]}…{text[-4:]}"
