"""Who this node is to libp2p: keys and peer id, made from the seed that the caller keeps."""

from dataclasses import dataclass, field

from libp2p.crypto.ed25519 import Ed25519PrivateKey
from libp2p.crypto.keys import PrivateKey
from libp2p.crypto.x25519 import X25519PrivateKey
from libp2p.peer.id import ID

from meshnode.net.transport import PeerId

ED25519_ID = bytes.fromhex("002408011220")
"""How the peer id of an Ed25519 key begins: the key itself, 32 bytes, follows instead of a digest of it."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The key that names this node, and the one Noise exchanges secrets with, signed by the first."""

    peer: PeerId
    id: ID
    key: PrivateKey = field(repr=False)
    noise_key: PrivateKey = field(repr=False)


def identity_of(seed: bytes) -> Identity:
    """Return the identity of a 32-byte seed. The Noise key is new each time; nothing depends on keeping it."""
    key = Ed25519PrivateKey.new(seed)
    own = ID.from_pubkey(key.get_public_key())
    # It must be an X25519 key: given the Ed25519 one, the library computes secrets no other implementation shares.
    return Identity(peer=PeerId(own.to_base58()), id=own, key=key, noise_key=X25519PrivateKey.new())


def read_peer_id(peer: PeerId) -> ID:
    """Return what the text of a peer id stands for; raises `ValueError` unless it is that of an Ed25519 key."""
    found = ID.from_base58(peer)
    raw = found.to_bytes()
    if not raw.startswith(ED25519_ID) or len(raw) != len(ED25519_ID) + 32:
        raise ValueError("not the peer id of an Ed25519 key")
    return found
