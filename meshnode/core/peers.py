"""The peer book: whom this node knows, where they can be dialled, and when to try.

Of each peer: idle → (due and wanted) → dialling, address by address → connected | backing off → idle. A peer that
broke the protocol is left alone for a while that doubles with each breach, also when it dials us.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from meshnode.core.ground import Ground, Session
from meshnode.core.reports import DialFailed
from meshnode.core.rows import Forget, PeerEntry
from meshnode.core.turn import Turn
from meshproto.records.ids import AgentId, ScopeId
from meshproto.wire.breaches import Breach
from meshproto.wire.limits import MAX_ADDRESS, MAX_PEER_ID
from meshproto.wire.messages import Peers

STEADY = 10_000
"""A connection that lasted so long (ms) was a success; one that ended sooner counts as a failed dial."""


@dataclass(slots=True)
class Contact:
    """What is known of one peer; times in ticks.

    `trying` are the addresses still to try in this attempt, `tried` those that were, with the reasons why they failed.
    """

    entry: PeerEntry
    trying: list[str] | None = None
    tried: dict[str, str] = field(default_factory=dict)
    due: int = 0
    failures: int = 0
    breaches: int = 0
    shunned_until: int = 0
    conns: dict[int, int] = field(default_factory=dict)
    scopes: dict[ScopeId, None] = field(default_factory=dict)


class PeerBook:
    """Remembers peers over restarts and decides whom to dial."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._contacts: dict[str, Contact] = {}
        self.own = ""

    def load(self) -> None:
        """Take up the peers of earlier lives."""
        for entry in self._ground.ledger.peers():
            addresses = tuple(_completed(entry.peer, entry.addresses))
            self._contacts[entry.peer] = Contact(entry._replace(addresses=addresses))

    def entries(self) -> list[PeerEntry]:
        """All peers known."""
        return [contact.entry for contact in self._contacts.values()]

    def connected(self, peer: str) -> bool:
        """Whether a connection to this peer is open."""
        contact = self._contacts.get(peer)
        return contact is not None and bool(contact.conns)

    def is_hopeless(self, peer: str) -> bool:
        """Whether a peer was tried in vain lately and waits for the next attempt."""
        contact = self._contacts.get(peer)
        return contact is None or (contact.failures > 0 and contact.trying is None and not contact.conns)

    def add(self, peer: str, addresses: Iterable[str], turn: Turn, *, by_hand: bool, source: str) -> None:
        """Learn of addresses; a peer added by hand is kept for good and dialled at once, there first of all."""
        good = _completed(peer, addresses)
        if peer == self.own or not 0 < len(peer) <= MAX_PEER_ID or not (good or by_hand):
            return
        contact = self._contacts.get(peer)
        if contact is None:
            if not self._make_room(turn):
                return
            contact = self._contacts[peer] = Contact(PeerEntry(peer, source=source))
        before = contact.entry
        known = [*good, *before.addresses] if by_hand else [*before.addresses, *good]
        merged = list(dict.fromkeys(known))
        # Addresses longest without success stand last; among what is new the latest word counts.
        kept = (*merged[: self._ground.settings.addresses_per_peer - 1], merged[-1]) if merged else ()
        contact.entry = before._replace(addresses=tuple(dict.fromkeys(kept)), added=before.added or by_hand)
        if contact.entry != before or before.source == "":
            turn.local.append(contact.entry)
        fresh = [each for each in good if each not in before.addresses]
        if by_hand or fresh:
            contact.due = turn.moment.ticks
        if contact.trying is not None and by_hand:
            # An attempt is under way: it is not over before these were tried, too.
            here = [each for each in good if each not in contact.tried]
            contact.trying = list(dict.fromkeys([*here, *contact.trying]))
        self._plan(turn)

    def remove(self, peer: str, turn: Turn) -> list[int]:
        """Forget a peer; returns its connections."""
        contact = self._contacts.pop(peer, None)
        if contact is None:
            return []
        turn.local.append(Forget(PeerEntry, (peer,)))
        return list(contact.conns)

    def hasten(self, peer: str | None, turn: Turn) -> None:
        """Dial a peer, or all that are known, without waiting for their turn."""
        for each in list(self._contacts) if peer is None else [peer]:
            contact = self._contacts.get(each)
            if contact is not None and contact.trying is None:
                contact.due, contact.failures = turn.moment.ticks, 0
        self._plan(turn)

    def kept(self) -> list[str]:
        """The peers added by hand."""
        return [peer for peer, contact in self._contacts.items() if contact.entry.added]

    def dial_some(self, turn: Turn) -> None:
        """Dial whoever is due, as far as there is room."""
        settings = self._ground.settings
        busy = sum(1 for each in self._contacts.values() if each.conns or each.trying is not None)
        for contact in sorted(self._contacts.values(), key=lambda each: (not each.entry.added, each.due)):
            if contact.conns or contact.trying is not None or not contact.entry.addresses:
                continue
            if contact.due > turn.moment.ticks or contact.shunned_until > turn.moment.ticks:
                continue
            if busy < settings.peers_connected or contact.entry.added:
                busy += 1
                contact.trying, contact.tried = list(contact.entry.addresses), {}
                self._try_next(contact, turn)
            else:
                contact.due = turn.moment.ticks + self._ground.jitter(settings.backoff_first)
        self._plan(turn)

    def take_result(self, peer: str, address: str, ok: bool, reason: str, turn: Turn) -> None:
        """A dial has ended."""
        contact = self._contacts.get(peer)
        if contact is not None and ok:
            self._prefer(contact, address)
        if contact is None or contact.trying is None:
            return
        contact.tried[address] = reason
        if ok or contact.conns:
            contact.trying = None
        elif contact.trying:
            self._try_next(contact, turn)
        else:
            contact.trying = None
            pause = self._back_off(contact, turn)
            turn.tell(DialFailed(peer, _told(contact.tried), pause))
        self._plan(turn)

    def take_up(self, session: Session, turn: Turn) -> bool:
        """A connection is open; false if the peer is shunned for now."""
        contact = self._contacts.get(session.peer)
        if contact is None:
            if not self._make_room(turn):
                return True
            contact = self._contacts[session.peer] = Contact(PeerEntry(session.peer, source="inbound"))
        contact.trying = None
        contact.conns[session.conn] = turn.moment.ticks
        return contact.shunned_until <= turn.moment.ticks

    def take_proof(self, session: Session, turn: Turn) -> None:
        """A peer has proven who it is: remember it."""
        contact = self._contacts.get(session.peer)
        if contact is None:
            return
        addresses = session.hello.listening if session.hello is not None else ()
        if session.outbound:
            addresses = (session.address, *addresses)
        self.add(session.peer, addresses, turn, by_hand=False, source="inbound")
        contact.entry = contact.entry._replace(agent=session.agent, seen=turn.moment.wall, failures=0)
        turn.local.append(contact.entry)

    def take_down(self, session: Session, turn: Turn) -> None:
        """A connection has ended: try again soon, or later if it did not last."""
        contact = self._contacts.get(session.peer)
        if contact is None:
            return
        since = contact.conns.pop(session.conn, turn.moment.ticks)
        if turn.moment.ticks - since >= STEADY:
            contact.failures = 0
        self._back_off(contact, turn)
        self._plan(turn)

    def blame(self, peer: str, breach: Breach, turn: Turn) -> int:
        """Leave a peer alone that broke the protocol; returns for how long (ms)."""
        contact = self._contacts.get(peer)
        if contact is None or not breach.blames:
            return 0
        settings = self._ground.settings
        pause = min(settings.penalty_first << min(contact.breaches, 20), settings.penalty_most)
        contact.breaches += 1
        contact.shunned_until = turn.moment.ticks + pause
        return pause

    def note_scopes(self, session: Session, turn: Turn) -> None:
        """Remember which networks a peer is in: one that came by itself is no stranger any more."""
        contact = self._contacts.get(session.peer)
        if contact is not None:
            contact.scopes = dict.fromkeys(session.shared.values())
            if contact.scopes and contact.entry.source == "inbound":
                contact.entry = contact.entry._replace(source="member")
                turn.local.append(contact.entry)

    def introduce(self, session: Session, turn: Turn) -> None:
        """Tell a peer, for each shared network, where its other members can be reached."""
        for name, scope in session.shared.items():
            known = [
                (peer, contact.entry.addresses)
                for peer, contact in self._contacts.items()
                if scope in contact.scopes and peer != session.peer and contact.entry.addresses
            ]
            if known:
                turn.send(session.conn, Peers(name, tuple(known[: self._ground.settings.peers_told])))

    def take_peers(self, session: Session, message: Peers, turn: Turn) -> None:
        """Learn of members of a shared network."""
        scope = session.shared.get(message.name)
        for peer, addresses in message.peers if scope is not None else ():
            self.add(peer, addresses, turn, by_hand=False, source="peer")

    def agent_of(self, peer: str) -> AgentId:
        """The agent a peer has proven to act for, empty if none yet."""
        contact = self._contacts.get(peer)
        return AgentId(contact.entry.agent if contact is not None else b"")

    def _try_next(self, contact: Contact, turn: Turn) -> None:
        assert contact.trying
        address = contact.trying.pop(0)
        contact.tried[address] = ""
        turn.dial(contact.entry.peer, address)

    def _prefer(self, contact: Contact, address: str) -> None:
        """Put the address that worked first."""
        rest = (each for each in contact.entry.addresses if each != address)
        contact.entry = contact.entry._replace(addresses=(address, *rest))

    def _back_off(self, contact: Contact, turn: Turn) -> int:
        settings = self._ground.settings
        span = min(settings.backoff_first << min(contact.failures, 20), settings.backoff_most)
        contact.failures += 1
        pause = self._ground.jitter(span)
        contact.due = turn.moment.ticks + pause
        return pause

    def _plan(self, turn: Turn) -> None:
        """Set the alarm for the next dial that may be due."""
        waits = [
            max(contact.due, contact.shunned_until)
            for contact in self._contacts.values()
            if not contact.conns and contact.trying is None and contact.entry.addresses
        ]
        if waits:
            self._ground.agenda.set("dial", 0, max(min(waits), turn.moment.ticks))

    def _make_room(self, turn: Turn) -> bool:
        """Forget whoever was unheard of longest, if the book is full; false if nobody can go."""
        if len(self._contacts) < self._ground.settings.peers_known:
            return True
        free = [each for each in self._contacts.values() if not each.entry.added and not each.conns]
        if not free:
            return False
        gone = min(free, key=lambda each: (each.shunned_until > turn.moment.ticks, each.entry.seen, each.entry.peer))
        del self._contacts[gone.entry.peer]
        turn.local.append(Forget(PeerEntry, (gone.entry.peer,)))
        return True


def _told(tried: dict[str, str]) -> str:
    """Why each address failed; a single one need not be named."""
    if len(tried) == 1:
        return next(iter(tried.values()))
    return "; ".join(f"{address.partition('/p2p/')[0]}: {reason}" for address, reason in tried.items())


def _completed(peer: str, addresses: Iterable[str]) -> list[str]:
    """The addresses of a peer, each saying whom to expect there; those that say another, or are too long, are left out.

    Whoever dials an address that does not say it takes anybody who answers for the peer.
    """
    ending = f"/p2p/{peer}"
    named = (each if "/p2p/" in each else each + ending for each in addresses if each)
    return list(dict.fromkeys(each for each in named if each.endswith(ending) and len(each) <= MAX_ADDRESS))
