"""What a step did in a distribution."""

from meshproto.equation.tallies import BALLOT, CONTRIBUTION, Tally


def test_what_came_from_a_contribution_can_be_taken_back() -> None:
    tally = Tally()
    for _ in range(2):
        tally.give({b"ana": 50, b"bo": 10})
        tally.attribute(b"ana", {(CONTRIBUTION, b"w"): 30, (BALLOT, b"w"): 20, (CONTRIBUTION, b"x"): 0})
        tally.attribute(b"bo", {(CONTRIBUTION, b"w"): 10})
    assert tally.take_back([b"w"]) == 80
    assert tally.got == {b"ana": 40, b"bo": 0}
    assert tally.came == {(b"ana", (BALLOT, b"w")): 40}
