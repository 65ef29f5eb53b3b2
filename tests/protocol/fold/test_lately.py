"""What was written in an agreement of late, and what was said of it."""

from meshproto.fold.concerns import concern_of
from meshproto.fold.fold import Fold
from meshproto.fold.lately import Lately, read_lately
from meshproto.fold.memory import DictMemory
from meshproto.fold.standing import row_of
from meshproto.records.record import Record
from meshproto.types import evaluation
from meshproto.types.repair import retract
from scripts.vectors.cases import work
from scripts.vectors.deals import Deal


def lately(deal: Deal, since: list[Record]) -> Lately:
    memory = DictMemory()
    fold = Fold(memory)
    for each in deal.tale.records:
        fold.add(each)
    rows = [(each.id, row_of(memory, each.id)) for each in since]
    return read_lately(rows, lambda each: concern_of(memory, each), memory)


def test_words_and_corrections_stand_with_the_work_they_are_about() -> None:
    deal = Deal("of late", "carol")
    old, untouched = deal.work("alice", 20), deal.work("alice", 10)
    new = deal.work("alice", 30)
    seen = [deal.write("bob", "attestation", evaluation.attestation(each.id)) for each in (old, new)]
    less = deal.write("alice", "correction", retract(new.id))
    found = lately(deal, [new, *seen, less])
    assert found == Lately(
        {new.id: None}, {old.id: None}, {old.id: [seen[0].id], new.id: [seen[1].id]}, {new.id: [less.id]}
    )
    assert untouched.id not in {**found.written, **found.older}


def test_what_is_void_and_what_is_no_work_is_passed_over() -> None:
    deal = Deal("of late", "carol")
    income, void = deal.income(100), deal.write("alice", "contribution", work(-1))
    own = deal.work("bob", 20)
    of_own = deal.write("bob", "attestation", evaluation.attestation(own.id))
    back = deal.write("alice", "correction", retract(income.id))
    found = lately(deal, [income, void, of_own, back])
    assert (found.written, found.older, found.words) == ({}, {}, {})
    assert found.corrections == {income.id: [back.id]}
