"""Ready-made terms: what people often agree on about money, in plain words, each with an example that can be computed.

A preset is an equation and the rules that go with it; agents stand in it by whatever names the caller gives.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Json = Any
"""What stands in a file of JSON."""

RATINGS = [[1, 2], [4, 5], [1, 1], [6, 5], [3, 2]]
"""What the ratings 1 to 5 weigh."""


class Chosen(NamedTuple):
    """What a preset is made for: who gets money, how it is counted, and figures of some of them."""

    parties: Sequence[str]
    cur: str = "EUR"
    rates: Mapping[str, Sequence[int]] = {}
    """Of each: [minor units, 1] for an hour."""
    shares: Mapping[str, int] = {}
    """Of each: their part of 1000."""
    claims: Mapping[str, int] = {}
    """Of each: minor units that are owed first."""
    commons: str = ""
    """Who takes a share for the commons; empty if nobody does."""
    rounds: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Preset:
    """Some ready-made terms."""

    name: str
    says: str
    """What it means, in a sentence."""
    text: str
    """What one should know before choosing it."""
    steps: Callable[[Chosen], list[Json]]
    rules: Mapping[str, Json] = field(default_factory=dict)
    """Other terms that go with it."""
    needs: tuple[str, ...] = ()
    """Which figures it needs of somebody: `rates`, `shares` or `claims`."""
    example: Mapping[str, Json] = field(default_factory=dict)
    """A preview: who did what, and the incomes."""

    def equation(self, chosen: Chosen) -> Json:
        """The equation, None if no money is shared."""
        steps = self.steps(chosen)
        return {"cur": chosen.cur, "steps": steps} if steps else None


def _reimburse() -> Json:
    return {"do": "reimburse", "match": {"kind": ["money", "material"], "comp": ["deferred"]}}


def _work(**more: Json) -> Json:
    return {"match": {"kind": ["work", "care"]}, "unit": "HUR", **more}


def _hours(chosen: Chosen) -> list[Json]:
    return [_reimburse(), {"do": "pro_rata", "claim": "once", "weights": [_work()]}]


def _hours_rate(chosen: Chosen) -> list[Json]:
    rates = [[who, [*rate]] for who, rate in chosen.rates.items()]
    return [_reimburse(), {"do": "pro_rata", "claim": "once", "weights": [_work(rate=rates, quality=True)]}]


def _points(chosen: Chosen) -> list[Json]:
    mix = [{"part": [7, 10], "weights": [_work()]}, {"part": [3, 10], "ballots": "round"}]
    return [_reimburse(), {"do": "pro_rata", "claim": "once", "mix": mix}]


def _equal(chosen: Chosen) -> list[Json]:
    # Not `equal`, by which a client would have a part, too.
    return [_reimburse(), {"do": "shares", "parts": [[who, 1] for who in chosen.parties]}]


def _shares(chosen: Chosen) -> list[Json]:
    return [_reimburse(), {"do": "shares", "parts": [[who, part] for who, part in chosen.shares.items()]}]


def _slices(chosen: Chosen) -> list[Json]:
    rates = [[who, [*rate]] for who, rate in chosen.rates.items()] or [["*", [5000, 1]]]
    risk = {"match": {"kind": ["work", "care"], "comp": ["deferred"]}, "unit": "HUR", "rate": rates}
    return [_reimburse(), {"do": "pro_rata", "claim": "until_paid", "weights": [risk]}, *_hours(chosen)[1:]]


def _livelihood(chosen: Chosen) -> list[Json]:
    def stream(name: str) -> Json:
        return {"match": {"stream": [name]}, "unit": "HUR"}

    mix = [
        {"part": [7, 10], "weights": [stream("livelihood")]},
        {"part": [1, 5], "weights": [stream("care")]},
        {"part": [1, 10], "weights": [stream("love")]},
    ]
    return [_reimburse(), {"do": "pro_rata", "claim": "once", "mix": mix}]


def _waterfall(chosen: Chosen) -> list[Json]:
    fixed = [[who, amount] for who, amount in chosen.claims.items()]
    commons = [{"do": "percent", "of": "remaining", "pay": [[chosen.commons, [1, 10]]]}] if chosen.commons else []
    rates = {"rate": [[who, [*rate]] for who, rate in chosen.rates.items()]} if chosen.rates else {}
    work = {"do": "pro_rata", "claim": "once", "weights": [_work(quality=True, **rates)]}
    first = [{"do": "fixed", "claim": "until_paid", "pay": fixed}] if fixed else []
    return [_reimburse(), *first, *commons, work]


def _commons(chosen: Chosen) -> list[Json]:
    return []


def _contribution(name: str, agent: str, hours: int, **more: Json) -> Json:
    return {"id": name, "agent": agent, "kind": "work", "qty": {"n": hours, "s": 0, "u": "HUR"}, **more}


def _round(pool: int, *work: Json, **more: Json) -> Json:
    return {"pool": pool, "to": "2027-03-31", "contributions": [*work], **more}


_DESIGN, _CODE = _contribution("design", "ana", 30), _contribution("code", "ben", 20)
_TWO = _round(100_000, _DESIGN, _CODE)
_BALLOTS = [["ana", [["ben", 60]]], ["ben", [["ana", 40]]]]

PRESETS: dict[str, Preset] = {
    each.name: each
    for each in (
        Preset(
            "hours",
            "Everybody's hours are worth the same.",
            "Costs that somebody laid out come first. The rest is shared by the hours that were confirmed; each hour "
            "is paid once, by the first income that comes after it. Simple, and fair where the work is alike.",
            _hours,
            example=_TWO,
        ),
        Preset(
            "hours-rate",
            "Hours at agreed rates, times how well the work was rated.",
            "Costs first. The rest is shared by hours × the rate of each person × the mean of the ratings their work "
            "was given (1: a half, 3: as it is, 5: one and a half). The rates compare people; they promise no sum.",
            _hours_rate,
            {"ack": {"min": 1, "by": "parties", "ratings": RATINGS}},
            needs=("rates",),
            example={**_TWO, "attestations": [{"on": "design", "by": "ben", "verdict": "confirm", "rating": 4}]},
        ),
        Preset(
            "points",
            "Seven tenths by hours, three tenths by points that people give each other.",
            "In each round everybody gives 100 points to the others, none to themselves. Whoever gives none gives up "
            "that voice, nothing else. Good for what hours do not show.",
            _points,
            {"ballots": {"budget": 100, "rounds": ["first", "second", "third", "fourth"]}},
            example={**_TWO, "ballots": _BALLOTS},
        ),
        Preset(
            "equal",
            "Everybody gets the same, whoever did what.",
            "Costs first, then equal parts for everybody who provides. Nothing need be counted.",
            _equal,
            {"ack": {"min": 0, "by": "parties"}},
            example=_TWO,
        ),
        Preset(
            "shares",
            "Parts that were agreed beforehand, such as 600 and 400 of 1000.",
            "Costs first, then everybody's part of the rest. Nothing need be counted; what it is based on stays "
            "between you.",
            _shares,
            {"ack": {"min": 0, "by": "parties"}},
            needs=("shares",),
            example=_TWO,
        ),
        Preset(
            "slices",
            "Whoever works before there is money is owed it until it is paid.",
            "Work that is logged as deferred is owed at an agreed rate (50.00 an hour unless you say otherwise), and "
            "every income pays on it until nothing is owed; if it is short, in proportion. What is beyond is shared by "
            "hours.",
            _slices,
            example=_round(
                100_000,
                _contribution("design", "ana", 30, comp="deferred"),
                _contribution("code", "ben", 20, comp="deferred"),
            ),
        ),
        Preset(
            "livelihood",
            "Hours out of need weigh most, then care, then love.",
            "Everybody says of their work out of what it was done: livelihood, care or love. Seven tenths of the "
            "income go to the first, two to the second, one to the third, each shared by hours; a stream nobody worked "
            "in leaves its part to the others.",
            _livelihood,
            example=_round(
                100_000,
                _contribution("design", "ana", 30, stream="livelihood"),
                _contribution("tea", "ben", 20, stream="care"),
            ),
        ),
        Preset(
            "waterfall",
            "Costs, then agreed amounts, then a tenth for the commons, then hours.",
            "Each step takes what it needs and leaves the rest to the next. A small income may not reach the hours: "
            "they stay unpaid and wait for the next one.",
            _waterfall,
            {"ack": {"min": 1, "by": "parties", "ratings": RATINGS}},
            example=_TWO,
        ),
        Preset(
            "commons",
            "No money: what is made is for everybody, and people are thanked.",
            "Nobody is owed anything. What was done is recorded and acknowledged, the results are free for all "
            "(CC-BY-SA-4.0 unless you say otherwise), and the agreement ends with recognition.",
            _commons,
            {
                "rights": {
                    "results": {"ownership": "joint", "licence": "CC-BY-SA-4.0", "effective": "on_creation"},
                    "attribution": True,
                }
            },
        ),
    )
}
"""All presets, by name."""

_EXAMPLE = Chosen(
    ["ana", "ben"],
    rates={"ana": [800, 1], "ben": [900, 1]},
    shares={"ana": 600, "ben": 400},
    claims={"ana": 20_000},
)


def example_of(preset: Preset, chosen: Chosen = _EXAMPLE) -> Json:
    """The preset's example as a preview file, with the figures of some people; None where no money is shared.

    Those who work in it are the first two of them, so there must be two.
    """
    equation = preset.equation(chosen)
    if equation is None:
        return None
    people = sorted({*chosen.parties, *chosen.rates, *chosen.shares, *chosen.claims, *filter(None, [chosen.commons])})
    ack = {"min": 0, "by": "parties", "ratings": preset.rules.get("ack", {}).get("ratings", [[1, 1]] * 5)}
    terms = {"parties": people, "ack": ack, "late": "next", "reserve": False}
    first, second, *_ = chosen.parties
    example = _named(dict(preset.example), {"ana": first, "ben": second})
    return {**equation, **terms, "rounds": [example]}


def _named(value: Json, names: Mapping[str, str]) -> Json:
    """An example with other people in it."""
    if isinstance(value, dict):
        return {at: _named(each, names) for at, each in value.items()}
    if isinstance(value, list):
        return [_named(each, names) for each in value]
    return names.get(value, value) if isinstance(value, str) else value
