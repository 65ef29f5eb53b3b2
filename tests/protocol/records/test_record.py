"""Headers and private parts: reading, building, and what a record names."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshproto.records.encoding import EncodeError, Value, encode
from meshproto.records.ids import log_id
from meshproto.records.limits import MAX_FACTS, MAX_HEADER
from meshproto.records.reasons import Reason, Refused
from meshproto.records.record import (
    Record,
    _read_slowly,
    build_header,
    build_record,
    check_private,
    pack_private,
    read_header,
    read_quickly,
    references,
)
from scripts.vectors.cases import changed, key, person, private_part, record, seed, work

A, B, C = sorted(seed(each) for each in "abc")
ALICE = person("alice")
USUAL = record(
    key("alice"),
    "contribution",
    work(project=A),
    before=ALICE,
    scope=ALICE.id,
    agent=ALICE.id,
    deps=(A, B),
    private=private_part("Some work"),
)
ODD: list[Any] = [
    *(None, True, 0, 1, 2, -1, 2**53 - 1, 2**53, 1.5, "", "agent", "ä", b"", A, bytes(31), bytes(33), [], [A], [B, A]),
    *([A, A], [A, 1], [A, 65537], {}, {"a": A}, {"a": [{"b": B}]}, {"b": 1, "a": 2}, {"a": None}, {"ü": 1}),
]


def fields_of(each: Record) -> list[Any]:
    return [getattr(each, name) for name in each.__struct_fields__[:14]]


def quickly(raw: bytes) -> Record | None:
    read = read_quickly((raw,))
    return read[0] if read else None


def outcome(raw: bytes) -> list[Any] | Reason:
    try:
        return fields_of(_read_slowly(raw))
    except Refused as refusal:
        return refusal.reason


def test_the_usual_header_takes_the_fast_way() -> None:
    quick = quickly(USUAL.raw)
    assert quick is not None
    assert fields_of(quick) == fields_of(_read_slowly(USUAL.raw))


@given(st.dictionaries(st.integers(0, 11), st.sampled_from(ODD), min_size=1, max_size=3))
def test_what_the_fast_way_accepts_the_strict_one_reads_alike(fields: dict[int, Any]) -> None:
    raw = changed(fields, USUAL.raw)
    quick = quickly(raw)
    assert quick is None or fields_of(quick) == outcome(raw)


@given(st.data())
def test_no_flipped_byte_tells_the_two_ways_apart(data: st.DataObject) -> None:
    raw = bytearray(USUAL.raw)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    quick = quickly(bytes(raw))
    assert quick is None or fields_of(quick) == outcome(bytes(raw))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with pytest.raises(Refused):
        read_header(raw)


@given(
    st.dictionaries(
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8),
        st.integers(0, 9) | st.binary(max_size=40),
    )
)
def test_reading_undoes_building(facts: dict[str, Any]) -> None:
    built = build_header(
        scope=A,
        key=B,
        seq=2,
        prev=C,
        deps=[B, A, C, A],
        at=7,
        type="t",
        agent=A,
        auth=[B, A],
        facts=facts,
        private=(C, 9),
    )
    read = read_header(built)
    assert (read.deps, read.auth, read.private, read.facts) == ((A, B), (B, A), (C, 9), facts)


USUAL_FIELDS: dict[str, Any] = {
    "scope": A,
    "key": B,
    "seq": 2,
    "prev": C,
    "deps": [A],
    "at": 7,
    "type": "t",
    "agent": A,
    "auth": [],
    "facts": {"a": [1, {"b": B}]},
    "private": (C, 9),
}
ODD_FIELDS: list[Any] = [
    *(0, 1, -1, True, 2**53, 1.5, b"", B, C, bytes(31), "", "t", "T t", "ä", "\ud800", None, [], [A], [B, A], [C], [1]),
    *({}, {"a": "x\n"}, {"ä": 1}, {"a": None}, {1: 2}, {"a": bytes(MAX_FACTS)}, {"a": [[[[[[[[[[[1]]]]]]]]]]]}, (C, 0)),
]


ODD_LISTS: list[Any] = [each for each in ODD_FIELDS if isinstance(each, list)]


def odd_for(name: str) -> list[Any]:
    """What may be put wrongly into a field; what is to be a list is one."""
    return ODD_LISTS if name in ("deps", "auth") else ODD_FIELDS


def attempt(make: Callable[..., Record], fields: dict[str, Any]) -> list[Any] | str:
    try:
        return fields_of(make(**fields))
    except (EncodeError, Refused) as error:
        return str(error)
    except TypeError:
        return "no fields of a header"


def build_and_read(**fields: Any) -> Record:
    return read_header(build_header(**fields))


@given(st.data())
def test_building_a_record_at_once_comes_to_what_reading_its_header_does(data: st.DataObject) -> None:
    names = data.draw(st.sets(st.sampled_from(sorted(USUAL_FIELDS)), max_size=3))
    fields = {**USUAL_FIELDS, **{each: data.draw(st.sampled_from(odd_for(each))) for each in sorted(names)}}
    assert attempt(build_record, fields) == attempt(build_and_read, fields)


@pytest.mark.parametrize("name", USUAL_FIELDS)
def test_no_odd_field_slips_into_a_record_that_is_built(name: str) -> None:
    for odd in odd_for(name):
        fields = {**USUAL_FIELDS, name: odd}
        assert attempt(build_record, fields) == attempt(build_and_read, fields)


def test_a_record_built_at_once_has_its_id_and_its_bytes() -> None:
    built = build_record(**USUAL_FIELDS)
    assert (built.raw, built.id) == (build_header(**USUAL_FIELDS), read_header(built.raw).id)


def test_a_record_too_large_for_the_quick_way_is_built_all_the_same() -> None:
    many = sorted(seed(f"{each}") for each in range(32))
    large = {**USUAL_FIELDS, "facts": {"a": bytes(MAX_FACTS - 6)}, "deps": many}
    assert len(build_record(**large).raw) > MAX_FACTS


VALUES: Any = st.recursive(
    st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8) | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=4))
def test_whatever_is_packed_is_a_private_part(content: dict[str, Any]) -> None:
    raw = pack_private(content, bytes(16))
    assert check_private(record(key("alice"), "t", {}, scope=A, agent=B, private=raw), raw)["salt"] == bytes(16)


def test_facts_that_have_no_encoding_are_not_built() -> None:
    with pytest.raises(EncodeError):
        record(key("alice"), "contribution", {"a": 1.5})  # type: ignore[dict-item]  # that is the point


def test_a_header_larger_than_its_facts_may_be_is_read() -> None:
    facts: dict[str, Value] = {"a": bytes(MAX_FACTS - 6)}
    many = sorted(seed(f"{each}") for each in range(32))
    large = record(key("alice"), "t", facts, before=ALICE, scope=A, agent=B, deps=tuple(many))
    assert MAX_FACTS < len(large.raw) < MAX_HEADER
    assert read_header(large.raw).facts == facts


def test_names_are_derived_from_the_header() -> None:
    assert [ALICE.home, ALICE.author, USUAL.home, USUAL.author] == [ALICE.id] * 4
    assert USUAL.log == ALICE.log == log_id(ALICE.id, key("alice").public)


def test_records_are_equal_when_their_ids_are() -> None:
    again = read_header(USUAL.raw)
    assert (again == USUAL, again == ALICE, again == 1) == (True, False, False)
    assert len({again, USUAL, ALICE}) == 2
    assert repr(USUAL) == f"<Record {USUAL.id.hex()[:8]} contribution seq 2>"


def test_a_record_names_all_ids_it_holds_once_and_in_order() -> None:
    facts: dict[str, Value] = {"deep": [{"x": C}, [B]], "short": b"", "text": "a" * 32, "tagged": b"\x01" + A}
    one = record(key("alice"), "t", facts, before=ALICE, scope=A, agent=B, deps=(C,), auth=(B,))
    assert references(one) == tuple(sorted({A, B, C, ALICE.id}))
    assert references(ALICE) == ()
    assert references(record(key("alice"), "t", {"n": 1}, before=ALICE, scope=A, agent=B)) == tuple(
        sorted({A, B, ALICE.id})
    )


def test_a_private_part_is_normalised_when_packed() -> None:
    raw = pack_private({"title": "Cafe\u0301", "tags": ["e\u0301", 1], "by": {"e\u0301": b"x"}}, bytes(16))
    one = record(key("alice"), "t", {}, scope=A, agent=B, private=raw)
    assert check_private(one, raw) == {
        "title": "Café",
        "tags": ["é", 1],
        "by": {"é": b"x"},
        "salt": bytes(16),
    }


def test_a_private_part_that_was_not_normalised_is_read_all_the_same() -> None:
    raw = encode({"salt": bytes(16), "title": "Cafe\u0301"})
    one = record(key("alice"), "t", {}, scope=A, agent=B, private=raw)
    assert check_private(one, raw)["title"] == "Cafe\u0301"


def test_a_header_of_other_arrays_is_refused_by_its_shape() -> None:
    for raw in (msgspec.msgpack.encode([1] * 16), b"\xdc\x00\x10" + b"\x01" * 16, b"\x9c" + b"\x01" * 12):
        with pytest.raises(Refused):
            read_header(raw)
