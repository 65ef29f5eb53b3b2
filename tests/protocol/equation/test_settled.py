"""What a round comes to."""

from hashlib import sha256

from meshproto.equation.settled import Line, losers
from meshproto.equation.terms import Equal, Residual
from meshproto.records.encoding import encode
from tests.support.sharing import ANA, BO, CY, DEE, round_, settle, terms


def test_a_digest_covers_who_gets_what_by_which_step() -> None:
    (settled,) = settle(terms(Equal(), Residual(CY)), round_(6))
    lines = [
        [ANA, 2, 0, [["steps[0]", 2]]],
        [BO, 2, 0, [["steps[0]", 2]]],
        [CY, 1, 0, [["steps[0]", 1]]],
        [DEE, 1, 0, [["steps[0]", 1]]],
    ]
    told = encode(["ve/1", "EUR", 6, "2026-01-31", lines, 0])  # type: ignore[list-item]  # all of it can be encoded
    assert settled.digest() == sha256(b"meshnode/1 result\n" + told).digest()


def test_who_loses_is_told_by_what_is_payable_and_held_together() -> None:
    assert losers({ANA: Line(-5, 5), BO: Line(-5, 4), CY: Line(3, 0)}) == [BO]
