"""Reading the terms of a preview file: parties, acknowledgement, steps (08-equations 10.2)."""

from fractions import Fraction
from itertools import pairwise

from meshproto.equation.measures import converts
from meshproto.equation.preview.limits import (
    MAX_BRACKETS,
    MAX_COMPONENTS,
    MAX_PARTS,
    MAX_RATES,
    MAX_STEPS,
    MAX_WEIGHTS,
)
from meshproto.equation.preview.places import UNIT, Fields, Place
from meshproto.equation.terms import (
    Ack,
    Bracket,
    Cap,
    Claim,
    Component,
    Equal,
    Factor,
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
from meshproto.records.limits import MAX_INT
from meshproto.records.reasons import Reason
from meshproto.types.value import COMPENSATIONS, KINDS, STREAMS, Measure

ANY_TIME: tuple[str | None, str | None] = (None, None)
STEPS = ("reimburse", "fixed", "percent", "pro_rata", "shares", "equal", "tiers", "residual")


def read_ack(place: Place) -> Ack:
    """How many must confirm, who may, and what ratings mean."""
    fields = place.fields("min", "by", "ratings")
    return Ack(
        fields.needed("min", lambda least: least.integer(0, 256)),
        fields.needed("by", _attesters),
        fields.needed("ratings", lambda ratings: tuple(each.ratio() for each in ratings.items(5, 5))),
    )


def read_steps(place: Place) -> tuple[Step, ...]:
    """The steps of an equation."""
    return tuple(_step(each) for each in place.items(0, MAX_STEPS))


def _attesters(place: Place) -> frozenset[bytes] | None:
    if isinstance(place.value, str):
        place.word("parties")
        return None
    return place.set(Place.agent)


def _step(place: Place) -> Step:
    return _tiers(place) if _kind(place, *STEPS) == "tiers" else _leaf(place)


def _inner(place: Place) -> Leaf:
    _kind(place, *(name for name in STEPS if name != "tiers"))
    return _leaf(place)


def _kind(place: Place, *words: str) -> str:
    if not isinstance(place.value, dict):
        raise place.refused(Reason.I_FIELD)
    return Fields(place, place.value).needed("do", lambda do: do.word(*words))


def _leaf(place: Place) -> Leaf:
    match Fields(place, place.value if isinstance(place.value, dict) else {}).needed("do", Place.text):
        case "reimburse":
            return Reimburse(place.fields("do", "match").optional("match", _match, Match()))
        case "fixed":
            return _fixed(place)
        case "percent":
            return _percent(place)
        case "pro_rata":
            return _pro_rata(place)
        case "shares":
            return _shares(place)
        case "equal":
            place.fields("do")
            return Equal()
        case _:
            return Residual(place.fields("do", "agent").needed("agent", Place.agent))


def _fixed(place: Place) -> Fixed:
    fields = place.fields("do", "claim", "pay")
    claim = fields.optional("claim", lambda claim: Claim(claim.word(*Claim)), Claim.EACH)
    return Fixed(fields.needed("pay", lambda pay: pay.pairs(Place.agent, _amount)), claim)


def _percent(place: Place) -> Percent:
    fields = place.fields("do", "of", "pay")
    of = fields.needed("of", lambda of: of.word("gross", "remaining"))
    pay = fields.needed("pay", lambda pay: pay.pairs(Place.agent, Place.ratio))
    if sum(pay.values()) > 1:
        raise place.refused(Reason.I_RULE, "pay")
    return Percent(pay, of == "gross")


def _shares(place: Place) -> Shares:
    parts = place.fields("do", "parts").needed(
        "parts", lambda parts: parts.pairs(Place.agent, lambda part: part.integer(0, MAX_PARTS))
    )
    if sum(parts.values()) > MAX_PARTS:
        raise place.refused(Reason.I_RULE, "parts")
    return Shares(parts)


def _pro_rata(place: Place) -> ProRata:
    fields = place.fields("do", "claim", "weights", "mix", "factor", "cap")
    claim = fields.optional("claim", lambda claim: Claim(claim.word("once", "until_paid")), Claim.ONCE)
    weights = fields.optional("weights", _weights, None)
    mix = fields.optional("mix", lambda mix: tuple(_component(each) for each in mix.items(1, MAX_COMPONENTS)), None)
    factor = fields.optional("factor", _factor, None)
    cap = fields.optional("cap", lambda cap: cap.pairs(Place.agent_or_all, _cap), None)
    if (weights is None) is (mix is None):
        raise place.refused(Reason.I_RULE, "weights")
    if claim is Claim.UNTIL_PAID and (mix is not None or factor is not None):
        raise place.refused(Reason.I_RULE, "factor" if mix is None else "mix")
    if mix is not None and sum(each.part for each in mix) > 1:
        raise place.refused(Reason.I_RULE, "mix")
    components = mix or (Component(Fraction(1), weights),)
    if sum(len(weight.rate or ()) for each in components for weight in each.weights or ()) > MAX_RATES:
        raise place.refused(Reason.I_LIST, "mix" if weights is None else "weights")
    if factor is not None and not all(converts(owed.u, factor.done.unit or "") for owed in factor.owed.values()):
        raise place.refused(Reason.I_RULE, "factor")
    if cap is not None and Cap() in cap.values():
        raise place.refused(Reason.I_RULE, "cap")
    return ProRata(components, claim, factor, cap)


def _component(place: Place) -> Component:
    fields = place.fields("part", "weights", "ballots")
    part = fields.needed("part", Place.ratio)
    weights = fields.optional("weights", _weights, None)
    fields.optional("ballots", lambda ballots: ballots.word("round"), "")
    if (weights is None) is ("ballots" not in fields):
        raise place.refused(Reason.I_RULE, "weights")
    return Component(part, weights)


def _weights(place: Place) -> tuple[Weight, ...] | None:
    return tuple(_weight(each) for each in place.items(1, MAX_WEIGHTS))


def _weight(place: Place) -> Weight:
    fields = place.fields("match", "unit", "rate", "quality")
    match = fields.optional("match", _match, Match())
    unit = fields.needed("unit", _unit)
    rate = fields.optional("rate", _rates, None)
    return Weight(unit, match, rate, fields.optional("quality", Place.boolean, False))


def _rates(place: Place) -> dict[bytes, Fraction] | None:
    return place.pairs(Place.agent_or_all, Place.ratio)


def _unit(place: Place) -> str | None:
    return None if place.text() == "value" else place.matching(UNIT)


def _factor(place: Place) -> Factor | None:
    fields = place.fields("done", "owed")
    done = fields.needed("done", _done)
    return Factor(done, fields.needed("owed", _owed))


def _done(place: Place) -> Weight:
    fields = place.fields("match", "unit")
    match = fields.optional("match", _match, Match())
    return Weight(fields.needed("unit", lambda unit: unit.matching(UNIT)), match)


def _owed(place: Place) -> dict[bytes, Measure]:
    return place.pairs(Place.agent_or_all, lambda each: each.measure(0))


def _cap(place: Place) -> Cap:
    fields = place.fields("of_step", "amt", "lifetime")
    return Cap(
        fields.optional("of_step", _some_ratio, None),
        fields.optional("amt", _some_amount, None),
        fields.optional("lifetime", _some_amount, None),
    )


def _some_ratio(place: Place) -> Fraction | None:
    return place.ratio()


def _some_amount(place: Place) -> int | None:
    return _amount(place)


def _amount(place: Place) -> int:
    return place.integer(0, MAX_INT)


def _tiers(place: Place) -> Tiers:
    brackets = place.fields("do", "brackets").needed(
        "brackets", lambda brackets: tuple(_bracket(each) for each in brackets.items(1, MAX_BRACKETS))
    )
    tops = [bracket.to for bracket in brackets]
    closed = [top for top in tops if top is not None]
    if None in tops[:-1] or not all(one < other for one, other in pairwise(closed)):
        raise place.refused(Reason.I_RULE, "brackets")
    return Tiers(brackets)


def _bracket(place: Place) -> Bracket:
    fields = place.fields("to", "steps")
    top = fields.optional("to", _some_top, None)
    return Bracket(top, fields.needed("steps", lambda steps: tuple(_inner(each) for each in steps.items(0, MAX_STEPS))))


def _some_top(place: Place) -> int | None:
    return place.integer(1)


def _match(place: Place) -> Match:
    fields = place.fields("kind", "class", "project", "stream", "comp", "period")
    kind = fields.optional("kind", lambda each: _words(each, KINDS), None)
    classes = fields.optional("class", _names, None)
    project = fields.optional("project", _names, None)
    stream = fields.optional("stream", lambda each: _words(each, STREAMS), None)
    comp = fields.optional("comp", lambda each: _words(each, COMPENSATIONS), None)
    start, end = fields.optional("period", _period, ANY_TIME)
    return Match(kind, classes, project, stream, comp, start, end)


def _words(place: Place, words: tuple[str, ...]) -> frozenset[str] | None:
    return place.set(lambda each: each.word(*words))


def _names(place: Place) -> frozenset[bytes] | None:
    return place.set(Place.name)


def _period(place: Place) -> tuple[str | None, str | None]:
    fields = place.fields("from", "to")
    return fields.optional("from", _some_day, None), fields.optional("to", _some_day, None)


def _some_day(place: Place) -> str | None:
    return place.date()
