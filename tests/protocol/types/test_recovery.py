"""Recovery keys and fingerprints come out alike everywhere."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from meshproto.types.recovery import fingerprint, recovery_digest, recovery_seed


def test_words_lead_to_a_seed_and_a_digest_that_does_not_tell_the_key() -> None:
    assert recovery_seed(bytes(16)) == sha256(b"meshnode/1 recovery seed\n" + bytes(16)).digest()
    assert recovery_digest(b"k" * 32) == sha256(b"meshnode/1 recovery" + b"k" * 32).digest()


def test_a_fingerprint_is_the_first_44_bits_in_four_words() -> None:
    assert fingerprint(bytes.fromhex("ffe001000c05") + bytes(26)) == (0x7FF, 0, 0x200, 0x0C0)


@given(st.binary(min_size=32, max_size=32))
def test_every_word_of_a_fingerprint_is_in_the_list(agent: bytes) -> None:
    words = fingerprint(agent)
    assert len(words) == 4
    assert all(0 <= word < 2048 for word in words)
