"""The Merkle root over record ids, shaped as in RFC 6962."""

from collections.abc import Sequence
from hashlib import sha256


def merkle_root(ids: Sequence[bytes]) -> bytes:
    """The root over ids in ascending order: equal for equal sets of records."""
    # SPEC 05-bundle 1: a leaf is SHA-256(0x00 ‖ id), a node SHA-256(0x01 ‖ left ‖ right)
    level = [sha256(b"\x00" + each).digest() for each in ids]
    if not level:
        return sha256(b"").digest()
    # Pairing neighbours and carrying an odd last one up gives the tree of RFC 6962 without recursion.
    while len(level) > 1:
        paired = [sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0]
