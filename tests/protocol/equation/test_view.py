"""What one distribution may look at."""

from fractions import Fraction

from meshproto.equation.inputs import Ballot
from meshproto.equation.terms import EVERYONE, Late, Match, Weight
from meshproto.equation.view import weight_of
from tests.support.looking import view_of
from tests.support.sharing import ANA, BO, CY, hours, round_, terms

EARLY = hours("early", ANA, 1, when=("2026-01-01", "2026-01-31"))
NEW = hours("new", BO, 1, when=("2026-02-01", "2026-02-01"))
UNDATED = hours("undated", CY, 1)


def test_what_is_rejected_is_not_seen() -> None:
    view = view_of(terms(), round_(0, EARLY, NEW), without=frozenset({b"early"}))
    assert list(view.contributions(Match())) == [NEW]


def test_what_is_reopened_sees_its_own_time_and_no_later_one() -> None:
    view = view_of(terms(), round_(0), round_(0, EARLY, NEW, UNDATED), place=0, reopened="2026-01-31")
    assert list(view.contributions(Match())) == [EARLY]
    old = view_of(terms(), round_(0, NEW, UNDATED), round_(0), place=0, reopened="2026-01-31")
    assert list(old.contributions(Match())) == [NEW, UNDATED]


def test_who_reopens_excludes_nothing_as_late() -> None:
    strict = terms(late=Late.EXCLUDE)
    assert view_of(strict, round_(0), round_(0, EARLY)).is_left_out_as_late(EARLY)
    assert view_of(strict, round_(0), reopened="2026-01-31").late is Late.NEXT
    assert view_of(terms(late=Late.CATCH_UP), round_(0), reopened="2026-01-31").late is Late.CATCH_UP


def test_ballots_are_of_the_round_and_to_catch_up_of_all() -> None:
    one, other = Ballot(ANA, ((BO, 1),)), Ballot(BO, ((ANA, 1),))
    rounds = round_(0, ballots=(one,)), round_(0, ballots=(other,))
    assert list(view_of(terms(), *rounds).ballots()) == [other]
    catching_up = view_of(terms(late=Late.CATCH_UP), *rounds)
    catching_up.earlier.ballots.append(0)
    assert list(catching_up.ballots()) == [one, other]


def test_what_was_weighed_is_seen_as_it_was_attested_then() -> None:
    view = view_of(terms(), round_(0, EARLY, attestations=()), round_(0, attestations=round_(0, EARLY).attestations))
    assert view.standing(EARLY).usable
    view.earlier.heads[b"early"] = 0
    assert not view.standing(EARLY).usable


def test_a_weight_is_quantity_times_rate_times_part() -> None:
    joint = hours("w", ANA, 3, shares=((ANA, 2), (BO, 1)))
    standing = view_of(terms(), round_(0, joint)).standing(joint)
    rate = {ANA: Fraction(1, 2), EVERYONE: Fraction(3)}
    assert weight_of(Weight("MIN", rate=rate), joint, standing) == {ANA: 60, BO: 180}
    assert weight_of(Weight("HUR", rate={ANA: Fraction(1)}), joint, standing) == {ANA: 2}
    assert weight_of(Weight("DAY"), joint, standing) == {}
    assert weight_of(Weight(None), joint, standing) == {}
