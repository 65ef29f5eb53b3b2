"""The signature rule ed25519-strict-1, against a second library and hostile input."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from meshproto.records import signatures
from meshproto.records.signatures import RECORD_CONTEXT, SigningKey, key_is_valid, self_test, verify, verify_bytes

ORDER = 2**252 + 27742317777372353535851937790883648493
P = 2**255 - 19
SEEDS = st.binary(min_size=32, max_size=32)
SMALL = [
    bytes.fromhex(each) for each in ("00" * 32, "01" + "00" * 31, "ec" + "ff" * 30 + "7f", "ee" + "ff" * 30 + "7f")
]
SMALL += [
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
]


def second_opinion(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@given(SEEDS, st.binary(max_size=64))
def test_both_libraries_accept_what_we_sign(seed: bytes, message: bytes) -> None:
    key = SigningKey.from_seed(seed)
    signature = key.sign(message)
    assert verify(key.public, message, signature)
    assert second_opinion(key.public, RECORD_CONTEXT + message, signature)


@given(SEEDS, st.data())
def test_a_second_library_agrees_on_damaged_signatures_and_keys(seed: bytes, data: st.DataObject) -> None:
    signer = SigningKey.from_seed(seed)
    parts = [bytearray(signer.public), bytearray(signer.sign_bytes(b"", b"message"))]
    for _ in range(data.draw(st.integers(0, 2))):
        part = data.draw(st.sampled_from(parts))
        part[data.draw(st.integers(0, len(part) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    key, signature = (bytes(each) for each in parts)
    if key_is_valid(key):
        assert verify_bytes(key, b"", b"message", signature) is second_opinion(key, b"message", signature)
    else:
        assert not verify_bytes(key, b"", b"message", signature)


@given(st.sampled_from(SMALL), st.sampled_from(SMALL), st.integers(0, 2**256 - 1), st.binary(max_size=8))
def test_points_of_small_order_are_worth_nothing(key: bytes, r: bytes, s: int, message: bytes) -> None:
    assert not verify_bytes(key, b"", message, r + s.to_bytes(32, "little"))
    honest = SigningKey.from_seed(bytes(32))
    assert not verify_bytes(honest.public, b"", message, r + s.to_bytes(32, "little"))


@given(SEEDS, st.integers(1, 14))
def test_a_signature_has_only_one_form(seed: bytes, times: int) -> None:
    key = SigningKey.from_seed(seed)
    signature = key.sign(b"id")
    larger = int.from_bytes(signature[32:], "little") + times * ORDER
    assert not verify(key.public, b"id", signature[:32] + larger.to_bytes(32, "little"))


@given(st.integers(0, 18), st.sampled_from([0, 1 << 255]))
def test_keys_that_are_not_canonical_are_refused(over: int, sign: int) -> None:
    assert not key_is_valid((P + over | sign).to_bytes(32, "little"))


def test_a_key_with_a_part_of_small_order_is_refused() -> None:
    mixed = bytes.fromhex("cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d")  # from speccheck
    assert not key_is_valid(mixed)


@pytest.mark.parametrize("size", [0, 63, 65])
def test_a_signature_of_another_size_is_refused(size: int) -> None:
    assert not verify(SigningKey.from_seed(bytes(32)).public, b"id", bytes(size))


def test_a_signature_holds_in_one_context_only() -> None:
    key = SigningKey.from_seed(bytes(32))
    assert not verify(key.public, b"id", key.sign_bytes(b"meshnode/1 hello", b"id"))


def test_checked_keys_are_remembered_within_a_bound() -> None:
    assert key_is_valid.cache_info().maxsize == signatures.KEYS_REMEMBERED


def test_the_library_at_hand_passes_the_self_test() -> None:
    assert self_test()
