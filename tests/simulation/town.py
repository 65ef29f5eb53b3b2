"""A world that watches every byte: what a closed network or an agreement holds is told to nobody outside it.

Who is outside is worked out anew from what each node has folded, not from what its gate says.
"""

import re
from collections.abc import Iterable
from hashlib import sha256

from meshnode.core.closure import named_by
from meshnode.core.flight import is_agreement, is_organisation, network_facts
from meshnode.core.ports import Batch
from meshproto.fold.entries import endings_of, entry_of
from meshproto.fold.knowledge import EVERYTHING
from meshproto.fold.lineage import read_stand
from meshproto.fold.lineages import version_of
from meshproto.fold.roots import Tenure, read_roots
from meshproto.records.ids import RecordId, ScopeId
from meshproto.types.agreement import participants_of
from meshproto.wire.messages import (
    Agreements,
    Auth,
    Door,
    DoorState,
    Get,
    Headers,
    Knock,
    Message,
    Privates,
    Scopes,
    Unknown,
    Want,
)
from meshproto.wire.session import ANSWERER, DIALLER, tag
from tests.simulation.citizen import Citizen
from tests.simulation.watch import Broken, WatchedWorld
from tests.simulation.world import Host, Line

IDS = re.compile(rb"(?=\xc4\x20(.{32}))", re.DOTALL)
"""Every id in a body: it is a bin of 32 bytes."""

STANDING = ("invited", "active")

OVERHEARD = 30
"""Proofs remembered."""


class Town(WatchedWorld):
    """A world of nodes that fold, in which closed networks are kept closed."""

    kind = Citizen

    def __init__(self, seed: int, *, quiet: bool = True) -> None:
        super().__init__(seed, quiet=quiet)
        self.homes: dict[bytes, ScopeId] = {}
        """Every id of a record, log or scope that there is, with the scope it belongs to."""
        self.closed: dict[ScopeId, None] = {}
        self.agreements: dict[ScopeId, None] = {}
        """Those of them that are agreements."""
        self.firms: dict[ScopeId, None] = {}
        """Organisations: their people keep to themselves that they carry one."""
        self.authors: dict[bytes, bytes] = {}
        """Who wrote each version of an agreement."""
        self.given: dict[bytes, dict[str, None]] = {}
        """To whom the line of each invitation was given."""
        self.tellers: dict[tuple[str, ScopeId], dict[str, None]] = {}
        """Who has told whom of which agreement."""
        self.vouched: dict[str, dict[bytes, None]] = {}
        """Whom each machine was told to expect back."""
        self.overheard: list[bytes] = []
        """The latest proofs that somebody gave, to be replayed."""
        self.looked = 0
        """How many messages to people outside some network were looked through."""
        self._named: dict[bytes, dict[ScopeId, None]] = {}
        self._guests: dict[int, dict[ScopeId, dict[RecordId, None]]] = {}
        """By which doors somebody was let in over a connection."""
        self._said: dict[int, dict[bytes, None]] = {}

    def watch_commit(self, host: Host, batches: list[Batch]) -> None:
        """Learn what there is to be kept from others."""
        super().watch_commit(host, batches)
        for batch in batches:
            for run in batch.runs:
                for record in run.records:
                    self.homes[record.id] = self.homes[record.log] = self.homes[record.home] = record.home
                    for each in named_by(record):
                        self._named.setdefault(each, {})[record.home] = None
                    facts = network_facts(record)
                    if facts is not None and not facts.open:
                        self.closed[record.home] = None
                    if is_organisation(record):
                        self.firms[record.home] = None
                    if is_agreement(record):
                        self.closed[record.home] = self.agreements[record.home] = None
                    if record.type == "agreement":
                        self.authors[record.id] = record.author

    def watch_bodies(self, host: Host, line: Line, message: Message, bodies: list[bytes]) -> None:
        """Nobody is told what is not for him, but by those who do not say what their nodes do."""
        side = 0 if line.ends[0] is host else 1
        for body in bodies:
            self.note_said(line.conns[1 - side], body)
        if host.bend is None:
            assert isinstance(host, Citizen)  # all are
            self._check_body(host, line.conns[side], line.ends[1 - side], message, bodies[0])

    def _check_body(self, host: Citizen, conn: int, other: Host, message: Message, body: bytes) -> None:
        if isinstance(message, Auth | Knock) or (isinstance(message, Scopes) and message.tags):
            self.overheard = [*self.overheard[-OVERHEARD + 1 :], body]
        if isinstance(message, Door):
            self._check_door(host, other, message)
            doors = self._guests.setdefault(conn, {}).setdefault(ScopeId(message.network), {})
            doors[RecordId(message.grant)] = None
        elif isinstance(message, Agreements):
            for agreement in message.ids:
                self.tellers.setdefault((other.name, ScopeId(agreement)), {})[host.name] = None
        elif isinstance(message, Scopes):
            self._check_tags(host, other, conn, message.tags)
        echoes = self._echoes(conn, message)
        for each in self._told(message, body):
            scope = self.homes.get(each)
            if scope is not None and each not in echoes and not self._may_hear(host, other, conn, scope, each):
                kind = type(message).__name__
                raise Broken(f"{host.name} tells {other.name} of {each.hex()[:8]} in {scope.hex()[:8]} by {kind}")

    def inject(self, host: Host, line: Line, *bodies: bytes) -> None:
        """Let somebody say over a connection what the own node would not."""
        for body in bodies:
            self.note_said(line.conns[1 if line.ends[0] is host else 0], body)
        super().inject(host, line, *bodies)

    def note_said(self, conn: int, body: bytes) -> None:
        """Whoever names an id over a connection may be answered with it."""
        self._said.setdefault(conn, {}).update(dict.fromkeys(IDS.findall(body)))

    def may_read(self, host: Citizen, other: Host, conn: int, scope: ScopeId) -> bool:
        """Whether a peer may be told of a closed network or an agreement, by what a node has folded."""
        if scope in self.agreements:
            return self._may_read_agreement(host, other, conn, scope)
        told = host.told.get(scope)
        is_in = told is not None and self.stands(host, host, scope)
        is_host = other.name in host.hosts.get(scope, {})
        if is_host and (not is_in or self._may_belong_there(host, other, scope)):
            return True  # It is being joined there.
        if told is None:
            return False
        doors = self._guests.get(conn, {}).get(scope, {})
        is_guest = any(door.grant in doors and door.state == "open" for door in told.doors)
        regains = RecordId(other.identity.agent) in doors and False in self._ends(host, other, scope)
        return is_guest or regains or self.stands(host, other, scope)

    def _ends(self, host: Citizen, other: Host, scope: ScopeId) -> list[bool]:
        """Of each entry by which somebody stood in a network, or would, were all certain: whether anybody ended it."""
        found, person = host.summary(scope), other.identity.agent
        mine = [] if found is None else [each.record for each in found.members if each.agent == person]
        ends = [any(endings_of(entry_of(host.memory, each).handle, host.memory)) for each in mine]
        return [*ends, False] if found is not None and bytes(person) in found.electors else ends

    def _may_read_agreement(self, host: Citizen, other: Host, conn: int, scope: ScopeId) -> bool:
        """Whether a peer takes part by a version in force, or proposed by the node's owner, or is bound anyhow."""
        me, person = host.identity.agent, other.identity.agent
        memory, versions = host.memory, [key[-32:] for key, _ in host.memory.scan("versions", scope)]
        takes_part = any(me in participants_of(version_of(memory, each).facts) for each in versions)
        if not takes_part and other.name in self.tellers.get((host.name, scope), {}):
            return True
        if other.identity.key.public not in self.keys_of(host, person):
            return False
        return any(self._is_served(host, each, person) for each in versions)

    def _is_served(self, host: Citizen, version: bytes, person: bytes) -> bool:
        """Whether somebody is served an agreement because of one of its versions."""
        author = self.authors[version]
        if person == author or any(True for _ in host.memory.scan("accepts", version + person)):
            return True
        proposed = read_stand(host.memory, version).state == "proposed"
        takes_part = person in participants_of(version_of(host.memory, version).facts)
        return takes_part and (not proposed or host.identity.agent in (author, person))

    def stands(self, host: Citizen, other: Host, scope: ScopeId) -> bool:
        """Whether somebody stands in a network, and speaks with a key that is good, by what a node has folded."""
        found, person = host.summary(scope), other.identity.agent
        if found is None:
            return False
        inside = {*found.electors, *(each.agent for each in found.members if each.state in STANDING)}
        stands = person in inside or any(self.acts(host, person, each) for each in sorted(inside) if each in self.firms)
        return stands and other.identity.key.public in self.keys_of(host, person)

    def acts(self, host: Citizen, person: bytes, firm: bytes) -> bool:
        """Whether somebody signs for an organisation, by what a node has folded."""
        found = host.summary(firm)
        acting = () if found is None else (each for each in found.members if each.state == "active")
        return any(each.agent == person and each.role in ("founder", "staff") for each in acting)

    def _may_belong_there(self, host: Citizen, other: Host, scope: ScopeId) -> bool:
        """Whether a node has folded nothing against somebody, and nobody who stands there could have told it."""
        person, key, ends = other.identity.agent, other.identity.key.public, self._ends(host, other, scope)
        if (ends and all(ends)) or key in self._lapsed(host, person) or host.node is None:
            return False
        sessions = host.node.parts.ground.open_sessions()
        sharing = [self.hosts[each.peer] for each in sessions if scope in each.shared.values()]
        return not any(self.stands(host, each, scope) for each in sharing)

    def _lapsed(self, host: Citizen, person: bytes) -> list[bytes]:
        """The keys that signed for a person once and do not any more, by what a node has folded."""
        found = host.summary(person)
        if found is None:
            return []
        once = [each.key for each in read_roots(person, host.memory)]
        once += [each.agent[1:] for each in found.members]
        return [each for each in once if each not in self.keys_of(host, person)]

    def keys_of(self, host: Citizen, person: bytes) -> list[bytes]:
        """The keys that sign for a person now, by what a node has folded."""
        found = host.summary(person)
        if found is None:
            return []
        roots = [each.key for each in read_roots(person, host.memory).winners(EVERYTHING)]
        return [*roots, *(each.agent[1:] for each in found.members if each.state == "active")]

    def tenure_of(self, host: Citizen, person: bytes) -> Tenure:
        """By which genesis or rotate somebody's root is what it is, by what a node has folded."""
        return read_roots(person, host.memory).winners(EVERYTHING)[0]

    def _may_hear(self, host: Citizen, other: Host, conn: int, scope: ScopeId, named: bytes) -> bool:
        if scope in self.closed:
            self.looked += 1
            return self.may_read(host, other, conn, scope)
        if bytes(scope) in (host.identity.agent, other.identity.agent) or named == host.identity.key.public:
            return True
        stands_in = host.ledger.scopes_of(scope)
        secret = [each for each in (scope, *stands_in) if each in self.closed or self._keeps(host, each)]
        if not secret:
            return True
        self.looked += 1
        # Who reads a record of a firm in a network reads there, too, by what of the firm's stream it was signed.
        named_in = self._named.get(named, {}) if named == scope or scope in self.firms else {}
        # A firm's stream goes where it stands, and names its people there.
        further = [each for firm in named_in if firm in self.firms for each in host.ledger.scopes_of(firm)]
        if self._shares(host, conn, [*stands_in, *named_in, *further]):
            return True
        circles = [each for each in (*secret, *named_in, *further) if each in self.closed or each in self.firms]
        return any(self.may_read(host, other, conn, each) for each in circles)

    def _keeps(self, host: Citizen, scope: ScopeId) -> bool:
        """Whether a node keeps an organisation to itself: it carries it for its people."""
        assert host.node is not None  # it speaks
        return scope in self.firms and scope in host.node.parts.scopes.carried

    def _shares(self, host: Citizen, conn: int, scopes: Iterable[ScopeId]) -> bool:
        """Whether an open network is shared over a connection, in which somebody stands of whom it is told."""
        assert host.node is not None  # it speaks
        session = host.node.parts.ground.sessions.get(conn)
        shared = [] if session is None else session.shared.values()
        return any(each in shared and each not in self.closed for each in scopes)

    def _echoes(self, conn: int, message: Message) -> dict[bytes, None]:
        """What a message names only because the other side has."""
        named: tuple[bytes, ...] = ()
        match message:
            case Unknown(log):
                named = (log,)
            case Privates(_, _, missing):
                named = missing
            case Want(logs):
                named = tuple(each.log for each in logs)
            case Get(ids):  # Of a firm's stream one asks whoever speaks of it, also where one keeps it to oneself; of
                # anybody's with the genesis, so that it cannot be told whether that is here.
                homes = {bytes(each): self.homes.get(each) for each in ids}
                named = tuple(each for each, home in homes.items() if home in self.firms or home in homes)
            case _:
                pass
        said = self._said.get(conn, {})
        return {each: None for each in named if each in said}

    def _check_tags(self, host: Citizen, other: Host, conn: int, tags: tuple[bytes, ...]) -> None:
        assert host.node is not None  # it speaks
        session = host.node.parts.ground.sessions[conn]
        ours = DIALLER if session.outbound else ANSWERER
        for scope in (*self.closed, *self.firms):
            if tag(scope, session.transcript, ours) in tags and not self.may_read(host, other, conn, scope):
                raise Broken(f"{host.name} shows {other.name} a tag of {scope.hex()[:8]}")

    def _check_door(self, host: Citizen, other: Host, door: Door) -> None:
        """Only who was given the line hears that there is an invitation."""
        if door.state is DoorState.UNKNOWN:
            return
        if door.grant == other.identity.agent and other.identity.agent not in self.vouched.get(host.name, {}):
            raise Broken(f"{host.name} brings {other.name} back")
        if not any(other.name in names for names in self.given.values()):
            raise Broken(f"{host.name} tells {other.name} of a door")
        if door.state is DoorState.OPEN and other.name not in self.given[door.grant]:
            raise Broken(f"{host.name} opens a door to {other.name}")

    def _told(self, message: Message, body: bytes) -> Iterable[bytes]:
        """The ids a message tells; whoever may read a record may read whom it names."""
        match message:
            case Headers(headers):
                ids = [sha256(each).digest() for each in headers]
                # The proof of a genesis reaches to the next signature.
                return ids[:1] if self.homes.get(ids[0]) == ids[0] else ids
            case Privates(parts, erased, missing):
                return (*(each for each, _ in parts), *erased, *missing)
            case _:
                return dict.fromkeys(IDS.findall(body))
