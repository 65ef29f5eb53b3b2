"""The fold: waiting for the past, erasure, and what is told of changes. The rules themselves stand in the vectors."""

from meshproto.fold.fold import Fold
from meshproto.fold.forks import forks_of
from meshproto.fold.memory import DictMemory
from meshproto.fold.standing import Change, Standing, Status
from meshproto.records.ids import ext
from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.types import coordination, identity, repair
from scripts.vectors.cases import network, private_part, work
from scripts.vectors.story import ACCEPT, ALICE, BOB, FIRST, OPEN, in_net, in_stream

CLAIMED = Standing(Status.YES, state="claimed")
MINE = in_net(
    OPEN, ALICE, "alice", "contribution", work(beneficiaries=[BOB.id]), before=ACCEPT, private=private_part("mine")
)


def fold_of(*records: Record) -> Fold:
    fold = Fold(DictMemory())
    for each in records:
        fold.add(each)
    return fold


def test_a_record_of_which_nothing_is_known_has_no_standing() -> None:
    assert fold_of(ALICE).standing(FIRST.id) is None


def test_what_waited_is_told_when_its_past_arrives() -> None:
    second = in_stream(ALICE, FIRST, work(5))
    fold = fold_of(second, FIRST)
    assert fold.standing(second.id) == Standing(Status.PENDING, Reason.P_DEP, ids=tuple(sorted((ALICE.id, FIRST.id))))
    assert fold.add(ALICE) == [
        Change(ALICE.id, Standing(Status.YES), ALICE),
        Change(FIRST.id, CLAIMED, FIRST),
        Change(second.id, CLAIMED, second),
    ]


def test_a_record_that_comes_again_changes_nothing() -> None:
    fold = fold_of(ALICE, FIRST)
    assert fold.add(FIRST) == []
    waiting = in_stream(ALICE, in_stream(ALICE, FIRST, work(7)), work(5))
    assert len(fold.add(waiting)) == 1
    assert fold.add(waiting) == []


def test_a_correction_tells_of_its_target() -> None:
    fold = fold_of(ALICE, FIRST)
    retract = in_stream(ALICE, FIRST, repair.retract(FIRST.id), "correction")
    assert [(each.id, each.record, each.standing.state) for each in fold.add(retract)] == [
        (retract.id, retract, ""),
        (FIRST.id, None, "retracted"),
    ]


def test_a_fork_is_told_of_both_records() -> None:
    fold = fold_of(ALICE, FIRST)
    rival = in_stream(ALICE, ALICE, work(1))
    forked = Standing(Status.YES, state="claimed", flags=("forked",))
    assert fold.add(rival) == [Change(rival.id, forked, rival), Change(FIRST.id, forked, None)]


def test_forks_are_listed_by_log_and_number() -> None:
    memory = DictMemory()
    fold = Fold(memory)
    rival = in_stream(ALICE, ALICE, work(1))
    for each in (ALICE, FIRST, rival):
        fold.add(each)
    assert forks_of(ALICE.id, memory) == {(ALICE.log, 2): sorted((FIRST.id, rival.id))}
    assert forks_of(OPEN.id, memory) == {}


def test_an_erased_private_part_must_not_be_taken_in() -> None:
    fold = fold_of(ALICE, BOB, OPEN, ACCEPT, MINE)
    assert not fold.is_erased(MINE)
    fold.add(in_net(OPEN, ALICE, "alice", "erasure", repair.erasure([MINE.id]), before=MINE))
    assert fold.is_erased(MINE)


def test_an_author_who_has_left_erases_from_the_own_stream() -> None:
    fold = fold_of(ALICE, in_stream(ALICE, ALICE, repair.erasure([ext(MINE.id)]), "erasure"))
    assert fold.is_erased(MINE)


def test_a_third_person_cannot_erase_from_afar() -> None:
    stranger_to_it = in_net(OPEN, ALICE, "alice", "contribution", work(), before=ACCEPT, private=private_part("mine"))
    erasure = in_net(BOB, BOB, "bob", "erasure", repair.erasure([ext(stranger_to_it.id)]), before=BOB)
    fold = fold_of(BOB, erasure)
    assert not fold.is_erased(stranger_to_it)
    assert not fold_of(BOB).is_erased(MINE)


def test_one_whom_the_facts_name_erases_from_afar() -> None:
    erasure = in_net(BOB, BOB, "bob", "erasure", repair.erasure([ext(MINE.id)]), before=BOB)
    assert fold_of(BOB, erasure).is_erased(MINE)


def test_a_network_of_many_founders_wakes_with_the_last_accept() -> None:
    pair = network("pair", ALICE, BOB)
    accepts = [
        in_net(pair, each, name, "countersign", identity.accept(pair.id))
        for each, name in ((ALICE, "alice"), (BOB, "bob"))
    ]
    both = in_net(pair, ALICE, "alice", "contribution", work(), before=accepts[0], deps=(accepts[1].id,))
    fold = fold_of(both, pair, *accepts, ALICE)
    assert fold.standing(pair.id) == Standing(Status.PENDING, Reason.P_DEP, ids=(BOB.id,))
    assert {each.id for each in fold.add(BOB)} == {BOB.id, pair.id, both.id, *(each.id for each in accepts)}
    assert fold.standing(both.id) == CLAIMED


def test_a_strangers_edits_count_in_any_order_once_he_joins() -> None:
    fold = fold_of(ALICE, BOB, OPEN, ACCEPT)
    first = in_net(OPEN, BOB, "bob", "project", coordination.project(), deps=(ACCEPT.id,))
    edits = (
        in_net(OPEN, BOB, "bob", "project", coordination.project(supersedes=[first.id]), before=first, at=at)
        for at in range(100)
    )
    edit = next(each for each in edits if each.id < first.id)  # which then takes effect before the first
    for each in (first, edit, in_net(OPEN, BOB, "bob", "grant", identity.join(BOB.id), before=edit)):
        fold.add(each)
    assert fold.standing(first.id) == Standing(Status.YES, state="superseded")
    assert fold.standing(edit.id) == Standing(Status.YES, state="current")
