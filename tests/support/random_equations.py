"""Preview files by chance: small numbers, few names, every kind of step, so that rules meet."""

from math import gcd
from random import Random
from typing import Any

File = dict[str, Any]

PARTIES = ("ana", "bo", "cy", "dee")
AGENTS = (*PARTIES, "eve")
KINDS = ("work", "work", "money", "care")
DAYS = tuple(f"2026-{month:02d}-{day:02d}" for month in (1, 2, 3) for day in (5, 15, 28))


def a_file(chance: Random, *, special: bool) -> File:
    """A file that is not refused; with `special` also refunds, reopening and disputes."""
    rounds: list[File] = []
    names: list[tuple[str, str]] = []
    disputes: dict[str, bool] = {}
    remains: dict[int, int] = {}
    for number in range(chance.randint(1, 5)):
        rounds.append(_round(chance, number, names))
        if special:
            _make_special(chance, number, rounds[-1], names, disputes, remains)
        else:
            remains[number] = rounds[-1]["pool"]
    return {
        "cur": "EUR",
        "parties": list(PARTIES[: chance.randint(1, 4)]),
        "steps": [_step(chance) for _ in range(chance.randint(1, 4))],
        "ack": {
            "min": chance.choice((0, 1, 1, 1, 2)),
            "by": chance.choice(("parties", "parties", ["ana", "client"])),
            "ratings": [[1, 2], [4, 5], [1, 1], [6, 5], [3, 2]],
        },
        "late": chance.choice(("next", "catch_up", "exclude")),
        "reserve": chance.random() < 0.7,
        "rounds": rounds,
    }


def shuffled(chance: Random, value: Any, key: str = "") -> Any:
    """The same file with every list whose order means nothing in another order."""
    if isinstance(value, dict):
        entries = list(value.items())
        chance.shuffle(entries)
        return {name: shuffled(chance, each, name) for name, each in entries}
    if isinstance(value, list):
        items = [shuffled(chance, each, "") for each in value]
        pairs = ("rounds", "steps", "brackets", "ratings", "mix", "weights", "part", "of_step", "")
        if key not in pairs:
            chance.shuffle(items)
        return items
    return value


def _round(chance: Random, number: int, names: list[tuple[str, str]]) -> File:
    pool = chance.choice((0, 5, 100, 999, 1000, 12345, -50) if number else (5, 100, 1000, 12345))
    brought = [_contribution(chance, f"{number}{letter}") for letter in "abcd"[: chance.randint(0, 4)]]
    names += [(each["id"], each["qty"]["u"]) for each in brought]
    said = [_attestation(chance, *chance.choice(names)) for _ in range(chance.randint(0, 6))] if names else []
    said += [{"on": each["id"], "by": by, "verdict": "confirm"} for each in brought for by in chance.sample(PARTIES, 2)]
    corrections = (
        [_correction(chance, *chance.choice(names)) for _ in range(chance.choice((0, 0, 0, 1, 2)))] if names else []
    )
    return {
        "pool": pool,
        "to": chance.choice(DAYS),
        "contributions": brought,
        "attestations": said,
        "corrections": corrections,
        "ballots": [_ballot(chance) for _ in range(chance.choice((0, 0, 1, 3)))],
    }


def _make_special(
    chance: Random,
    number: int,
    round_: File,
    names: list[tuple[str, str]],
    disputes: dict[str, bool],
    remains: dict[int, int],
) -> None:
    if names and chance.random() < 0.5:
        round_["disputes"] = [{"id": f"d{number}", "target": chance.choice(names)[0]}]
        disputes[f"d{number}"] = True
    refundable = [place for place, pool in remains.items() if pool > 0]
    open_ones = [name for name, is_open in disputes.items() if is_open]
    kind = chance.random()
    if remains and kind < 0.2:
        round_ |= {
            "pool": 0,
            "restates": chance.choice(list(remains)),
            "consents": chance.sample(AGENTS, chance.randint(0, 5)),
        }
        return
    if open_ones and chance.random() < 0.6:
        name = chance.choice(open_ones)
        disputes[name] = False
        round_["resolved"] = [[name, chance.choice(("uphold", "reject"))]]
    if refundable and kind < 0.5:
        place = chance.choice(refundable)
        back = chance.choice((remains[place], chance.randint(1, remains[place])))
        remains[place] -= back
        round_ |= {"pool": -back, "refunds": place}
    else:
        remains[number] = round_["pool"]


def _ratio(chance: Random, most: int = 9, *, below_one: bool = False) -> list[int]:
    den = chance.randint(1, most)
    num = chance.randint(0, den if below_one else 2 * most)
    return [num // gcd(num, den), den // gcd(num, den)]


def _quantity(chance: Random, unit: str = "") -> File:
    return {
        "n": chance.randint(1, 40),
        "s": chance.choice((0, 0, 1)),
        "u": unit or chance.choice(("HUR", "HUR", "HUR", "MIN", "DAY")),
    }


def _contribution(chance: Random, name: str) -> File:
    agent, day = chance.choice(AGENTS), chance.choice(DAYS)
    found: File = {"id": name, "agent": agent, "kind": chance.choice(KINDS), "qty": _quantity(chance)}
    if chance.random() < 0.5:
        found["value"] = {"amt": chance.randint(0, 900), "cur": chance.choice(("EUR", "EUR", "EUR", "USD"))}
    if chance.random() < 0.7:
        found["when"] = {"from": "2026-01-01", "to": day}
    for key, words in (("comp", ("paid", "gift")), ("stream", ("love", "care")), ("project", ("p", "q"))):
        if chance.random() < 0.3:
            found[key] = chance.choice(words)
    if chance.random() < 0.3:
        found["class"] = chance.sample(("x", "y"), chance.randint(1, 2))
    if chance.random() < 0.3:
        others = chance.sample([each for each in AGENTS if each != agent], chance.randint(1, 2))
        found["shares"] = [[each, chance.randint(1, 5)] for each in (agent, *others)]
        found["declined"] = [each for each in (agent, *others) if chance.random() < 0.2]
    if chance.random() < 0.1:
        found["beneficiaries"] = [chance.choice(AGENTS)]
    return found


def _attestation(chance: Random, on: str, unit: str) -> File:
    found: File = {
        "on": on,
        "by": chance.choice((*AGENTS, "client")),
        "verdict": chance.choice(("confirm", "confirm", "confirm", "reject")),
    }
    if chance.random() < 0.4:
        found["qty"] = _quantity(chance, unit)
    if chance.random() < 0.5:
        found["rating"] = chance.randint(1, 5)
    return found


def _correction(chance: Random, target: str, unit: str) -> File:
    if chance.random() < 0.25:
        return {"target": target, "kind": "retract"}
    found: File = {"target": target, "kind": "delta"}
    if chance.random() < 0.8:
        found["qty"] = {**_quantity(chance, unit), "n": chance.randint(-30, 10)}
    else:
        found["value"] = {"amt": chance.randint(-500, 100), "cur": chance.choice(("EUR", "USD"))}
    return found


def _ballot(chance: Random) -> list[Any]:
    return [
        chance.choice(AGENTS),
        [[each, chance.randint(0, 9)] for each in chance.sample(AGENTS, chance.randint(0, 3))],
    ]


def _match(chance: Random) -> File:
    choices: tuple[File, ...] = (
        {},
        {},
        {"kind": ["work"]},
        {"kind": ["money", "care"]},
        {"class": ["x"]},
        {"comp": ["paid"]},
        {"stream": ["care", "love"]},
        {"project": ["p"]},
        {"period": {"from": "2026-01-10", "to": "2026-02-20"}},
    )
    return chance.choice(choices)


def _weight(chance: Random) -> File:
    found: File = {"match": _match(chance), "unit": chance.choice(("HUR", "HUR", "MIN", "DAY", "value"))}
    if chance.random() < 0.4:
        found["rate"] = [[each, _ratio(chance)] for each in chance.sample((*AGENTS, "*"), chance.randint(1, 4))]
    if chance.random() < 0.4:
        found["quality"] = True
    return found


def _pro_rata(chance: Random) -> File:
    found: File = {"do": "pro_rata"}
    if chance.random() < 0.25:
        found |= {"claim": "until_paid", "weights": [_weight(chance) for _ in range(chance.randint(1, 2))]}
    elif chance.random() < 0.6:
        found["weights"] = [_weight(chance) for _ in range(chance.randint(1, 2))]
    else:
        parts = chance.choice(([[7, 10], [3, 10]], [[1, 3], [1, 3]], [[0, 1], [1, 2]]))
        found["mix"] = [
            {"part": part, "ballots": "round"}
            if chance.random() < 0.4
            else {"part": part, "weights": [_weight(chance)]}
            for part in parts
        ]
    if "claim" not in found and chance.random() < 0.25:
        owed = [[each, {"n": chance.randint(0, 20), "s": 0, "u": "HUR"}] for each in chance.sample((*AGENTS, "*"), 2)]
        found["factor"] = {"done": {"match": _match(chance), "unit": "HUR"}, "owed": owed}
    if chance.random() < 0.35:
        found["cap"] = [[each, _cap(chance)] for each in chance.sample((*AGENTS, "*"), chance.randint(1, 3))]
    return found


def _cap(chance: Random) -> File:
    found = {
        "of_step": _ratio(chance, below_one=True),
        "amt": chance.randint(0, 600),
        "lifetime": chance.randint(0, 2000),
    }
    return {key: found[key] for key in chance.sample(list(found), chance.randint(1, 3))}


def _leaf(chance: Random) -> File:
    kind = chance.choice(
        ("reimburse", "fixed", "percent", "pro_rata", "pro_rata", "pro_rata", "shares", "equal", "residual")
    )
    some = chance.sample((*AGENTS, "commons"), chance.randint(1, 3))
    match kind:
        case "reimburse":
            return {"do": kind, "match": _match(chance)}
        case "fixed":
            claim = chance.choice(("each", "once", "until_paid"))
            return {"do": kind, "claim": claim, "pay": [[each, chance.randint(0, 400)] for each in some]}
        case "percent":
            rates = [[each, chance.choice(([1, 3], [1, 7], [0, 1], [1, 10]))] for each in some]
            return {"do": kind, "of": chance.choice(("gross", "remaining")), "pay": rates}
        case "shares":
            return {"do": kind, "parts": [[each, chance.randint(0, 9)] for each in some]}
        case "equal":
            return {"do": kind}
        case "residual" if chance.random() < 0.5:
            return {"do": kind, "agent": some[0]}
        case _:
            return _pro_rata(chance)


def _step(chance: Random) -> File:
    if chance.random() < 0.85:
        return _leaf(chance)
    steps = [[_leaf(chance) for _ in range(chance.randint(0, 2))] for _ in range(3)]
    tops = [{"to": chance.randint(1, 500)}, {"to": chance.randint(501, 2000)}, {}]
    return {"do": "tiers", "brackets": [{**top, "steps": inner} for top, inner in zip(tops, steps, strict=True)]}
