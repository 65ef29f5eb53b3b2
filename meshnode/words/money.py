"""Money as people write and read it: `385.40 EUR`, `JPY 1000`. Whole minor units throughout, never a float."""

from __future__ import annotations

import re

from meshproto.types.currencies import EXPONENTS

EXAMPLES = "385.40 EUR or JPY 1000"
LARGEST = 2**53 - 1
"""Minor units that a record can hold."""
MOST_DECIMALS = 6
_SIGNS = {"€": "EUR", "£": "GBP"}
"""Signs that stand for one currency only; a dollar could be twenty."""
_ALL_SIGNS = "$€£¥₹"
_CODE = rf"([^\W\d_]{{1,12}}|[{_ALL_SIGNS}])"
_SHAPE = re.compile(rf"(?:{_CODE}\s*)?([0-9][0-9.,]*)(?:\s*{_CODE})?")

_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){1,4}\.[0-9]{2,4}|[0-9]{1,3}(?:\.[0-9]{3}){1,4},[0-9]{2,4}")


class UnclearMoney(ValueError):
    """The text names no amount of money, or more than one could be meant; the message says what to write."""


def is_money(text: str) -> bool:
    """Whether somebody who writes this speaks of money: by a currency, or the sign of one."""
    found = _SHAPE.fullmatch(text.strip())
    return found is not None and any(
        each.upper() in EXPONENTS or each in _ALL_SIGNS for each in found.group(1, 3) if each
    )


def parse_money(text: str) -> tuple[int, str]:
    """Return the minor units and the currency that `text` names; raises UnclearMoney."""
    plain = text.strip()
    if plain[:1] in ("-", "+") or re.search(r"[-+][0-9]", plain):
        raise UnclearMoney(f"{text!r} has a sign: write what it is worth, such as {EXAMPLES}")
    found = _SHAPE.fullmatch(plain)
    if found is None or (found[1] is None) == (found[3] is None):
        raise UnclearMoney(f"{text!r} is no amount of money: write {EXAMPLES}")
    currency = _currency(found[1] or found[3])
    amount = _minor_units(found[2], currency)
    if amount == 0:
        raise UnclearMoney(f"{text!r} is nothing")
    return amount, currency


def parse_plain(text: str, currency: str) -> int:
    """Return the minor units of a number whose currency is known, which may stand beside it; raises UnclearMoney."""
    found = _SHAPE.fullmatch(text.strip())
    if found is None or any(_currency(each) != currency for each in found.group(1, 3) if each):
        raise UnclearMoney(f"{text!r} is no amount in {currency}: write it such as 210.00")
    return _minor_units(found[2], currency)


def show_money(amount: int, currency: str, exponent: int | None) -> str:
    """Write minor units for people; without a known exponent there is no point to set."""
    return f"{tell_money(amount, exponent)} {currency}{'' if is_exponent(exponent) else ' (minor units)'}"


def tell_money(amount: int, exponent: int | None) -> str:
    """Write the number alone for people, the thousands apart: `-1,210.00`; minor units as they are."""
    if not is_exponent(exponent):
        return str(amount)
    whole, point, part = write_money(abs(amount), exponent).partition(".")
    return f"{'-' if amount < 0 else ''}{int(whole):,}{point}{part}"


def is_exponent(exponent: int | None) -> bool:
    """Whether it is one that a currency can have."""
    return exponent is not None and 0 <= exponent <= MOST_DECIMALS


def write_money(amount: int, exponent: int | None) -> str:
    """Write the number alone for programs, with all its decimals; minor units if nobody knows how many those are."""
    if exponent is None or not is_exponent(exponent):
        return str(amount)
    digits = str(abs(amount)).rjust(exponent + 1, "0")
    whole, part = (digits[:-exponent], f".{digits[-exponent:]}") if exponent else (digits, "")
    return f"{'-' if amount < 0 else ''}{whole}{part}"


def show_known(amount: int, currency: str) -> str:
    """Write minor units of a currency that `parse_money` has read."""
    return show_money(amount, currency, EXPONENTS[currency])


def _currency(word: str) -> str:
    code = _SIGNS.get(word, word.upper())
    if code not in EXPONENTS:
        raise UnclearMoney(f"{word!r} is no currency known here: write its three letters, such as EUR, USD or JPY")
    return code


def _minor_units(number: str, currency: str) -> int:
    """Read a number with exactly as many decimals as the currency has, or none."""
    exponent = EXPONENTS[currency]
    point = number[-exponent - 1 : -exponent] if exponent else ""
    if point in (".", ",") and _GROUPED.fullmatch(number):  # With both marks there is no doubt which is the point.
        number = number.replace("," if point == "." else ".", "")
    if not exponent and re.fullmatch(r"[0-9]{1,3}(?:,[0-9]{3}){1,5}", number):  # As `tell_money` writes it.
        number = number.replace(",", "")
    if re.fullmatch(r"[0-9]{17,}(?:[.,][0-9]+)?", number):
        raise UnclearMoney(f"{number!r} is more than a record can hold")
    found = re.fullmatch(r"([0-9]{1,16})(?:([.,])([0-9]+))?", number)
    if found is None:
        raise UnclearMoney(f"{number!r} is no number: write it without separators, such as {EXAMPLES}")
    whole, mark, part = found[1], found[2], found[3] or ""
    if part and len(part) != exponent:
        has = f"has {exponent} decimals" if exponent else "has no decimals"
        thousands = f"; for thousands write {whole}{part}" if len(part) == 3 and len(whole) < 4 else ""
        raise UnclearMoney(f"{currency} {has}: {number!r} has {len(part)}{thousands}")
    if mark == "," and exponent == 3:
        raise UnclearMoney(f"{number!r} could be thousands or thousandths: write {whole}.{part} or {whole}{part}")
    amount = int(whole + part.ljust(exponent, "0"))
    if amount > LARGEST:
        raise UnclearMoney(f"{number!r} is more than a record can hold")
    return amount
