"""One record: its header as received and what the header says.

`read_header` gives a `Record` or refuses. A `Record` is well formed, nothing more: whether its log and its
signature hold is for `log.py`, what it means for `meshproto.fold`.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from typing import Annotated, Any, cast
from unicodedata import normalize

import msgspec

from meshproto.records.encoding import (
    UNREADABLE,
    Value,
    are_plain,
    decode,
    decode_slowly,
    encode,
    is_printable_ascii,
)
from meshproto.records.ids import AgentId, LogId, RecordId, ScopeId, log_id
from meshproto.records.limits import (
    MAX_AUTH,
    MAX_DEPS,
    MAX_FACTS,
    MAX_HEADER,
    MAX_INT,
    MAX_PRIVATE,
    MAX_TYPE,
    SALT_SIZE,
)
from meshproto.records.reasons import Reason, Refused

VERSION = 1
FIELDS = 12

_Bin32 = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
_Bin32OrNone = Annotated[bytes, msgspec.Meta(max_length=32)]
_Count = Annotated[int, msgspec.Meta(ge=1, le=MAX_INT)]


class Record(msgspec.Struct, array_like=True, eq=False, gc=False):
    """A well-formed header. Not to be changed; equal when the ids are equal.

    The first twelve fields are those of the header, in order; the last three are ours. Decoding straight
    into this class, and comparing its re-encoding with what came, is what makes reading fast.
    """

    v: Annotated[int, msgspec.Meta(ge=VERSION, le=VERSION)]
    scope: _Bin32OrNone
    key: _Bin32
    seq: _Count
    prev: _Bin32OrNone
    deps: Annotated[tuple[_Bin32, ...], msgspec.Meta(max_length=MAX_DEPS)]
    at: Annotated[int, msgspec.Meta(ge=0, le=MAX_INT)]
    type: Annotated[str, msgspec.Meta(max_length=MAX_TYPE)]
    agent: _Bin32OrNone
    auth: Annotated[tuple[_Bin32, ...], msgspec.Meta(max_length=MAX_AUTH)]
    facts: dict[str, Any]
    private: tuple[_Bin32, Annotated[int, msgspec.Meta(ge=1, le=MAX_PRIVATE)]] | None
    raw: bytes = b""
    id: RecordId = RecordId(b"")
    known_log: bytes = b""

    @property
    def home(self) -> ScopeId:
        """The scope this record belongs to: the one it names, or its own id for a genesis."""
        return ScopeId(self.scope or self.id)

    @property
    def author(self) -> AgentId:
        """The agent this record speaks for; an agent's genesis speaks for that agent."""
        return AgentId(self.agent or self.id)

    @property
    def log(self) -> LogId:
        """The name of the chain (key, scope) this record stands in."""
        if not self.known_log:
            self.known_log = log_id(self.home, self.key)
        return LogId(self.known_log)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<Record {self.id.hex()[:8]} {self.type} seq {self.seq}>"


_DECODE = msgspec.msgpack.Decoder(Record).decode
_ENCODE = msgspec.msgpack.Encoder(order="deterministic").encode
_OURS = len(b"\xc4\x00" * 3)  # what our three fields encode to while they are empty


def read_header(raw: bytes) -> Record:
    """Read a header strictly. Raises Refused with the first reason, left to right."""
    records = read_quickly((raw,))
    return records[0] if records else _read_slowly(raw)


def read_quickly(headers: Iterable[bytes]) -> list[Record] | None:
    """Read headers if all of them are plainly in order, as nearly all are; None leaves the verdict to `read_header`."""
    records: list[Record] = []
    texts: list[str] = []
    try:
        for raw in headers:
            if len(raw) > MAX_FACTS or raw[:1] != b"\x9c":  # larger ones need the facts measured
                return None
            record = _DECODE(raw)
            again = _ENCODE(record)
            if len(again) != len(raw) + _OURS or not again.startswith(raw[1:], 1):
                return None
            texts += record.facts
            if not are_plain(record.facts.values(), texts, 3):
                return None
            if not _is_type(record.type) or not _fits_together(record):
                return None
            record.raw = raw
            record.id = RecordId(sha256(raw).digest())
            records.append(record)
    except UNREADABLE:
        return None
    return records if is_printable_ascii("".join(texts)) else None


def build_record(
    *,
    scope: bytes,
    key: bytes,
    seq: int,
    prev: bytes,
    deps: Iterable[bytes],
    at: int,
    type: str,  # noqa: A002  # the field's name in the specification
    agent: bytes,
    auth: Iterable[bytes],
    facts: dict[str, Value],
    private: tuple[bytes, int] | None,
) -> Record:
    """Build a header and read it back; deps are sorted, made unique and freed of `prev`.

    Raises EncodeError, or Refused with the first reason. `read_header` of what `build_header` gives comes to the same
    and takes twice as long.
    """
    heads = sorted(set(deps) - {prev}) if deps else []
    part = None if private is None else [*private]
    fields: list[Any] = [VERSION, scope, key, seq, prev, heads, at, type, agent, [*auth], facts, part]
    # The cheap way, as in reading: what was just encoded is canonical, so it is not encoded again to compare.
    return _build_quickly(fields) or read_header(encode(fields))


def build_header(
    *,
    scope: bytes,
    key: bytes,
    seq: int,
    prev: bytes,
    deps: Iterable[bytes],
    at: int,
    type: str,  # noqa: A002  # the field's name in the specification
    agent: bytes,
    auth: Iterable[bytes],
    facts: dict[str, Value],
    private: tuple[bytes, int] | None,
) -> bytes:
    """Encode a header; deps are sorted, made unique and freed of `prev`. Raises EncodeError.

    Reading the result back is the only check of limits; `build_record` does both.
    """
    # SPEC 01-records 3.1: in strictly ascending order of their bytes, none equal to `prev`
    heads = sorted(set(deps) - {prev})
    part: Value = None if private is None else list(private)
    return encode([VERSION, scope, key, seq, prev, [*heads], at, type, agent, [*auth], facts, part])


def references(record: Record) -> tuple[bytes, ...]:
    """All ids a record names, and so has in its past: sorted, unique.

    They are scope, prev, deps, agent, auth and every 32-byte bin in facts, whatever the type.
    """
    # SPEC 01-records 3.2: `scope`, `prev`, `deps`, `agent`, `auth` and every bin of 32 bytes in the values of `facts`,
    # at any depth; without the empty ones, each once, ascending.
    found = {record.scope, record.prev, *record.deps, record.agent, *record.auth}
    if may_name_records(record):
        found.update(ids_in(record.facts))
    found.discard(b"")
    return tuple(sorted(found))


def may_name_records(record: Record) -> bool:
    """Whether facts may hold 32-byte bins: a quick look that never says no wrongly."""
    known = 1 + len(record.deps) + len(record.auth) + (record.private is not None)
    known += (record.scope != b"") + (record.prev != b"") + (record.agent != b"")
    return record.raw.count(b"\xc4\x20") > known


def ids_in(value: Any) -> Iterator[bytes]:
    """Walk through facts and give every 32-byte bin."""
    for each in value.values() if isinstance(value, dict) else value:
        kind = type(each)
        if kind is bytes:
            if len(each) == 32:
                yield each
        elif kind is list or kind is dict:
            yield from ids_in(each)


def pack_private(content: dict[str, Value], salt: bytes) -> bytes:
    """Encode a private part; texts are normalised (NFC). The header names its SHA-256 and size."""
    # SPEC 01-records 1.4: It SHOULD normalise texts in private parts to NFC.
    return encode({**cast(dict[str, Value], _normalised(content)), "salt": salt})


def check_private(record: Record, raw: bytes) -> dict[str, Value]:
    """Read the private part that belongs to `record`. Raises Refused with a V-* or E-* reason."""
    if record.private is None:
        raise Refused(Reason.V_NONE)
    digest, size = record.private
    if len(raw) != size:
        raise Refused(Reason.V_SIZE, f"{len(raw)} bytes instead of {size}")
    if sha256(raw).digest() != digest:
        raise Refused(Reason.V_DIGEST)
    return read_private(raw)


def read_private(raw: bytes) -> dict[str, Value]:
    """Read a private part that is well formed in itself. Raises Refused with V-SHAPE, V-SALT or an E-* reason."""
    content = decode(raw, text="utf8")
    if not isinstance(content, dict):
        raise Refused(Reason.V_SHAPE)
    salt = content.get("salt")
    if not isinstance(salt, bytes) or len(salt) != SALT_SIZE:
        raise Refused(Reason.V_SALT)
    return content


def _build_quickly(fields: list[Any]) -> Record | None:
    """Encode and read the fields of a header if they are plainly in order; None leaves the verdict to others."""
    texts: list[str] = []
    try:
        if not are_plain((fields[10],), texts, 2):
            return None
        raw = _ENCODE(fields)
        record = _DECODE(raw)
    except UNREADABLE:
        return None
    if len(raw) > MAX_FACTS or not is_printable_ascii("".join(texts)):
        return None
    if not _is_type(record.type) or not _fits_together(record):
        return None
    return _named(record, raw)


def _named(record: Record, raw: bytes) -> Record:
    """Give a record what is ours: its bytes, and the id that is their hash."""
    record.raw = raw
    record.id = RecordId(sha256(raw).digest())
    return record


def _fits_together(record: Record) -> bool:
    """Whether the fields agree with each other; lengths and ranges are checked already."""
    if record.seq > 1 and len(record.prev) == len(record.scope) == len(record.agent) == 32:
        return not record.deps or _deps_are_good(record.deps, record.prev)
    first = record.seq == 1
    if first is not (not record.prev) or len(record.prev) not in (0, 32):
        return False
    if not record.scope:
        if not first:
            return False
    elif not record.agent or len(record.scope) != 32:
        return False
    if len(record.agent) not in (0, 32):
        return False
    return not record.deps or _deps_are_good(record.deps, record.prev)


def _deps_are_good(deps: tuple[bytes, ...], prev: bytes) -> bool:
    return prev not in deps and all(a < b for a, b in pairwise(deps))


@lru_cache(maxsize=1024)
def _is_type(name: str) -> bool:
    return re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name) is not None


def _read_slowly(raw: bytes) -> Record:
    if len(raw) > MAX_HEADER:
        raise Refused(Reason.E_SIZE, f"{len(raw)} bytes")
    fields = decode_slowly(raw, nil=True)
    # SPEC 01-records 3.1: The version is looked at before the number of fields, which may change with it.
    if not isinstance(fields, list) or not fields:
        raise Refused(Reason.H_SHAPE)
    if not _is_int(fields[0], VERSION, VERSION):
        raise Refused(Reason.H_VERSION)
    if len(fields) != FIELDS:
        raise Refused(Reason.H_SHAPE, f"{len(fields)} fields")
    _check_place(fields)
    _check_content(fields)
    record = Record(*cast(list[Any], fields))
    record.deps, record.auth = tuple(record.deps), tuple(record.auth)
    record.private = None if record.private is None else (record.private[0], record.private[1])
    return _named(record, raw)


def _check_place(fields: list[Value]) -> None:
    """Check where the record stands: scope, key, seq, prev, deps."""
    _, scope, key, seq, prev, deps, *_ = fields
    if not _is_id(scope, none=True):
        raise Refused(Reason.H_SCOPE)
    if not _is_id(key):
        raise Refused(Reason.H_KEY)
    if not _is_int(seq, 1, MAX_INT):
        raise Refused(Reason.H_SEQ)
    if not scope and seq != 1:
        raise Refused(Reason.H_GENESIS)
    if not isinstance(prev, bytes) or len(prev) != (0 if seq == 1 else 32):
        raise Refused(Reason.H_PREV)
    if not _are_ids(deps, MAX_DEPS) or not _deps_are_good(tuple(cast(list[bytes], deps)), prev):
        raise Refused(Reason.H_DEPS)


def _check_content(fields: list[Value]) -> None:
    """Check what the record says: at, type, agent, auth, facts, private."""
    scope = fields[1]
    at, kind, agent, auth, facts, private = fields[6:]
    if not _is_int(at, 0, MAX_INT):
        raise Refused(Reason.H_AT)
    if not isinstance(kind, str) or not _is_type(kind):
        raise Refused(Reason.H_TYPE)
    if not _is_id(agent, none=not scope):
        raise Refused(Reason.H_AGENT)
    if not _are_ids(auth, MAX_AUTH):
        raise Refused(Reason.H_AUTH)
    if not isinstance(facts, dict) or len(encode(facts)) > MAX_FACTS:
        raise Refused(Reason.H_FACTS)
    if private is not None and not (
        isinstance(private, list) and len(private) == 2 and _is_id(private[0]) and _is_int(private[1], 1, MAX_PRIVATE)
    ):
        raise Refused(Reason.H_PRIVATE)


def _is_int(value: Value, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _is_id(value: Value, *, none: bool = False) -> bool:
    return isinstance(value, bytes) and (len(value) == 32 or (none and not value))


def _are_ids(value: Value, most: int) -> bool:
    return isinstance(value, list) and len(value) <= most and all(_is_id(each) for each in value)


def _normalised(value: Value) -> Value:
    if isinstance(value, str):
        return normalize("NFC", value)
    if isinstance(value, list):
        return [_normalised(each) for each in value]
    if isinstance(value, dict):
        return {normalize("NFC", name): _normalised(each) for name, each in value.items()}
    return value
