"""Cases of 08-equations that each show one rule which no other case needs."""

from scripts.vectors.cases import Case
from scripts.vectors.equation_files import (
    ACK,
    BY_HOURS,
    FEBRUARY,
    MARCH,
    WORK,
    File,
    case,
    confirmed,
    file,
    hours,
    measure,
    paid,
    round_,
    work,
)

CARE: File = {"match": {"kind": ["care"]}, "unit": "HUR"}
BALLOTS: File = {"do": "pro_rata", "mix": [{"part": [1, 1], "ballots": "round"}]}
FIRST = "ana 4440.50 bo 2841.92 cy 2220.25 dee 497.33"
ALIKE = [work("of ana", "ana", "1"), work("of bo", "bo", "1")]


def cases() -> list[Case]:
    """All of them."""
    return [*_attested(), *_steps(), *_duties(), *_caught_up(), *_given_back(), *_shared_again()]


def _said(on: str, *words: tuple[str, str]) -> list[File]:
    """What some say of a contribution: how many hours, or `reject`."""
    return [
        {"on": on, "by": by, "verdict": "reject"}
        if word == "reject"
        else {"on": on, "by": by, "verdict": "confirm", "qty": measure(word)}
        for by, word in words
    ]


def _attested() -> list[Case]:
    ten, yardstick = work("ten", "ana", "10"), work("yardstick", "dee", "4")
    three = _said("yardstick", ("ana", "4"), ("bo", "4"), ("cy", "4"))
    rated = [
        {"on": each["id"], "by": by, "verdict": "confirm", "rating": mark}
        for each, by, mark in zip(ALIKE, ("cy", "dee"), (5, 1), strict=True)
    ]
    rejected = [*three, *_said("ten", ("bo", "10"), ("cy", "10"), ("dee", "reject"))]
    return [
        case(
            "a rejection acknowledges nothing",
            file([BY_HOURS], round_(400, [ten, yardstick], attestations=rejected), ack={**ACK, "min": 3}),
            "dee 4.00",
        ),
        case(
            "of two figures the lower one counts",
            file(
                [BY_HOURS],
                round_(800, [ten, yardstick], attestations=[*three, *_said("ten", ("bo", "10"), ("cy", "4"))]),
            ),
            "ana 4.00 dee 4.00",
        ),
        case(
            "ratings play no part where quality is not asked for",
            file([BY_HOURS], round_(200, ALIKE, attestations=rated)),
            "ana 1.00 bo 1.00",
        ),
    ]


def _steps() -> list[Case]:
    in_january = {"match": {"period": {"to": "2026-01-31"}}, "unit": "HUR"}
    half = {**BY_HOURS, "cap": [["*", {"of_step": [1, 2]}]]}
    of_both = {"do": "reimburse", "match": {"kind": ["work", "money"]}}
    priced = work("priced", "ana", "1", value={"amt": 100, "cur": "EUR"})
    until_paid = {"do": "fixed", "claim": "until_paid", "pay": [["ana", 300]]}
    return [
        case(
            "a period includes its last day",
            file(
                [{"do": "pro_rata", "weights": [in_january]}],
                round_(100, [work("last day", "ana", "1", "2026-01-31"), work("after", "bo", "1", "2026-02-01")]),
            ),
            "ana 1.00",
        ),
        case(
            "a step that weighs work and pays nobody uses nothing up",
            file([half], round_(1, ALIKE), round_(999, to=FEBRUARY)),
            "",
            "ana 5.00 bo 5.00",
        ),
        case(
            "work is no cost, whatever it is worth",
            file([of_both], round_(300, [priced, paid("logo", "bo", 200)])),
            "bo 2.00",
            carry=100,
        ),
        case(
            "only parties give points",
            file([BALLOTS], round_(100, ballots=[["bo", [["ana", 1]]], ["eve", [["cy", 9]]]])),
            "ana 1.00",
        ),
        case(
            "a loss is no payment of what is agreed",
            file([until_paid], round_(-100), round_(1000, to=FEBRUARY)),
            "ana -1.00",
            "ana 3.00",
            carry=700,
        ),
    ]


def _duties() -> list[Case]:
    dutiful = {"do": "pro_rata", "weights": [WORK], "factor": {"done": CARE, "owed": [["ana", measure("2")]]}}
    two = [work("of ana", "ana", "2"), work("of bo", "bo", "2")]
    again = [work("more of ana", "ana", "2"), work("more of bo", "bo", "2")]
    return [
        case(
            "who does more than is owed weighs no more",
            file([dutiful], round_(200, [*ALIKE, {**work("care", "ana", "4"), "kind": "care"}])),
            "ana 1.00 bo 1.00",
        ),
        case(
            "to catch up a duty is owed for each distribution",
            file(
                [dutiful],
                round_(400, [*two, {**work("care", "ana", "2"), "kind": "care"}]),
                round_(200, again, to=FEBRUARY),
                late="catch_up",
            ),
            "ana 2.00 bo 2.00",
            "bo 2.00",
        ),
    ]


def _caught_up() -> list[Case]:
    return [
        case(
            "to catch up the ballots of all distributions count",
            file(
                [BALLOTS],
                round_(100, ballots=[["bo", [["ana", 1]]]]),
                round_(300, to=FEBRUARY, ballots=[["ana", [["bo", 1]]]]),
                late="catch_up",
            ),
            "ana 1.00",
            "ana 1.00 bo 2.00",
        )
    ]


def _given_back() -> list[Case]:
    first = round_(1000000, hours("first", "2026-01-15"))
    forgotten, later = work("forgotten", "dee", "100", "2026-01-10"), work("later", "dee", "9", "2026-02-01")
    reopened = {"pool": 0, "to": MARCH, "restates": 0}
    everybody = {"consents": ["ana", "bo", "cy", "dee"]}
    disputed = {"pool": 0, "to": FEBRUARY, "disputes": [{"id": "d", "target": "first dee"}]}
    return [
        case(
            "a refund charges no work that was forgotten",
            file(
                [BY_HOURS], first, round_(0, [forgotten], to=FEBRUARY), {"pool": -500000, "to": FEBRUARY, "refunds": 0}
            ),
            FIRST,
            "",
            "ana -2220.25 bo -1420.96 cy -1110.13 dee -248.66",
        ),
        case(
            "reopening leaves confirmed work of a later time alone",
            file(
                [BY_HOURS],
                first,
                {**reopened, **everybody, "contributions": [later], "attestations": confirmed(later)},
            ),
            FIRST,
            "",
        ),
        case(
            "who has more held and less payable does not lose by reopening",
            file(
                [BY_HOURS],
                first,
                disputed,
                reopened,
                {"pool": 0, "to": MARCH, "resolved": [["d", "uphold"]]},
                reserve=True,
            ),
            FIRST,
            "",
            "dee -497.33+497.33",
            "dee 497.33+-497.33",
        ),
    ]


def _shared_again() -> list[Case]:
    disputed = round_(200, ALIKE, disputes=[{"id": "d", "target": "of bo"}])
    rejected = {"pool": 0, "to": FEBRUARY, "resolved": [["d", "reject"]]}

    def capped(description: str, limit: File) -> Case:
        step = {**BY_HOURS, "cap": [["ana", limit]]}
        lines = ("ana 1.00 bo 0.00+1.00", "bo 0.00+-1.00")
        return case(description, file([step], disputed, rejected, reserve=True), *lines, carry=100)

    return [
        capped("what was got before fills a cap when something is shared again", {"amt": 100}),
        capped("what is shared again is no more of which a cap is a part", {"of_step": [1, 2]}),
    ]
