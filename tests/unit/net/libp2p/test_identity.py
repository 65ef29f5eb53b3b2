"""Peer ids follow from seeds, and from nothing else."""

import pytest
from libp2p.peer.id import ID

from meshnode.net.libp2p.identity import identity_of, read_peer_id
from meshnode.net.transport import PeerId

SEED = bytes(range(32))


def test_a_seed_always_names_the_same_peer() -> None:
    one, again, other = identity_of(SEED), identity_of(SEED), identity_of(bytes(32))
    assert one.peer == again.peer != other.peer
    assert one.peer == "12D3KooWA4Xop1JaT3MHxwYMkCepYsv4iPVopMXwCz5iHYdBfeSB"
    assert ID.from_pubkey(one.key.get_public_key()) == one.id


def test_the_key_that_noise_uses_is_new_each_time() -> None:
    assert identity_of(SEED).noise_key.to_bytes() != identity_of(SEED).noise_key.to_bytes()


def test_keys_are_never_printed() -> None:
    printed = repr(identity_of(SEED))
    assert "key" not in printed


def test_a_peer_id_can_be_read_again() -> None:
    assert read_peer_id(identity_of(SEED).peer) == identity_of(SEED).id


@pytest.mark.parametrize("text", ["1" * 50, "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N", "0OIl", "", "12D3KooW"])
def test_what_names_no_ed25519_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_peer_id(PeerId(text))
