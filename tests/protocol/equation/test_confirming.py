"""What a contribution is worth."""

from fractions import Fraction

from meshproto.equation.confirming import Head, head_of, may_attest, standing_of
from meshproto.equation.inputs import Attestation, Contribution, Correction
from meshproto.equation.terms import Ack
from meshproto.types.value import Measure, Money
from tests.support.sharing import ACK, ANA, BO, CY, DEE, PARTIES, RATINGS, hours

WORK = hours("w", ANA, 40)


def head(figure: int, *, rejects: bool = False, rating: int | None = None) -> Head:
    return Head(BO, Fraction(figure), rejects, rating)


def test_the_low_median_counts_at_most_the_claim() -> None:
    heads = [head(40), head(32), head(0, rejects=True)]
    assert standing_of(WORK, heads, [], ACK, "EUR").confirmed == 32
    assert standing_of(WORK, [head(80), head(90)], [], ACK, "EUR").confirmed == 40


def test_too_few_confirm_nothing() -> None:
    standing = standing_of(WORK, [head(40)], [], Ack(2, None, RATINGS), "EUR")
    assert (standing.usable, standing.confirmed) == (False, Fraction(0))


def test_quality_is_the_mean_of_what_ratings_mean() -> None:
    heads = [head(40, rating=3), head(40, rating=4), head(40), head(40, rating=5)]
    assert standing_of(WORK, heads, [], ACK, "EUR").quality == Fraction(37, 30)
    assert standing_of(WORK, [head(40)], [], ACK, "EUR").quality == 1


def test_corrections_move_the_claim_and_a_retraction_ends_it() -> None:
    less = Correction(b"w", qty=Measure(-30, 0, "MIN"))
    assert standing_of(WORK, [head(40)], [less], ACK, "EUR").confirmed == Fraction(79, 2)
    assert not standing_of(WORK, [head(40)], [Correction(b"w", retracts=True)], ACK, "EUR").usable


def test_a_correction_in_days_does_not_touch_hours() -> None:
    days = Correction(b"w", qty=Measure(-1, 0, "DAY"))
    assert standing_of(WORK, [head(40)], [days], ACK, "EUR").claim == 40


def test_a_claim_is_never_below_nothing() -> None:
    much = Correction(b"w", qty=Measure(-50, 0, "HUR"))
    assert standing_of(WORK, [head(40)], [much], ACK, "EUR").claim == 0


def test_the_value_follows_what_is_confirmed_of_the_quantity() -> None:
    cost = Contribution(b"c", ANA, "money", Measure(4, 0, "C62"), Money(1000, "EUR"))
    more = [Correction(b"c", value=Money(500, "EUR")), Correction(b"c", value=Money(500, "USD"))]
    assert standing_of(cost, [head(1)], more, ACK, "EUR").value == 375
    assert standing_of(cost, [head(4)], [], ACK, "USD").value == 0


def test_of_what_one_says_at_once_the_smallest_counts() -> None:
    said = [Attestation(b"w", BO, True, Measure(90, 0, "MIN"), 4), Attestation(b"w", BO, True, None, 2)]
    assert head_of(BO, said, Fraction(2), "HUR") == Head(BO, Fraction(3, 2), False, 2)
    assert head_of(BO, [*said, Attestation(b"w", BO, False)], Fraction(2), "HUR") == Head(BO, Fraction(0), True, 2)


def test_who_has_an_interest_may_not_attest() -> None:
    joint = hours("w", ANA, 1, shares=((ANA, 1), (BO, 1)), beneficiaries=frozenset({CY}))
    assert [may_attest(joint, by, ACK, PARTIES) for by in (ANA, BO, CY, DEE)] == [False, False, False, True]


def test_only_who_is_named_may_attest() -> None:
    listed = Ack(1, frozenset({b"client"}), RATINGS)
    assert may_attest(WORK, b"client", listed, PARTIES)
    assert not may_attest(WORK, BO, listed, PARTIES)
