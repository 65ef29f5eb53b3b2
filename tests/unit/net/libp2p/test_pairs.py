"""Which of two connections stays: both sides must come to the same answer."""

import pytest

from meshnode.net.libp2p.pairs import Side, Verdict, settle
from meshnode.net.transport import PeerId

SMALL, LARGE = PeerId("12D3A"), PeerId("12D3B")


def verdict(local: PeerId, old: Side, new: Side) -> Verdict:
    peer = LARGE if local is SMALL else SMALL
    return settle(old, new, local=local, peer=peer, simultaneous=10.0)


@pytest.mark.parametrize(("first", "second"), [(1.0, 1.1), (1.1, 1.0)])
def test_of_two_dials_at_once_both_sides_keep_that_of_the_smaller_id(first: float, second: float) -> None:
    """Whatever order the two connections become known in, and it may differ between the sides."""
    for local in (SMALL, LARGE):
        sides = [Side(local is SMALL, first, ending=False), Side(local is LARGE, second, ending=False)]
        old, new = sorted(sides, key=lambda side: side.since)
        kept = new if verdict(local, old, new) is Verdict.TAKE_NEW else old
        assert kept.outbound == (local is SMALL)


def test_a_side_that_dials_twice_has_lost_its_first() -> None:
    assert verdict(SMALL, Side(False, 1.0, ending=False), Side(False, 2.0, ending=False)) is Verdict.TAKE_NEW


def test_a_second_connection_much_later_is_decided_by_asking_the_first() -> None:
    for outbound in (True, False):
        assert verdict(SMALL, Side(True, 1.0, ending=False), Side(outbound, 12.0, ending=False)) is Verdict.ASK_OLD


def test_what_is_ending_gives_way() -> None:
    assert verdict(SMALL, Side(True, 1.0, ending=True), Side(False, 1.1, ending=False)) is Verdict.TAKE_NEW
