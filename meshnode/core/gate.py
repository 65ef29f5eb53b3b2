"""The gate: who may read what on a connection. Every answer to a peer asks here, and every question that would tell.

A network is shared with a peer once both sides have shown its tag, and a side shows it only to whom it admits. All
that is visible to a peer follows from what is shared with him. To everyone else a node speaks as if it held nothing.
"""

from collections.abc import Callable

from meshnode.core.flight import LogNow
from meshnode.core.ground import Ground, Session
from meshnode.core.named import Named
from meshnode.core.scopes import Carried, Scopes
from meshnode.core.standing import Doorway, NetworkStanding
from meshproto.records.ids import AgentId, Key, LogId, RecordId, ScopeId
from meshproto.records.record import Record
from meshproto.wire.messages import Name

OPEN = "open"
"""The state of an invitation that lets somebody in."""

DoorTest = Callable[[Key], bool]
"""Whether the key of an invitation is the one somebody speaks of."""


class Gate:
    """Decides by what the fold has told of networks."""

    def __init__(self, ground: Ground, scopes: Scopes, named: Named) -> None:
        self._ground = ground
        self._scopes = scopes
        self._named = named
        self._told: dict[ScopeId, NetworkStanding] = {}

    def tell(self, standing: NetworkStanding) -> None:
        """The fold says how a network stands now."""
        self._told[standing.scope] = standing

    def concerns_us(self, scope: ScopeId) -> bool:
        """Whether an agreement concerns somebody for whom this node acts, as far as is folded."""
        told = self._told.get(scope)
        return told is not None and told.concerns_us

    def takes_part(self, agent: AgentId, scope: ScopeId) -> bool:
        """Whether an agent takes part in an agreement by any version, or acts for who does, as far as is folded."""
        told = self._told.get(scope)
        return told is not None and agent in told.involved

    def is_open(self, scope: ScopeId) -> bool | None:
        """Whether anyone may read a scope; None if not known yet. No agreement is open, and no organisation of ours."""
        told, flight = self._told.get(scope), self._ground.flight
        if told is not None:
            return told.is_open
        facts = flight.network(scope)
        if facts is not None:
            return facts.open
        is_circle = flight.is_agreement(scope) or flight.founders_of(scope) is not None
        return False if is_circle else None

    def admits(self, session: Session, carried: Carried) -> bool:
        """Whether a peer may be told of a network."""
        # SPEC 03-sync 3.4: It stops as soon as its fold says otherwise: from then on what is on its way to that peer
        # and was not sent yet MUST NOT be sent.
        is_open, told = self.is_open(carried.scope), self._told.get(carried.scope)
        if is_open or (is_open is None and not carried.hosts):
            return True
        if told is None:
            return session.peer in carried.hosts
        if self.stands(session, carried.scope):
            return True
        if carried.scope in session.regains and self._may_come_back(session.agent, told):
            return True
        return self._is_host(session, carried, told) or self._is_guest(session, told)

    def is_in(self, scope: ScopeId) -> bool:
        """Whether our own agent stands in a network by invitation, as far as is folded."""
        told = self._told.get(scope)
        return told is not None and self._ground.identity.agent in told.readers

    def stands(self, session: Session, scope: ScopeId) -> bool:
        """Whether a peer speaks for somebody who stands in a network by invitation, as far as is folded."""
        told = self._told.get(scope)
        return told is not None and session.known and session.agent in told.readers

    def names_of(self, session: Session, scope: ScopeId) -> list[Name]:
        """The names under which a session shares logs of this scope."""
        sets = {carried.scope for carried in self._scopes.sets_of(scope)}
        return [name for name, shared in session.shared.items() if shared in sets]

    def may_read(self, session: Session, now: LogNow) -> bool:
        """Whether a peer may be served a log."""
        return self.is_visible(session, now.scope)

    def is_visible(self, session: Session, scope: ScopeId) -> bool:
        """Whether a peer may know that something of a scope is here."""
        return bool(self.names_of(session, scope)) or self.reads_own_stream(session, scope)

    def hides(self, session: Session, scope: ScopeId) -> bool:
        """Whether a peer must not notice that something of a scope is here.

        Streams of agents who stand in open networks only, or nowhere, are no secret, though not served to anyone.
        """
        if self.is_visible(session, scope) or (session.known and bytes(session.agent) == bytes(scope)):
            return False
        if bytes(scope) == bytes(self._ground.identity.agent) or self._is_closed(scope):
            return True
        standing = self._ground.ledger.scopes_of(scope)
        # The disk knows that somebody stands in a network a moment before this node is told of that.
        if any(each in session.shared.values() for each in standing):
            return False
        return any(self._is_closed(each) for each in standing)

    def _is_closed(self, scope: ScopeId) -> bool:
        """Whether a scope is of a circle of people: a network by invitation, an organisation of ours, an agreement."""
        if self._ground.flight.is_personal(scope):
            return scope in self._scopes.carried
        return self.is_open(scope) is False

    def log(self, session: Session, log: LogId) -> LogNow | None:
        """A log as it will be, in the eyes of a peer: None if he must not notice it."""
        now = self._ground.flight.log(log)
        return None if now is None or self.hides(session, now.scope) else now

    def has(self, session: Session, record: RecordId) -> bool:
        """Whether a record is stored or about to be, in the eyes of a peer."""
        found = self._ground.flight.record(record)
        return found is not None and not self.hides(session, found.home)

    def lets_parts_in(self, session: Session, scope: ScopeId) -> bool:
        """Whether private parts of records of a scope, which are here, may be taken in from a peer.

        On a new device the own stream comes before all that makes it visible to the one that sends it.
        """
        is_own = bytes(scope) == bytes(self._ground.identity.agent)
        return not self.hides(session, scope) or (is_own and bool(session.shared))

    def lets_in(self, session: Session, first: Record) -> bool:
        """Whether a run that begins with this record may be taken in from a peer; if not, it is passed over in silence.

        What is not shared with him he may send of persons and organisations only: their streams, beginning with the
        genesis. So whether he is passed over does not tell him whether a network is here.
        """
        scope = first.home
        if self.is_visible(session, scope):
            return True
        # SPEC 03-sync 3.4: It MUST NOT store runs of a network by invitation, or of an agreement, that is not shared
        # with the connection they came by.
        if not self._ground.flight.is_personal(scope):
            return not first.scope
        if bytes(first.author) == bytes(scope) or not self.hides(session, scope):
            return True
        # Where an organisation is named, all hear on what it rests: also who looks for it and is no part of it.
        return any(self.is_visible(session, each) for each in self._named.scopes(scope))

    def shares_person(self, session: Session, person: ScopeId) -> bool:
        """Whether the genesis of a person or organisation may be served to a peer."""
        is_own = bytes(person) == bytes(self._ground.identity.agent)  # whose id every peer is told
        # SPEC 03-sync 5.4: The genesis of a person or organisation may be read by whoever shares a scope in which that
        # agent stands or is named
        named = (self._tells_of(session, each, person) for each in self._named.scopes(person))
        return bool(session.shared) and (is_own or not self.hides(session, person) or any(named))

    def shares_name(self, session: Session, person: ScopeId) -> bool:
        """Whether a peer may know what somebody is called: it shares an agreement in which that agent is named."""
        scopes = self._named.scopes(person)
        return any(self._ground.flight.is_agreement(each) and self.is_visible(session, each) for each in scopes)

    def _tells_of(self, session: Session, scope: ScopeId, person: ScopeId) -> bool:
        """Whether a peer may know that somebody is named in a scope: it shares that, or its genesis names a founder."""
        if self.is_visible(session, scope):
            return True
        founders = self._ground.flight.founders_of(scope)
        return AgentId(person) in (founders or ()) and self.shares_person(session, scope)

    def reads_own_stream(self, session: Session, scope: ScopeId) -> bool:
        """Whether a scope is our own stream, and the peer's agent stands in a network that we have left.

        Who stands there holds our stream and goes on taking it in: what we order to be erased must reach them. Our
        owner's other devices read it, too: one that was ended is told so, and one that does not know our new key yet
        learns of it, though it shares nothing with us before that.
        """
        own = self._ground.identity.agent
        if bytes(scope) != bytes(own):
            return False
        if session.ended or (session.known and session.agent == own):
            return True
        left = self._scopes.left
        if not left or not session.known:
            return False
        return any(each in left for each in self._ground.ledger.scopes_of(session.agent))

    def door(self, key_matches: DoorTest) -> tuple[NetworkStanding, Doorway] | None:
        """The invitation to a network carried here that passes a test."""
        for scope in self._scopes.carried:
            told = self._told.get(scope)
            for door in told.doors if told is not None else ():
                if told is not None and key_matches(door.key):
                    return told, door
        return None

    def networks_of(self, agent: AgentId) -> list[ScopeId]:
        """The networks and agreements here in which an agent stands, or would, were it certain who signed for it."""
        return [scope for scope in self._scopes.carried if self._comes_back_to(agent, scope)]

    def _comes_back_to(self, agent: AgentId, scope: ScopeId) -> bool:
        if self.is_open(scope):
            return scope in self._ground.ledger.scopes_of(agent)
        told = self._told.get(scope)
        return told is not None and self._may_come_back(agent, told)

    @staticmethod
    def _may_come_back(agent: AgentId, told: NetworkStanding) -> bool:
        """Whether nobody has ended what lets an agent stand in a network, be it contested for now."""
        return agent in told.readers or agent in told.doubted

    def _is_host(self, session: Session, carried: Carried, told: NetworkStanding) -> bool:
        """Whether a peer lets us in, or did, and is not known to stand there only because too little is folded."""
        if session.peer not in carried.hosts:
            return False
        if not self.is_in(carried.scope):
            return True
        # Whoever comes back stands there by the first that is folded, and only then does the one that lets him in. Who
        # stands in an agreement, its first version says of all.
        is_over = session.lapsed or session.agent in told.ended
        return not is_over and not self._ground.flight.is_agreement(carried.scope)

    def _is_guest(self, session: Session, told: NetworkStanding) -> bool:
        """Whether a peer has proven that he holds an invitation that is still open."""
        grant = session.guest_of.get(told.scope)
        return any(door.grant == grant and door.state == OPEN for door in told.doors)
