"""Sealing and opening what follows the handshake, however it is cut on its way."""

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from meshnode.net.libp2p.session import PLAIN_BYTES, Buffer, Session
from meshnode.net.libp2p.violation import Violation


class FakeCipher:
    """Seals by adding the number of the message, so that order and loss show."""

    def __init__(self) -> None:
        self._number = 0

    def encrypt_with_ad(self, ad: bytes | None, plaintext: Buffer) -> bytes:
        self._number += 1
        return bytes(plaintext) + self._number.to_bytes(16, "big")

    def decrypt_with_ad(self, ad: bytes | None, ciphertext: Buffer) -> bytes:
        self._number += 1
        if bytes(ciphertext)[-16:] != self._number.to_bytes(16, "big"):
            raise InvalidTag
        return bytes(ciphertext)[:-16]


def pair() -> tuple[Session, Session]:
    return Session(FakeCipher(), FakeCipher()), Session(FakeCipher(), FakeCipher())


@given(st.lists(st.binary(max_size=300), max_size=20), st.lists(st.integers(1, 200), min_size=1, max_size=20))
def test_opening_undoes_sealing_however_the_bytes_arrive(parts: list[bytes], cuts: list[int]) -> None:
    alice, bob = pair()
    sealed = b"".join(alice.seal([part]) for part in parts)
    opened = b""
    while sealed:
        for cut in cuts:
            opened += b"".join(bob.open(sealed[:cut]))
            sealed = sealed[cut:]
    assert opened == b"".join(parts)


def test_pieces_leave_together_and_long_ones_in_several_messages() -> None:
    alice, bob = pair()
    sealed = alice.seal([b"a" * 10, memoryview(b"b" * PLAIN_BYTES), bytearray(b"c")])
    assert [len(message) for message in bob.open(sealed)] == [PLAIN_BYTES, 11]


def test_nothing_becomes_nothing() -> None:
    assert pair()[0].seal([]) == b""


@pytest.mark.parametrize("sealed", [b"\x00\x00", b"\x00\x0fshorter than 16", b"\x00\x20" + bytes(32)])
def test_what_the_peer_did_not_seal_is_refused(sealed: bytes) -> None:
    with pytest.raises(Violation):
        list(pair()[1].open(sealed))


def test_it_tells_how_much_came_of_a_message_whose_rest_has_not() -> None:
    alice, bob = pair()
    sealed = alice.seal([b"a" * 100, b"b" * 100])
    assert (list(bob.open(sealed[:-7])), bob.unopened) == ([], len(sealed) - 7)
    assert (len(list(bob.open(sealed[-7:]))), bob.unopened) == (1, 0)
