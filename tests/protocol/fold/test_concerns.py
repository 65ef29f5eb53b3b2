"""What is said in an agreement is found again, however much it is, and whatever was compared with limits."""

from typing import Any

from meshproto.fold.concerns import TOGETHER, attestations_of, concerns_in, note_concern
from meshproto.fold.fold import Fold
from meshproto.fold.lineages import figure_of
from meshproto.fold.memory import DictMemory
from meshproto.records.ids import RecordId
from meshproto.records.record import Record
from meshproto.types import identity
from scripts.vectors.deals import Deal

SCOPE, WORK, KEY = b"s" * 32, b"w" * 32, b"k" * 32


def record(type_: str, number: int, facts: dict[str, Any]) -> Record:
    name = RecordId(number.to_bytes(32, "big"))
    return Record(1, SCOPE, KEY, number + 1, WORK, (), 0, type_, WORK, (), facts, None, id=name)


def test_more_attestations_than_stand_together_are_all_found() -> None:
    memory, said = DictMemory(), [record("attestation", each, {"subject": WORK}) for each in range(2 * TOGETHER)]
    for each in said[:TOGETHER]:
        note_concern(each, memory)
    assert attestations_of(WORK, memory) == [each.id for each in said[:TOGETHER]]
    for each in reversed(said[TOGETHER:]):
        note_concern(each, memory)
    assert attestations_of(WORK, memory) == [each.id for each in said]


def test_contributions_are_listed_by_id_whatever_came_first() -> None:
    memory, works = DictMemory(), [record("contribution", each, {}) for each in range(2 * TOGETHER + 1)]
    for each in reversed(works):
        note_concern(each, memory)
    assert concerns_in(SCOPE, "contribution", memory) == [each.id for each in works]
    assert concerns_in(KEY, "contribution", memory) == concerns_in(SCOPE, "income", memory) == []


def test_who_accepts_something_is_held_to_what_it_is_worth() -> None:
    deal, memory = Deal("two with an income", "carol"), DictMemory()
    deal.work("alice", 60, by="bob")
    income = deal.income(1000)
    shared = deal.share("bob", income)
    fold = Fold(memory)
    for each in deal.tale.records:
        fold.add(each)
    for each in (deal.deal, income, shared):
        accept = record("countersign", 0, identity.accept(each.id))
        accept.scope = deal.deal.id
        assert figure_of(accept, memory) == figure_of(each, memory) is not None
    figure = figure_of(shared, memory)
    assert figure is not None
    assert (figure.amount, figure.cur) == (1000, "EUR")
    unknown = record("countersign", 0, identity.accept(b"x" * 32))
    assert figure_of(unknown, memory) is None
