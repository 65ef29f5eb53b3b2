"""A machine whose node folds what it stores, and that finishes by itself what its owner has begun, as the runtime does.

Of one network: joined → (its founding is here) own grant, or accept of the invitation or of a role, signed → in
                in → (left) roles given back → (somebody who stays has heard of it) not carried any more
"""

from meshnode.core.drafts import Draft
from meshnode.core.effects import Effect, Report
from meshnode.core.events import (
    EnterBy,
    Event,
    FoldMoved,
    JoinScope,
    LeaveScope,
    MessageIn,
    NetworksStand,
    Regain,
    Write,
)
from meshnode.core.folded import FoldInRam
from meshnode.core.node import Node
from meshnode.core.ports import Identity
from meshnode.core.reports import ScopeClosed
from meshnode.core.rows import JoinedEntry, LocalRow
from meshnode.core.settings import CoreSettings
from meshnode.core.standing import NetworkStanding, circles_in, circles_read_through, standing_of
from meshnode.store.store import Store
from meshproto.fold.fold import Fold
from meshproto.fold.standing import Standing
from meshproto.fold.state import Member, Summary, digests, summary
from meshproto.records.ids import RecordId, ScopeId, log_id
from meshproto.types import authority, identity
from meshproto.wire.messages import Door, DoorState
from tests.simulation.world import TICKETS, Host, SeededChance, World

AUTHORITY = frozenset(("agent", "grant", "revoke", "countersign", "rotate", "resolution", "agreement"))
SLICE = 200
"""Records folded at a time."""
FOLLOW_INTERVAL = 500
"""How soon, in ms, what could not be done is tried again after a report."""
ID_SIZE = 32


class Citizen(Host):
    """A machine with one node that folds."""

    def __init__(self, world: World, name: str, identity: Identity, settings: CoreSettings, skew: int) -> None:
        super().__init__(world, name, identity, settings, skew)
        self.memory = FoldInRam()
        self.told: dict[ScopeId, NetworkStanding] = {}
        """What the node was told of networks in this life."""
        self.hosts: dict[ScopeId, dict[str, None]] = {}
        """The peers of which the node was told together with a network, or that let it in."""
        self.gone: dict[ScopeId, None] = {}
        """Networks the owner has left, and not joined again."""
        self._fold = Fold(self.memory)
        self._arrival = 0
        self._summaries: dict[bytes, Summary | None] = {}
        self._knows_networks = False
        self._passing = self._following = -1
        self._knocked: dict[str, None] = {}
        self._writing: dict[ScopeId, int] = {}

    def reopen(self, disk: Store) -> None:
        """Put another disk into the machine, which is down; what was folded is folded anew."""
        super().reopen(disk)
        self.memory = FoldInRam()
        self._fold, self._arrival, self._summaries = Fold(self.memory), 0, {}

    def start(self, *, copied: bool = False) -> None:
        """Begin a life of the node; the fold goes on where it was."""
        self.told, self._knows_networks = {}, False
        self._knocked, self._writing = {}, {}
        self.hosts = {ScopeId(row.network): {row.host: None} for row in self.ledger.rows(JoinedEntry) if row.host}
        super().start(copied=copied)
        self._pass_later()

    def hear(self, event: Event) -> None:
        """Hand an event to the node, and note what it was told."""
        if self.node is None:
            return
        match event:
            case NetworksStand(standings):
                self.told.update({each.scope: each for each in standings})
            case JoinScope(scope=scope, peers=peers):
                self.hosts.setdefault(scope, {}).update(dict.fromkeys(peer for peer, _ in peers))
                self.gone.pop(scope, None)
            case EnterBy(peer=peer) | Regain(peer=peer):
                self._knocked[peer] = None
            case MessageIn(conn, Door(DoorState.OPEN, _, network, _)) if conn in self.lines:
                peer = self.across(conn).name
                if peer in self._knocked:
                    self.hosts.setdefault(ScopeId(network), {})[peer] = None
                    self.gone.pop(ScopeId(network), None)
            case _:
                pass
        super().hear(event)

    def note_committed(self) -> None:
        """Something new is on the disk: it is folded in a moment."""
        self._pass_later()

    def across(self, conn: int) -> Host:
        """Who is at the other end of a connection."""
        ends = self.lines[conn].ends
        return ends[1] if ends[0] is self else ends[0]

    def members(self, scope: ScopeId) -> tuple[Member, ...]:
        """Who stands in a network or with a person, as far as is folded."""
        found = self.summary(scope)
        return () if found is None else found.members

    def summary(self, scope: bytes) -> Summary | None:
        """A network or person in short, as far as is folded."""
        if scope not in self._summaries:
            self._summaries[scope] = summary(scope, self.memory)
        return self._summaries[scope]

    def digest(self, scope: ScopeId) -> bytes:
        """The state of a network, as far as is folded."""
        return digests(self.memory).get(scope, b"")

    def standing(self, record: RecordId) -> Standing | None:
        """What a record is worth, as far as is folded."""
        return self._fold.standing(record)

    @property
    def is_folded(self) -> bool:
        """Whether all that is stored is folded."""
        return self._arrival == self.ledger.last_arrival()

    def write(self, *drafts: Draft, local: tuple[LocalRow, ...] = ()) -> int:
        """Hand drafts to the node; returns the ticket."""
        ticket = next(TICKETS)
        self.hear(Write(ticket, drafts, local=local))
        return ticket

    def leave(self, scope: ScopeId) -> None:
        """Give back every role in a network; once somebody has heard of it, it is not carried any more."""
        rows = [row for row in self.ledger.rows(JoinedEntry) if row.network == scope]
        mine = [each.record for each in self.members(scope) if self._is_mine(each) and each.state == "active"]
        if not rows or rows[0].left or not mine:
            return
        self.gone[scope] = None
        seen = [tip.id for head in self.ledger.logs_of_scope(scope) for tip in head.tips][:256]
        facts = authority.revoke(mine, reason="resign", seen=seen)
        self._write(scope, [Draft(scope, "revoke", facts)], rows[0]._replace(leaving=True))

    def _born(self) -> Node:
        return Node(self.settings, self.identity, self.ledger, SeededChance(self.world.random), self.memory)

    def _carry_out(self, effect: Effect) -> None:
        super()._carry_out(effect)
        if isinstance(effect, Report):
            self._follow_later()  # What could not be done before may be done now.

    # Folding.

    def _pass_later(self) -> None:
        if self._passing == self.life:
            return
        self._passing = life = self.life
        low, high = self.world.faults.fold
        self.world.at(self.world.now + self.world.random.randint(low, high), lambda: self._pass(life))

    def _pass(self, life: int) -> None:
        """Fold some of what is new, and tell the node what may have changed by it."""
        if self.life != life or self.node is None:
            return
        self._passing = -1
        rows = self.ledger.records_after(self._arrival, SLICE)
        if rows:
            self._summaries = {}
        touched: dict[bytes, str] = {}
        for arrival, record in rows:
            self._arrival = arrival
            for change in self._fold.add(record):
                found = change.record or self.ledger.record(change.id)
                if found is not None and found.type in AUTHORITY:
                    touched[found.home] = found.type
        scopes = dict.fromkeys(touched)
        for scope in touched:
            scopes.update(dict.fromkeys(map(ScopeId, circles_read_through(scope, self.memory))))
        if not self._knows_networks:
            self._knows_networks = True
            scopes.update(dict.fromkeys(map(ScopeId, circles_in(self.memory))))
        standings = [standing_of(each, self.identity.agent, self.memory) for each in scopes]
        told = tuple(each for each in standings if each is not None)
        if told:
            self.hear(NetworksStand(told))
        if touched:
            self.hear(FoldMoved())
        self.follow()
        if not self.is_folded:
            self._pass_later()

    # What the owner has begun.

    def _follow_later(self) -> None:
        if self._following != self.life:
            self._following = life = self.life
            self.world.at(self.world.now + FOLLOW_INTERVAL, lambda: self._follow(life))

    def _follow(self, life: int) -> None:
        if self.life == life and self.node is not None:
            self._following = -1
            self.follow()

    def follow(self) -> None:
        """Take the next step of every joining and leaving."""
        for row in self.ledger.rows(JoinedEntry):
            scope = ScopeId(row.network)
            if row.left or self.ledger.network(scope) is None or self._is_writing(scope):
                continue
            if row.leaving:
                self._finish_leaving(scope)
            elif row.invitation:
                self._accept_invitation(scope, row)
            else:
                self._stand_in(scope, row)

    def _is_writing(self, scope: ScopeId) -> bool:
        ticket = self._writing.get(scope)
        return ticket is not None and ticket not in self.answers

    def _is_mine(self, member: Member) -> bool:
        return member.agent == self.identity.agent

    def _finish_leaving(self, scope: ScopeId) -> None:
        assert self.node is not None  # it follows
        tips = self.ledger.tips(log_id(scope, self.identity.key.public))
        heard = any(each.agent != self.identity.agent for tip in tips for each in self.node.held_by(tip.id))
        if heard or any(isinstance(each, ScopeClosed) and each.scope == scope for each in self.reports):
            self.hear(LeaveScope(next(TICKETS), scope))

    def _accept_invitation(self, scope: ScopeId, row: JoinedEntry) -> None:
        told, grant, proof = self.told.get(scope), row.invitation[:ID_SIZE], row.invitation[ID_SIZE:]
        if told is not None and any(door.grant == grant for door in told.doors):
            facts = {**identity.accept(grant), "proof": proof}
            drafts = [] if told.roles else [Draft(scope, "countersign", facts)]
            self._write(scope, drafts, row._replace(invitation=b""))

    def _stand_in(self, scope: ScopeId, row: JoinedEntry) -> None:
        """Join an open network; accept the roles that are offered in any."""
        told, facts = self.told.get(scope), self.ledger.network(scope)
        assert facts is not None  # asked before
        own = self.ledger.log(log_id(scope, self.identity.key.public))
        if told is None or scope in self.gone:
            return
        founds = self.identity.agent in facts.founders
        if told.is_open and not founds and not row.relayed and not (own is not None and own.counted):
            self._write(scope, [Draft(scope, "grant", identity.join(self.identity.agent))])
            return
        offered = [each.record for each in self.members(scope) if self._is_mine(each) and each.state == "invited"]
        if offered:
            drafts = [Draft(scope, "countersign", identity.accept(RecordId(each))) for each in offered]
            self._write(scope, drafts)

    def _write(self, scope: ScopeId, drafts: list[Draft], *local: LocalRow) -> None:
        self._writing[scope] = self.write(*drafts, local=local)
