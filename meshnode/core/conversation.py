"""How a conversation opens, and what is shared in it.

    PeerUp: → hello                                    GREETING
    hello in: the dialler → auth                       PROVING
    auth in: the answerer → auth; both → scopes        OPEN

Each side proves with its device key that it is who it says, bound to both peer ids, both nonces and its role. Then
each shows tags of the scopes it is ready to share with the other, and again whenever these change.
"""

from dataclasses import dataclass

from meshnode.core.gate import Gate
from meshnode.core.ground import Ground, Phase, Session
from meshnode.core.mandates import Mandates
from meshnode.core.policy import Policy
from meshnode.core.reports import DeviceAsks, PeerWelcome, ScopeClosed
from meshnode.core.scopes import Carried, Scopes
from meshnode.core.turn import Turn
from meshproto.records.ids import ScopeId
from meshproto.wire.breaches import Breach, Breached
from meshproto.wire.limits import MAX_ADDRESSES, MAX_TAGS, NONCE_SIZE, TAG_SIZE, TAG_STEP, VERSION
from meshproto.wire.messages import Auth, Hello
from meshproto.wire.messages import Scopes as Tags
from meshproto.wire.session import ANSWERER, DIALLER, is_hello, name_of, sign_hello, tag, transcript


@dataclass(slots=True)
class Pairing:
    """How two devices of one owner find each other before one lets the other in: a scope stands for their secret."""

    awaits: ScopeId | None = None
    """What a new device shows a tag of; None if none is awaited."""
    asks: ScopeId | None = None
    """What this device shows a tag of as long as it was not let in; None if it was."""


class Conversations:
    """Opens sessions and keeps what they share up to date."""

    def __init__(self, ground: Ground, scopes: Scopes, gate: Gate, mandates: Mandates, policy: Policy) -> None:
        self._ground = ground
        self._scopes = scopes
        self._gate = gate
        self._mandates = mandates
        self._policy = policy
        self.listening: tuple[str, ...] = ()
        self.pairing = Pairing()

    def greet(self, session: Session, turn: Turn) -> None:
        """Begin: say hello, and expect the other side to prove itself in time."""
        settings = self._ground.settings
        self._ground.agenda.set("hello", session.conn, turn.moment.ticks + settings.hello_deadline)
        session.granted = settings.credit
        hello = Hello((VERSION,), session.nonce, settings.features, settings.credit, self.listening[:MAX_ADDRESSES])
        turn.send(session.conn, hello)

    def take_hello(self, session: Session, hello: Hello, turn: Turn) -> None:
        """GREETING → PROVING. Raises Breached."""
        if session.phase is not Phase.GREETING:
            raise Breached(Breach.ORDER, "a second hello")
        if VERSION not in hello.versions:
            raise Breached(Breach.VERSION, f"{max(hello.versions)} here {VERSION}")
        if hello.nonce == session.nonce:
            raise Breached(Breach.HELLO, "our own nonce")
        session.hello = hello
        session.may_send = hello.credit
        session.transcript = _transcript(session, hello)
        session.phase = Phase.PROVING
        if session.outbound:
            turn.send(session.conn, self._proof(session))

    def take_auth(self, session: Session, auth: Auth, turn: Turn) -> None:
        """PROVING → OPEN. Raises Breached."""
        if session.phase is not Phase.PROVING:
            raise Breached(Breach.ORDER, "auth")
        theirs = ANSWERER if session.outbound else DIALLER
        # SPEC 03-sync 3: A receiver MUST close the connection with W-HELLO if the signature does not verify.
        if not is_hello(auth.key, session.transcript, theirs, auth.agent, auth.signature):
            raise Breached(Breach.HELLO, "signature")
        session.agent, session.key = auth.agent, auth.key
        if not session.outbound:
            turn.send(session.conn, self._proof(session))
        session.phase = Phase.OPEN
        self._ground.agenda.drop("hello", session.conn)
        self.recognise(session)
        self.show_tags(session, turn)

    def take_tags(self, session: Session, tags: Tags, turn: Turn) -> bool:
        """Note what the other side is ready to share; true if more is shared than before."""
        before = list(session.shared.values())
        session.tags_heard = frozenset(tags.tags)
        self._look_for_device(session, turn)
        wider = self._share(session, turn)
        for scope in before:
            if scope not in session.shared.values() and scope in self._scopes.carried:
                turn.tell(ScopeClosed(session.conn, scope))
        return wider

    def refresh(self, turn: Turn) -> list[Session]:
        """Show tags anew where they changed; returns the sessions in which more is shared now."""
        wider = []
        for session in self._ground.open_sessions():
            self.recognise(session)
            self.show_tags(session, turn)
            if self._share(session, turn):
                wider.append(session)
        return wider

    def recognise(self, session: Session) -> None:
        """Find out whether the key that spoke signs for the agent: as its root, or by a grant that nobody ended."""
        if not session.agent:
            return
        folded = self._mandates.is_device(session.agent, session.key)
        session.lapsed = folded is False and session.key in self._mandates.keys_of(session.agent)
        session.ended = session.lapsed and session.agent == self._ground.identity.agent
        session.known = folded or (folded is None and self._ground.flight.root_of(session.agent) == session.key)

    def await_device(self, scope: ScopeId | None, turn: Turn) -> None:
        """Look out for a device that shows a tag of a scope, also among those who showed theirs already."""
        self.pairing.awaits = scope
        for session in self._ground.open_sessions():
            self._look_for_device(session, turn)

    def show_tags(self, session: Session, turn: Turn) -> None:
        """Send the tags of what we would share with this peer, unless it has them."""
        ours = DIALLER if session.outbound else ANSWERER
        offered = tuple(sorted(tag(each, session.transcript, ours) for each in self._offered(session)))
        if offered != session.tags_told:
            session.tags_told = offered
            filler = [self._ground.chance.token(TAG_SIZE) for _ in range(-len(offered) % TAG_STEP)]
            turn.send(session.conn, Tags(tuple(sorted([*offered, *filler]))))

    def welcome(self, session: Session, turn: Turn) -> None:
        """Report who is there."""
        turn.tell(PeerWelcome(session.conn, session.peer, session.agent, session.known, len(session.shared)))

    def _offered(self, session: Session) -> list[ScopeId]:
        carried = self._scopes.carried.values()
        asks = [self.pairing.asks] if self.pairing.asks else []
        offered = [*asks, *(each.scope for each in carried if self._may_share(session, each))]
        return offered[:MAX_TAGS]

    def _look_for_device(self, session: Session, turn: Turn) -> None:
        """Find out whether this is a new device of the owner's, which proves it by the secret of a pairing line."""
        awaited = self.pairing.awaits
        if awaited is None or session.known or session.agent != self._ground.identity.agent:
            return
        theirs = ANSWERER if session.outbound else DIALLER
        if tag(awaited, session.transcript, theirs) in (session.tags_heard or ()):
            turn.tell(DeviceAsks(session.key, awaited))

    def _may_share(self, session: Session, carried: Carried) -> bool:
        return self._policy.shares(carried.scope) and self._gate.admits(session, carried)

    def _share(self, session: Session, turn: Turn) -> bool:
        """Work out what both sides carry."""
        theirs = ANSWERER if session.outbound else DIALLER
        before = set(session.shared.values())
        session.shared = {
            name_of(scope, session.transcript): scope
            for scope in sorted(self._scopes.carried)
            if self._may_share(session, self._scopes.carried[scope])
            and tag(scope, session.transcript, theirs) in (session.tags_heard or ())
        }
        return not before.issuperset(session.shared.values())

    def _proof(self, session: Session) -> Auth:
        identity = self._ground.identity
        ours = DIALLER if session.outbound else ANSWERER
        signature = sign_hello(identity.key, session.transcript, ours, identity.agent)
        return Auth(identity.agent, identity.key.public, signature)


def new_nonce(ground: Ground) -> bytes:
    """A nonce for one session."""
    return ground.chance.token(NONCE_SIZE)


def _transcript(session: Session, hello: Hello) -> bytes:
    """What both sides know of this session: who dialled whom, and both nonces, dialler first."""
    if session.outbound:
        return transcript(session.local_peer, session.peer, session.nonce, hello.nonce)
    return transcript(session.peer, session.local_peer, hello.nonce, session.nonce)
