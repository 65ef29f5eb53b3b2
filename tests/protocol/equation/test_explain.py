"""Why this cent: what is told adds up, and says what happened."""

from fractions import Fraction

from meshproto.equation.book import Book
from meshproto.equation.explain import Agreed, Part, Reasons, Why, shown
from meshproto.equation.inputs import Attestation, Ballot, Dispute, Resolution, Round
from meshproto.equation.settled import Settled
from meshproto.equation.terms import Cap, Claim, Component, Equal, Fixed, Late, Percent, ProRata, Terms
from meshproto.types.value import Measure
from tests.support.sharing import ANA, BO, CY, DEE, HOURS, by_hours, hours, round_, terms

SPLIT = (hours("w", ANA, 1), hours("x", BO, 2))


def reasons(agreed: Terms, *rounds: Round, agent: bytes = ANA) -> list[Why]:
    """Why the agent has what the last round gave them."""
    book = Book(agreed)
    settled: list[Settled] = [book.take(each) for each in rounds]
    found = list(Reasons(settled[-1], book.knowledge).of(agent))
    line = settled[-1].lines[agent]
    assert sum(each.amount for each in found) == line.amt + line.held
    for why in found:
        assert sum(-part.amount if part.undone else part.amount for part in why.parts) + why.rejected == why.amount
        assert not why.origins or sum(each.amount for each in why.origins) == why.amount
    return found


def test_a_quota_is_told_with_its_rounding() -> None:
    (why,) = reasons(terms(by_hours()), round_(100, *SPLIT))
    assert why.parts == (Part(33, 100, Fraction(1, 3), Fraction(100, 3), False, (), None, False),)
    (origin,) = why.origins
    assert (origin.source, origin.amount, origin.unit) == (b"w", 33, "HUR")
    assert [head.by for head in origin.heads] == [BO]


def test_the_odd_unit_of_equals_is_told_with_the_tie() -> None:
    (first,), (last,) = (reasons(terms(Equal()), round_(5), agent=agent) for agent in (ANA, DEE))
    assert (first.parts[0].odd, first.parts[0].tied) == (True, (BO, CY, DEE))
    assert (last.parts[0].odd, last.parts[0].tied, last.origins) == (False, (ANA,), ())


def test_a_limit_is_told_and_what_the_others_share() -> None:
    capped = terms(by_hours(cap={ANA: Cap(amt=10)}))
    (full,), (other,) = (reasons(capped, round_(100, *SPLIT), agent=agent) for agent in (ANA, BO))
    assert (full.parts[0].room, full.parts[0].weight) == (10, Fraction(1, 3))
    assert (other.parts[0].room, other.parts[0].of, other.parts[0].weight) == (None, 90, Fraction(1))


def test_a_percentage_is_told_as_agreed() -> None:
    (why,) = reasons(terms(Percent({ANA: Fraction(1, 8)}, True)), round_(100))
    agreed = Agreed(Fraction(1, 8), 100, of_gross=True)
    wish = Fraction(25, 2)
    assert why.parts == (Part(13, 100, Fraction(1, 8), wish, True, (), None, False, wish, agreed),)
    fixed = terms(Fixed({BO: 60}), Percent({ANA: Fraction(1, 2)}, True))
    (gross,) = reasons(fixed, round_(100))
    assert gross.parts[0].agreed == Agreed(Fraction(1, 2), 100, of_gross=True)
    assert (gross.parts[0].owed, gross.parts[0].of) == (Fraction(50), 40)
    (remaining,) = reasons(terms(Fixed({BO: 60}), Percent({ANA: Fraction(1, 2)}, False)), round_(100))
    assert remaining.parts[0].agreed == Agreed(Fraction(1, 2), 40)


def test_what_is_owed_is_told_with_what_was_agreed() -> None:
    until_paid = terms(Fixed({ANA: 60, BO: 60}, Claim.UNTIL_PAID))
    (first,) = reasons(until_paid, round_(80))
    assert (first.parts[0].owed, first.parts[0].quota, first.parts[0].agreed) == (
        Fraction(60),
        Fraction(40),
        Agreed(Fraction(1), 60),
    )
    (rest,) = reasons(until_paid, round_(80), round_(80))
    assert (rest.parts[0].owed, rest.parts[0].agreed) == (Fraction(20), Agreed(Fraction(1), 60))


def test_to_catch_up_is_told_by_the_whole_life() -> None:
    late = terms(by_hours(), late=Late.CATCH_UP)
    (why,) = reasons(late, round_(100, *SPLIT), round_(200, hours("y", ANA, 3)))
    assert (why.amount, why.parts[0].owed) == (167, Fraction(167))
    assert why.parts[0].agreed == Agreed(Fraction(2, 3), 300)


def test_what_was_attested_when_it_was_paid_for_is_told() -> None:
    less = Attestation(b"w", BO, True, Measure(1, 0, "HUR"))
    again = terms(by_hours(), late=Late.CATCH_UP)
    (why,) = reasons(again, round_(100, hours("w", ANA, 2)), round_(100, attestations=(less,)))
    (origin,) = why.origins
    assert [head.figure for head in origin.heads] == [2]


def test_a_refund_is_what_is_less_what_was() -> None:
    (why,) = reasons(terms(by_hours()), round_(100, *SPLIT), Round(-50, "2026-02-28", refunds=0))
    assert [(part.amount, part.undone) for part in why.parts] == [(17, False), (33, True)]
    assert (why.entry, why.amount) == (0, -16)


def test_a_rejection_is_told_as_taken_back() -> None:
    disputed = round_(90, *SPLIT, disputes=(Dispute(b"d", b"w"),))
    resolved = Round(0, "2026-02-28", resolved=(Resolution(b"d", False),))
    agreed = terms(by_hours(), reserve=True)
    (held,) = reasons(agreed, disputed)
    assert (held.amount, held.held, held.origins[0].held) == (30, 30, 30)
    (lost,) = reasons(agreed, disputed, resolved)
    assert (lost.parts, lost.rejected, lost.held) == ((), -30, -30)
    (gained,) = reasons(agreed, disputed, resolved, agent=BO)
    assert [part.amount for part in gained.parts] == [30]


def test_a_release_moves_nothing_but_what_is_held() -> None:
    disputed = round_(90, *SPLIT, disputes=(Dispute(b"d", b"w"),))
    resolved = Round(0, "2026-02-28", resolved=(Resolution(b"d", True),))
    (why,) = reasons(terms(by_hours(), reserve=True), disputed, resolved)
    assert (why.amount, why.held, why.origins[0].held) == (0, -30, -30)


def test_a_ballot_is_an_origin_without_attestations() -> None:
    mix = ProRata((Component(Fraction(1, 2), (HOURS,)), Component(Fraction(1, 2), None)))
    (why,) = reasons(terms(mix), round_(100, *SPLIT, ballots=(Ballot(CY, ((ANA, 1),)),)))
    assert [(each.source, each.amount, each.heads != ()) for each in why.origins] == [(b"w", 17, True), (CY, 50, False)]


def test_a_loss_is_explained_with_its_sign() -> None:
    (why,) = reasons(terms(by_hours()), round_(-100, *SPLIT))
    assert (why.amount, why.parts[0].amount, why.origins[0].amount) == (-33, -33, -33)


def test_a_fraction_is_told_exactly_unless_it_is_too_long() -> None:
    assert shown(Fraction(3, 8)) == "3/8"
    assert shown(Fraction(5)) == "5"
    assert shown(Fraction(2**200, 3 * 2**199 + 3)) == "~0.666666666666"
