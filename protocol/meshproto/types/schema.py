"""The small language in which the types say what their facts look like.

A check takes a value and raises Refused with an I-* reason and the path below it, or returns. Facts a type does not
name are kept and ignored, so that a later version may add some.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from itertools import pairwise
from math import gcd
from typing import Final, NamedTuple, cast

from meshproto.records.encoding import Value
from meshproto.records.limits import MAX_INT, MAX_LIST
from meshproto.records.reasons import Reason, Refused
from meshproto.records.record import Record

Facts = dict[str, Value]
Check = Callable[[Value], None]
Rule = Callable[[Record], None]

MAX_TEXT: Final = 256
"""Longest text in facts, such as a URI."""


class Field(NamedTuple):
    """One fact: its name, what it must look like, and whether it may be absent."""

    name: str
    check: Check
    optional: bool = False


class Fields:
    """The entries a map must and may have; others are left alone."""

    def __init__(self, *fields: Field) -> None:
        self._fields = fields
        self._needed = tuple((field.name, field.check) for field in fields if not field.optional)
        self._optional = {field.name: field.check for field in fields if field.optional}

    def check(self, facts: Facts) -> None:
        """Raises Refused with the first I-* reason in the order of the fields; its detail is the path."""
        # Maps in order are seen through once; only one that is not is gone through in the order of the fields.
        try:
            for name, check in self._needed:
                check(facts[name])
            if len(facts) > len(self._needed):
                for name in facts:
                    if name in self._optional:
                        self._optional[name](facts[name])
        except (Refused, KeyError):
            pass
        else:
            return
        raise next(refusal for field in self._fields if (refusal := _refusal_of(field, facts)))


class Schema:
    """The facts of one type, checked in this order, and then the rules that join several of them."""

    def __init__(self, fields: tuple[Field, ...], rules: tuple[Rule, ...] = ()) -> None:
        self._fields = Fields(*fields)
        self._rules = rules

    def check(self, record: Record) -> None:
        """Raises Refused with the first I-* reason; its detail is the path of the fact."""
        self._fields.check(record.facts)
        for rule in self._rules:
            rule(record)


def _refusal_of(field: Field, facts: Facts) -> Refused | None:
    if field.name not in facts:
        return None if field.optional else Refused(Reason.I_FIELD, field.name)
    try:
        field.check(facts[field.name])
    except Refused as refusal:
        return below(field.name, refusal)
    return None


def below(name: str, refusal: Refused) -> Refused:
    """The same refusal, seen from the map or array in which the wrong value stands as `name`."""
    path = refusal.detail
    here = f"{name}{'' if path.startswith('[') or not path else '.'}{path}"
    return Refused(refusal.reason, here, allowed=refusal.allowed)


def check_each(checks: Iterable[tuple[Check, Value]]) -> None:
    """Check the elements of an array, one check for each."""
    for index, (check, value) in enumerate(checks):
        try:
            check(value)
        except Refused as refusal:
            raise below(f"[{index}]", refusal) from None


def integer(least: int, most: int = MAX_INT) -> Check:
    """An integer from `least` to `most`."""

    def check(value: Value) -> None:
        if type(value) is not int:
            raise Refused(Reason.I_FIELD)
        if not least <= value <= most:
            raise Refused(Reason.I_VALUE)

    return check


def boolean(value: Value) -> None:
    """True or false."""
    if type(value) is not bool:
        raise Refused(Reason.I_FIELD)


def text(most: int = MAX_TEXT) -> Check:
    """A text of 1 to `most` bytes."""

    def check(value: Value) -> None:
        if not isinstance(value, str):
            raise Refused(Reason.I_FIELD)
        if not 1 <= len(value) <= most:
            raise Refused(Reason.I_VALUE)

    return check


def matching(pattern: str) -> Check:
    """A text that matches as a whole."""
    matches = re.compile(pattern).fullmatch

    def check(value: Value) -> None:
        if not isinstance(value, str):
            raise Refused(Reason.I_FIELD)
        if not matches(value):
            raise Refused(Reason.I_VALUE)

    return check


def code(*names: str) -> Check:
    """One of a few words."""

    def check(value: Value) -> None:
        if not isinstance(value, str):
            raise Refused(Reason.I_FIELD)
        if value not in names:
            raise Refused(Reason.I_VALUE, allowed=names)

    return check


def code_or(other: Check, *names: str) -> Check:
    """One of a few words, or something that is no text."""
    word = code(*names)

    def check(value: Value) -> None:
        (word if isinstance(value, str) else other)(value)

    return check


def octets(least: int, most: int) -> Check:
    """A bin of `least` to `most` bytes."""

    def check(value: Value) -> None:
        if not isinstance(value, bytes):
            raise Refused(Reason.I_FIELD)
        if not least <= len(value) <= most:
            raise Refused(Reason.I_VALUE)

    return check


def record_id(value: Value) -> None:
    """The id of a record: a hard reference."""
    if not isinstance(value, bytes) or len(value) != 32:
        raise Refused(Reason.I_FIELD)


def tagged(tag: bytes) -> Check:
    """33 bytes of which the first is `tag`: a digest, a key or an `ext`."""

    def check(value: Value) -> None:
        if not isinstance(value, bytes) or len(value) != 33 or value[:1] != tag:
            raise Refused(Reason.I_FIELD)

    return check


def either(first: Check, second: Check) -> Check:
    """What one of two checks accepts; the second one names the reason."""

    def check(value: Value) -> None:
        try:
            first(value)
        except Refused:
            second(value)

    return check


def mapping(*fields: Field) -> Check:
    """A map with these entries."""
    check_entries = Fields(*fields).check

    def check(value: Value) -> None:
        if not isinstance(value, dict):
            raise Refused(Reason.I_FIELD)
        check_entries(value)

    return check


def array(each: Check, *, least: int = 0, most: int = MAX_LIST) -> Check:
    """An array of `least` to `most` values in any order."""

    def check(value: Value) -> None:
        if not isinstance(value, list):
            raise Refused(Reason.I_FIELD)
        if not least <= len(value) <= most:
            raise Refused(Reason.I_LIST)
        check_each((each, item) for item in value)

    return check


def ids(each: Check = record_id, *, least: int = 0, most: int = MAX_LIST) -> Check:
    """A set of ids: an array sorted by their bytes, without duplicates."""
    plain = array(each, least=least, most=most)

    def check(value: Value) -> None:
        plain(value)
        if not all(one < other for one, other in pairwise(cast(list[bytes], value))):
            raise Refused(Reason.I_LIST)

    return check


def pairs(each: Check, *, least: int = 0, most: int = MAX_LIST) -> Check:
    """Figures per agent: `[[id, value] …]` sorted by id, without duplicates."""

    def entry(value: Value) -> None:
        if not isinstance(value, list) or len(value) != 2:
            raise Refused(Reason.I_FIELD)
        check_each(((record_id, value[0]), (each, value[1])))

    plain = array(entry, least=least, most=most)

    def check(value: Value) -> None:
        plain(value)
        agents = [pair[0] for pair in cast(list[list[bytes]], value)]
        if not all(one < other for one, other in pairwise(agents)):
            raise Refused(Reason.I_LIST)

    return check


def ratio(value: Value) -> None:
    """`[num, den]` in lowest terms, 0 ≤ num, 1 ≤ den ≤ 10^6."""
    if not isinstance(value, list) or len(value) != 2:
        raise Refused(Reason.I_FIELD)
    num, den = value
    if type(num) is not int or type(den) is not int:
        raise Refused(Reason.I_FIELD)
    if num < 0 or not 1 <= den <= 10**6 or gcd(num, den) != 1:
        raise Refused(Reason.I_VALUE)


def day(value: Value) -> None:
    """A date `YYYY-MM-DD` of the Gregorian calendar, years 0001 to 9999."""
    if not isinstance(value, str):
        raise Refused(Reason.I_FIELD)
    if len(value) > 10 or not _is_day(value):
        raise Refused(Reason.I_VALUE)


@lru_cache(maxsize=4096)
def _is_day(text: str) -> bool:
    # The library reads other forms as well, such as 20251121.
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _unit(value: Value) -> None:
    if not isinstance(value, str):
        raise Refused(Reason.I_FIELD)
    if len(value) > 3 or not _is_unit(value):  # a long text is not to be remembered
        raise Refused(Reason.I_VALUE)


@lru_cache(maxsize=4096)
def _is_unit(text: str) -> bool:
    return re.fullmatch(r"[A-Z0-9]{2,3}", text) is not None


def measure(least: int) -> Check:
    """`{n, s, u}`: n·10^−s of the UN/ECE Rec 20 unit u; n is at least `least`."""
    return mapping(Field("n", integer(least)), Field("s", integer(0, 6)), Field("u", _unit))


_CURRENCY = matching(r"[A-Z][A-Z0-9]{2,11}")


def money(least: int) -> Check:
    """`{amt, cur}`: amt minor units of an ISO 4217 currency or a unit of the network's charter."""
    return mapping(Field("amt", integer(least)), Field("cur", _CURRENCY))
