"""What earlier distributions did together."""

from fractions import Fraction

from meshproto.equation.earlier import Earlier, Outcome, leaves, written
from meshproto.equation.tallies import CONTRIBUTION, Tally
from meshproto.equation.terms import Bracket, Equal, Reimburse, Tiers
from tests.support.sharing import ANA, by_hours, until_paid

STEPS = (Reimburse(), until_paid(), Tiers((Bracket(5, (Equal(),)), Bracket(None, (by_hours(), Equal())))))


def outcome(sign: int = 1) -> Outcome:
    tallies = {path: Tally(got={ANA: 5}, came={(ANA, (CONTRIBUTION, b"w")): 5}) for path, _ in leaves(STEPS)}
    tallies[2, 1, 0].weighed[0, b"w", ANA] = Fraction(7)
    return Outcome(tallies, 0, sign)


def test_leaves_are_told_with_their_paths() -> None:
    assert [written(path) for path, _ in leaves(STEPS)] == [
        "steps[0]",
        "steps[1]",
        "steps[2].brackets[0].steps[0]",
        "steps[2].brackets[1].steps[0]",
        "steps[2].brackets[1].steps[1]",
    ]


def test_sums_grow_with_each_distribution() -> None:
    sums = Earlier()
    for place in range(2):
        sums.add_amounts(outcome(), STEPS, place, same_version=True)
        sums.add_weighed(outcome(), place, same_version=True)
    assert (sums.got[0,], sums.times[0,], sums.ballots) == ({ANA: 10}, 2, [0, 1])
    assert (sums.reimbursed, sums.claimed) == ({(b"w", ANA): 10}, {((1,), b"w", ANA): 10})
    assert (sums.weighed, sums.heads) == ({(2, 1, 0): {(0, b"w", ANA): Fraction(14)}}, {b"w": 0})


def test_of_another_version_only_what_was_paid_and_used_up_counts() -> None:
    sums = Earlier()
    sums.add_amounts(outcome(), STEPS, 0, same_version=False)
    sums.add_weighed(outcome(), 0, same_version=False)
    assert (sums.got, sums.times, sums.ballots, sums.weighed) == ({}, {}, [], {})
    assert (sums.claimed_before, sums.spent) == ({(b"w", ANA): 5}, {b"w"})


def test_a_loss_pays_no_claim() -> None:
    sums = Earlier()
    sums.add_amounts(outcome(-1), STEPS, 0, same_version=True)
    assert (sums.reimbursed, sums.times, sums.paid) == ({}, {}, {})
    assert sums.got[1,] == {ANA: -5}


def test_a_distribution_that_was_not_run_adds_nothing() -> None:
    sums = Earlier()
    sums.add_amounts(Outcome({}, -5), STEPS, 0, same_version=True)
    assert (sums.times, sums.paid, sums.ballots) == ({}, {}, [0])
