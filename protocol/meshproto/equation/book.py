"""A lineage's distributions, round by round: what each changes, computed from all before (08-equations 5 to 9).

A round adds an entry, or gives one back in part (a refund), or reopens one (restates it); what was resolved changes
those that hold something. Entries are never changed in place: each change is a new state, kept with the round that made
it, so that what an earlier distribution looked back at can be found again.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace

from meshproto.equation.earlier import Earlier, Outcome
from meshproto.equation.entries import Change, Entry
from meshproto.equation.inputs import Round
from meshproto.equation.knowledge import Knowledge
from meshproto.equation.running import Run
from meshproto.equation.settled import Settled, lines_of, losers, steps_of
from meshproto.equation.tallies import Idle, Path
from meshproto.equation.terms import Late, Terms
from meshproto.equation.view import View, Worths


class Book:
    """The distributions of a lineage. `take` goes from one round to the next; `amend` changes the terms in between."""

    def __init__(self, terms: Terms) -> None:
        self.knowledge = Knowledge()
        self._terms = terms
        self._version = 0
        self._states: dict[int, list[tuple[int, Entry]]] = {}
        self._carry = 0
        self._place = -1
        self._sums: Earlier | None = None
        self._memos: dict[int, dict[tuple[Path, int, int], Worths]] = {}
        self._idle: Idle = {}

    def amend(self, terms: Terms) -> None:
        """From now on other terms are in force."""
        self._terms, self._version, self._sums = terms, self._version + 1, None
        self._idle.clear()

    def take(self, round_: Round) -> Settled:
        """Make the next round and return what it comes to. It must be one that 08-equations 10.3 allows."""
        self._place += 1
        self.knowledge.take_in(self._place, round_)
        for correction in round_.corrections:
            for idle in self._idle.values():
                idle.discard(correction.target)
        changes = self._resolve(round_)
        self._keep(changes)
        if round_.restates is not None:
            return self._restate(round_, round_.restates)
        if round_.refunds is not None:
            changes.append(self._refund(round_.refunds, round_.pool))
        else:
            changes.append(self._add(round_))
        self._keep(changes[-1:])
        return self._settled(round_, changes)

    @property
    def place(self) -> int:
        """The round that was made last."""
        return self._place

    def paid_for(self, entry: Entry) -> set[bytes]:
        """The contributions for which a distribution, or an earlier one, paid something."""
        return {
            source[1]
            for each in self._entries(self._place)
            if each.place <= entry.place
            for tally in each.outcome.tallies.values()
            for _, source in tally.came
        }

    def _settled(
        self, round_: Round, changes: list[Change], needs: tuple[bytes, ...] = (), carry: int | None = None
    ) -> Settled:
        if not needs:
            self.knowledge.takes_effect(self._place, round_.to)
        return Settled(
            self._place,
            round_,
            self._terms,
            lines_of(changes),
            steps_of(changes),
            self._carry if carry is None else carry,
            needs,
            tuple(changes),
        )

    def _keep(self, changes: list[Change]) -> None:
        for old, new in changes:
            self._states.setdefault(new.place, []).append((self._place, new))
            if old is None:
                self._carry = new.carry
                self._sums = self._sums and _added(self._sums, new, self._version)
            else:
                self._carry += new.carry - old.carry
                self._sums = None
                self._idle.clear()

    def _resolve(self, round_: Round) -> list[Change]:
        released, rejected = self.knowledge.resolve(self._place, round_)
        changes = []
        for entry in self._entries(self._place):
            freed = tuple(each for each in rejected if each in entry.disputed)
            if freed:
                rejections = (*entry.rejections, (self._place, freed))
                changes.append(
                    Change(
                        entry,
                        self._run(
                            replace(entry, disputed=entry.disputed.difference(freed, released), rejections=rejections)
                        ),
                    )
                )
            elif not entry.disputed.isdisjoint(released):
                changes.append(Change(entry, replace(entry, disputed=entry.disputed.difference(released))))
        return changes

    def _add(self, round_: Round) -> Change:
        entry = Entry(
            self._place,
            self._version,
            self._terms,
            round_.to,
            round_.pool,
            self._carry,
            self._place,
            self._disputed(self._terms),
            dropped=round_.dropped,
        )
        # What was weighed in full enters no more, with whatever attestations; to catch up all counts each time.
        idle = None if self._terms.late is Late.CATCH_UP else self._idle
        return Change(None, replace(entry, outcome=self._outcome(entry, self._earlier_now(), idle)))

    def _refund(self, place: int, pool: int) -> Change:
        old = self._entry(place, self._place)
        return Change(old, self._run(replace(old, income=old.income + pool)))

    def _restate(self, round_: Round, place: int) -> Settled:
        old = self._entry(place, self._place)
        new = self._run(replace(old, as_of=self._place, disputed=self._disputed(old.terms), rejections=()))
        changes = [Change(old, new)]
        needs = tuple(agent for agent in losers(lines_of(changes)) if agent not in round_.consents)
        carry = self._carry + new.carry - old.carry
        if not needs:
            self._keep(changes)
        return self._settled(round_, changes, needs, carry)

    def _disputed(self, terms: Terms) -> frozenset[bytes]:
        # SPEC 08-equations 8.1: Without `reserve` nothing is held.
        return self.knowledge.disputed() if terms.reserve else frozenset()

    def _run(self, entry: Entry) -> Entry:
        """The entry with what comes of it, seen from where it stands."""
        return replace(entry, outcome=self._outcome(entry, self._earlier_to(entry)))

    def _outcome(self, entry: Entry, earlier: Earlier, idle: Idle | None = None) -> Outcome:
        pool = entry.income + entry.brought
        if pool < 0 <= entry.income:
            return Outcome({}, pool)
        view = View(
            self.knowledge,
            entry.terms,
            replace(earlier, income=earlier.income - entry.brought),
            self._memos.setdefault(entry.version, {}),
            entry.place,
            entry.as_of,
            entry.to if entry.is_restated else None,
            self.knowledge.rejected_by(entry.as_of),
            dropped=entry.dropped,
            idle=idle or {},
        )
        run = Run(view, abs(pool))
        left = run.share(abs(pool))
        if pool < 0:
            for tally in run.tallies.values():
                tally.weighed.clear()
            return Outcome(run.tallies, left, -1, _heads(run, earlier))
        if idle is not None:
            for key, which in view.idling.items():
                idle.setdefault(key, set()).update(which)
                self._let_go(view, which)
        for place, rejected in entry.rejections:
            left += run.share_again(rejected, replace(view, without=self.knowledge.rejected_by(place), again=True))
        return Outcome(run.tallies, left, heads=_heads(run, earlier))

    def _let_go(self, view: View, idle: Collection[bytes]) -> None:
        """Forget what can be worked out again of what is passed over from now on, which is nearly all of a lineage."""
        self.knowledge.forget(idle)
        for worths in view.memo.values():
            worths.forget(idle)

    def _entry(self, place: int, as_of: int) -> Entry:
        return next(entry for made, entry in reversed(self._states[place]) if made <= as_of)

    def _entries(self, as_of: int) -> Iterator[Entry]:
        """All distributions as they stood after a round, or in it before it made its own."""
        return (self._entry(place, as_of) for place, states in self._states.items() if states[0][0] <= as_of)

    def _earlier_now(self) -> Earlier:
        if self._sums is None:
            self._sums = Earlier()
            for entry in self._entries(self._place):
                _added(self._sums, entry, self._version)
        return self._sums

    def _earlier_to(self, entry: Entry) -> Earlier:
        """What a distribution looks back at: what stood when it was made, and what was weighed when it was restated."""
        sums = Earlier()
        for each in self._entries(entry.place):
            if each.place < entry.place:
                sums.add_amounts(each.outcome, each.terms.steps, each.place, same_version=each.version == entry.version)
                sums.income += each.income
        for each in self._entries(entry.as_of):
            # SPEC 08-equations 7.2: "Weighed before" is all that other entries weighed, earlier or later
            if each.place < entry.place or (entry.is_restated and each.place != entry.place):
                sums.add_weighed(each.outcome, each.as_of, same_version=each.version == entry.version)
        return sums


def _heads(run: Run, earlier: Earlier) -> dict[bytes, int]:
    paid = {which for tally in run.tallies.values() for _, (_, which) in tally.came}
    return {which: earlier.heads[which] for which in sorted(paid & earlier.heads.keys())}


def _added(sums: Earlier, entry: Entry, version: int) -> Earlier:
    same = entry.version == version
    sums.add_amounts(entry.outcome, entry.terms.steps, entry.place, same_version=same)
    sums.add_weighed(entry.outcome, entry.as_of, same_version=same)
    sums.income += entry.income
    return sums
