"""Who this node is to libp2p: keys and peer id, made from the seed that the caller keeps."""

from dataclasses import dataclass, field

from libp2p.crypto.ed25519 import Ed25519PrivateKey
from libp2p.crypto.keys import PrivateKey
from libp2p.crypto.x25519 import X25519PrivateKey
from libp2p.peer.id import ID

from meshnode.net.transport import PeerId


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
