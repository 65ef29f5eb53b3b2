"""What must hold for a preview file as a whole. The vectors have a case for each rule; here are the counts."""

import pytest

from meshproto.equation.inputs import Attestation, Ballot, Correction, Dispute, Resolution, Round
from meshproto.equation.preview.checks import check_whole, work_of
from meshproto.equation.preview.limits import MAX_ATTESTATIONS, MAX_CONTRIBUTIONS
from meshproto.equation.terms import Component, Equal, Factor, Fixed, ProRata, Reimburse
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


def test_work_counts_all_that_is_looked_at_and_how_often() -> None:
    mix = ProRata((Component(HOURS.rate or 1, (HOURS, HOURS)), Component(1, None)), factor=Factor(HOURS, {}))  # type: ignore[arg-type]  # any part
    rounds = [
        round_(1, hours("w", ANA, 1, shares=((ANA, 1), (BO, 1))), ballots=(Ballot(ANA, ((BO, 1),)),)),
        Round(0, "2026-01-31", disputes=(Dispute(b"d", b"w"),), resolved=(Resolution(b"d", True),)),
    ]
    # four parties, a contribution of two, one attestation, one point, five weights; four parties, a pair, four steps
    assert work_of(terms(mix, Reimburse(), Fixed({ANA: 1}), Equal()), rounds) == (9 * 5 + 5 * 4) * 2 * 2


def test_looking_back_is_more_work() -> None:
    once, back = round_(1), Round(-1, "2026-01-31", refunds=0)
    again = Round(0, "2026-01-31", restates=0)
    upheld, rejected = (Round(0, "2026-01-31", resolved=(Resolution(b"d", each),)) for each in (True, False))
    agreed = terms(by_hours(), Equal())
    assert work_of(agreed, [once, once]) == (4 + 4 * 2) * 2
    assert [work_of(agreed, [once, each]) for each in (back, again, upheld)] == [12 * 2 * 2] * 3
    assert work_of(agreed, [once, rejected]) == 12 * 2 * (1 + 1 + 2)
