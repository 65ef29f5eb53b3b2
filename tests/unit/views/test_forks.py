"""Why a log has forked, told apart by what its records themselves say."""

import pytest

from meshnode.views.forks import PAST_LOOKED_AT, Cause, Grown, cause_of
from meshnode.views.rows import ForkRow, HealingRow
from meshproto.records.record import Record
from meshproto.types import value
from meshproto.types.schema import Facts
from meshproto.types.value import Measure
from tests.support.scribe import Scribe
from tests.unit.views.test_projection import Table


def work(hours: int) -> Facts:
    return value.contribution(kind="work", qty=Measure(hours, 0, "HUR"), when=("2026-03-02", "2026-03-02"))


def copies(name: str = "Ana", begun: int = 2) -> tuple[Scribe, Scribe]:
    """A person's home and a copy of it, each with the same records so far."""
    one, other = Scribe(name), Scribe(name)
    for scribe in (one, other):
        for hours in range(begun):
            scribe.write(scribe.agent, "contribution", work(hours + 1))
    return one, other


def knew(table: Table) -> dict[bytes, bool]:
    return {row.record: row.knew for row in table.of(ForkRow) if isinstance(row, ForkRow)}


@pytest.mark.parametrize(
    ("branches", "cause"),
    [
        ([Grown(10, 20, False), Grown(15, 30, False)], Cause.TWO_WRITERS),
        ([Grown(15, 16, False), Grown(10, 20, False)], Cause.TWO_WRITERS),
        ([Grown(10, 10, False), Grown(10, 10, False)], Cause.TWO_WRITERS),
        ([Grown(10, 20, False), Grown(21, 30, False)], Cause.OLD_COPY),
        ([Grown(21, 30, False), Grown(10, 20, False)], Cause.OLD_COPY),
        ([Grown(10, 20, False), Grown(30, 40, False), Grown(35, 50, False)], Cause.TWO_WRITERS),
        ([Grown(10, 20, False), Grown(30, 40, False), Grown(50, 60, False)], Cause.OLD_COPY),
        ([Grown(10, 20, False), Grown(21, 30, True)], Cause.KNOWINGLY),
        ([Grown(10, 20, True), Grown(15, 30, False)], Cause.KNOWINGLY),
    ],
)
def test_a_fork_is_told_by_how_its_branches_grew(branches: list[Grown], cause: Cause) -> None:
    assert cause_of(branches) is cause


def test_copies_that_do_not_know_of_each_other_sign_unknowingly() -> None:
    one, other = copies()
    first, second = one.write(one.agent, "contribution", work(8)), other.write(other.agent, "contribution", work(9))
    assert knew(Table().all(one).all(other)) == {first.id: False, second.id: False}


def test_whoever_rests_on_the_rival_signed_knowingly() -> None:
    ben, (one, other) = Scribe("Ben"), copies()
    first = one.write(one.agent, "contribution", work(8))
    thanks = ben.write(ben.agent, "recognition", value.recognition(to=[one.agent], for_=first.id))
    second = other.write(other.agent, "contribution", work(9), deps=(thanks.id,))
    assert knew(Table().all(one).all(ben).all(other)) == {first.id: False, second.id: True}


def test_what_came_before_the_fork_gives_nobody_away() -> None:
    ben, (one, other) = Scribe("Ben"), copies()
    thanks = ben.write(ben.agent, "recognition", value.recognition(to=[one.agent], for_=one.records[-1].id))
    records = [
        scribe.write(scribe.agent, "contribution", work(8 + at), deps=(thanks.id,))
        for at, scribe in enumerate((one, other))
    ]
    assert knew(Table().all(ben).all(one).all(other)) == {record.id: False for record in records}


def test_only_so_much_of_the_past_is_looked_at() -> None:
    ben, (one, other) = Scribe("Ben"), copies()
    first = one.write(one.agent, "contribution", work(8))
    ben.write(ben.agent, "recognition", value.recognition(to=[one.agent], for_=first.id))
    far: Record = ben.records[-1]
    for _ in range(PAST_LOOKED_AT):
        far = ben.write(ben.agent, "contribution", work(1))
    second = other.write(other.agent, "contribution", work(9), deps=(far.id,))
    assert knew(Table().all(one).all(ben).all(other))[second.id] is False


def test_a_record_that_names_the_end_of_another_branch_joins_it() -> None:
    one, other = copies()
    for scribe, hours in ((one, 8), (one, 7), (other, 9)):
        end = scribe.write(scribe.agent, "contribution", work(hours))
    healing = one.write(one.agent, "contribution", work(1), deps=(end.id,))
    table = Table().all(other).all(one)
    assert table.of(HealingRow) == [HealingRow(healing.id, healing.log, healing.seq, end.id)]


def test_naming_others_joins_nothing() -> None:
    ben, (one, other) = Scribe("Ben"), copies()
    for scribe, hours in ((one, 8), (other, 9)):
        scribe.write(scribe.agent, "contribution", work(hours), deps=(ben.genesis.id,))
    assert Table().all(ben).all(one).all(other).of(HealingRow) == []


def test_naming_what_came_before_on_the_own_branch_joins_nothing() -> None:
    one, other = copies()
    begin = other.records[-1]
    one.write(one.agent, "contribution", work(8))
    first = other.write(other.agent, "contribution", work(9))
    other.write(other.agent, "contribution", work(1), deps=(begin.id,))
    other.write(other.agent, "contribution", work(2), deps=(first.id,))
    assert Table().all(one).all(other).of(HealingRow) == []


def test_a_joining_record_that_waits_for_its_past_joins_nothing_yet() -> None:
    one, other = copies()
    one.write(one.agent, "contribution", work(8))
    end = other.write(other.agent, "contribution", work(9))
    one.write(one.agent, "contribution", work(1), deps=(end.id,))
    table = Table().all(one)
    assert table.of(HealingRow) == []
    assert len(table.all(other).of(HealingRow)) == 1
