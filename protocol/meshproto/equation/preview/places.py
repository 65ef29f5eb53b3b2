"""A value in a preview file and where it stands: read in the right shape, or refused with the path."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from fractions import Fraction
from typing import TypeVar

from meshproto.equation.preview.limits import MAX_AGENT, MAX_NAME
from meshproto.equation.preview.strict_json import Json
from meshproto.records.limits import MAX_INT, MAX_LIST
from meshproto.records.reasons import Reason, Refused
from meshproto.types.schema import Check, day, ratio
from meshproto.types.value import Measure, Money

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

UNIT = re.compile(r"[A-Z0-9]{2,3}")
CURRENCY = re.compile(r"[A-Z][A-Z0-9]{2,11}")


class Place:
    """A value and its path. Reading it raises Refused with an I-* code, or Q-KEY."""

    __slots__ = ("_above", "_step", "value")

    def __init__(self, value: Json, above: Place | None = None, step: str | int = "") -> None:
        self.value = value
        self._above = above
        self._step = step

    @property
    def path(self) -> str:
        """Where it stands, such as `rounds[0].pool`."""
        if self._above is None:
            return ""
        above = self._above.path
        if isinstance(self._step, int):
            return f"{above}[{self._step}]"
        return f"{above}.{self._step}" if above else self._step

    def refused(self, reason: Reason, below: str = "", allowed: tuple[str, ...] = ()) -> Refused:
        """The refusal of this value, or of its entry `below`."""
        return Refused(reason, Place(None, self, below).path if below else self.path, allowed=allowed)

    # Plain values.

    def integer(self, least: int = -MAX_INT, most: int = MAX_INT) -> int:
        """An integer from `least` to `most`."""
        if type(self.value) is not int:
            raise self.refused(Reason.I_FIELD)
        if not least <= self.value <= most:
            raise self.refused(Reason.I_VALUE)
        return self.value

    def boolean(self) -> bool:
        """True or false."""
        if type(self.value) is not bool:
            raise self.refused(Reason.I_FIELD)
        return self.value

    def text(self) -> str:
        """Any text."""
        if not isinstance(self.value, str):
            raise self.refused(Reason.I_FIELD)
        return self.value

    def word(self, *words: str) -> str:
        """One of a few words."""
        text = self.text()
        if text not in words:
            raise self.refused(Reason.I_VALUE, allowed=words)
        return text

    def matching(self, pattern: re.Pattern[str]) -> str:
        """A text that matches as a whole."""
        text = self.text()
        if not pattern.fullmatch(text):
            raise self.refused(Reason.I_VALUE)
        return text

    def name(self, most: int = MAX_NAME) -> bytes:
        """The bytes of a name."""
        name = self.text().encode()
        if not 1 <= len(name) <= most:
            raise self.refused(Reason.I_VALUE)
        return name

    def agent(self) -> bytes:
        """The name of one agent."""
        name = self.agent_or_all()
        if name == b"*":
            raise self.refused(Reason.I_VALUE)
        return name

    def agent_or_all(self) -> bytes:
        """The name of an agent, or `*`."""
        return self.name(MAX_AGENT)

    def date(self) -> str:
        """A day."""
        self._check(day)
        return self.text()

    def ratio(self) -> Fraction:
        """A fraction in lowest terms."""
        self._check(ratio)
        num, den = (each.value for each in self.items())
        assert isinstance(num, int)  # so says the check
        assert isinstance(den, int)
        if num > MAX_INT:
            raise self.refused(Reason.I_VALUE)
        return Fraction(num, den)

    # Arrays and objects.

    def items(self, least: int = 0, most: int = MAX_LIST, reason: Reason = Reason.I_LIST) -> list[Place]:
        """The elements of an array; another length is refused for `reason`."""
        if not isinstance(self.value, list):
            raise self.refused(Reason.I_FIELD)
        if not least <= len(self.value) <= most:
            raise self.refused(reason)
        return [Place(each, self, place) for place, each in enumerate(self.value)]

    def set(self, each: Callable[[Place], K], least: int = 0) -> frozenset[K]:
        """Elements in any order, none twice."""
        found = [each(item) for item in self.items(least)]
        if len(set(found)) != len(found):
            raise self.refused(Reason.I_LIST)
        return frozenset(found)

    def pairs(self, key: Callable[[Place], K], each: Callable[[Place], T], least: int = 1) -> dict[K, T]:
        """Figures by agent, none twice."""
        found = []
        for item in self.items(least):
            left, right = item.items(2, 2, Reason.I_FIELD)
            found.append((key(left), each(right)))
        if len(dict(found)) != len(found):
            raise self.refused(Reason.I_LIST)
        return dict(found)

    def fields(self, *names: str) -> Fields:
        """The entries of an object that has no others than these."""
        if not isinstance(self.value, dict):
            raise self.refused(Reason.I_FIELD)
        unknown = self.value.keys() - set(names)
        if unknown:
            raise self.refused(Reason.Q_KEY, min(unknown, key=str.encode), names)
        return Fields(self, self.value)

    def measure(self, least: int = -MAX_INT) -> Measure:
        """A quantity with n ≥ `least`."""
        fields = self.fields("n", "s", "u")
        return Measure(
            fields.needed("n", lambda n: n.integer(least)),
            fields.needed("s", lambda s: s.integer(0, 6)),
            fields.needed("u", lambda u: u.matching(UNIT)),
        )

    def money(self, least: int = -MAX_INT) -> Money:
        """An amount with amt ≥ `least`."""
        fields = self.fields("amt", "cur")
        return Money(
            fields.needed("amt", lambda amt: amt.integer(least)),
            fields.needed("cur", lambda cur: cur.matching(CURRENCY)),
        )

    def _check(self, check: Check) -> None:
        try:
            check(self.value)  # type: ignore[arg-type]  # a value of JSON is one of records, but for null
        except Refused as refusal:
            raise self.refused(refusal.reason) from None


class Fields:
    """The entries of an object, read in the order of the text."""

    __slots__ = ("_place", "_values")

    def __init__(self, place: Place, values: dict[str, Json]) -> None:
        self._place = place
        self._values = values

    def needed(self, name: str, read: Callable[[Place], T]) -> T:
        """An entry that must be there."""
        if name not in self._values:
            raise self._place.refused(Reason.I_FIELD, name)
        return read(Place(self._values[name], self._place, name))

    def optional(self, name: str, read: Callable[[Place], T], default: T) -> T:
        """An entry, or what stands for it where it is left out."""
        return read(Place(self._values[name], self._place, name)) if name in self._values else default

    def __contains__(self, name: str) -> bool:
        return name in self._values
