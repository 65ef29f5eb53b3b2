"""A value equation in words: one sentence for each step, such as people would say it to each other."""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import TypeVar, assert_never

from meshproto.equation.earlier import written
from meshproto.equation.terms import (
    EVERYONE,
    Cap,
    Claim,
    Component,
    Equal,
    Fixed,
    Leaf,
    Match,
    Percent,
    ProRata,
    Reimburse,
    Residual,
    Shares,
    Step,
    Tiers,
    Weight,
)
from meshproto.types.currencies import EXPONENTS
from meshproto.types.value import Measure

T = TypeVar("T")

Name = Callable[[bytes], str]
"""How an agent, or a project, is called of which an equation speaks by the hex of its id."""

UNITS = {"HUR": "hour", "MIN": "minute", "SEC": "second", "DAY": "day", "C62": "piece", "KGM": "kilogram", "KMT": "km"}
_USUAL = 2
_CLAIMS = {Claim.EACH: "each time", Claim.ONCE: "once", Claim.UNTIL_PAID: "until it is paid"}


def money(amount: int, cur: str) -> str:
    """`12,100.00 EUR` of minor units."""
    places = EXPONENTS.get(cur, _USUAL)
    whole, rest = divmod(abs(amount), 10**places)
    point = f".{rest:0{places}d}" if places else ""
    return f"{'-' if amount < 0 else ''}{whole:,}{point} {cur}"


def share(ratio: Fraction) -> str:
    """`12.5 %`, or a fraction that has no end in decimals."""
    percent = ratio * 100
    scaled = percent * 10**4
    if scaled.denominator != 1:
        return f"{ratio.numerator}/{ratio.denominator}"
    return f"{_decimal(scaled.numerator, 4)} %"


def in_words(steps: tuple[Step, ...], cur: str, name: Name) -> list[str]:
    """One sentence for each step, in order, and what becomes of the rest."""
    lines: list[str] = []
    for number, step in enumerate(steps, 1):
        if isinstance(step, Tiers):
            lines += _tiers(number, step, cur, name)
        else:
            lines.append(f"{number}. {_sentence(step, cur, name)}")
    ends = bool(steps) and isinstance(steps[-1], Residual)
    return lines if ends else [*lines, "What is left then stays for the next distribution."]


def said_of(match: Match, name: Name) -> str:
    """Which contributions, in words: empty for all."""
    words = [
        _one_of(match.kind, "of "),
        _one_of(match.stream, "out of "),
        _one_of(match.comp, ""),
        _one_of(None if match.classes is None else {each.decode() for each in match.classes}, "classed as "),
        _one_of(None if match.project is None else {name(each) for each in match.project}, "in "),
        f"from {match.start}" if match.start else "",
        f"until {match.end}" if match.end else "",
    ]
    return ", ".join(each for each in words if each)


def _tiers(number: int, step: Tiers, cur: str, name: Name) -> Iterator[str]:
    before = 0
    for place, bracket in enumerate(step.brackets):
        of = f"Of all income beyond {money(before, cur)}" if before else "Of all income"
        upto = f" up to {money(bracket.to, cur)} together" if bracket.to is not None else ""
        yield f"{number}. {of}{upto}:"
        for at, inner in enumerate(bracket.steps):
            yield f"   {written((number - 1, place, at))} {_sentence(inner, cur, name)}"
        before = bracket.to or 0


def _sentence(step: Leaf, cur: str, name: Name) -> str:
    match step:
        case Reimburse():
            what = said_of(step.match, name).removeprefix("of ")
            laid_out = f"Costs that were laid out{f' ({what})' if what else ''}"
            return f"{laid_out} are paid back, as far as the income reaches."
        case Fixed():
            told = _each(step.pay, lambda amount: money(amount, cur), name)
            return f"Agreed amounts, {_CLAIMS[step.claim]}: {told}."
        case Percent():
            of = "of the whole income" if step.of_gross else "of what is left here"
            return f"{_each(step.pay, share, name)}: that part {of}."
        case ProRata():
            return _pro_rata(step, cur, name)
        case Shares():
            return f"The rest is shared {_in_parts(step.parts, name)}."
        case Equal():
            return "The rest is shared among all parties alike."
        case Residual():
            return f"All that is left goes to {name(step.agent)}."
        case _:
            assert_never(step)


def _in_parts(parts: Mapping[bytes, int], name: Name) -> str:
    if len({*parts.values()}) == 1:
        return f"in equal parts among {', '.join(name(agent) for agent in sorted(parts))}"
    return f"in agreed parts: {_each(parts, str, name)}, of {sum(parts.values())}"


def _pro_rata(step: ProRata, cur: str, name: Name) -> str:
    if len(step.components) == 1 and step.components[0].part == 1:
        by = _component(step.components[0], cur, name)
    else:
        by = " and ".join(f"{share(each.part)} {_component(each, cur, name)}" for each in step.components)
    if step.claim is Claim.UNTIL_PAID:
        owed = by.removeprefix("by ")
        lines = [
            f"What is owed for {owed} is paid until nothing is owed any more; if there is too little, in proportion."
        ]
    else:
        lines = [f"The rest is shared {by}; each contribution counts once."]
    if step.factor is not None:
        due = _each(step.factor.owed, _measure, name)
        lines.append(f"Whose {_weight(step.factor.done, cur, name)} stays below what is due ({due}) weighs less.")
    if step.cap is not None:
        lines.append(
            f"At most: {_each(step.cap, lambda cap: _cap(cap, cur), name)}; what is beyond goes to the others."
        )
    return " ".join(lines)


def _component(component: Component, cur: str, name: Name) -> str:
    if component.weights is None:
        return "by the points that the parties give each other"
    return "by " + " and ".join(_weight(each, cur, name) for each in component.weights)


def _weight(weight: Weight, cur: str, name: Name) -> str:
    which = said_of(weight.match, name)
    of = f" {which}" if which else ""
    what = "value" if weight.unit is None else f"{UNITS.get(weight.unit, weight.unit)}s"
    what = f"the {what}{of}"
    if weight.rate is not None:
        rates = _each(weight.rate, lambda rate: _rate(rate, weight.unit, cur), name)
        what = f"{what} at agreed rates ({rates})"
    return f"{what}, times their rating" if weight.quality else what


def _rate(rate: Fraction, unit: str | None, cur: str) -> str:
    """Rates are compared with each other; those of minor units for a unit are told as money."""
    if rate.denominator != 1:
        return f"{rate.numerator}/{rate.denominator}"
    if unit is None:
        return f"× {rate.numerator}"
    return f"{money(rate.numerator, cur)} per {UNITS.get(unit, unit)}"


def _cap(cap: Cap, cur: str) -> str:
    parts = [
        "" if cap.of_step is None else f"{share(cap.of_step)} of this step",
        "" if cap.amt is None else f"{money(cap.amt, cur)} each time",
        "" if cap.lifetime is None else f"{money(cap.lifetime, cur)} in all",
    ]
    return ", ".join(each for each in parts if each)


def _each(figures: Mapping[bytes, T], shown: Callable[[T], str], name: Name) -> str:
    named = [(agent, f"{name(agent)} {shown(figure)}") for agent, figure in sorted(figures.items())]
    everyone = [f"everybody else {shown(figures[EVERYONE])}"] if EVERYONE in figures else []
    return ", ".join([*(said for agent, said in named if agent != EVERYONE), *everyone])


def _measure(measure: Measure) -> str:
    return f"{_decimal(measure.n, measure.s)} {UNITS.get(measure.u, measure.u)}s"


def _decimal(n: int, places: int) -> str:
    whole, rest = divmod(n, 10**places)
    return f"{whole}.{rest:0{places}d}".rstrip("0").rstrip(".") if places else str(whole)


def _one_of(words: "frozenset[str] | set[str] | None", before: str) -> str:
    return "" if words is None else before + " or ".join(sorted(words))
