"""How amounts were shared, in words: of a step, of a part, of what a contribution counts."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from meshnode.words.safe_text import clean
from meshnode.words.shown import who, worth
from meshnode.words.times import show_duration
from meshnode.words.units import SHORT, show_decimals

if TYPE_CHECKING:
    from meshnode.client.money_answers import Behind, Cause, SharePart
    from meshnode.client.work_answers import Money

_STEPS = {
    "reimburse": "costs",
    "fixed": "agreed",
    "percent": "percentage",
    "pro_rata": "work",
    "shares": "part",
    "equal": "equal part",
    "residual": "rest",
}


def step_word(do: str, path: str) -> str:
    """What a step of an equation pays, in a word."""
    return _STEPS.get(do, clean(path))


def shared(cause: Cause, part: SharePart, pool: Money) -> str:
    """One sharing in a sentence, as for an equation that is tried from a file."""
    from meshnode.words import reasons  # The engine's own words; only who asks why waits for them.
    from meshproto.equation.explain import Agreed, Part

    numbers = [_fraction(part[name] or "0") for name in ("weight", "quota", "owed")]
    step, agreed = reasons.step_called(cause["do"]), part["agreed"]
    ratio = _fraction(agreed["ratio"]) if agreed is not None else None
    is_told = cause["do"] != "percent" or (agreed is not None and part["owed"] is not None)
    if step is None or not is_told or None in numbers or (agreed is not None and ratio is None):
        return f"{clean(part['weight'])} of {amount_like(part['of'], pool)}: {amount_like(part['amount'], pool)}"
    weight, quota, owed = (each or Fraction(0) for each in numbers)
    names = {each["id"].encode(): who(each) for each in part["tied"]}
    told = Part(
        part["amount"],
        part["of"],
        weight,
        quota,
        part["odd"],
        tuple(names),
        part["room"],
        part["undone"],
        None if part["owed"] is None else owed,
        None if agreed is None or ratio is None else Agreed(ratio, agreed["base"], agreed["of_gross"]),
    )
    return reasons.how_shared(step, told, reasons.Money(pool["cur"]), names.__getitem__)


def _fraction(text: str) -> Fraction | None:
    """A fraction as the node tells it; None where it is none, or too long to be told exactly."""
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None


def is_piece(behind: Behind) -> bool:
    """Whether it is one thing, of which its value is told, and not its number."""
    return (behind["unit"], behind["claim"]) == ("C62", "1")


def much(text: str, behind: Behind) -> str:
    """A quantity in the unit of a contribution, as people write it."""
    if behind["unit"] == "SEC" and text.isdecimal():
        return show_duration(int(text))
    return f"{_decimals(text)} {SHORT.get(behind['unit'], clean(behind['unit']))}"


def _decimals(text: str) -> str:
    """A fraction as decimals, where it has an end in them."""
    number = _fraction(text)
    return (show_decimals(number) if number is not None else "") or clean(text)


def amount_like(amount: int, like: Money) -> str:
    """Minor units of the same currency."""
    return worth({**like, "amt": amount})
