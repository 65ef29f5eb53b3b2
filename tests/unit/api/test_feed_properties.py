"""Whatever is written, changed, read and broken off in whichever order: nothing is left out, nothing comes too late."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from meshnode.api.feed import Horizon, Page, Reading, Told, Wish

AT_ONCE = 3
"""Events on one page of the pretended feed."""
KINDS = ("contribution", "recognition", "profile")


@dataclass
class Pretended:
    """A feed over lists: each record has a state that changes, and every change a number."""

    states: list[int] = field(default_factory=list)
    """The state of each record, by arrival."""
    changes: list[int] = field(default_factory=list)
    """The arrival of the record concerned, by change; also the first writing of its entry."""
    gaps: set[int] = field(default_factory=set)
    """Arrivals that nobody is told of."""

    def arrives(self, *, gap: bool) -> None:
        self.states.append(0)
        if gap:
            self.gaps.add(len(self.states))
        else:
            self.changes.append(len(self.states))

    def alters(self, which: int) -> None:
        arrival = 1 + which % max(len(self.states), 1)
        if self.states and arrival not in self.gaps:
            self.states[arrival - 1] += 1
            self.changes.append(arrival)

    def horizon(self) -> Horizon:
        return Horizon(len(self.changes), len(self.states))

    def arrivals(self, after: int, upto: int) -> Page:
        numbers = range(after + 1, min(upto, after + AT_ONCE) + 1)
        events = [self._told("record", each, each) for each in numbers if each not in self.gaps]
        return Page(events, numbers[-1])

    def changed(self, after: int, upto: int) -> Page:
        numbers = range(after + 1, min(upto, after + AT_ONCE) + 1)
        return Page([self._told("changed", each, self.changes[each - 1]) for each in numbers], numbers[-1])

    def kind(self, arrival: int) -> str:
        return KINDS[arrival % len(KINDS)]

    def _told(self, name: str, number: int, arrival: int) -> Told:
        text = f"{name} {arrival} {self.states[arrival - 1]}\n".encode()
        return Told(number, arrival, self.kind(arrival), b"", b"", text)


class Source:
    """The pretended feed with the names that readers ask by."""

    def __init__(self, feed: Pretended) -> None:
        self.horizon, self.arrivals, self.changes = feed.horizon, feed.arrivals, feed.changed


class Reader:
    """Somebody who listens, breaks off and resumes, and writes down what was told."""

    def __init__(self, feed: Pretended, wish: Wish) -> None:
        self._feed, self._wish = feed, wish
        self.arrivals: list[int] = []
        self.last: dict[int, int] = {}
        """The state told last of each record."""
        self.resume(0)

    def resume(self, after: int) -> None:
        self._reading = Reading(Source(self._feed), self._wish, after)

    def reads(self) -> bool:
        text, more = self._reading.turn()
        for line in text.decode().splitlines():
            name, arrival, state = line.split()
            self.last[int(arrival)] = int(state)
            if name == "record":
                self.arrivals.append(int(arrival))
        return more

    def breaks_off(self) -> None:
        place = int(self._reading.mark().split()[1])
        self.resume(place)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("arrives"), st.integers(0, 5)),
        st.tuples(st.just("alters"), st.integers(0, 20)),
        st.tuples(st.just("reads"), st.just(0)),
        st.tuples(st.just("breaks off"), st.just(0)),
    ),
    max_size=60,
)


def run(steps: list[tuple[str, int]], wish: Wish, *, breaks: bool) -> tuple[Pretended, Reader]:
    feed = Pretended()
    reader = Reader(feed, wish)
    for step, number in steps:
        if step == "arrives":
            feed.arrives(gap=number == 0)
        elif step == "alters":
            feed.alters(number)
        elif step == "reads":
            reader.reads()
        elif breaks:
            reader.breaks_off()
    while reader.reads():
        pass
    return feed, reader


@given(STEPS, st.frozensets(st.sampled_from(KINDS)))
def test_each_arrival_is_told_once_and_in_order_whenever_one_breaks_off(
    steps: list[tuple[str, int]], kinds: frozenset[str]
) -> None:
    feed, reader = run(steps, Wish(kinds), breaks=True)
    arrived = range(1, len(feed.states) + 1)
    assert reader.arrivals == [
        each for each in arrived if each not in feed.gaps and (not kinds or feed.kind(each) in kinds)
    ]


@given(STEPS)
def test_what_is_told_last_of_a_record_is_how_it_stands(steps: list[tuple[str, int]]) -> None:
    feed, reader = run(steps, Wish(), breaks=False)
    assert reader.last == {each: feed.states[each - 1] for each in reader.last}


@given(STEPS)
def test_who_wants_no_changes_hears_of_each_record_once(steps: list[tuple[str, int]]) -> None:
    feed, reader = run(steps, Wish(changes=False), breaks=True)
    assert len(reader.arrivals) == len(feed.states) - len(feed.gaps)
