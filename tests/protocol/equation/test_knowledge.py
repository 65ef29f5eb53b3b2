"""What is known in which round."""

import pytest
from msgspec.structs import replace

from meshproto.equation.inputs import Attestation, Ballot, Correction, Dispute, Resolution, Round
from meshproto.equation.knowledge import Knowledge
from meshproto.equation.terms import Ack
from meshproto.types.value import Measure
from tests.support.sharing import ANA, BO, CY, DEE, hours, round_, terms

TERMS = terms()
WORK = hours("w", ANA, 40, when=("2026-01-01", "2026-01-10"))


def known(*rounds: Round) -> Knowledge:
    knowledge = Knowledge()
    for place, each in enumerate(rounds):
        knowledge.take_in(place, each)
        knowledge.takes_effect(place, each.to)
    return knowledge


def test_an_earlier_cut_does_not_know_what_came_later() -> None:
    less = round_(0, corrections=(Correction(b"w", qty=Measure(-10, 0, "HUR")),))
    knowledge = known(round_(0, WORK), less)
    assert knowledge.standing(b"w", 0, 0, TERMS).confirmed == 40
    assert knowledge.standing(b"w", 1, 0, TERMS).confirmed == 30
    assert list(knowledge.contributions(0)) == [WORK]


def test_an_attester_is_taken_at_their_last_word() -> None:
    word = Attestation(b"w", BO, True, Measure(10, 0, "HUR"))
    knowledge = known(round_(0, WORK), round_(0, attestations=(word,)))
    assert knowledge.standing(b"w", 1, 1, TERMS).confirmed == 10
    assert knowledge.standing(b"w", 1, 0, TERMS).confirmed == 40


def test_contributions_that_are_alike_share_what_they_are_worth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meshproto.equation.knowledge.ALIKE_REMEMBERED", 1)
    works = [WORK, replace(WORK, id=b"x"), replace(WORK, id=b"y", qty=Measure(5, 0, "HUR")), replace(WORK, id=b"z")]
    known_ = known(round_(0, *works))
    found = [known_.standing(each.id, 0, 0, TERMS) for each in works]
    assert [each.confirmed for each in found] == [40, 40, 5, 40]
    assert found[0] is found[1]
    assert found[3] is not found[0]


def test_a_word_on_what_was_corrected_is_not_like_others() -> None:
    word, less = Attestation(b"w", BO, True), Correction(b"w", qty=Measure(-10, 0, "HUR"))
    knowledge = known(round_(0, WORK, attestations=()), round_(0, attestations=(word,), corrections=(less,)))
    assert knowledge.standing(b"w", 0, 1, TERMS).claim == 40
    assert knowledge.standing(b"w", 0, 1, TERMS).confirmed == 30
    assert knowledge.standing(b"w", 1, 1, TERMS).claim == 30


def test_an_attestation_in_days_says_nothing_of_hours() -> None:
    word = Attestation(b"w", BO, True, Measure(1, 0, "DAY"))
    assert not known(round_(0, WORK, attestations=(word,))).standing(b"w", 0, 0, TERMS).usable


def test_an_attestation_in_days_takes_nothing_from_one_in_hours() -> None:
    days, whole = Attestation(b"w", BO, True, Measure(1, 0, "DAY")), Attestation(b"w", CY, True, None)
    knowledge = known(round_(0, WORK, attestations=(days, whole)))
    assert knowledge.standing(b"w", 0, 0, TERMS).confirmed == 40


def test_other_terms_are_judged_anew() -> None:
    knowledge = known(round_(0, WORK))
    assert knowledge.standing(b"w", 0, 0, TERMS).usable
    stricter = terms(ack=Ack(2, TERMS.ack.by, TERMS.ack.ratings))
    assert not knowledge.standing(b"w", 0, 0, stricter).usable
    assert knowledge.first_usable(b"w", 0, stricter) is None


def test_late_is_what_is_first_usable_after_its_time_was_shared() -> None:
    on_time = replace(WORK, id=b"x", when=("2026-02-01", "2026-02-01"))
    undated = replace(WORK, id=b"y", when=None)
    knowledge = known(round_(1), round_(1, WORK, on_time, undated, to="2026-02-28"), round_(1))
    assert [knowledge.is_late(each, 2, TERMS) for each in (b"w", b"x", b"y")] == [True, False, False]
    assert knowledge.first_usable(b"w", 0, TERMS) is None


def test_a_giver_with_two_ballots_has_none() -> None:
    once, twice = Ballot(ANA, ((BO, 1),)), Ballot(CY, ((DEE, 1),))
    assert known(round_(0, ballots=(once, twice, twice))).ballots(0) == (once,)


def test_a_dispute_is_open_until_it_is_resolved() -> None:
    disputes = (Dispute(b"d", b"w"), Dispute(b"e", b"w"))
    knowledge = known(round_(0, WORK, disputes=disputes))
    assert knowledge.disputed() == {b"w"}
    assert knowledge.resolve(1, round_(0, resolved=(Resolution(b"d", True),))) == ([], [])
    assert knowledge.resolve(2, round_(0, resolved=(Resolution(b"e", True),))) == ([b"w"], [])
    assert knowledge.disputed() == frozenset()


def test_one_rejection_is_enough_and_comes_once() -> None:
    disputes = (Dispute(b"d", b"w"), Dispute(b"e", b"w"))
    knowledge = known(round_(0, WORK, disputes=disputes))
    assert knowledge.resolve(1, round_(0, resolved=(Resolution(b"d", False),))) == ([], [b"w"])
    assert knowledge.resolve(2, round_(0, resolved=(Resolution(b"e", False),))) == ([], [])
    assert (knowledge.rejected_by(0), knowledge.rejected_by(1)) == (frozenset(), frozenset({b"w"}))
