"""Ids: their text form, and the tags that keep other values apart from them."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshproto.records.ids import IdError, digest33, ext, from_text, key33, log_id, short, to_text

ID = sha256(b"some record").digest()


@given(st.binary(min_size=32, max_size=32))
def test_reading_undoes_showing(record_id: bytes) -> None:
    assert from_text(to_text(record_id)) == record_id


def test_an_id_is_shown_as_a_content_identifier() -> None:
    assert to_text(bytes(32)) == "bafkreiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    assert short(bytes(32)) == "bafkrei…aaaa"


@pytest.mark.parametrize(
    "text",
    [
        "",
        to_text(ID)[:-1],
        to_text(ID) + "a",
        to_text(ID).upper(),
        "c" + to_text(ID)[1:],
        "b" + "1" * 58,
        to_text(ID)[:-1] + "7",  # bits beyond the last byte
        "bafkqe" + to_text(ID)[6:],  # another codec or hash
        "b" + "ä" * 58,
    ],
)
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(IdError, match="not a record id"):
        from_text(text)


def test_values_that_are_no_ids_are_tagged() -> None:
    assert digest33(ID) == b"\x01" + ID
    assert key33(ID) == b"\x02" + ID
    assert ext(ID) == b"\x03" + sha256(b"meshnode/1 ext" + ID).digest()


def test_a_log_is_named_by_scope_and_key() -> None:
    assert log_id(b"s" * 32, b"k" * 32) == sha256(b"meshnode/1 log\n" + b"s" * 32 + b"k" * 32).digest()
