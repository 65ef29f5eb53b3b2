"""JSON that leaves nothing open."""

import json

import pytest

from meshproto.equation.preview.limits import MAX_DEPTH, MAX_FILE
from meshproto.equation.preview.strict_json import parse
from meshproto.records.reasons import Reason, Refused


def refusal(text: bytes) -> Reason | None:
    try:
        parse(text)
    except Refused as refused:
        return refused.reason
    return None


def test_what_is_plain_is_read() -> None:
    value = {"a": [1, -5, 'é"[{', None, True], "b": {"c": "\U0001f600"}}
    assert parse(json.dumps(value).encode()) == value
    assert parse(json.dumps(value, ensure_ascii=False, indent=2).encode()) == value


@pytest.mark.parametrize(
    "text",
    [
        b"\xff",
        b"\xed\xa0\x80",
        b"1.5",
        b"1e3",
        b"-0",
        b"12345678901234567",
        b"NaN",
        b"-Infinity",
        b'{"a":1,"a":1}',
        b'"\\ud800"',
    ],
)
def test_what_leaves_something_open_is_refused(text: bytes) -> None:
    assert refusal(text) is Reason.Q_JSON


def test_a_file_may_be_as_large_as_the_limit() -> None:
    assert refusal(b"1" + b" " * (MAX_FILE - 1)) is None
    assert refusal(b"1" + b" " * MAX_FILE) is Reason.Q_JSON


def test_nesting_ends_at_the_limit_however_deep_a_text_goes() -> None:
    assert refusal(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH) is None
    assert refusal(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)) is Reason.Q_JSON
    assert refusal(b'{"a":' * 100_000) is Reason.Q_JSON
