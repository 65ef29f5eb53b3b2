"""Wishes: what the owner wants of peers and networks, and what the world around the node says about peers."""

from typing import TypeAlias, assert_never

from meshnode.core.effects import Done, NotWritten
from meshnode.core.ending import close
from meshnode.core.erasing import decide_orders, finish_search
from meshnode.core.events import (
    AddPeer,
    AddressesFound,
    AwaitDevice,
    Block,
    DialResult,
    EnterBy,
    FoldMoved,
    Follow,
    JoinScope,
    LeaveScope,
    Listening,
    Looked,
    NetworksStand,
    Regain,
    RemovePeer,
    SyncNow,
    TrustThisCopy,
    Vouch,
)
from meshnode.core.parts import Parts
from meshnode.core.rows import JoinedEntry
from meshnode.core.talk import Talk
from meshnode.core.turn import Turn
from meshproto.records.ids import ScopeId
from meshproto.wire.breaches import Breach

Wish: TypeAlias = (
    JoinScope
    | EnterBy
    | Vouch
    | Regain
    | NetworksStand
    | LeaveScope
    | SyncNow
    | AddPeer
    | RemovePeer
    | DialResult
    | AddressesFound
    | Listening
    | TrustThisCopy
    | Follow
    | Block
    | Looked
    | FoldMoved
    | AwaitDevice
)
"""What is handled in a line or two: wishes of the owner, what the world says about peers, and what was looked for."""


class Wishes:
    """Does what is wished."""

    def __init__(self, parts: Parts, talk: Talk) -> None:
        self._parts = parts
        self._talk = talk

    def obey(self, event: Wish, turn: Turn) -> None:
        """Do what the owner, or the world around the node, says about peers and networks."""
        parts = self._parts
        match event:
            case JoinScope():
                self._join(event, turn)
            case EnterBy(ticket, secret, peer, addresses, agent):
                parts.book.add(peer, addresses, turn, by_hand=True, source="join")
                parts.doors.wish(ticket, peer, secret, turn, agent)
            case Vouch() | Regain():
                parts.vouching.heed(event, parts.book, turn)
            case NetworksStand(standings):
                for standing in standings:
                    parts.gate.tell(standing)
                    parts.scopes.tell(standing)
                self._talk.refresh(turn)
            case LeaveScope(ticket, scope, local):
                self._leave(scope, turn)
                turn.local += local
                turn.after.answers.append((ticket, Done()))
            case SyncNow(ticket, peer):
                parts.waiters.sync(ticket, peer, turn)
            case AddPeer(ticket, peer, addresses, local):
                parts.book.add(peer, addresses, turn, by_hand=True, source="hand")
                turn.local += local
                turn.after.answers.append((ticket, Done()))
            case RemovePeer(ticket, peer, local):
                turn.local += local
                for conn in parts.book.remove(peer, turn):
                    close(parts, conn, Breach.UNWANTED, "", turn)
                turn.after.answers.append((ticket, Done()))
            case DialResult(peer, address, ok, reason):
                parts.book.take_result(peer, address, ok, reason, turn)
                parts.waiters.look(turn)
            case AddressesFound(peer, addresses, source):
                parts.book.add(peer, addresses, turn, by_hand=False, source=source)
            case Listening(addresses):
                parts.conversations.listening = addresses
            case TrustThisCopy(ticket):
                parts.copies.trust(turn)
                turn.answer(ticket, Done())
            case Follow(ticket, agent, on, local):
                parts.policy.follow(agent, on, turn)
                turn.local += local
                self._choose(ticket, turn)
            case Block(ticket, agent, on, local):
                parts.policy.block(agent, on, turn)
                turn.local += local
                self._choose(ticket, turn)
            case Looked(ticket, found):
                finish_search(found, parts.ground.flight, turn)
                turn.after.answers.append((ticket, Done()))
            case AwaitDevice(ticket, scope):
                parts.conversations.await_device(scope, turn)
                turn.answer(ticket, Done())
            case FoldMoved():
                decide_orders(parts.ground.flight, turn)
                self._talk.refresh(turn)
            case _:
                assert_never(event)

    def _choose(self, ticket: int, turn: Turn) -> None:
        """What is kept of an agent has changed: what is here is looked at once that is on the disk."""
        self._parts.sweep.begin_again()
        turn.after.answers.append((ticket, Done()))

    def _join(self, event: JoinScope, turn: Turn) -> None:
        """Begin to carry a network, and find out who shares it."""
        parts = self._parts
        if len(parts.scopes.carried) >= parts.ground.settings.scopes_max and event.scope not in parts.scopes.carried:
            turn.answer(event.ticket, NotWritten("scope", f"at most {parts.ground.settings.scopes_max} networks"))
            return
        others = event.scope in parts.policy.relayed or event.scope in parts.scopes.left
        joined = event.scope in parts.scopes.carried and not others
        relayed = event.relay and not joined
        if relayed:
            parts.policy.relayed[event.scope] = None
        else:
            parts.policy.relayed.pop(event.scope, None)
        # SPEC 03-sync 3.4: A node MUST NOT take a host where its own agent stands by its own fold
        hosts = [] if parts.gate.is_in(event.scope) else [peer for peer, _ in event.peers]
        parts.scopes.carry(event.scope, hosts)
        rows = [row for row in parts.ground.ledger.rows(JoinedEntry) if row.network == event.scope]
        before = rows[0] if rows else JoinedEntry(event.scope, 0)
        slug, host = event.slug or before.slug, hosts[0] if hosts else before.host
        agent, now = event.agent if before.agent or not joined else b"", turn.moment.wall
        row = before._replace(at=now, left=False, leaving=False, slug=slug, relayed=relayed, host=host, agent=agent)
        turn.local += (row, *event.local)
        for peer, addresses in event.peers:
            parts.book.add(peer, addresses, turn, by_hand=True, source="join")
        self._talk.refresh(turn)
        parts.waiters.join(event.ticket, event.scope, turn)

    def _leave(self, scope: ScopeId, turn: Turn) -> None:
        """Stop carrying a network."""
        parts = self._parts
        if parts.scopes.goes_on_after_leaving(scope) and scope not in parts.policy.relayed:
            parts.scopes.left[scope] = None
        else:
            parts.scopes.drop(scope)
        parts.policy.relayed.pop(scope, None)
        rows = [row for row in parts.ground.ledger.rows(JoinedEntry) if row.network == scope]
        turn.local += [row._replace(left=True, leaving=False, host="", invitation=b"", agent=b"") for row in rows]
        self._talk.refresh(turn)
        parts.waiters.look(turn)
