"""The state of a scope as a whole: who stands in it, and one digest over everything.

Two nodes that hold the same records compute the same digest, whatever came first and whatever private parts
have been erased.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, cast

from meshproto.fold.acknowledging import state_in
from meshproto.fold.charters import charter_in, electors_for
from meshproto.fold.concerns import concerns_in
from meshproto.fold.entries import INVITATION, entry_of
from meshproto.fold.knowledge import EVERYTHING
from meshproto.fold.ledger import DIGESTED, balances
from meshproto.fold.memory import Memory
from meshproto.fold.places import NETWORK, Place, read_place
from meshproto.fold.standing import REAFFIRMED, Status, as_row, row_of
from meshproto.fold.states import SETTLED_TYPES, States, states_over
from meshproto.records.encoding import encode
from meshproto.records.ids import key33

OWN_CONTEXT = b"meshnode/1 state\n"
WHOLE_CONTEXT = b"meshnode/1 network state\n"


class Member(NamedTuple):
    """One grant or accept by which an agent stands, or is to stand, in an organisation, a network or with a person."""

    agent: bytes
    """The agent, or the key of 33 bytes of a device or invitation."""
    role: str
    state: str
    record: bytes


@dataclass(frozen=True, slots=True)
class Summary:
    """A scope in short, as of all that is decided. `members` are sorted by agent and record, whatever their state.

    `stop` are the resolutions a new one must name as `prev`; `electors` those whose accepts carry it, `quorum` how
    large a share of them.
    """

    kind: str
    valid: bool
    is_open: bool = False
    founders: tuple[bytes, ...] = ()
    electors: tuple[bytes, ...] = ()
    quorum: tuple[int, int] = (1, 1)
    sensitive: tuple[str, ...] = ()
    stop: tuple[bytes, ...] = ()
    dissolved: bytes = b""
    members: tuple[Member, ...] = ()


def summary(scope: bytes, memory: Memory, of: bytes = b"") -> Summary | None:
    """What a scope is and who stands in it; None if its genesis is not decided.

    With `of` only the members with this agent or key are told, which spares looking at thousands of others.
    """
    place = read_place(memory, scope)
    if place is None:
        return None
    states = states_over(memory)
    if not place.is_body:
        return Summary(place.kind, place.valid, members=tuple(_members(scope + of, states, memory)))
    charter = charter_in(scope, place, EVERYTHING, states.knowledge, memory)
    num, den = charter.quorum
    return Summary(
        place.kind,
        place.valid,
        charter.is_open,
        tuple(charter.founders),
        tuple(electors_for(charter, EVERYTHING, memory)),
        (num, den),
        tuple(charter.sensitive),
        charter.stop,
        charter.dissolved,
        tuple(_members(scope + of, states, memory)),
    )


def members_of(scope: bytes, memory: Memory) -> tuple[Member, ...]:
    """Whoever stands in a scope, whatever their state, by agent and record."""
    return tuple(_members(scope, states_over(memory), memory))


def invitations_of(scope: bytes, memory: Memory) -> tuple[Member, ...]:
    """The invitations among these, given to keys; found without a look at most others, who may be many."""
    found = _members(scope + key33(b""), states_over(memory), memory)
    return tuple(each for each in found if entry_of(memory, each.record).kind == INVITATION)


def _members(place: bytes, states: States, memory: Memory) -> Iterator[Member]:
    for key, _ in memory.scan("member", place):
        record = key[-32:]
        entry = entry_of(memory, record)
        yield Member(entry.to, entry.role, states.state(record, row_of(memory, record)), record)


def digests(memory: Memory) -> dict[bytes, bytes]:
    """The digest of every scope whose genesis is decided, in one pass over the memory."""
    # SPEC 04-fold 10: That of a network is the SHA-256 of "meshnode/1 network state\n" ‖ its own digest ‖ agent ‖ own
    # digest of the agent's stream, for each agent that has a standing in it (section 7), ascending.
    own = _own_digests(memory)
    found = dict(own)
    for scope in own:
        place = read_place(memory, scope)
        if place is not None and place.kind == NETWORK:
            parts = b"".join(key[32:] + own[key[32:]] for key, _ in memory.scan("stands", scope))
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
        row = as_row(value)
        if row.status in _STATUSES:
            yield row.home, encode(["record", key, _STATUSES[row.status]])
    states = states_over(memory)
    for key in sorted(key for table in ("entry", "resolution") for key, _ in memory.scan(table, b"")):
        row = row_of(memory, key)
        yield row.home, encode(["state", key, states.state(key, row)])
    for key, value in memory.scan("head", b""):
        yield row_of(memory, key[-32:]).home, encode(["head", key, value])
    for key, value in memory.scan("correction", b""):
        yield row_of(memory, key[32:]).home, encode(["correction", key, value])
    for key, value in memory.scan("thanked", b""):
        yield row_of(memory, key[96:]).home, encode(["thanked", key[32:], value])
    for key in dict.fromkeys(key[:64] for key, _ in memory.scan("attested_in", b"")):
        network, subject = key[:32], key[32:]
        home = cast(Place, read_place(memory, network)).number
        state = state_in(network, subject, states.knowledge, memory)
        if state != "claimed":
            yield home, encode(["attested", subject, state])
    yield from _lines_of_agreements(states, memory)


def _lines_of_agreements(states: States, memory: Memory) -> Iterator[tuple[int, bytes]]:
    for number, scope in memory.scan("lineage", b""):
        home, scope = int.from_bytes(number, "big"), cast(bytes, scope)
        ids = [key[-32:] for table in ("versions", "concerns") for key, _ in memory.scan(table, scope)]
        ids += concerns_in(scope, "contribution", memory)
        for each in sorted(ids):
            row = row_of(memory, each)
            if row.type in (*SETTLED_TYPES, "contribution"):
                yield home, encode(["stands", each, states.state(each, row)])
        for (agent, cur), balance in balances(scope, memory).items():
            if any(balance[:DIGESTED]):
                yield home, encode(["balance", agent + cur.encode(), [*balance[:DIGESTED]]])


_STATUSES = {int(Status.YES): "yes", REAFFIRMED: "yes", int(Status.CONTESTED): "contested"}
