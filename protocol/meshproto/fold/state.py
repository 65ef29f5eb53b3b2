"""The state of a scope as a whole: who stands in it, and one digest over everything.

Two nodes that hold the same records compute the same digest, whatever came first and whatever private parts
have been erased.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, cast

from meshproto.fold.memory import Memory
from meshproto.fold.places import NETWORK, read_place
from meshproto.fold.standing import Row, Status, read_row
from meshproto.records.encoding import encode

OWN_CONTEXT = b"meshnode/1 state\n"
WHOLE_CONTEXT = b"meshnode/1 network state\n"


class Member(NamedTuple):
    """One grant or accept by which an agent stands in a network."""

    agent: bytes
    role: str
    at: int
    record: bytes


@dataclass(frozen=True, slots=True)
class Summary:
    """A scope in short. `members` are sorted by agent and record; founders stand among them once they accepted."""

    kind: str
    valid: bool
    is_open: bool
    founders: tuple[bytes, ...]
    members: tuple[Member, ...]


def summary(scope: bytes, memory: Memory) -> Summary | None:
    """What a scope is and who stands in it; None if its genesis is not decided."""
    place = read_place(memory, scope)
    if place is None:
        return None
    members = tuple(
        Member(key[32:64], role, at, key[64:])
        for key, (role, at) in cast(Iterator[tuple[bytes, tuple[str, int]]], memory.scan("member", scope))
    )
    return Summary(place.kind, place.valid, place.is_open, tuple(place.founders), members)


def digests(memory: Memory) -> dict[bytes, bytes]:
    """The digest of every scope whose genesis is decided, in one pass over the memory."""
    # SPEC 04-fold 7: That of a network is the SHA-256 of "meshnode/1 network state\n" ‖ its own digest ‖ agent ‖ own
    # digest of the agent's stream, for each agent that stands in it, ascending.
    own = _own_digests(memory)
    found = dict(own)
    for scope in own:
        place = read_place(memory, scope)
        if place is not None and place.kind == NETWORK:
            streams = dict.fromkeys(key[32:64] for key, _ in memory.scan("member", scope))
            parts = b"".join(agent + own[agent] for agent in streams)
            found[scope] = sha256(WHOLE_CONTEXT + own[scope] + parts).digest()
    return found


def _own_digests(memory: Memory) -> dict[bytes, bytes]:
    scopes = {cast(list[int], row)[0]: scope for scope, row in memory.scan("scope", b"")}
    running = {number: sha256(OWN_CONTEXT + scope) for number, scope in scopes.items()}
    for number, line in _lines(memory):
        running[number].update(line)
    return {scopes[number]: each.digest() for number, each in running.items()}


def _lines(memory: Memory) -> Iterator[tuple[int, bytes]]:
    """Give all that digests cover, as (local number of the scope, bytes), in the order in which they cover it."""
    for key, value in memory.scan("record", b""):
        row = Row(*cast(tuple[int, str, int, int, int, bool, bytes, bytes], value))
        if row.status == Status.YES:
            yield row.home, encode(["record", key])
    for key, value in memory.scan("member", b""):
        yield _number(memory, key[64:]), encode(["member", key[32:], value])
    for key, value in memory.scan("head", b""):
        yield _number(memory, key[-32:]), encode(["head", key, value])
    for key, value in memory.scan("correction", b""):
        yield _number(memory, key[32:]), encode(["correction", key, value])
    for key, value in memory.scan("thanked", b""):
        yield _number(memory, key[96:]), encode(["thanked", key[32:], value])


def _number(memory: Memory, record_id: bytes) -> int:
    row = read_row(memory, record_id)
    assert row is not None  # what has an effect is decided
    return row.home
