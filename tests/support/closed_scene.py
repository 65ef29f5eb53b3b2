"""A node with a closed network of its own: invitations, guests and members, each signed by hand."""

from meshnode.core.drafts import Draft
from meshnode.core.effects import Written
from meshproto.records.ids import RecordId, ScopeId
from meshproto.records.signatures import SigningKey
from meshproto.types import authority
from meshproto.wire import session as words
from meshproto.wire.messages import Door, Knock
from tests.support.core_rig import Peer, Rig, Writer, ids_of
from tests.support.core_scene import accept_of

SECRET = b"sixteen letters."
KEY = words.invitation_key(SECRET)


def closed(name: str = "net") -> tuple[Rig, ScopeId]:
    """A node that has founded a closed network and folded it."""
    rig = Rig()
    scope = rig.found(is_open=False, name=name)
    rig.fold()
    return rig, scope


def invited(rig: Rig, scope: ScopeId, *, key: SigningKey = KEY, uses: int = 1, until: str | None = None) -> RecordId:
    """Let the node invite whoever holds a key."""
    facts = authority.invitation(key.public, uses=uses, until=until)
    return written(rig, Draft(scope, "grant", facts, agent=scope))


def appointed(rig: Rig, scope: ScopeId, who: Writer, role: str) -> RecordId:
    """Let the node give a role by name."""
    return written(rig, Draft(scope, "grant", authority.grant(who.agent, role), agent=scope))


def ended(rig: Rig, scope: ScopeId, *targets: bytes) -> RecordId:
    """Let the node end roles in the name of the network."""
    return written(rig, Draft(scope, "revoke", authority.revoke(targets), agent=scope))


def enters(rig: Rig, scope: ScopeId, who: Writer, grant: RecordId, key: SigningKey = KEY) -> RecordId:
    """Let somebody accept an invitation, as the node hears of it by a file."""
    facts = authority.accept_invitation(grant, who.agent, key)
    signed = who.sign(Draft(scope, "countersign", facts), deps=[accept_of(rig, scope)])
    rig.put(who.genesis, signed)
    rig.fold()
    return ids_of(signed)[-1]


def written(rig: Rig, draft: Draft) -> RecordId:
    """Write something that must succeed, and fold it."""
    outcome = rig.write(draft)
    assert isinstance(outcome, Written), outcome
    rig.fold()
    return outcome.ids[-1]


def knocks(peer: Peer, key: SigningKey = KEY, *, proof: bytes | None = None) -> Door:
    """Knock at the node and return its answer."""
    signed = words.sign_knock(key, peer.transcript, peer.role, peer.who.agent)
    peer.say(Knock(words.door_tag(key.public, peer.transcript, peer.role), proof or signed))
    return peer.last(Door)


def shared(rig: Rig, peer: Peer) -> set[bytes]:
    """What the node shares with a peer."""
    return set(rig.node.parts.ground.sessions[peer.conn].shared.values())
