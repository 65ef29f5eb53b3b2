"""Whether a distribution is what its agreement, its chain and its cut make of it (09-agreements 5)."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property
from hashlib import sha256
from itertools import chain
from typing import Any, NamedTuple, cast

from meshproto.equation.book import Book
from meshproto.equation.earlier import written
from meshproto.equation.inputs import Round
from meshproto.equation.settled import ENGINE, Settled
from meshproto.fold.attesting import heads_among
from meshproto.fold.authority import Verdict, no
from meshproto.fold.chains import Chain, Inputs, Telling
from meshproto.fold.concerns import Concern, attestations_of, concern_of, concerns_in
from meshproto.fold.knowledge import Knowledge
from meshproto.fold.lanes import onward, walk
from meshproto.fold.lately import Lately, read_lately
from meshproto.fold.leaving import dropped_under, followed_by
from meshproto.fold.lineages import version_of
from meshproto.fold.memory import Memory
from meshproto.fold.standing import Row, Status, row_of
from meshproto.fold.within import Within, is_plain
from meshproto.fold.wording import ballot_of, correction_of, name, terms_of, word_of, work_of
from meshproto.records.encoding import Value, encode
from meshproto.records.ids import digest33
from meshproto.records.reasons import Reason
from meshproto.types.agreement import bearers, parties_of

INPUTS_CONTEXT = b"meshnode/1 inputs\n"
RESULT_CONTEXT = b"meshnode/1 result\n"
MAX_WORKS = 10_000
"""Most contributions, and most corrections, that may enter with a chain of distributions."""
MAX_SAID = 30_000
"""Most attestations that may enter with a chain of distributions."""

Facts = dict[str, Any]


class Entered(NamedTuple):
    """What enters with a distribution: ids, ascending; and whose shares are declined, as pairs."""

    contributions: list[bytes]
    attestations: list[bytes]
    corrections: list[bytes]
    ballots: list[bytes]
    declined: list[list[bytes]]


def read_entered(memory: Memory, distribution: bytes) -> Entered:
    """What entered with a valid distribution."""
    return Entered._make(cast(list[Any], memory.get("entered", distribution)))


def chain_of(distribution: bytes, memory: Memory) -> list[bytes]:
    """The distributions up to this one, the first one first; none for an empty id."""
    found = []
    while distribution:
        found.append(distribution)
        distribution = concern_of(memory, distribution).facts.get("prev", b"")
    return found[::-1]


class Shared:
    """A distribution to be judged."""

    def __init__(self, scope: bytes, facts: Facts, past: Within, memory: Memory, kept: Chain | None = None) -> None:
        """`facts` name a valid version, incomes and `prev`; `past` is all that the record knows.

        `kept` is what was kept of the chain up to `prev`; it is used up when the sums are worked out.
        """
        self._scope, self.facts, self._within, self._memory = scope, facts, past, memory
        self._version = version_of(memory, facts["agreement"]).facts
        self._chain = chain_of(facts.get("prev", b""), memory)
        self._kept = kept
        self._telling: Telling | None = None
        self._concerns: dict[bytes, Concern] = {}
        self.entered = Entered([], [], [], [], [])

    @property
    def is_told(self) -> bool:
        """Whether the sums were worked out."""
        return self._telling is not None

    def chain(self) -> Chain:
        """What may be kept of the chain and this one, which is valid."""
        inputs, telling = self._inputs, self.told()
        inputs.add(self.entered[:3], self._concern)
        telling.settled.clear()
        mandates = self._mandates(self._written_since)
        reach, ends = (self._kept.reach, self._kept.ends) if self._kept else ({}, {})
        # With a refund nothing enters: what it knows is still to be looked at.
        if not self._is_refund:
            reach = self._within.reach()
            ends = {**ends, **{row.lane: each for each, row in self._written_since}}
        return Chain(self.facts["agreement"], inputs, telling, reach, ends, mandates)

    def filled(self) -> Facts:
        """The same facts with the sums that the past, the version and the chain make of it.

        What is chosen must break no rule.
        """
        if not self._is_refund:
            self.entered = self.entering()
        settled = self._settle()
        return {
            **self.facts,
            "engine": ENGINE,
            "lines": lines_of(settled),
            "carry": {"amt": settled.carry, "cur": settled.terms.cur},
            "inputs_digest": inputs_digest(self.entered),
            "result_digest": result_digest(settled),
        }

    def break_of_rule(self) -> Verdict | None:
        """What it breaks, if anything; otherwise `entered` tells what enters with it."""
        if self.facts["engine"] != ENGINE:
            return Verdict(Status.UNKNOWN, Reason.U_ENGINE, self.facts["engine"])
        found = self.break_of_choice()
        if found is not None:
            return found
        if not self._is_refund:
            self.entered = self.entering()
        found = self.break_of_bounds()
        if found is not None:
            return found
        if self.facts["inputs_digest"] != inputs_digest(self.entered):
            return no(Reason.D_INPUTS)
        return self._break_of_sums()

    def break_of_choice(self) -> Verdict | None:
        """What it breaks by what is chosen and not computed: chain and incomes. Otherwise there are sums."""
        return self._break_of_chain() or self._break_of_incomes()

    def break_of_bounds(self) -> Verdict | None:
        """Whether more would have entered with the chain than may, once it is known what enters."""
        if any(self._inputs.sizes[place] + len(self.entered[place]) > most for place, most in _MOST):
            return no(Reason.X_QUOTA, self.facts["agreement"])
        return None

    def _concern(self, record_id: bytes) -> Concern:
        """What a record says, which is asked for several times of each that enters."""
        found = self._concerns.get(record_id)
        if found is None:
            found = self._concerns[record_id] = concern_of(self._memory, record_id)
        return found

    @property
    def _is_refund(self) -> bool:
        return any("refunds" in each.facts for each in self._incomes(self.facts))

    def _incomes(self, facts: Facts) -> list[Concern]:
        return [concern_of(self._memory, each) for each in facts["incomes"]]

    def _facts_of(self, distribution: bytes) -> Facts:
        return concern_of(self._memory, distribution).facts

    def _version_of(self, facts: Facts) -> Facts:
        return version_of(self._memory, facts["agreement"]).facts

    def _break_of_chain(self) -> Verdict | None:
        facts = self.facts
        if "value_equation" not in self._version:
            return no(Reason.D_CHAIN, facts["agreement"])
        if "prev" not in facts:
            return None
        if "restates" in facts and not self._can_be_restated(facts["restates"]):
            return no(Reason.D_CHAIN, facts["restates"])
        before = self._facts_of(facts["prev"])
        cur = self._version["value_equation"]["cur"]
        same = before["agreement"] == facts["agreement"]
        follows = same or before["agreement"] in followed_by(facts["agreement"], self._memory)
        if not follows or facts["to"] < before["to"] or self._version_of(before)["value_equation"]["cur"] != cur:
            return no(Reason.D_CHAIN, facts["prev"])
        return None

    def _can_be_restated(self, distribution: bytes) -> bool:
        return distribution in self._chain and self._adds(self._facts_of(distribution))

    def _break_of_incomes(self) -> Verdict | None:
        given: list[bytes] = self.facts["incomes"]
        spent = {each for distribution in self._chain for each in self._facts_of(distribution)["incomes"]}
        for each in given:
            if each in spent or not self._is_usable(each):
                return no(Reason.D_INCOME, each)
            income = concern_of(self._memory, each).facts
            if "refunds" in income and (len(given) > 1 or not self._can_be_refunded(income, spent)):
                return no(Reason.D_INCOME, each)
        return None

    def _is_usable(self, income: bytes) -> bool:
        facts = concern_of(self._memory, income)
        if facts.facts["net"]["cur"] != self._version["value_equation"]["cur"]:
            return False
        return is_usable(income, facts, self._version, self._within.counts, self._memory)

    def _can_be_refunded(self, refund: Facts, spent: set[bytes]) -> bool:
        target: bytes = refund["refunds"]
        others = [concern_of(self._memory, each).facts for each in sorted(spent)]
        given_back = refund["net"]["amt"] + sum(each["net"]["amt"] for each in others if each.get("refunds") == target)
        return target in spent and concern_of(self._memory, target).facts["net"]["amt"] + given_back >= 0

    # What enters.

    def entering(self) -> Entered:
        """All that enters and did not with one of the chain, refund or not."""
        inputs, lately = self._inputs, self._said_lately()
        if lately is None:
            lately = Lately()
            new, subjects = self._new_works(concerns_in(self._scope, "contribution", self._memory)), [*inputs.works]
        else:
            new = self._new_works([*lately.written, *lately.older], lately.written)
            subjects = [each for each in lately.older if each in inputs.works]
        said: list[bytes] = []
        corrections: list[bytes] = []
        for subject in (*subjects, *new):
            words, changes, counts = self._told_of(subject, lately)
            for agent, ids in heads_among(words, counts, self._memory).items():
                said += ids if inputs.said.get((subject, agent)) != (*sorted(ids),) else []
            corrections += [each for each in changes if each not in inputs.corrected and counts(each)]
        return Entered(new, sorted(said), sorted(corrections), self._ballots(), [*self._declined(new)])

    def _told_of(self, subject: bytes, lately: Lately) -> tuple[Sequence[bytes], Sequence[bytes], Callable[..., bool]]:
        """What may have been said of a contribution, its corrections, and which of all that counts."""
        if subject in lately.written:  # so was all that is known to be said of it
            return lately.words.get(subject, ()), lately.corrections.get(subject, ()), _always
        corrections = [key[len(subject) :] for key, _ in self._memory.scan("corrects", subject)]
        return attestations_of(subject, self._memory), corrections, self._within.counts

    def _said_lately(self) -> Lately | None:
        """What was written, or spoken of, since the distribution before this one.

        None if others may be said otherwise by now: something that governs may concern what was known then.
        """
        kept = self._kept
        if kept is None or kept.version != self.facts["agreement"]:
            return None
        since = self._written_since
        if not all(is_plain(each, self._memory) for each in sorted(self._mandates(since))):
            return None
        return read_lately(since, self._concern, self._memory)

    def _mandates(self, since: list[tuple[bytes, Row]]) -> frozenset[int]:
        """By what all that was written up to here was written; 0 if something went beyond its mandate."""
        found = {row.mandate for _, row in since}
        get = self._memory.get
        if get("counter", b"beyond") is not None and any(get("beyond", each) is not None for each, _ in since):
            found.add(0)
        return self._kept.mandates.union(found) if self._kept else frozenset(found)

    @cached_property
    def _written_since(self) -> list[tuple[bytes, Row]]:
        """All that was written here and lies in the past of this one, but not of the one before."""
        home, found = row_of(self._memory, self._scope).home, []
        before = self._kept.reach if self._kept else {}
        for lane, reach in self._within.reach().items():
            low = before.get(lane, 0) + 1
            for each in self._onward(lane, low) if reach >= low else ():
                if each[1].seq > reach or each[1].home != home:
                    break
                found.append(each)
        return found

    def _onward(self, lane: int, low: int) -> Iterator[tuple[bytes, Row]]:
        """The records of a lane from one on."""
        end = self._kept.ends.get(lane) if self._kept else None
        return onward(self._memory, lane, row_of(self._memory, end).child) if end else walk(self._memory, lane, low)

    def _new_works(self, works: Iterable[bytes], known: Collection[bytes] = ()) -> list[bytes]:
        """The works that enter of some, of which those that are known lie in this past for sure."""
        until, found = self._version.get("until"), []
        for each in sorted(works):
            if each in self._inputs.works or not (each in known or self._within.holds(row_of(self._memory, each))):
                continue
            if until is None or self._concern(each).facts["when"]["to"] <= until:
                found.append(each)
        return found

    @cached_property
    def _inputs(self) -> Inputs:
        """All that entered up to here."""
        if self._kept is not None:
            return self._kept.inputs
        inputs = Inputs()
        entered = [read_entered(self._memory, each)[:3] for each in self._chain]
        self._memory.foresee("concern", chain.from_iterable(chain.from_iterable(entered)))
        for some in entered:
            inputs.add(some, self._concern)
        return inputs

    def _declined(self, works: Iterable[bytes]) -> Iterator[list[bytes]]:
        for each in works:
            for agent, _ in self._concern(each).facts.get("shares", ()):
                if self._answers("declines", each, agent) and not self._answers("accepts", each, agent):
                    yield [each, agent]

    def _answers(self, table: str, target: bytes, agent: bytes) -> bool:
        return any(self._within.counts(key[-32:]) for key, _ in self._memory.scan(table, target + agent))

    def _ballots(self) -> list[bytes]:
        ballots = self._version.get("ballots")
        shared = [each for each in self._chain if self._adds(self._facts_of(each))]
        if ballots is None or len(shared) >= len(ballots["rounds"]) or "restates" in self.facts:
            return []
        round_, parties = ballots["rounds"][len(shared)], parties_of(self._version)
        found = concerns_in(self._scope, "allocation", self._memory)
        cast_ = {each: self._concern(each) for each in found if self._within.counts(each)}
        gone = {name for each in cast_.values() for name in each.facts.get("supersedes", ())}
        return [
            each
            for each, ballot in cast_.items()
            if each not in gone
            and ballot.facts["round"] == round_
            and ballot.agent in parties
            and sum(points for _, points in ballot.facts["points"]) <= ballots["budget"]
        ]

    def _adds(self, facts: Facts) -> bool:
        """Whether a distribution shares something new: neither gives back nor restates an earlier one."""
        return "restates" not in facts and not any("refunds" in each.facts for each in self._incomes(facts))

    # What comes of it.

    def _break_of_sums(self) -> Verdict | None:
        settled = self._settle()
        found = _difference(lines_of(settled), self.facts["lines"])
        if found is not None:
            agent, path = found
            return no(Reason.D_LINES, agent, detail=path)
        cur = self._version["value_equation"]["cur"]
        is_sum = self.facts["carry"] == {"amt": settled.carry, "cur": cur}
        if not is_sum or self.facts["result_digest"] != result_digest(settled):
            return no(Reason.D_SUM)
        return None

    def _settle(self) -> Settled:
        return self.told().settled[-1]

    def told(self, begun: Telling | None = None) -> Telling:
        """The rounds of the chain, and this one, told into a book: those that were not told in what was begun."""
        if self._telling is None:
            telling = begun or (self._kept.telling if self._kept else Telling())
            for each in self._chain[telling.rounds :]:
                self._tell(telling, self._facts_of(each), read_entered(self._memory, each))
            self._tell(telling, self.facts, self.entered)
            self._telling = telling
        return self._telling

    def _tell(self, telling: Telling, facts: Facts, entered: Entered) -> None:
        if telling.book is None:
            telling.book = Book(terms_of(self._version_of(facts)))
        elif facts["agreement"] != telling.version:
            telling.book.amend(terms_of(self._version_of(facts)))
        telling.version = facts["agreement"]
        telling.settled.append(telling.book.take(self._round(facts, entered, telling)))
        telling.added += [telling.version] if self._adds(facts) else []
        place = telling.book.place
        telling.spent.update((each, place) for each in facts["incomes"])

    def _round(self, facts: Facts, entered: Entered, before: Telling) -> Round:
        memory = self._memory
        memory.foresee("concern", chain.from_iterable(entered[:4]))
        refunds = [before.spent[each.facts["refunds"]] for each in self._incomes(facts) if "refunds" in each.facts]
        restates = "restates" in facts
        lines = [line for each in self._chain for line in self._facts_of(each)["lines"]] if restates else []
        declined: dict[bytes, set[bytes]] = {}
        for work, agent in entered.declined:
            declined.setdefault(work, set()).add(name(agent))
        return Round(
            pool=sum(each.facts["net"]["amt"] for each in self._incomes(facts)),
            to=facts["to"],
            contributions=tuple(
                work_of(each, self._concern(each), declined.get(each, ())) for each in entered.contributions
            ),
            attestations=tuple(word_of(self._concern(each)) for each in entered.attestations),
            corrections=tuple(correction_of(self._concern(each).facts) for each in entered.corrections),
            ballots=tuple(ballot_of(self._concern(each)) for each in entered.ballots),
            refunds=refunds[0] if refunds else None,
            restates=self._chain.index(facts["restates"]) if restates else None,
            # Whoever loses must consent before it takes effect (09-agreements 5.4), and had something before.
            consents=frozenset(name(agent) for agent, *_ in lines),
            dropped=frozenset(
                (name(work), name(agent)) for work, agent in dropped_under(facts["agreement"], before.added, memory)
            ),
        )


def tell_up_to(distribution: bytes, telling: Telling, memory: Memory) -> None:
    """Go on with a telling of the chain of a valid distribution, up to that."""
    facts = concern_of(memory, distribution).facts
    shared = Shared(b"", facts, Within((), 0, memory, Knowledge(memory)), memory)
    shared.entered = read_entered(memory, distribution)
    shared.told(telling)


def _always(_: bytes) -> bool:
    return True


_MOST = ((0, MAX_WORKS), (1, MAX_SAID), (2, MAX_WORKS))


def is_usable(income: bytes, said: Concern, version: Facts, counts: Any, memory: Memory) -> bool:
    """Whether an income may be shared under a version, where some records count."""
    facts = said.facts
    if not counts(income) or ("until" in version and facts["on"] > version["until"]):
        return False
    found = (key[len(income) :] for key, _ in memory.scan("corrects", income))
    if any(concern_of(memory, each).facts["kind"] == "retract" and counts(each) for each in found):
        return False
    how = version["income_confirm"]
    if how == "none":
        return True
    who = (
        bearers(version, "client") if how == "client" else [each for each in parties_of(version) if each != said.agent]
    )
    return any(counts(key[-32:]) for each in who for key, _ in memory.scan("accepts", income + each))


def inputs_digest(entered: Entered) -> bytes:
    """What a distribution says of all that enters with it."""
    ids: list[Value] = [*sorted(each for some in entered[:4] for each in some)]
    return digest33(sha256(INPUTS_CONTEXT + encode(ids)).digest())


def lines_of(settled: Settled) -> list[list[Any]]:
    """The lines of a distribution as its facts have them."""
    return [
        [
            bytes.fromhex(agent.decode()),
            line.amt,
            line.held,
            [[written(step.path), step.amounts[agent]] for step in settled.steps if agent in step.amounts],
        ]
        for agent, line in settled.lines.items()
    ]


def result_digest(settled: Settled) -> bytes:
    """What a distribution says of what comes of it."""
    lines: list[Value] = [*lines_of(settled)]
    told: list[Value] = [ENGINE, settled.terms.cur, settled.round.pool, settled.round.to, lines, settled.carry]
    return digest33(sha256(RESULT_CONTEXT + encode(told)).digest())


def _difference(wanted: Sequence[list[Any]], given: Sequence[list[Any]]) -> tuple[bytes, str] | None:
    """The first agent whose line differs, and where."""
    mine, theirs = ({line[0]: line[1:] for line in lines} for lines in (wanted, given))
    for agent in sorted({*mine, *theirs}):
        ours, other = mine.get(agent, [0, 0, []]), theirs.get(agent, [0, 0, []])
        if (agent in mine) is (agent in theirs) and ours == other:
            continue
        for place in range(max(len(ours[2]), len(other[2]))):
            one, two = ours[2][place : place + 1], other[2][place : place + 1]
            if one != two:
                return agent, cast(str, (one or two)[0][0])
        return agent, "amt"
    return None
