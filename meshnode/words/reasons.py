"""Why an amount is what it is, in sentences: how it was shared, and what it came from."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from meshnode.words.money import tell_money
from meshnode.words.safe_text import clean
from meshnode.words.units import show_decimals
from meshproto.equation.confirming import Head
from meshproto.equation.explain import Origin, Part, Why, shown
from meshproto.equation.terms import Equal, Fixed, Leaf, Percent, ProRata, Reimburse, Residual, Shares
from meshproto.types.currencies import EXPONENTS

MOST_NAMED = 5
"""Names told in one line; how many more there are is told as a number."""

_UNITS = {"HUR": "hour", "MIN": "minute", "SEC": "second", "DAY": "day", "C62": "piece"}

Name = Callable[[bytes], str]


class Money:
    """Amounts of a currency as people write them."""

    def __init__(self, cur: str) -> None:
        self._places = EXPONENTS.get(cur)

    def shown(self, amount: int) -> str:
        """`12,100.00` of minor units."""
        return tell_money(amount, self._places)

    def exactly(self, amount: Fraction) -> str:
        """What `shown` tells, and the first four digits of a minor unit where there are any: `855.461`, `0.3333…`."""
        whole, rest = divmod(amount.numerator * 10**4 // amount.denominator, 10**4)
        if not rest and amount.denominator == 1:
            return self.shown(whole)
        digits = f"{rest:04d}"
        told = digits.rstrip("0") if 10**4 % amount.denominator == 0 else f"{digits}…"
        return f"{self.shown(whole)}{'' if self._places else '.'}{told}"


def sentences(why: Why, money: Money, name: Name) -> list[str]:
    """How the amount was shared, what was taken back, and what it came from, a line each."""
    lines = [how_shared(why.step, part, money, name) for part in why.parts]
    if why.rejected:
        lines.append(f"{money.shown(why.rejected)} taken back: it was held for work that is rejected now")
    return [*lines, *(_came(why.step, each, money, name) for each in why.origins)]


def step_called(name: str) -> Leaf | None:
    """A step of a kind, to ask for its words; None if no step is called so."""
    return _KINDS.get(name)


def named(names: Sequence[bytes], name: Name) -> str:
    """Some names, and how many more there are."""
    told = ", ".join(name(each) for each in names[:MOST_NAMED])
    return told if len(names) <= MOST_NAMED else f"{told} and {len(names) - MOST_NAMED} more"


def percentage(ratio: Fraction) -> str:
    """`5 %`, `12.5 %`, or a fraction that has no end in decimals."""
    scaled = ratio * 10**6
    return f"{_quantity(ratio * 100)} %" if scaled.denominator == 1 else shown(ratio)


def how_shared(step: Leaf, part: Part, money: Money, name: Name) -> str:
    """One sharing in a sentence: what was shared, by which weight or claim, and how it was rounded."""
    before = "less what it was before: " if part.undone else ""
    if isinstance(step, Percent):
        return before + _percentage(part, money, name)
    if part.owed is not None:
        return before + _owed(step, part, money, name)
    whole = _part_of(part, _loss(part, money))
    if part.room is not None:
        return f"{before}{whole} would be more than the limit, so it is {money.shown(part.room)}"
    return f"{before}{whole}{_rounded(part, money, name)}"


def _part_of(part: Part, of: str) -> str:
    return f"all of {of}" if part.weight == 1 else f"{shown(part.weight)} of {of}"


def _loss(part: Part, money: Money) -> str:
    """What was shared; a loss is shared as if it were an income, with the opposite sign."""
    return f"the loss of {money.shown(part.of)}" if part.amount < 0 else money.shown(part.of)


def _percentage(part: Part, money: Money, name: Name) -> str:
    assert part.agreed is not None  # a percentage is agreed
    assert part.owed is not None  # and wished
    ratio, base, of_gross = part.agreed
    loss = "loss of " if part.amount < 0 else ""
    whole = f"the gross {loss}{money.shown(base)}" if of_gross else f"the {loss}{money.shown(base)} that remained"
    had = ratio * base - part.owed
    less = f", less {money.exactly(had)} got before," if had else ""
    what = f"{percentage(ratio)} of {whole}{less}"
    if part.quota == part.owed:
        return what + _rounded(part, money, name)
    short = _part_of(part, _loss(part, money)) + _rounded(part, money, name)
    would = _signed(part, money, part.owed)
    return f"{what} would be {would}, but all percentages together are more than there was: {short}"


def _owed(step: Leaf, part: Part, money: Money, name: Name) -> str:
    assert part.owed is not None  # asked before
    what = _what_is_owed(step, part, money, money.exactly(part.owed))
    if abs(part.amount) == part.owed:
        return f"{what}, met in full"
    if part.room is not None:
        return f"{what}, but the limit is {money.shown(part.room)}"
    rest = _part_of(part, _loss(part, money)) + _rounded(part, money, name)
    return f"{what}, but all that is owed is more than there was: {rest}"


def _what_is_owed(step: Leaf, part: Part, money: Money, owed: str) -> str:
    agreed = part.agreed
    if agreed is None:
        return (
            f"{owed} laid out and not paid yet" if isinstance(step, Reimburse) else f"{owed} of the price not paid yet"
        )
    if isinstance(step, Fixed):
        whole = money.shown(agreed.base)
        return f"{owed} agreed" if part.owed == agreed.base else f"{owed} still due of {whole} agreed"
    so_far, goal = money.shown(agreed.base), money.exactly(agreed.ratio * agreed.base)
    return f"{shown(agreed.ratio)} of the {so_far} that this step had in all is {goal}, of which {owed} is still due"


def _rounded(part: Part, money: Money, name: Name) -> str:
    amount = money.shown(part.amount)
    if part.quota.denominator == 1:
        return f" is {amount}"
    up, down = ("away from zero", "towards zero") if part.amount < 0 else ("up", "down")
    odd = f"rounded {up if part.odd else down}"
    tie = ""
    if part.tied:
        others = named(part.tied, name)
        tie = (
            f", as it sorts before {others}, who is as near"
            if part.odd
            else f", as {others} is as near and sorts first"
        )
    return f" is {_signed(part, money, part.quota)}, {odd} to {amount}{tie}"


def _signed(part: Part, money: Money, figure: Fraction) -> str:
    """A figure of what was shared with the sign that the amount has: of a loss, all are told as if of an income."""
    return f"{'-' if part.amount < 0 else ''}{money.exactly(figure)}"


def _came(step: Leaf, origin: Origin, money: Money, name: Name) -> str:
    amount = _with_held(origin, money)
    if origin.standing is None:
        return f"{amount} by the ballot of {name(origin.source)}"
    standing = origin.standing
    by_value, by_quality = _looks_at(step)
    worth = f"worth {money.exactly(standing.value)}: " if by_value else ""
    quality = f" × {shown(standing.quality)} for its ratings" if by_quality and standing.quality != 1 else ""
    confirmed, claimed = _quantity(standing.confirmed), _quantity(standing.claim)
    counts = f"{worth}{confirmed} {_unit(origin.unit, standing.confirmed)}{quality} of {claimed} claimed"
    words = "".join(f"; {_said(head, name)}" for head in origin.heads) or "; nobody had to confirm it"
    return f"{amount} from {clean(origin.source.decode())}, {counts}{words}"


def _with_held(origin: Origin, money: Money) -> str:
    amount, held = money.shown(origin.amount), money.shown(origin.held)
    if not origin.held:
        return amount
    if origin.held < 0 and not origin.amount:
        return f"{money.shown(-origin.held)} held until now, and payable from now on,"
    return f"{amount}, {held} of {'it' if origin.held > 0 else 'what was'} held,"


def _unit(code: str, quantity: Fraction) -> str:
    word = _UNITS.get(code, code)
    return word if word == code or quantity == 1 else f"{word}s"


def _said(head: Head, name: Name) -> str:
    rated = f", rated {head.rating}" if head.rating is not None else ""
    said = "rejects it" if head.rejects else f"confirms {_quantity(head.figure)}"
    return f"{name(head.by)} {said}{rated}"


def _looks_at(step: Leaf) -> tuple[bool, bool]:
    """Whether a step looks at values, and at ratings."""
    if not isinstance(step, ProRata):
        return isinstance(step, Reimburse), False
    weights = [each for component in step.components for each in component.weights or ()]
    return any(each.unit is None for each in weights), any(each.quality for each in weights)


def _quantity(quantity: Fraction) -> str:
    """`62.5`, or a fraction that has no end in decimals."""
    return show_decimals(quantity) or shown(quantity)


_KINDS: Mapping[str, Leaf] = {
    "reimburse": Reimburse(),
    "fixed": Fixed({}),
    "percent": Percent({}, of_gross=False),
    "pro_rata": ProRata(()),
    "shares": Shares({}),
    "equal": Equal(),
    "residual": Residual(b""),
}
