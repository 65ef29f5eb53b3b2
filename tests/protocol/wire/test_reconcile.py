"""Reconciliation: both sides find what differs, whatever it is, in few steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshproto.records.ids import LogId, RecordId
from meshproto.wire import codec
from meshproto.wire.index import WHOLE, Index, span_of
from meshproto.wire.messages import Compare, Item, Listing, Mark, Range
from meshproto.wire.reconcile import Side, answer, asks, is_plainly_behind, opening

NAME = b"8 bytes."
Logs = Mapping[LogId, Mark]


def log(number: int) -> LogId:
    return LogId(sha256(f"log {number}".encode()).digest())


def tip(seq: int, word: str = "") -> Mark:
    return Mark(seq, RecordId(sha256(f"tip {seq} {word}".encode()).digest()))


def side(logs: Logs, room: int = 1 << 20) -> Side:
    index = Index((each, mark.id) for each, mark in logs.items())
    return Side({NAME: index}, lambda each: Item(each, 3, (logs[each],)), room)


@dataclass
class Round:
    """What a round found on either side, and what it cost."""

    mine: set[LogId]
    theirs: set[LogId]
    steps: int
    bytes: int
    cut: bool


def play(mine: Logs, theirs: Logs, *, number: int = 2, room: int = 1 << 20) -> Round:
    sides = [side(mine, room), side(theirs, room)]
    found: list[set[LogId]] = [set(), set()]
    step: Compare | None = opening(sides[0], number)
    turn, steps, size, cut = 1, 0, 0, False
    while step is not None:
        steps, size = steps + 1, size + 4 + len(codec.encode(step))
        result = answer(sides[turn], step)
        found[turn] |= {item.log for _, item in result.differing}
        step, turn, cut = result.reply, 1 - turn, cut or result.cut
    return Round(found[0], found[1], steps, size, cut)


def test_equal_sets_cost_one_round_trip_and_under_100_bytes() -> None:
    logs = {log(at): tip(5) for at in range(500)}
    ended = play(logs, logs)
    assert (ended.mine, ended.theirs, ended.steps) == (set(), set(), 2)
    assert ended.bytes < 100


@given(st.dictionaries(st.integers(0, 400), st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=300))
def test_whoever_lacks_something_finds_it(held: dict[int, tuple[int, int]]) -> None:
    mine = {log(at): tip(seqs[0]) for at, seqs in held.items() if seqs[0]}
    theirs = {log(at): tip(seqs[1]) for at, seqs in held.items() if seqs[1]}
    ended = play(mine, theirs)
    # Each may hear of logs of which it holds more, too; never of any that are equal.
    different = {log(at) for at, (a, b) in held.items() if a != b}
    assert {log(at) for at, (a, b) in held.items() if a < b} <= ended.mine <= different
    assert {log(at) for at, (a, b) in held.items() if a > b} <= ended.theirs <= different


def test_branches_of_one_length_are_told_to_both_sides() -> None:
    mine, theirs = {log(0): tip(5, "left")}, {log(0): tip(5, "right")}
    ended = play(mine, theirs)
    assert ended.mine == ended.theirs == {log(0)}


def test_one_difference_among_many_costs_few_steps() -> None:
    logs = {log(at): tip(5) for at in range(20_000)}
    ended = play(logs, {**logs, log(77): tip(6)})
    assert ended.mine == {log(77)}
    assert ended.steps <= 8
    assert ended.bytes <= 4_096


@pytest.mark.parametrize("room", [2_000, 20_000])
def test_what_does_not_fit_is_found_in_later_rounds(room: int) -> None:
    held: dict[LogId, Mark] = {}
    wanted = {log(at): tip(5) for at in range(600)}
    rounds = 0
    while held != wanted:
        rounds += 1
        ended = play(held, wanted, number=rounds * 2, room=room)
        assert ended.mine, "every round finds something"
        held.update({each: wanted[each] for each in ended.mine})
    assert rounds > 1


def test_a_range_that_does_not_fit_is_left_out() -> None:
    mine = {log(at): tip(5) for at in range(600)}
    theirs = {log(at): tip(6) for at in range(600)}
    for room in (100, 600):
        assert play(mine, theirs, room=room).cut


def test_names_that_are_not_shared_are_passed_over() -> None:
    step = Compare(2, (Range(b"another!", WHOLE, bytes(32)),), (Listing(b"another!", WHOLE, True, ()),))
    assert answer(side({log(0): tip(1)}), step).reply == Compare(2, (), ())


def test_a_step_that_asks_nothing_ends_the_round() -> None:
    assert not asks(Compare(2, (), (Listing(NAME, WHOLE, False, ()),)))
    assert asks(Compare(2, (), (Listing(NAME, WHOLE, True, ()),)))
    assert answer(side({}), Compare(2, (), ())).reply is None


def test_many_ranges_and_listings_never_make_a_step_longer_than_allowed() -> None:
    logs = {log(at): tip(5) for at in range(3_000)}
    ranges = tuple(
        Range(NAME, span_of((a, b, c)), bytes([1] * 32)) for a in range(16) for b in range(16) for c in range(16)
    )
    twice = Compare(2, ranges, tuple(Listing(NAME, each.span, True, ()) for each in ranges))
    reply = answer(side(logs, 1 << 24), twice).reply
    assert reply is not None
    assert len(reply.ranges) <= 4_096
    assert len(reply.listings) == 4_096
    assert codec.decode(codec.encode(Compare(2, reply.ranges, ()))) == Compare(2, reply.ranges, ())


def test_a_listing_never_holds_more_items_than_allowed() -> None:
    logs = {log(at): tip(5) for at in range(8_200)}
    result = answer(side(logs, 1 << 24), Compare(2, (Range(NAME, WHOLE, bytes(32)),), ()))
    assert result.reply is not None
    assert [len(listing.items) for listing in result.reply.listings] == [8_192]
    assert result.cut


def test_split_ranges_never_exceed_what_a_step_may_hold() -> None:
    logs = {log(at): tip(5) for at in range(100_000)}
    wrong = bytes([1] * 512)
    ranges = tuple(Range(NAME, span_of((a, b)), wrong) for a in range(16) for b in range(16)) * 2
    reply = answer(side(logs, 1 << 26), Compare(2, ranges, ()))
    assert reply.reply is not None
    assert len(reply.reply.ranges) == 4_096
    assert reply.cut


def test_a_branch_is_plainly_behind_only_if_each_side_has_one() -> None:
    short, long = Item(log(0), 3, (tip(4),)), Item(log(0), 3, (tip(5),))
    forked = Item(log(0), 3, (tip(4), tip(5, "x")))
    assert is_plainly_behind(short, long)
    assert not is_plainly_behind(long, short)
    assert not is_plainly_behind(short, forked)
    assert not is_plainly_behind(forked, long)
