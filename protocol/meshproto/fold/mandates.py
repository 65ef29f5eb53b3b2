"""Mandates: by which entries a key speaks for an agent in a scope. What one is does not depend on who knows what.

Most records have the mandate of the one before in their log, so it is read once, gets a number and stands in the row.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any, NamedTuple, cast

from meshproto.fold.charters import read_resolution
from meshproto.fold.entries import NAMED, entry_of, read_entry, root_handle
from meshproto.fold.memory import Memory
from meshproto.fold.places import LINEAGE, NETWORK, PERSON, Place, read_agent, read_place
from meshproto.fold.standing import Row
from meshproto.records.encoding import Value
from meshproto.records.ids import key33
from meshproto.records.record import Record


class Mandate(NamedTuple):
    """The entries of a record, sorted out."""

    scope: bytes
    key: bytes
    agent: bytes
    number: int
    """Local number of the agent's stream; 0 if it is no agent."""
    auth: list[bytes]
    speaks: bool
    """Whether the agent is one that may act in this scope, with this key."""
    fits: bool
    """Whether the chain ends at the key, or at a person whose root it may be."""
    chain: int
    """How many entries form the chain; the role, if there is one, comes next."""
    role: int
    resolution: bytes
    left: bytes
    """The first entry that is neither in the chain nor role nor resolution."""
    person: bytes
    """Whose root the key is to be; empty if the chain ends at a key."""
    bodies: list[bytes]
    """The scope and the agents on the way that are organisations or networks."""
    position: bytes
    """The entry by which it acts for the scope itself; empty if there is none."""
    handles: list[bytes]
    """What a revocation of any of this ends."""
    rests: list[bytes]
    """Records that must be yes for a record to be so."""
    base: int
    """The number of the mandate with the same entries that this one adds something to; 0 if it adds nothing."""

    @property
    def entries(self) -> Sequence[bytes]:
        """Chain and role."""
        return self.auth[: self.chain + self.role]

    @property
    def uses(self) -> Iterator[bytes]:
        """What an ending or a contest of may concern a record with this mandate."""
        yield from self.handles
        if self.person:
            yield root_handle(self.person)
        for each in self.rests:
            yield b"s" + each


class Mandates:
    """Mandates by number."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def read(self, number: int) -> Mandate:
        """The mandate with a number."""
        row = self._memory.get("mandate", number.to_bytes(8, "big"))
        return row if isinstance(row, Mandate) else Mandate._make(cast(list[Any], row))

    def number_of(self, record: Record, home: Place, before: Row | None) -> int:
        """The number of a record's mandate; `before` is the record before in its log."""
        if before is not None and before.mandate:
            usual = self.read(before.mandate)
            if usual.agent == record.agent and tuple(usual.auth) == record.auth:
                return usual.base or before.mandate
        name = sha256(record.home + record.key + record.agent + b"".join(record.auth)).digest()
        number = self._memory.get("mandated", name)
        if number is None:
            number = self._keep(name, _sort_out(record, home, self._memory))
        return cast(int, number)

    def with_more(self, number: int, handle: bytes, rests: bytes) -> int:
        """The number of a mandate that rests on one thing more, which stands nowhere in `auth`."""
        name = sha256(number.to_bytes(8, "big") + handle + rests).digest()
        known = self._memory.get("mandated", name)
        if known is not None:
            return cast(int, known)
        mandate = self.read(number)
        more = [*mandate.rests, rests] if rests else mandate.rests
        return self._keep(name, mandate._replace(handles=[*mandate.handles, handle], rests=more, base=number))

    def _keep(self, name: bytes, mandate: Mandate) -> int:
        number = cast(int, self._memory.get("counter", b"mandate") or 0) + 1
        self._memory.put("counter", b"mandate", number)
        self._memory.put("mandated", name, number)
        self._memory.put("mandate", number.to_bytes(8, "big"), cast(Value, mandate))
        return number


def _sort_out(record: Record, home: Place, memory: Memory) -> Mandate:
    """Read the entries of a record: chain, role, resolution."""
    auth = list(record.auth)
    agents, key = [record.agent], b""
    # SPEC 04-fold 3.2: Let cur be `agent`. While the next entry is a link of cur, take it; if it leads to a key, the
    # chain ends there; if it leads to an agent, that is the new cur.
    while len(agents) <= len(auth) and not key:
        to = _led_to(auth[len(agents) - 1], agents[-1], memory)
        if not to:
            break
        agents.append(to)
        key = to if len(to) == 33 else b""
    chain = len(agents) - 1
    here = chain
    role = int(here < len(auth) and _is_role(auth[here], record, home, memory))
    here += role
    resolution = b""
    if here < len(auth) and (found := read_resolution(memory, auth[here])) and found.scope == record.agent:
        resolution = auth[here]
        here += 1
    way = agents[:-1] if key else agents
    agent = read_agent(memory, record.agent)
    person = b"" if key else way[-1]
    entries = [entry_of(memory, each) for each in auth[: chain + role]]
    return Mandate(
        scope=record.home,
        key=record.key,
        agent=record.agent,
        number=agent.number if agent else 0,
        auth=auth,
        speaks=_speaks(record, home, agent),
        fits=key == key33(record.key) if key else _is_person(person, memory),
        chain=chain,
        role=role,
        resolution=resolution,
        left=auth[here] if here < len(auth) else b"",
        person=person,
        bodies=[each for each in dict.fromkeys((record.home, *way)) if _is_body(each, memory)],
        position=auth[0] if chain and record.agent == record.scope else b"",
        handles=[each.handle for each in entries],
        rests=sorted({*auth[:here], *(each.target for each in entries if each.kind == NAMED)}),
        base=0,
    )


def _led_to(entry_id: bytes, giver: bytes, memory: Memory) -> bytes:
    """To whom an entry leads if it is a link of `giver`, else empty."""
    entry = read_entry(memory, entry_id)
    if entry is None or not entry.leads or entry.giver != giver or entry.scope != giver:
        return b""
    return entry.to


def _is_role(entry_id: bytes, record: Record, home: Place, memory: Memory) -> bool:
    """Whether an entry is the role of a record's author in a network."""
    entry = read_entry(memory, entry_id)
    if entry is None or home.kind != NETWORK or record.agent == record.scope:
        return False
    return entry.scope == record.scope and entry.to == record.agent


def _speaks(record: Record, home: Place, agent: Place | None) -> bool:
    # SPEC 04-fold 4: It is not an agent; or is a network and not `scope`; or, in an organisation or network, `key` is
    # the key of the scope's genesis
    if agent is None or (agent.kind == NETWORK and record.agent != record.scope):
        return False
    return home.kind in (PERSON, LINEAGE) or record.key != home.key


def _is_person(agent: bytes, memory: Memory) -> bool:
    place = read_agent(memory, agent)
    return place is not None and place.kind == PERSON


def _is_body(agent: bytes, memory: Memory) -> bool:
    place = read_place(memory, agent)
    return place is not None and place.is_body
