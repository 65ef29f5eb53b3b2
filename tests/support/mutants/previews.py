"""Questions of the pipe (07-pipe) about value equations: files in which all can happen that may, and broken ones."""

import json
import random
from collections.abc import Sequence
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

Question = dict[str, object]
Json = dict[str, Any]

PEOPLE = ["ana", "bo", "cy", "dee", "élan", "z", "Ünal", "𝒶"]
"""Names whose order by bytes is another than by UTF-16 units or by letters."""
KINDS = ["work", "idea", "money", "material", "care", "introduction"]
UNITS = ["HUR", "MIN", "SEC", "DAY", "C62", "KGM"]
TIMES = ["HUR", "MIN", "SEC"]
WORKED = ["work", "work", "work", "care", "idea", "money", "material"]
FIRST_DAY = date(2026, 1, 1)
WRONG: list[Any] = [
    None,
    True,
    -1,
    0,
    2**53,
    -(2**53) + 1,
    "",
    "*",
    "x" * 300,
    [],
    {},
    [[]],
    {"do": "equal"},
    "2026-02-30",
]


def preview(seed: int) -> Question:
    """A preview file, the same for the same seed; one in eight with something wrong in it.

    In one of four everything is disputed and much is rejected, more of it in brackets.
    """
    chance = random.Random(seed)
    file = Writer(chance, quarrels=seed % 4 == 3).file()
    if chance.random() < 0.125:
        for _ in range(chance.choice((1, 1, 2))):
            _break(file, chance)
    text = json.dumps(file, ensure_ascii=chance.random() < 0.5)
    if chance.random() < 0.02:
        place = chance.randrange(len(text))
        text = text[:place] + chance.choice(("", "0", '"', "-", ".", "\\", "\ud800", "}")) + text[place + 1 :]
    return {"op": "equation", "input": text}


class Writer:
    """Writes one file; remembers what there is to name. Others borrow its steps and contributions for `people`."""

    def __init__(self, chance: random.Random, *, quarrels: bool = False, people: Sequence[str] = ()) -> None:
        self.chance = chance
        self.quarrels = quarrels
        self.everybody = [*people] or PEOPLE
        self.people = [*people] or chance.sample(PEOPLE, chance.randint(2, 5))
        self.contributions: list[Json] = []
        self.disputes: list[str] = []
        self.rounds: list[Json] = []
        self.refundable: dict[int, int] = {}

    def some(self, probability: float) -> bool:
        return self.chance.random() < probability

    def file(self) -> Json:
        steps = [self.step() for _ in range(self.chance.choice((1, 1, 2, 3, 4)))]
        parties = self.chance.sample(self.people, self.chance.randint(1, len(self.people)))
        file = {
            "cur": "EUR",
            "parties": parties,
            "steps": steps,
            "ack": {
                "min": self.chance.choice((0, 0, 1, 1, 2)),
                "by": "parties" if self.some(0.7) else self.chance.sample(self.people, 2),
                "ratings": [[1, 2], [4, 5], [1, 1], [6, 5], [3, 2]],
            },
            "late": self.chance.choice(("next", "catch_up", "exclude")),
            "reserve": self.quarrels or self.some(0.6),
            "rounds": self.rounds,
        }
        for index in range(self.chance.choice((1, 2, 3, 4, 6))):
            self.rounds.append(self.round(index, parties))
        return file

    # Steps.

    def step(self, is_in_bracket: bool = False) -> Json:
        kinds = ["reimburse", "fixed", "percent", "shares", "equal", "residual", *["pro_rata"] * 6]
        what = self.chance.choice(kinds if is_in_bracket else [*kinds, "tiers", *["tiers"] * (6 * self.quarrels)])
        fields: Json = getattr(self, f"_{what}")()
        return {"do": what, **fields}

    def _reimburse(self) -> Json:
        return self.maybe("match", self.match, 0.4)

    def _fixed(self) -> Json:
        pay = [[each, self.chance.choice((0, 1, 7, 500, 50000))] for each in self.anybody()]
        return {**self.maybe("claim", lambda: self.chance.choice(("each", "once", "until_paid")), 0.8), "pay": pay}

    def _percent(self) -> Json:
        people = self.anybody()
        pay = [[each, self.chance.choice(([1, 20], [1, 7], [0, 1], [3, 1000], [1, 5]))] for each in people]
        return {"of": self.chance.choice(("gross", "remaining")), "pay": pay}

    def _shares(self) -> Json:
        return {"parts": [[each, self.chance.choice((0, 1, 1, 3, 100))] for each in self.anybody()]}

    def _equal(self) -> Json:
        return {}

    def _residual(self) -> Json:
        return {"agent": self.chance.choice(self.everybody)}

    def _tiers(self) -> Json:
        ends = sorted(self.chance.sample(range(1, 30), self.chance.randint(0, 2)))
        brackets: list[Json] = [{"to": end * 1000, "steps": self.inner()} for end in ends]
        if not brackets or self.some(0.7):
            brackets.append({"steps": self.inner()})
        return {"brackets": brackets}

    def inner(self) -> list[Json]:
        return [
            self.step(is_in_bracket=True)
            for _ in range(self.chance.choice((1, 2, 3) if self.quarrels else (0, 1, 1, 2)))
        ]

    def _pro_rata(self) -> Json:
        caps = self.maybe("cap", self.cap, 0.7 if self.quarrels else 0.3)
        if self.some(0.2):
            weights = (
                [{"match": {"kind": ["money", "material"]}, "unit": "value"}] if self.some(0.6) else self.weights()
            )
            return {"claim": "until_paid", "weights": weights, **caps}
        what = {"mix": self.mix()} if self.some(0.35) else {"weights": self.weights()}
        return {**what, **self.maybe("factor", self.factor, 0.25), **caps}

    def mix(self) -> list[Json]:
        parts = self.chance.choice(([[7, 10], [3, 10]], [[1, 2]], [[1, 3], [1, 3], [1, 3]], [[1, 4], [0, 1], [1, 2]]))
        return [
            {"part": part, **({"ballots": "round"} if self.some(0.5) else {"weights": self.weights()})}
            for part in parts
        ]

    def weights(self) -> list[Json]:
        return [self.weight() for _ in range(self.chance.choice((1, 1, 2)))]

    def weight(self) -> Json:
        rates = [[each, self.chance.choice(([800, 1], [1, 3], [0, 1], [6, 1]))] for each in self.anybody()]
        return {
            "unit": self.chance.choice((*TIMES, "HUR", "HUR", "value", "C62")),
            **self.maybe("match", self.match, 0.4),
            **self.maybe("rate", lambda: [*rates, ["*", [5, 2]]] if self.some(0.5) else rates, 0.4),
            **self.maybe("quality", lambda: self.some(0.7), 0.4),
        }

    def factor(self) -> Json:
        owed = [[each, self.measure(TIMES)] for each in self.anybody()]
        done = {"unit": self.chance.choice(TIMES), **self.maybe("match", self.match, 0.4)}
        return {"done": done, "owed": [*owed, ["*", self.measure(TIMES)]] if self.some(0.4) else owed}

    def cap(self) -> list[Any]:
        def one() -> Json:
            limits = {"of_step": [2, 5], "amt": 300, "lifetime": 1000}
            return {each: limits[each] for each in self.chance.sample([*limits], self.chance.randint(1, 2))}

        found = [[each, one()] for each in self.anybody()]
        return [*found, ["*", one()]] if self.some(0.3) else found

    def match(self) -> Json:
        found: Json = {}
        if self.some(0.5):
            found["kind"] = self.chance.sample(KINDS, 3)
        if self.some(0.2):
            found["stream"] = self.chance.sample(["livelihood", "love", "care"], 2)
        if self.some(0.2):
            found["comp"] = self.chance.sample(["paid", "deferred", "gift"], 2)
        if self.some(0.15):
            found["class"] = ["design"]
        if self.some(0.15):
            found["project"] = ["site", "app"]
        if self.some(0.2):
            found["period"] = {**self.maybe("from", self.day, 0.5), **self.maybe("to", self.day, 0.7)}
        return found

    # Rounds.

    def round(self, index: int, parties: list[str]) -> Json:
        self.today = (FIRST_DAY + timedelta(days=10 * index)).isoformat()
        round_: Json = {
            "pool": self.chance.choice((0, 1, 5, 999, 1000, 10_000, 123_457, 1_000_000, -5, -700)),
            "to": self.today,
        }
        round_["contributions"] = [
            self.contribution(index, number) for number in range(self.chance.choice((0, 1, 2, 4, 6)))
        ]
        self.contributions += round_["contributions"]
        if self.contributions:
            round_["attestations"] = [self.attestation() for _ in range(self.chance.choice((0, 2, 5, 9)))]
            round_["corrections"] = [self.correction() for _ in range(self.chance.choice((0, 0, 1, 2)))]
            disputes = self.chance.choice((1, 2, 4) if self.quarrels else (0, 0, 1, 2))
            round_["disputes"] = [self.dispute(index, number) for number in range(disputes)]
        if self.some(0.4):
            givers = self.chance.sample(self.people, self.chance.randint(1, len(self.people)))
            round_["ballots"] = [[each, self.points()] for each in (*givers, *givers[: self.some(0.1)])]
        self.turn(index, round_)
        if "restates" not in round_ and self.disputes and self.some(0.5):
            chosen = self.chance.sample(self.disputes, self.chance.randint(1, len(self.disputes)))
            self.disputes = [each for each in self.disputes if each not in chosen]
            round_["resolved"] = [[each, self.chance.choice(("uphold", "reject", "reject"))] for each in chosen]
        return round_

    def turn(self, index: int, round_: Json) -> None:
        """Let a round be a refund, a restating one or neither."""
        positive = [each for each, left in self.refundable.items() if left > 0]
        if positive and self.some(0.25):
            named = self.chance.choice(positive)
            back = self.chance.choice((1, self.refundable[named], self.refundable[named] // 2 or 1))
            self.refundable[named] -= back
            round_.update(pool=-back, refunds=named)
        elif self.refundable and self.some(0.25):
            round_.update(pool=0, restates=self.chance.choice([*self.refundable]))
            round_.update(self.maybe("consents", self.anybody, 0.7))
        else:
            self.refundable[index] = round_["pool"]

    def contribution(self, index: int, number: int) -> Json:
        agent = self.chance.choice(self.people)
        kind = self.chance.choice(WORKED)
        units = ["C62"] if kind in ("money", "material") else [*TIMES, "HUR", "HUR", "DAY", "C62"]
        found: Json = {"id": f"{self.chance.choice('cäz')}{index}.{number}", "agent": agent, "kind": kind}
        found["qty"] = self.measure(units, least=1)
        if self.some(0.7 if units == ["C62"] else 0.2):
            found["value"] = {
                "amt": self.chance.choice((0, 1, 38540, 5999, 120000)),
                "cur": "EUR" if self.some(0.9) else "JPY",
            }
        found.update(self.maybe("comp", lambda: self.chance.choice(("paid", "deferred", "gift")), 0.3))
        found.update(self.maybe("stream", lambda: self.chance.choice(("livelihood", "love", "care")), 0.3))
        found.update(self.maybe("class", lambda: ["design", "code"][: self.chance.randint(1, 2)], 0.2))
        found.update(self.maybe("project", lambda: self.chance.choice(("site", "app", "x")), 0.3))
        found.update(self.maybe("when", self.when, 0.7))
        if self.some(0.3):
            others = [each for each in self.anybody() if each != agent]
            found["shares"] = [[each, self.chance.choice((1, 2, 3, 100))] for each in (agent, *others)]
            found.update(self.maybe("declined", self.anybody, 0.3))
        found.update(self.maybe("beneficiaries", self.anybody, 0.15))
        return found

    def when(self) -> Json:
        first, last = sorted((self.day(), self.day()))
        return {"from": first, "to": last}

    def day(self) -> str:
        return (
            date.fromisoformat(getattr(self, "today", "2026-01-20")) - timedelta(days=self.chance.randint(-3, 25))
        ).isoformat()

    def attestation(self) -> Json:
        on = self.chance.choice(self.contributions)
        found = {
            "on": on["id"],
            "by": self.chance.choice(self.people),
            "verdict": "confirm" if self.some(0.85) else "reject",
        }
        found.update(self.maybe("qty", lambda: self.near(on), 0.4))
        found.update(self.maybe("rating", lambda: self.chance.randint(1, 5), 0.5))
        return found

    def correction(self) -> Json:
        target = self.chance.choice(self.contributions)
        found: Json = {"target": target["id"], "kind": "delta" if self.some(0.7) else "retract"}
        if found["kind"] == "delta":
            qty = self.near(target)
            found["qty"] = {**qty, "n": self.chance.choice((-1, 1)) * qty["n"]}
            if "value" in target and self.some(0.5):
                found["value"] = {"amt": self.chance.choice((-3000, -1, 250)), "cur": "EUR"}
        return found

    def near(self, contribution: Json) -> Json:
        """An amount in a unit that converts to that of a contribution."""
        unit = contribution["qty"]["u"]
        return self.measure(TIMES if unit in TIMES else [unit])

    def measure(self, units: list[str], least: int = 0) -> Json:
        unit = self.chance.choice(units)
        most = {"SEC": 90_000, "MIN": 3_000}.get(unit, 60)
        scale = self.chance.choice((0, 0, 0, 1, 2))
        return {
            "n": self.chance.randint(least, most) * 10**scale + self.chance.choice((0, 0, 1)),
            "s": scale,
            "u": unit,
        }

    def dispute(self, index: int, number: int) -> Json:
        found = {"id": f"d{index}.{number}", "target": self.chance.choice(self.contributions)["id"]}
        self.disputes.append(found["id"])
        return found

    def points(self) -> list[Any]:
        return [[each, self.chance.choice((0, 1, 3, 10))] for each in self.anybody()]

    def anybody(self) -> list[str]:
        some = self.everybody if self.some(0.2) else self.people
        return self.chance.sample(some, self.chance.randint(1, len(self.people)))

    def maybe(self, key: str, value: Any, probability: float) -> Json:
        return {key: value()} if self.some(probability) else {}


def _break(file: Json, chance: random.Random) -> None:
    """Change, take away, add or double one thing somewhere."""
    place: Any = file
    while True:
        keys = [*place] if isinstance(place, dict) else [*range(len(place))]
        if not keys:
            return
        key = chance.choice(keys)
        if isinstance(place[key], dict | list) and place[key] and chance.random() < 0.75:
            place = place[key]
            continue
        break
    match chance.randrange(5):
        case 0:
            place[key] = deepcopy(chance.choice(WRONG))
        case 1:
            del place[key]
        case 2 if isinstance(place, dict):
            place[chance.choice(("zoo", "Ä", "do", "qty", "refunds"))] = deepcopy(chance.choice(WRONG))
        case 3 if isinstance(place, list):
            place.append(deepcopy(place[key]))
        case _:
            place[key] = place[key] + 1 if isinstance(place[key], int) else [place[key]]
