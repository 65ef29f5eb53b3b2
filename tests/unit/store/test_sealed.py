"""Seals: opened by their own main key, in their own place, as they were made, and by nothing else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshnode.store.errors import KeyfileError
from meshnode.store.sealed import MainKey, is_sealed

PATH = Path("/home/ana/device.key")
MAIN_KEY = MainKey(bytes(range(32)))


@given(content=st.binary(max_size=500))
def test_unsealing_undoes_sealing(content: bytes) -> None:
    sealed = MAIN_KEY.seal(PATH.name, content)
    assert is_sealed(sealed)
    assert MAIN_KEY.unseal(PATH, sealed) == content


def test_a_seal_shows_nothing_and_is_never_the_same_twice() -> None:
    one, two = (MAIN_KEY.seal(PATH.name, b"a secret") for _ in range(2))
    assert one != two
    assert b"secret" not in one
    assert b"secret".hex().encode() not in one


def test_a_seal_holds_in_its_own_place_only() -> None:
    sealed = MAIN_KEY.seal("transport.key", b"a secret")
    with pytest.raises(KeyfileError, match="damaged"):
        MAIN_KEY.unseal(PATH, sealed)


def test_another_main_key_is_told_apart_from_damage() -> None:
    with pytest.raises(KeyfileError, match=r"another passphrase\.key"):
        MainKey.new().unseal(PATH, MAIN_KEY.seal(PATH.name, b"a secret"))


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_any_flipped_bit_is_noticed(place: int, bit: int) -> None:
    sealed = bytearray(MAIN_KEY.seal(PATH.name, b"a secret"))
    sealed[place % len(sealed)] ^= 1 << bit
    try:
        assert MAIN_KEY.unseal(PATH, bytes(sealed)) == b"a secret"  # upper case of a digit, white space at the end
    except KeyfileError:
        return


@pytest.mark.parametrize(
    "lines", ["nonce 00\ntext 00\n", "nonce zz\ntext 00\n", "text 00\n", f"nonce {'00' * 24}\ntext\n"]
)
def test_what_is_no_seal_is_damaged(lines: str) -> None:
    with pytest.raises(KeyfileError, match="damaged"):
        MAIN_KEY.unseal(PATH, f"meshnode sealed 1\nby {MAIN_KEY.id}\n{lines}".encode())


def test_a_newer_seal_is_said_to_be_one() -> None:
    with pytest.raises(KeyfileError, match="not a key file of this version"):
        MAIN_KEY.unseal(PATH, b"meshnode sealed 2\n")


def test_a_main_key_shows_itself_only_when_it_is_handed_over() -> None:
    assert MainKey(MAIN_KEY.hand_over()).id == MAIN_KEY.id
    assert MAIN_KEY.hand_over().hex() not in repr(MAIN_KEY) + str(MAIN_KEY)
    with pytest.raises(ValueError, match="32 bytes, not 31"):
        MainKey(bytes(31))
