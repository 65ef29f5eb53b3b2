"""What is kept of chains of distributions changes nothing but the time that one more takes."""

from typing import Any

import pytest

from meshproto.fold import chains, sharing
from meshproto.fold.chains import Chain, Chains, Inputs, Telling
from meshproto.fold.concerns import Concern
from meshproto.fold.fold import Fold
from meshproto.fold.memory import DictMemory
from meshproto.fold.standing import row_of
from meshproto.fold.within import is_plain
from meshproto.pipe import answer
from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from scripts.vectors.deals import Deal
from scripts.vectors.roots import rotate
from scripts.vectors.tale import Tale
from tests.support.byzantine.pacts import pact
from tests.support.mutants.amendments import amended


def told(headers: Any) -> Any:
    return answer({"op": "fold", "headers": headers})


@pytest.mark.parametrize("seed", range(20))
def test_a_chain_that_is_kept_comes_to_what_it_comes_to_from_nothing(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stories = [amended(seed)["headers"], [each.raw.hex() for each in pact(seed)]]
    kept = [told(each) for each in stories]
    monkeypatch.setattr(Chains, "take", lambda *_: None)
    assert [told(each) for each in stories] == kept


def test_one_distribution_more_reads_nothing_of_those_before(monkeypatch: pytest.MonkeyPatch) -> None:
    deal, shared = shared_three_times()
    monkeypatch.setattr(sharing, "read_entered", None)
    states = {each.id: fold_of(deal.tale.records).standing(each.id) for each in shared}
    assert {each.state for each in states.values() if each is not None} == {"proposed"}


def test_after_a_false_distribution_the_next_is_told_from_the_beginning() -> None:
    deal, (*_, last) = shared_three_times()
    deal.work("alice", 60, "bob")
    wrong = deal.share("alice", deal.income(7), prev=last, wrong={"lines": []})
    right = deal.share("bob", deal.income(8), prev=last)
    fold = fold_of(deal.tale.records)
    found = [fold.standing(each.id) for each in (wrong, right)]
    assert [each.reason for each in found if each is not None] == [Reason.D_LINES, Reason.T_MISSING]


def test_what_is_not_used_gives_way_to_what_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains, "MAX_WORKS", 4)
    found = Chains()
    for distribution in (b"one", b"two", b"one", b"three"):
        found.keep(distribution, chain_of_works(2))
    assert [found.take(each) is not None for each in (b"one", b"two", b"three", b"three")] == [True, False, True, False]


def test_chains_into_which_nothing_enters_are_not_kept_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains, "MAX_CHAINS", 2)
    found = Chains()
    for distribution in (b"one", b"two", b"three"):
        found.keep(distribution, chain_of_works(0))
    assert [found.take(each) is not None for each in (b"one", b"two", b"three")] == [False, True, True]


def test_a_mandate_holds_in_every_past_only_as_long_as_nothing_shakes_it() -> None:
    tale = Tale("a new root")
    alice = tale.person("alice", "words")
    written = tale.write("alice", alice)
    memory = DictMemory()
    fold = Fold(memory)
    for each in tale.records:
        fold.add(each)
    number = row_of(memory, written.id).mandate
    assert (is_plain(number, memory), is_plain(0, memory)) == (True, False)
    fold.add(rotate(tale, "new", alice, alice, "words", knows=()))
    assert not is_plain(number, memory)


def shared_three_times() -> tuple[Deal, list[Record]]:
    deal = Deal("a chain", "carol")
    shared: list[Record] = []
    for minutes in (60, 30, 90):
        deal.work("alice", minutes, "bob")
        deal.work("bob", 45, "carol")
        shared.append(deal.share("bob", deal.income(1000), prev=shared[-1] if shared else None))
    return deal, shared


def fold_of(records: list[Record]) -> Fold:
    fold = Fold(DictMemory())
    for each in records:
        fold.add(each)
    return fold


def no_concern(record_id: bytes) -> Concern:
    raise AssertionError(record_id)


def chain_of_works(count: int) -> Chain:
    inputs = Inputs()
    inputs.add([[bytes([each]) for each in range(count)], [], []], no_concern)
    return Chain(b"version", inputs, Telling(), {}, {}, frozenset())
