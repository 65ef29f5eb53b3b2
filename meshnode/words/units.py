"""Quantities as people write and read them: `12.5 kg`, `3 pieces`, `120 km`, in units of UN/ECE Recommendation 20."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from meshnode.words.times import UnclearTime, parse_duration

if TYPE_CHECKING:
    from fractions import Fraction

SHORT = {
    "C62": "×", "HUR": "h", "MIN": "min", "SEC": "s", "DAY": "days", "WEE": "weeks", "MON": "months", "KGM": "kg",
    "GRM": "g", "TNE": "t", "LTR": "l", "MLT": "ml", "MTR": "m", "KMT": "km", "MTK": "m²", "MTQ": "m³", "HAR": "ha",
    "KWH": "kWh", "2P": "kB", "4L": "MB", "E34": "GB", "ZP": "pages", "D68": "words",
}  # fmt: skip
"""Codes as people write them; others are shown as they are."""
_NAMES = {
    "C62": "x × piece pieces pc pcs unit units", "DAY": "day days", "WEE": "week weeks", "MON": "month months",
    "KGM": "kg kilo kilos", "GRM": "g gram grams", "TNE": "t tonne tonnes", "LTR": "l litre litres liter liters",
    "MLT": "ml", "MTR": "metre metres meter meters", "KMT": "km kilometre kilometres kilometer kilometers",
    "MTK": "m2 m² sqm", "MTQ": "m3 m³", "HAR": "ha hectare hectares", "KWH": "kwh", "2P": "kb", "4L": "mb", "E34": "gb",
    "ZP": "page pages", "D68": "word words",
}  # fmt: skip
_CODES = {name: code for code, names in _NAMES.items() for name in [*names.split(), code.lower()]}
_COUNTED = re.compile(r"([0-9]+)(?:[.,]([0-9]+))?\s*([^\W\d_]+[23²³]?|×|[A-Za-z0-9]{2,3})")
FINEST = 6
"""Digits after the point that a quantity may have."""
LONGEST = 12
EXAMPLES = "3h30, 12.5 kg, 120 km, 3 pieces or 385.40 EUR"


class Unclear(ValueError):
    """The text names no amount, or more than one could be meant; the message says what to write."""


class Amount(NamedTuple):
    """How much: one of the three."""

    seconds: int | None = None
    quantity: tuple[int, int, str] | None = None
    """n, s and unit."""
    value: tuple[int, str] | None = None
    """Minor units and currency."""

    def fields(self) -> dict[str, object]:
        """The same as the API's requests take it."""
        if self.value is not None:
            return {"value": {"amt": self.value[0], "cur": self.value[1]}}
        if self.quantity is not None:
            return {"quantity": dict(zip("nsu", self.quantity, strict=True))}
        return {"seconds": self.seconds}


PIECE = Amount(quantity=(1, 0, "C62"))


def parse_amount(text: str, *, of_things: bool = False) -> Amount:
    """Return the time, the quantity or the money that `text` names; raises Unclear.

    `of_things` says that metres are as likely as minutes, so that a bare `m` is refused.
    """
    from meshnode.words.money import UnclearMoney, is_money, parse_money  # It takes the list of all currencies.

    plain = text.strip()
    if plain[:1] in ("-", "+"):
        raise Unclear(f"{text!r} has a sign: write how much it is, such as {EXAMPLES}")
    if of_things and re.fullmatch(r"[0-9.,]+\s*m", plain.lower()):
        raise Unclear(f"{text!r} could be minutes or metres: write min or metres")
    found = _COUNTED.fullmatch(plain)
    if found is not None and (code := _CODES.get(found[3].lower())):
        return Amount(quantity=_quantity(found[1], (found[2] or "").rstrip("0"), code, text))
    try:
        return Amount(value=parse_money(plain)) if is_money(plain) else Amount(seconds=parse_duration(plain))
    except UnclearMoney as error:
        raise Unclear(str(error)) from error
    except UnclearTime as error:
        raise Unclear(_what_is_wrong(plain, found, error)) from error


def show_number(n: int, s: int) -> str:
    """Write n·10^-s exactly, without zeros at its end."""
    digits = str(abs(n)).rjust(s + 1, "0")
    whole, part = (digits[:-s], digits[-s:].rstrip("0")) if s else (digits, "")
    return ("-" if n < 0 else "") + whole + (f".{part}" if part else "")


def show_decimals(number: Fraction) -> str:
    """Write a fraction exactly as decimals; empty if it has no end within FINEST of them."""
    scaled = number * 10**FINEST
    return show_number(scaled.numerator, FINEST) if scaled.denominator == 1 else ""


def _quantity(whole: str, part: str, code: str, text: str) -> tuple[int, int, str]:
    if len(part) > FINEST or len(whole) > LONGEST or len(whole + part) > 15:
        raise Unclear(f"{text!r} has more digits than a quantity can hold")
    number = int(whole + part)
    if number == 0:
        raise Unclear(f"{text!r} is nothing")
    return number, len(part), code


def _what_is_wrong(plain: str, found: re.Match[str] | None, error: UnclearTime) -> str:
    if re.fullmatch(r"[0-9.,]+", plain):
        return f"{plain} of what? Write {EXAMPLES}"
    if found is not None and _is_no_time(found[3]):
        return f"{found[3]!r} is neither a unit nor a currency known here: write {EXAMPLES}"
    return str(error) if re.match(r"[0-9]", plain) else f"{plain!r} is no amount: write {EXAMPLES}"


def _is_no_time(word: str) -> bool:
    try:
        parse_duration(f"1 {word}")
    except UnclearTime:
        return True
    return False
