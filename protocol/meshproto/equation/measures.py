"""Units, and what converts into what (08-equations 2.1)."""

from fractions import Fraction
from functools import lru_cache
from typing import Final

from meshproto.types.value import Measure

_SECONDS = {"HUR": 3600, "MIN": 60, "SEC": 1}
_FACTORS = {(unit, into): Fraction(_SECONDS[unit], _SECONDS[into]) for unit in _SECONDS for into in _SECONDS}
ONE: Final = Fraction(1)
"""Most factors are this very one, which is quickly seen."""
MEASURES_REMEMBERED = 4096
"""Quantities repeat, such as quarters of an hour, and to make a fraction costs more than to look one up."""


def converts(unit: str, into: str) -> bool:
    """Whether a quantity in one unit is one in the other, exactly."""
    # SPEC 08-equations 2.1: 1 HUR = 60 MIN = 3600 SEC. Every other unit converts to itself only; DAY too.
    return unit == into or (unit in _SECONDS and into in _SECONDS)


@lru_cache(MEASURES_REMEMBERED)
def in_unit(measure: Measure, unit: str) -> Fraction:
    """The measure in a unit to which its own converts."""
    if measure.u == unit:
        return Fraction(measure.n, 10**measure.s)
    return Fraction(measure.n * _SECONDS[measure.u], 10**measure.s * _SECONDS[unit])


@lru_cache(MEASURES_REMEMBERED)
def _times(numerator: int, denominator: int, other: int, below: int) -> Fraction:
    return Fraction(numerator * other, denominator * below)


def product(one: Fraction, other: Fraction) -> Fraction:
    """What two fractions come to, of which the second is mostly 1."""
    # Quantities, units and ratings repeat: to multiply them anew was most of what was done to a contribution.
    if other is ONE:
        return one
    return _times(one.numerator, one.denominator, other.numerator, other.denominator)


def factor(unit: str, into: str) -> Fraction:
    """How much of `into` one `unit` is, where it converts."""
    return ONE if unit == into else _FACTORS[unit, into]
