"""Canonical MessagePack: what is written, and that the fast decoder never says yes where the strict one says no."""

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshproto.records.encoding import EncodeError, Text, Value, decode, decode_slowly, encode
from meshproto.records.limits import MAX_DEPTH, MAX_INT
from meshproto.records.reasons import Reason, Refused

ASCII = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=40)
ANY_TEXT = st.text(max_size=40)
INTS = st.integers(-MAX_INT, MAX_INT)


def values(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Value]:
    leaves = st.booleans() | INTS | texts | st.binary(max_size=40)
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=6) | st.dictionaries(texts, inner, max_size=6), max_leaves=20
    )


def outcome(raw: bytes, text: Text, nil: bool, strict: bool) -> Value | Reason:
    try:
        return (decode_slowly if strict else decode)(raw, text=text, nil=nil)
    except Refused as refusal:
        return refusal.reason


def strictly_equal(one: object, other: object) -> bool:
    return repr(one) == repr(other)  # 1 and True are equal, their texts are not


@given(values(ASCII))
def test_decoding_undoes_encoding(value: Value) -> None:
    assert strictly_equal(decode(encode(value)), decode_slowly(encode(value)))
    assert encode(decode(encode(value))) == encode(value)


@given(values(ANY_TEXT))
def test_decoding_undoes_encoding_for_any_text(value: Value) -> None:
    assert encode(decode(encode(value), text="utf8")) == encode(value)


@given(INTS)
def test_integers_take_the_form_that_other_encoders_give_them(number: int) -> None:
    assert encode(number) == msgpack.packb(number)


@given(st.binary(max_size=60), st.sampled_from(["ascii", "utf8"]), st.booleans())
def test_both_decoders_agree_on_any_bytes(raw: bytes, text: Text, nil: bool) -> None:
    assert strictly_equal(outcome(raw, text, nil, strict=False), outcome(raw, text, nil, strict=True))


@given(values(ANY_TEXT), st.data(), st.sampled_from(["ascii", "utf8"]), st.booleans())
def test_both_decoders_agree_on_bytes_nearly_right(value: Value, data: st.DataObject, text: Text, nil: bool) -> None:
    raw = bytearray(encode(value))
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert strictly_equal(outcome(bytes(raw), text, nil, strict=False), outcome(bytes(raw), text, nil, strict=True))


@given(st.recursive(st.none() | st.floats() | st.integers() | ANY_TEXT | st.binary(), st.lists, max_leaves=10))
def test_both_decoders_agree_on_what_others_encode(value: object) -> None:
    try:
        raw = msgpack.packb(value)
    except OverflowError:  # integers beyond 64 bits have no form at all
        return
    assert strictly_equal(outcome(raw, "utf8", True, strict=False), outcome(raw, "utf8", True, strict=True))


@given(st.dictionaries(ANY_TEXT, st.booleans(), min_size=2))
def test_unsorted_maps_are_refused(value: dict[str, bool]) -> None:
    backwards = dict(sorted(value.items(), key=lambda item: item[0].encode("utf-8", "surrogatepass"), reverse=True))
    assert outcome(msgpack.packb(backwards), "utf8", False, strict=False) is Reason.E_ORDER


@pytest.mark.parametrize("nested", [MAX_DEPTH, MAX_DEPTH + 1])
def test_nesting_is_bounded(nested: int) -> None:
    raw = b"\x91" * (nested - 1) + b"\x90"
    assert (outcome(raw, "ascii", False, strict=False) is Reason.E_DEPTH) is (nested > MAX_DEPTH)


@pytest.mark.parametrize("opening", [b"\x91", b"\x81\xa1a", b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff"])
def test_deep_or_boundless_input_is_refused_at_once(opening: bytes) -> None:
    with pytest.raises(Refused):
        decode(opening * 5000)


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        2**53,
        -(2**53),
        "\ud800",
        {1: 2},
        {"\ud800": 1},
        {b"a": 1},
        object(),
        {"a": None},
        [[None]],
        [1.5],
        {"a": {1}},
    ],
)
def test_what_has_no_canonical_form_is_not_encoded(value: Value) -> None:
    with pytest.raises(EncodeError, match="no canonical encoding"):
        encode(value)


def test_values_nested_too_deep_are_not_encoded() -> None:
    value: Value = 1
    for _ in range(MAX_DEPTH):
        value = [value]
    assert decode(encode(value)) == value
    for wrapped in ([value], {"a": value}):
        with pytest.raises(EncodeError):
            encode(wrapped)


def test_nil_is_written_in_the_outermost_array() -> None:
    assert encode([None, 1, {}]) == b"\x93\xc0\x01\x80"
    assert decode(b"\x93\xc0\x01\x80", nil=True) == [None, 1, {}]


def test_a_refusal_tells_where_and_whom() -> None:
    assert str(Refused(Reason.H_SEQ)) == "H-SEQ"
    assert str(Refused(Reason.L_PREV, "3", (b"\x01",))) == "L-PREV 3 01"
    with pytest.raises(Refused, match="E-TRAIL at byte 1"):
        decode(b"\x01\x02")
