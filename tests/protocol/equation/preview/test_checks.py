"""What must hold for a preview file as a whole. The vectors have a case for each rule; here are the counts."""

import pytest

from meshproto.equation.inputs import Attestation, Ballot, Correction, Dispute, Resolution, Round
from meshproto.equation.preview.checks import check_whole, work_of
from meshproto.equation.preview.limits import MAX_ATTESTATIONS, MAX_CONTRIBUTIONS, MAX_STEPS
from meshproto.equation.terms import Bracket, Component, Equal, Factor, Fixed, ProRata, Reimburse, Step, Tiers
from meshproto.records.reasons import Reason, Refused
from tests.support.sharing import ANA, BO, HOURS, by_hours, hours, round_, terms


@pytest.mark.parametrize(
    ("name", "each", "most"),
    [
        ("contributions", hours("w", ANA, 1), MAX_CONTRIBUTIONS),
        ("attestations", Attestation(b"w", BO, True), MAX_ATTESTATIONS),
        ("corrections", Correction(b"w", retracts=True), MAX_CONTRIBUTIONS),
    ],
)
def test_there_is_a_most_of_everything(name: str, each: object, most: int) -> None:
    rounds = [round_(0), round_(0, **{"attestations": (), name: (each,) * (most + 1)})]
    with pytest.raises(Refused) as refused:
        check_whole(terms(), rounds)
    assert (refused.value.reason, refused.value.detail) == (Reason.I_LIST, f"rounds[1].{name}")


def test_tiers_count_among_the_steps_besides_those_in_their_brackets() -> None:
    most: list[Step] = [*[Equal()] * (MAX_STEPS - 2), Tiers((Bracket(None, (Equal(),)),))]
    check_whole(terms(*most), [round_(0)])
    with pytest.raises(Refused) as refused:
        check_whole(terms(Equal(), *most), [round_(0)])
    assert (refused.value.reason, refused.value.detail) == (Reason.I_LIST, "steps")


def test_work_counts_all_that_is_looked_at_and_how_often() -> None:
    mix = ProRata((Component(HOURS.rate or 1, (HOURS, HOURS)), Component(1, None)), factor=Factor(HOURS, {}))  # type: ignore[arg-type]  # any part
    rounds = [
        round_(1, hours("w", ANA, 1, shares=((ANA, 1), (BO, 1))), ballots=(Ballot(ANA, ((BO, 1),)),)),
        Round(0, "2026-01-31", disputes=(Dispute(b"d", b"w"),), resolved=(Resolution(b"d", True),)),
    ]
    # Four parties, a contribution of two, one attestation, one point, five weights; four parties, a pair, four steps;
    # two rounds, of which one resolves.
    assert work_of(terms(mix, Reimburse(), Fixed({ANA: 1}), Equal()), rounds) == (9 * 5 + 5 * 4) * (8 + 1) * 2


def test_looking_back_is_more_work() -> None:
    once, back = round_(1), Round(-1, "2026-01-31", refunds=0)
    again = Round(0, "2026-01-31", restates=0)
    agreed = terms(by_hours(), Equal())
    assert work_of(agreed, [once, once]) == 12 * 8 * 2
    assert [work_of(agreed, [once, each]) for each in (back, again)] == [12 * (9 * 2 + 8)] * 2


def test_a_rejection_is_more_work_the_longer_the_dispute_was_open() -> None:
    disputed = Round(1, "2026-01-31", disputes=(Dispute(b"d", b"w"), Dispute(b"d", b"w")))
    upheld, rejected, unknown = (
        Round(0, "2026-01-31", resolved=(Resolution(name, upholds),))
        for name, upholds in ((b"d", True), (b"d", False), (b"e", False))
    )
    agreed = terms(by_hours(), Equal())
    assert work_of(agreed, [disputed, round_(1), upheld]) == 12 * 9 * 3
    assert work_of(agreed, [disputed, round_(1), rejected]) == 12 * (9 * 3 + 8 * 2 * (1 + 1))
    assert work_of(agreed, [disputed, round_(1), unknown]) == 12 * 9 * 3
