"""Preview files for cases: four people, their hours, and what else they bring."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from meshproto.pipe import answer
from meshproto.records.reasons import Reason
from scripts.vectors.cases import Case

File = dict[str, Any]
"""A preview file, or a piece of one."""

PARTIES = ["ana", "bo", "cy", "dee"]
RATINGS = [[1, 2], [4, 5], [1, 1], [6, 5], [3, 2]]
ACK = {"min": 1, "by": "parties", "ratings": RATINGS}
JANUARY, FEBRUARY, MARCH = "2026-01-31", "2026-02-28", "2026-03-31"

HOURS = {"ana": "62.5", "bo": "40", "cy": "31.25", "dee": "7"}
"""What all of the worked numbers rest on."""

WORK: File = {"match": {"kind": ["work"]}, "unit": "HUR"}
BY_HOURS: File = {"do": "pro_rata", "claim": "once", "weights": [WORK]}
RATED: File = {
    **WORK,
    "rate": [["ana", [800, 1]], ["bo", [900, 1]], ["cy", [1000, 1]], ["dee", [600, 1]]],
    "quality": True,
}
WATERFALL: list[File] = [
    {"do": "reimburse", "match": {"kind": ["money"], "comp": ["deferred"]}},
    {"do": "fixed", "claim": "each", "pay": [["cy", 50000]]},
    {"do": "percent", "of": "gross", "pay": [["dee", [1, 20]]]},
    {"do": "percent", "of": "remaining", "pay": [["commons", [1, 10]]]},
    {"do": "pro_rata", "claim": "once", "weights": [RATED], "cap": [["ana", {"of_step": [2, 5]}]]},
    {"do": "residual", "agent": "commons"},
]


def measure(quantity: str, unit: str = "HUR") -> File:
    """A decimal number of units."""
    whole, _, places = quantity.partition(".")
    return {"n": int(whole + places), "s": len(places), "u": unit}


def work(name: str, agent: str, hours: str, day: str = "", classes: Sequence[str] = (), **more: Any) -> File:
    """A contribution of so many hours."""
    when = {"when": {"from": day, "to": day}} if day else {}
    kinds = {"class": [*classes]} if classes else {}
    return {"id": name, "agent": agent, "kind": "work", "qty": measure(hours), **when, **kinds, **more}


def paid(name: str, agent: str, cents: int, **more: Any) -> File:
    """Money that somebody laid out."""
    value = {"amt": cents, "cur": "EUR"}
    return {"id": name, "agent": agent, "kind": "money", "qty": measure("1", "C62"), "value": value, **more}


def confirmed(*contributions: File, ratings: Mapping[str, Sequence[int]] | None = None) -> list[File]:
    """Each confirmed by one other party, or rated by as many as there are ratings for its agent."""
    said = []
    for each in contributions:
        others = [party for party in PARTIES if party != each["agent"]]
        marks = (ratings or {}).get(each["agent"])
        if marks is None:
            said.append({"on": each["id"], "by": others[0], "verdict": "confirm"})
        else:
            said += [
                {"on": each["id"], "by": by, "verdict": "confirm", "rating": mark}
                for by, mark in zip(others, marks, strict=False)
            ]
    return said


def hours(prefix: str = "first", day: str = "", amounts: Mapping[str, str] = HOURS) -> list[File]:
    """The hours of everybody."""
    return [work(f"{prefix} {agent}", agent, amount, day) for agent, amount in amounts.items()]


def round_(pool: int, contributions: Sequence[File] = (), to: str = JANUARY, **more: Any) -> File:
    """A round in which all that is contributed is confirmed at once, unless `attestations` say otherwise."""
    brought = {"contributions": [*contributions], "attestations": confirmed(*contributions), "corrections": []}
    return {"pool": pool, "to": to, **brought, **more}


def file(steps: Sequence[File], *rounds: File, **more: Any) -> File:
    """A whole file."""
    terms = {"cur": "EUR", "parties": PARTIES, "steps": [*steps], "ack": ACK, "late": "next", "reserve": False}
    return {**terms, "rounds": [*rounds], **more}


def question(content: File | str) -> File:
    """A question of the pipe."""
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return {"op": "equation", "input": text}


def case(description: str, content: File, *lines: str, carry: int = 0) -> Case:
    """A case whose lines were worked out by hand: for each round `ana 4440.50 bo 2841.92`, with `+held` where some is.

    Amounts are in major units of two decimals. `carry` is that of the last round.
    """
    asked = question(content)
    said: Any = answer(asked)["ok"]
    rounds = said["rounds"]
    for wanted, told in zip(lines, rounds, strict=True):
        assert wanted == _shown(told["lines"]), (description, wanted, _shown(told["lines"]))
    assert rounds[-1]["carry"] == carry, (description, rounds[-1]["carry"])
    return Case(description, asked)


def refused(description: str, content: File | str, reason: Reason, path: str = "") -> Case:
    """A case that is refused for a reason, at a path."""
    return Case(description, question(content), reason, detail=path)


def _shown(lines: list[Any]) -> str:
    return " ".join(
        f"{agent} {_major(line['amt'])}" + (f"+{_major(line['held'])}" if line["held"] else "") for agent, line in lines
    )


def _major(cents: int) -> str:
    sign, cents = ("-" if cents < 0 else ""), abs(cents)
    return f"{sign}{cents // 100}.{cents % 100:02d}"
