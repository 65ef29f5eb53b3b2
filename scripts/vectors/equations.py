"""Cases of 08-equations: everything that was worked out by hand, first the numbers everybody knows."""

from scripts.vectors import (
    equation_again,
    equation_edges,
    equation_refusals,
    equation_rules,
    equation_stories,
    equation_work,
)
from scripts.vectors.cases import Case
from scripts.vectors.equation_files import (
    BY_HOURS,
    FEBRUARY,
    RATED,
    WATERFALL,
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

MARKS = {"ana": [3, 4, 5], "bo": [2, 3, 3], "cy": [4, 4, 4], "dee": [3, 4, 5]}
"""Ratings whose means are 37/30, 14/15, 6/5 and 37/30."""

BALLOTS = [
    ["ana", [["bo", 43], ["cy", 43], ["dee", 14]]],
    ["bo", [["ana", 44], ["cy", 40], ["dee", 16]]],
    ["cy", [["ana", 50], ["bo", 40], ["dee", 10]]],
    ["dee", [["ana", 50], ["bo", 20], ["cy", 30]]],
]
"""Ballots that give ana 36/25, bo 103/100, cy 113/100 and dee 2/5."""


def cases() -> list[Case]:
    """All cases about equations."""
    return [
        *_one_income(),
        *_waterfalls(),
        *_until_paid(),
        *_late(),
        *_rounding(),
        *_confirmed(),
        *equation_stories.cases(),
        *equation_again.cases(),
        *equation_edges.cases(),
        *equation_rules.cases(),
        *equation_refusals.cases(),
        *equation_work.cases(),
    ]


def _rated(*contributions: File) -> list[File]:
    return confirmed(*contributions, ratings=MARKS)


def _one_income() -> list[Case]:
    mix = [{"part": [7, 10], "weights": [WORK]}, {"part": [3, 10], "ballots": "round"}]
    capped = {**BY_HOURS, "cap": [["ana", {"amt": 350000}], ["bo", {"amt": 300000}]]}
    everybody = hours()
    return [
        case("by hours", file([BY_HOURS], round_(1000000, everybody)), "ana 4440.50 bo 2841.92 cy 2220.25 dee 497.33"),
        case(
            "every party alike",
            file([{"do": "equal"}], round_(1000000, everybody)),
            "ana 2500.00 bo 2500.00 cy 2500.00 dee 2500.00",
        ),
        case(
            "by hours, rate and quality",
            file([{"do": "pro_rata", "weights": [RATED]}], round_(1000000, everybody, attestations=_rated(*everybody))),
            "ana 4470.33 bo 2435.72 cy 2718.44 dee 375.51",
        ),
        case(
            "70 % by hours, 30 % by ballots, rounded once",
            file([{"do": "pro_rata", "mix": mix}], round_(1000000, everybody, ballots=BALLOTS)),
            "ana 4188.35 bo 2761.84 cy 2401.67 dee 648.14",
        ),
        case(
            "caps fill up and the rest is shared again",
            file([capped], round_(1000000, everybody)),
            "ana 3500.00 bo 3000.00 cy 2859.48 dee 640.52",
        ),
    ]


def _waterfalls() -> list[Case]:
    costs = [paid("hosting", "cy", 38540, comp="deferred"), paid("fonts", "bo", 5999, comp="deferred")]
    everything = [*hours(), *costs]
    said = [*_rated(*hours()), *confirmed(*costs)]
    small, large = round_(80000, everything, attestations=said), round_(1000000, everything, attestations=said)
    rich = "ana 3079.66 bo 2094.79 commons 855.46 cy 3156.39 dee 813.70"
    return [
        case("the waterfall", file(WATERFALL, large), rich),
        case("the waterfall with a small income", file(WATERFALL, small), "bo 59.99 cy 740.01"),
        case(
            "a small income does not use up the hours it did not reach",
            file(WATERFALL, small, round_(1000000, to=FEBRUARY)),
            "bo 59.99 cy 740.01",
            "ana 3240.00 bo 2140.75 commons 900.00 cy 2889.22 dee 830.03",
        ),
    ]


def _until_paid() -> list[Case]:
    prices = [paid("logo", "ana", 120000), paid("site", "bo", 80000), paid("shop", "cy", 50000)]
    first = {"do": "pro_rata", "claim": "until_paid", "weights": [{"match": {"kind": ["money"]}, "unit": "value"}]}
    return [
        case(
            "until all is paid, then by hours",
            file([first, BY_HOURS], round_(100000, [*prices, *hours()]), round_(200000, to=FEBRUARY)),
            "ana 480.00 bo 320.00 cy 200.00",
            "ana 942.02 bo 622.10 cy 411.01 dee 24.87",
        )
    ]


def _late() -> list[Case]:
    new = hours("second", "2026-02-20", {"ana": "10", "bo": "20", "cy": "5"})
    late = work("forgotten", "dee", "12", "2026-01-20")
    first, second = round_(1000000, hours("first", "2026-01-15")), round_(400000, [*new, late], to=FEBRUARY)
    wanted = {
        "next": "ana 851.06 bo 1702.13 cy 425.53 dee 1021.28",
        "exclude": "ana 1142.86 bo 2285.71 cy 571.43",
        "catch_up": "ana 965.63 bo 1632.11 cy 482.81 dee 919.45",
    }
    rich = "ana 4440.50 bo 2841.92 cy 2220.25 dee 497.33"
    return [
        case(f"late work: {policy}", file([BY_HOURS], first, second, late=policy), rich, lines)
        for policy, lines in wanted.items()
    ]


def _rounding() -> list[Case]:
    def three(pool: int, **more: object) -> File:
        return file([{"do": "equal"}], round_(pool), parties=["a", "b", "c"], **more)

    return [
        case("10,000 units over three", three(10000), "a 33.34 b 33.33 c 33.33"),
        case("5 units over three", three(5), "a 0.02 b 0.02 c 0.01"),
        case("1,000 JPY over three", three(1000, cur="JPY"), "a 3.34 b 3.33 c 3.33"),
        case("−5 units over three", three(-5), "a -0.02 b -0.02 c -0.01"),
        case("nobody has a weight: the step leaves all", file([BY_HOURS], round_(5)), "", carry=5),
    ]


def _confirmed() -> list[Case]:
    claimed, other = work("work", "ana", "40"), work("yardstick", "dee", "40")

    def said(*figures: tuple[str, str], least: int = 1) -> File:
        attestations = [
            {"on": "work", "by": by, "verdict": "reject"}
            if figure == "reject"
            else {"on": "work", "by": by, "verdict": "confirm", "qty": measure(figure)}
            for by, figure in figures
        ]
        yardstick = [{"on": "yardstick", "by": by, "verdict": "confirm"} for by in ("bo", "cy")]
        ack = {"min": least, "by": "parties", "ratings": [[1, 1]] * 5}
        return file([BY_HOURS], round_(7200, [claimed, other], attestations=[*attestations, *yardstick]), ack=ack)

    return [
        case(
            "40, 32 and a rejection make 32", said(("bo", "40"), ("cy", "32"), ("dee", "reject")), "ana 32.00 dee 40.00"
        ),
        case("one of two that are needed makes nothing", said(("bo", "40"), least=2), "dee 72.00"),
        case("what one says of oneself does not count", said(("ana", "40")), "dee 72.00"),
        case("80 and 90 make the 40 that were claimed", said(("bo", "80"), ("cy", "90")), "ana 36.00 dee 36.00"),
    ]
