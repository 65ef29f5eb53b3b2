"""JSON that leaves nothing open: integers only, no key twice, bounded depth and digits (08-equations 10.1)."""

import json
import re
from typing import NoReturn

from meshproto.equation.preview.limits import MAX_DEPTH, MAX_DIGITS, MAX_FILE
from meshproto.records.reasons import Reason, Refused

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

_NO_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[^\[\]{}"]+|"', re.DOTALL)
"""Whole texts, and all else but brackets."""
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse(text: bytes) -> Json:
    """The value of a text of JSON. Raises Refused with Q-JSON."""
    if len(text) > MAX_FILE:
        _refuse()
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError:
        _refuse()
    _check_depth(decoded)
    try:
        value: Json = json.loads(
            decoded, object_pairs_hook=_object, parse_int=_integer, parse_float=_refuse, parse_constant=_refuse
        )
    except ValueError:
        _refuse()
    _check_texts(decoded, value)
    return value


def _check_depth(text: str) -> None:
    # Beforehand, for the library goes down as deep as the text does.
    depth = 0
    for mark in _NO_BRACKETS.sub("", text):
        depth += 1 if mark in "[{" else -1
        if depth > MAX_DEPTH:
            _refuse()


def _check_texts(text: str, value: Json) -> None:
    # Only an escape can bring half a pair in, and a file of names rarely has one.
    if "\\u" not in text:
        return
    rest: list[Json] = [value]
    while rest:
        match rest.pop():
            case str(found) if _SURROGATE.search(found):
                _refuse()
            case list(items):
                rest.extend(items)
            case dict(entries):
                rest.extend(entries)
                rest.extend(entries.values())
            case _:
                pass


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse()
    return found


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_DIGITS or digits == "-0":
        _refuse()
    return int(digits)


def _refuse(*_: object) -> NoReturn:
    raise Refused(Reason.Q_JSON)
