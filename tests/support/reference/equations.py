"""A second, naive opinion on value equations: no caches, no common denominators, everything worked out anew.

It reads a preview file as it stands and knows no refunds, no reopening and no disputes. Slow, and meant to be read
beside 08-equations sections 1 to 6.
"""

from fractions import Fraction
from math import floor
from typing import Any

Amounts = dict[str, int]
Weights = dict[str, Fraction]

SECONDS = {"HUR": 3600, "MIN": 60, "SEC": 1}


def shares(file: dict[str, Any]) -> list[tuple[Amounts, int]]:
    """What each round gives to whom, and its carry."""
    told: list[tuple[Amounts, int]] = []
    history: list[dict[str, Any]] = []
    carry = 0
    for number, round_ in enumerate(file["rounds"]):
        one = Distribution(file, number, history, round_["pool"], carry)
        pool = round_["pool"] + carry
        if pool < 0 <= round_["pool"]:
            carry = pool
        else:
            left = one.run(file["steps"], "", abs(pool), abs(pool))
            if pool < 0:
                one.weighed, one.loss = {}, True
            carry = -left if pool < 0 else left
        history.append(vars(one))
        sums: Amounts = {}
        for amounts in one.got.values():
            for agent, amount in amounts.items():
                sums[agent] = sums.get(agent, 0) + (-amount if one.loss else amount)
        told.append(({agent: amount for agent, amount in sorted(sums.items()) if amount}, carry))
    return told


def largest_remainder(total: int, weights: dict[Any, Fraction]) -> dict[Any, int]:
    """Section 1."""
    whole = sum(weights.values())
    quotas = {key: total * weight / whole for key, weight in weights.items()}
    amounts = {key: floor(quota) for key, quota in quotas.items()}
    missing = total - sum(amounts.values())
    for key in sorted(quotas, key=lambda key: (-(quotas[key] - amounts[key]), key))[:missing]:
        amounts[key] += 1
    return amounts


def filled(total: int, weights: Weights, rooms: dict[str, int]) -> tuple[Amounts, int]:
    """Section 1, as the text says it: all who would get too much leave at once, again and again."""
    left = {agent: weight for agent, weight in weights.items() if weight > 0}
    amounts: Amounts = {}
    while left:
        whole = sum(left.values())
        over = [agent for agent in left if agent in rooms and total * left[agent] / whole > rooms[agent]]
        if not over:
            return {
                **amounts,
                **{key.decode(): amount for key, amount in largest_remainder(total, _keyed(left)).items()},
            }, 0
        for agent in over:
            amounts[agent] = rooms[agent]
            total -= rooms[agent]
            del left[agent]
    return amounts, total


class Distribution:
    """One distribution: what its steps gave, weighed and attributed, by path."""

    def __init__(
        self, file: dict[str, Any], number: int, history: list[dict[str, Any]], pool: int, brought: int
    ) -> None:
        self.file, self.number, self.history = file, number, history
        self.pool, self.brought, self.loss = pool, brought, False
        self.got: dict[str, Amounts] = {}
        self.weighed: dict[tuple[str, int, str, str], Fraction] = {}
        self.paid: dict[tuple[str, str, str], int] = {}
        self.kinds: dict[str, str] = {}

    def run(self, steps: list[dict[str, Any]], above: str, pool: int, gross: int) -> int:
        """Sections 3 and 6; what is left."""
        for place, step in enumerate(steps):
            path = f"{above}steps[{place}]"
            self.kinds[path] = step["do"]
            if pool:
                pool = self.tiers(step, path, pool) if step["do"] == "tiers" else self.take(step, path, pool, gross)
        return pool

    def tiers(self, step: dict[str, Any], path: str, pool: int) -> int:
        """Section 3.6."""
        bottom = sum(each["pool"] for each in self.history) - self.brought
        top, left = bottom + pool, 0
        for place, bracket in enumerate(step["brackets"]):
            end = min(top, bracket.get("to", top))
            if end > bottom:
                left += self.run(bracket["steps"], f"{path}.brackets[{place}].", end - bottom, end - bottom)
                bottom = end
        return int(left + top - bottom)

    def take(self, step: dict[str, Any], path: str, pool: int, gross: int) -> int:
        """Sections 3.1 to 3.7, but for `tiers`."""
        match step["do"]:
            case "reimburse":
                claims, parts = self.claims([{**step, "unit": "value"}], path, costs=True)
                return self.pay(path, pool, claims, parts)
            case "fixed":
                due = {agent: Fraction(self.due(step, path, agent, amount)) for agent, amount in step["pay"]}
                return self.pay(path, pool, due, {})
            case "percent":
                base = gross if step["of"] == "gross" else pool
                wishes: dict[str, Fraction] = {agent: Fraction(*ratio) * base for agent, ratio in step["pay"]}
                keyed: dict[Any, Fraction] = {(0, agent.encode()): wish for agent, wish in wishes.items()}
                keyed[1, b"~rest"] = max(Fraction(0), Fraction(pool) - sum(wishes.values()))
                given = largest_remainder(pool, keyed)
                self.give(path, {agent.decode(): amount for (kind, agent), amount in given.items() if not kind}, {})
            case "shares":
                self.give(path, self.split(pool, {agent: Fraction(part) for agent, part in step["parts"]}), {})
            case "equal":
                self.give(path, self.split(pool, {agent: Fraction(1) for agent in self.file["parties"]}), {})
            case "residual":
                self.give(path, {step["agent"]: pool}, {})
            case _ if step.get("claim") == "until_paid":
                claims, parts = self.claims(step["weights"], path, costs=False)
                rooms = {**self.rooms(step, path, pool, claims)}
                limits = {agent: min(int(claim), rooms.get(agent, int(claim))) for agent, claim in claims.items()}
                self.give(path, filled(pool, claims, limits)[0], parts)
            case _:
                self.pro_rata(step, path, pool)
        return pool - sum(self.got.get(path, {}).values())

    def split(self, pool: int, parts: Weights) -> Amounts:
        """By agreed parts."""
        if not any(parts.values()):
            return {}
        return {agent.decode(): amount for agent, amount in largest_remainder(pool, _keyed(parts)).items()}

    def pay(self, path: str, pool: int, due: Weights, parts: dict[str, Weights]) -> int:
        """What is due, or what there is of it."""
        owed = sum(due.values())
        given = {agent: int(amount) for agent, amount in due.items()} if pool >= owed else self.split(pool, due)
        self.give(path, given, parts)
        return pool - sum(given.values())

    def due(self, step: dict[str, Any], path: str, agent: str, amount: int) -> int:
        """Section 3.2."""
        before = [each["got"].get(path, {}) for each in self.history if not each["loss"]]
        if step.get("claim") == "once" and any(any(each.values()) for each in before):
            return 0
        paid = sum(each.get(agent, 0) for each in before) if step.get("claim") == "until_paid" else 0
        return max(0, amount - paid)

    def give(self, path: str, amounts: Amounts, parts: dict[str, Weights]) -> None:
        """Note amounts, and what they came from (4.8)."""
        self.got[path] = amounts
        for agent, sources in parts.items():
            kept = {key: weight for key, weight in sources.items() if weight > 0}
            if amounts.get(agent) and kept:
                for name, amount in largest_remainder(amounts[agent], _keyed(kept)).items():
                    self.paid[path, name.decode(), agent] = amount

    # Section 2.

    def known(self) -> list[dict[str, Any]]:
        """Every contribution so far."""
        rounds = self.file["rounds"][: self.number + 1]
        return [each for round_ in rounds for each in round_["contributions"]]

    def judged(self, item: dict[str, Any], until: int, corrected: int) -> tuple[bool, Fraction, Fraction]:
        """Whether usable, the confirmed quantity in its own unit, and the quality; `until` bounds attestations."""
        last: dict[str, tuple[int, list[dict[str, Any]]]] = {}
        for number, round_ in enumerate(self.file["rounds"][: until + 1]):
            for said in round_["attestations"]:
                if said["on"] == item["id"]:
                    place, known = last.get(said["by"], (number, []))
                    last[said["by"]] = (number, [*(known if place == number else []), said])
        allowed = self.file["parties"] if self.file["ack"]["by"] == "parties" else self.file["ack"]["by"]
        interested = {item["agent"], *item.get("beneficiaries", []), *(agent for agent, _ in item.get("shares", []))}
        heads = {by: head for by, head in last.items() if by in allowed and by not in interested}
        figures, confirming, ratings = [], 0, []
        for number, said in heads.values():
            reject = any(each["verdict"] == "reject" for each in said)
            claim = self.claim(item, number)
            figures.append(Fraction(0) if reject else min(_in(each.get("qty"), item, claim) for each in said))
            confirming += not reject
            marks = [each["rating"] for each in said if "rating" in each]
            ratings += [Fraction(*self.file["ack"]["ratings"][min(marks) - 1])] if marks else []
        gone = any(each["kind"] == "retract" for each in self.corrections(item, corrected))
        usable = confirming >= self.file["ack"]["min"] and not gone
        claim = self.claim(item, corrected)
        median = sorted(figures)[(len(figures) - 1) // 2] if figures else claim
        quality = sum(ratings, Fraction(0)) / len(ratings) if ratings else Fraction(1)
        return usable, min(claim, median) if usable else Fraction(0), quality

    def corrections(self, item: dict[str, Any], until: int) -> list[dict[str, Any]]:
        """The corrections of a contribution."""
        rounds = self.file["rounds"][: until + 1]
        return [each for round_ in rounds for each in round_["corrections"] if each["target"] == item["id"]]

    def claim(self, item: dict[str, Any], until: int) -> Fraction:
        """What is claimed after corrections."""
        deltas = [_in(each["qty"], item, Fraction(0)) for each in self.corrections(item, until) if "qty" in each]
        return max(Fraction(0), _in(item["qty"], item, Fraction(0)) + sum(deltas))

    def worth(self, item: dict[str, Any], weight: dict[str, Any]) -> Weights:
        """Sections 4.1, 2.3 and 2.4: what a contribution weighs for whom."""
        if not _matches(weight.get("match", {}), item):
            return {}
        first = [n for n, each in enumerate(self.history) if any(key[2] == item["id"] for key in each["weighed"])]
        _, confirmed, quality = self.judged(item, first[0] if first else self.number, self.number)
        if weight["unit"] == "value":
            base = self.value(item, confirmed)
        elif weight["unit"] == item["qty"]["u"]:
            base = confirmed
        elif weight["unit"] in SECONDS and item["qty"]["u"] in SECONDS:
            base = confirmed * SECONDS[item["qty"]["u"]] / SECONDS[weight["unit"]]
        else:
            base = Fraction(0)
        base *= quality if weight.get("quality") else 1
        kept = {
            a: part
            for a, part in item.get("shares", [[item["agent"], 1]])
            if a not in item.get("declined", []) or "shares" not in item
        }
        rates: dict[str, Fraction] = {agent: Fraction(*ratio) for agent, ratio in weight.get("rate", [["*", [1, 1]]])}
        return {
            a: base * Fraction(p, sum(kept.values())) * rates.get(a, rates.get("*", Fraction(0)))
            for a, p in kept.items()
        }

    def value(self, item: dict[str, Any], confirmed: Fraction) -> Fraction:
        """The confirmed value."""
        cur = self.file["cur"]
        if item.get("value", {}).get("cur") != cur:
            return Fraction(0)
        deltas = [
            each["value"]["amt"]
            for each in self.corrections(item, self.number)
            if each.get("value", {}).get("cur") == cur
        ]
        return Fraction(max(0, item["value"]["amt"] + sum(deltas))) * min(
            Fraction(1), confirmed / _in(item["qty"], item, Fraction(0))
        )

    def late(self, item: dict[str, Any]) -> bool:
        """Section 2.5."""
        usable = [n for n in range(self._since(item), self.number + 1) if self.judged(item, n, n)[0]]
        if not usable or "when" not in item:
            return False
        return any(round_["to"] >= item["when"]["to"] for round_ in self.file["rounds"][: usable[0]])

    def _since(self, item: dict[str, Any]) -> int:
        return next(n for n, round_ in enumerate(self.file["rounds"]) if item in round_["contributions"])

    # Sections 3.1, 4.5 and 4.

    def claims(self, weights: list[dict[str, Any]], path: str, *, costs: bool) -> tuple[Weights, dict[str, Weights]]:
        """What each claims, and for what."""
        parts: dict[str, Weights] = {}
        for item in self.known():
            if self.file["late"] == "exclude" and self.late(item):
                continue
            if costs and item["kind"] not in ("money", "material"):
                continue
            if not any(_matches(weight.get("match", {}), item) for weight in weights):
                continue
            for agent in {item["agent"], *(agent for agent, _ in item.get("shares", []))}:
                worth = sum((self.worth(item, weight).get(agent, Fraction(0)) for weight in weights), Fraction(0))
                parts.setdefault(agent, {})[item["id"]] = worth - self.paid_on(item["id"], agent, path, costs=costs)
        claims = {agent: Fraction(max(0, floor(sum(each.values())))) for agent, each in parts.items()}
        return {agent: claim for agent, claim in claims.items() if claim}, parts

    def paid_on(self, name: str, agent: str, path: str, *, costs: bool) -> int:
        """What was paid on a claim before."""
        books = [each for each in self.history if not each["loss"]] + [vars(self)]
        return sum(
            amount
            for book in books
            for (at, which, who), amount in book["paid"].items()
            if (which, who) == (name, agent) and (book["kinds"][at] == "reimburse" if costs else at == path)
        )

    def pro_rata(self, step: dict[str, Any], path: str, pool: int) -> None:
        """Sections 4.2 to 4.7."""
        mix = step.get("mix") or [{"part": [1, 1], "weights": step.get("weights")}]
        entered: dict[tuple[str, int, str, str], Fraction] = {}
        total: Weights = {}
        parts: dict[str, Weights] = {}
        for place, component in enumerate(mix):
            counted = self.counted(component, path, place, entered)
            whole = sum((sum(each.values()) for each in counted.values()), Fraction(0))
            for agent, sources in counted.items() if whole else ():
                for source, weight in sources.items():
                    scaled = Fraction(*component["part"]) * weight / whole
                    total[agent] = total.get(agent, Fraction(0)) + scaled
                    parts.setdefault(agent, {})[source] = parts.get(agent, {}).get(source, Fraction(0)) + scaled
        if "factor" in step:
            done = self.counted({"weights": [step["factor"]["done"]]}, path, -1, entered)
            total = {agent: weight * self.factor(step["factor"], path, agent, done) for agent, weight in total.items()}
        if self.file["late"] == "catch_up":
            total = self.due_to_catch_up(path, pool, total)
        amounts, left = filled(pool, total, self.rooms(step, path, pool, total))
        self.give(path, amounts, parts)
        if left < pool:
            self.weighed.update(entered)

    def counted(
        self, component: dict[str, Any], path: str, place: int, entered: dict[Any, Fraction]
    ) -> dict[str, Weights]:
        """One component: what counts for whom, and from what."""
        if "ballots" in component:
            return self.ballots()
        found: dict[str, Weights] = {}
        news: dict[str, dict[tuple[str, int, str, str], Fraction]] = {}
        policy = self.file["late"]
        for item in self.known():
            before = [each["weighed"] for each in self.history]
            touched = any(key[:3] == (path, place, item["id"]) for each in before for key in each)
            if policy == "exclude" and (touched or self.late(item)):
                continue
            for agent in {item["agent"], *(agent for agent, _ in item.get("shares", []))}:
                key = (path, place, item["id"], agent)
                now = sum(
                    (self.worth(item, weight).get(agent, Fraction(0)) for weight in component["weights"]), Fraction(0)
                )
                new = now - sum((each.get(key, Fraction(0)) for each in before), Fraction(0))
                found.setdefault(agent, {})[item["id"]] = now if policy == "catch_up" else new
                if new:
                    news.setdefault(agent, {})[key] = new
        for agent in [agent for agent, sources in found.items() if sum(sources.values()) < 0]:
            del found[agent]
            news.pop(agent, None)
        for each in news.values():
            entered.update(each)
        return found

    def ballots(self) -> dict[str, Weights]:
        """Section 4.3."""
        rounds = (
            self.file["rounds"][: self.number + 1]
            if self.file["late"] == "catch_up"
            else [self.file["rounds"][self.number]]
        )
        found: dict[str, Weights] = {}
        for round_ in rounds:
            givers = [giver for giver, _ in round_.get("ballots", [])]
            for giver, points in round_.get("ballots", []):
                valid = {who: count for who, count in points if who != giver and count}
                if giver in self.file["parties"] and givers.count(giver) == 1:
                    for who, count in valid.items():
                        sources = found.setdefault(who, {})
                        sources[f"￿{giver}"] = sources.get(f"￿{giver}", Fraction(0)) + Fraction(
                            count, sum(valid.values())
                        )
        return found

    def factor(self, factor: dict[str, Any], path: str, agent: str, done: dict[str, Weights]) -> Fraction:
        """Section 4.3."""
        owed = dict(factor["owed"])
        qty = owed.get(agent, owed.get("*"))
        if qty is None or not qty["n"]:
            return Fraction(1)
        times = 1
        if self.file["late"] == "catch_up":
            times += sum(any(each["got"].get(path, {}).values()) for each in self.history if not each["loss"])
        goal = _in(qty, {"qty": {"u": factor["done"]["unit"]}}, Fraction(0)) * times
        return min(Fraction(1), sum(done.get(agent, {}).values()) / goal)

    def due_to_catch_up(self, path: str, pool: int, weights: Weights) -> Weights:
        """Section 4.6."""
        received: Amounts = {}
        for each in self.history:
            for agent, amount in each["got"].get(path, {}).items():
                received[agent] = received.get(agent, 0) + (-amount if each["loss"] else amount)
        whole = pool + sum(received.values())
        if whole <= 0 or not any(weights.values()):
            return {}
        targets = self.split(whole, weights)
        due = {agent: max(0, target - received.get(agent, 0)) for agent, target in targets.items() if weights[agent]}
        return {agent: Fraction(amount) for agent, amount in due.items()}

    def rooms(self, step: dict[str, Any], path: str, pool: int, agents: Weights) -> dict[str, int]:
        """Section 4.7."""
        caps: dict[str, Any] = dict(step.get("cap", []))
        rooms: dict[str, int] = {}
        for agent in agents:
            cap: dict[str, Any] = caps.get(agent) or caps.get("*") or {}
            limits = [floor(Fraction(*cap["of_step"]) * pool)] if "of_step" in cap else []
            limits += [cap["amt"]] if "amt" in cap else []
            if "lifetime" in cap:
                before = sum(
                    (-1 if each["loss"] else 1) * each["got"].get(path, {}).get(agent, 0) for each in self.history
                )
                limits.append(cap["lifetime"] - before)
            if limits:
                rooms[agent] = max(0, min(limits))
        return rooms


def _keyed(weights: Weights) -> dict[bytes, Fraction]:
    return {agent.encode(): weight for agent, weight in weights.items()}


def _in(qty: dict[str, Any] | None, item: dict[str, Any], otherwise: Fraction) -> Fraction:
    if qty is None:
        return otherwise
    unit = item["qty"]["u"]
    number = Fraction(qty["n"], 10 ** qty["s"])
    return number if qty["u"] == unit else number * SECONDS[qty["u"]] / SECONDS[unit]


def _matches(match: dict[str, Any], item: dict[str, Any]) -> bool:
    for name in ("kind", "comp", "stream", "project"):
        if name in match and item.get(name) not in match[name]:
            return False
    if "class" in match and not set(match["class"]) & set(item.get("class", [])):
        return False
    period = match.get("period", {})
    if not period:
        return True
    last = item.get("when", {}).get("to")
    return last is not None and period.get("from", last) <= last <= period.get("to", last)
