"""Explanations and notices as objects of JSON."""

from fractions import Fraction

from meshproto.equation.confirming import Head, Standing
from meshproto.equation.explain import Agreed, Origin, Part, Why
from meshproto.equation.notices import Concern, Notice
from meshproto.equation.preview.told import told_notice, told_why
from meshproto.equation.terms import Equal

HEADS = (Head(b"bo", Fraction(1, 2), False, 4), Head(b"cy", Fraction(0), True, None))
STANDING = Standing(True, Fraction(1), Fraction(1, 2), Fraction(6, 5), Fraction(0))


def test_a_reason_tells_parts_and_origins() -> None:
    part = Part(33, 100, Fraction(1, 3), Fraction(100, 3), False, (b"bo",), 40, True)
    part = part._replace(owed=Fraction(67, 2), agreed=Agreed(Fraction(1, 3), 100, of_gross=True))
    why = Why(
        2,
        (0, 1, 2),
        Equal(),
        33,
        3,
        (part,),
        -1,
        (Origin(b"w", 30, 3, "HUR", STANDING, HEADS), Origin(b"cy", 3, 0, "", None)),
    )
    assert told_why(why) == {
        "entry": 2,
        "path": "steps[0].brackets[1].steps[2]",
        "do": "equal",
        "amount": 33,
        "held": 3,
        "rejected": -1,
        "parts": [
            {
                "amount": 33,
                "of": 100,
                "weight": "1/3",
                "quota": "100/3",
                "odd": False,
                "tied": ["bo"],
                "room": 40,
                "undone": True,
                "owed": "67/2",
                "agreed": {"ratio": "1/3", "of": 100, "gross": True},
            }
        ],
        "origins": [
            {
                "on": "w",
                "amount": 30,
                "held": 3,
                "unit": "HUR",
                "claim": "1",
                "confirmed": "1/2",
                "quality": "6/5",
                "attestations": [
                    {"by": "bo", "figure": "1/2", "rating": 4},
                    {"by": "cy", "figure": "0", "rejects": True},
                ],
            },
            {"ballot": "cy", "amount": 3},
        ],
    }


def test_what_is_not_so_is_left_out() -> None:
    part = Part(5, 10, Fraction(1, 2), Fraction(5), False, (), None, False)
    assert told_why(Why(0, (1,), Equal(), 5, 0, (part,), 0, ())) == {
        "entry": 0,
        "path": "steps[1]",
        "do": "equal",
        "amount": 5,
        "parts": [{"amount": 5, "of": 10, "weight": "1/2", "quota": "5", "odd": False}],
        "origins": [],
    }


def test_a_notice_tells_its_step_and_names() -> None:
    assert told_notice(Notice(Concern.CARRIED)) == {"concern": "carried"}
    assert told_notice(Notice(Concern.TOO_SMALL, (4,), (b"w",))) == {
        "concern": "too-small",
        "path": "steps[4]",
        "names": ["w"],
    }
