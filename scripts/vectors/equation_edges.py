"""Cases of 08-equations at the edges of single rules."""

from typing import Any

from scripts.vectors.cases import Case
from scripts.vectors.equation_files import (
    BY_HOURS,
    FEBRUARY,
    MARCH,
    WORK,
    File,
    case,
    file,
    hours,
    measure,
    paid,
    round_,
    work,
)

ODD: File = {"do": "residual", "agent": "commons"}


def cases() -> list[Case]:
    """All of them."""
    return [
        *_small_steps(),
        *_tiers(),
        *_caps(),
        *_mixes(),
        *_factors(),
        *_matching(),
        *_authors(),
        *_attesters(),
        *_units(),
        *_late(),
        *_never_late(),
        *_carried(),
    ]


def _pay(claim: str, *rounds: int, amounts: tuple[int, int] = (300, 100)) -> File:
    fixed = {"do": "fixed", "claim": claim, "pay": [["ana", amounts[0]], ["bo", amounts[1]]]}
    return file([fixed, ODD], *(round_(pool) for pool in rounds))


def _small_steps() -> list[Case]:
    shares = {"do": "shares", "parts": [["ana", 2], ["bo", 1], ["cy", 0]]}
    empty = {"do": "shares", "parts": [["ana", 0]]}
    third = {"do": "percent", "of": "remaining", "pay": [["ana", [1, 3]], ["bo", [1, 3]]]}
    gross = {"do": "percent", "of": "gross", "pay": [["ana", [3, 4]]]}
    return [
        case(
            "an agreed amount each time", _pay("each", 200, 1000), "ana 1.50 bo 0.50", "ana 3.00 bo 1.00 commons 6.00"
        ),
        case("an agreed amount once, short or not", _pay("once", 200, 1000), "ana 1.50 bo 0.50", "commons 10.00"),
        case(
            "an agreed amount until it is paid",
            _pay("until_paid", 200, 1000, 50),
            "ana 1.50 bo 0.50",
            "ana 1.50 bo 0.50 commons 8.00",
            "commons 0.50",
        ),
        case("agreed parts", file([shares], round_(1000)), "ana 6.67 bo 3.33"),
        case("parts that are all 0", file([empty], round_(1000)), "", carry=1000),
        case(
            "the rest competes for the odd unit and sorts last",
            file([third, ODD], round_(100)),
            "ana 0.34 bo 0.33 commons 0.33",
        ),
        case("a percentage of the gross gets at most what remains", file([gross, gross], round_(100)), "ana 1.00"),
        case("percentages that are all 0", file([{**third, "pay": [["ana", [0, 1]]]}], round_(7)), "", carry=7),
        case("no steps at all", file([], round_(7)), "", carry=7),
        case("nothing to share", file([BY_HOURS], round_(0, hours())), ""),
    ]


def _tiers() -> list[Case]:
    tiers = {
        "do": "tiers",
        "brackets": [
            {"to": 1000, "steps": [{"do": "percent", "of": "gross", "pay": [["commons", [1, 10]]]}, BY_HOURS]},
            {"to": 3000, "steps": [{"do": "percent", "of": "gross", "pay": [["commons", [1, 2]]]}, BY_HOURS]},
            {"steps": [ODD]},
        ],
    }
    closed = {"do": "tiers", "brackets": [{"to": 500, "steps": [{"do": "residual", "agent": "ana"}]}]}
    ana = work("first ana", "ana", "1")
    return [
        case(
            "each slice of cumulative income runs its own steps",
            file([tiers], round_(800, [ana]), round_(3200, [work("second bo", "bo", "1")], to=FEBRUARY)),
            "ana 7.20 commons 0.80",
            "ana 5.00 bo 6.80 commons 20.20",
        ),
        case("what lies above the last bracket goes on", file([closed, ODD], round_(800)), "ana 5.00 commons 3.00"),
        case(
            "costs come off before the brackets are laid",
            file([{"do": "fixed", "pay": [["cy", 100]]}, closed, ODD], round_(300), round_(500)),
            "ana 2.00 cy 1.00",
            "ana 2.00 commons 2.00 cy 1.00",
        ),
        case(
            "a refund lowers the income that the next brackets are laid on",
            file([closed, ODD], round_(800), {"pool": -600, "to": FEBRUARY, "refunds": 0}, round_(400)),
            "ana 5.00 commons 3.00",
            "ana -3.00 commons -3.00",
            "ana 3.00 commons 1.00",
        ),
        case(
            "a carry is laid where it was",
            file(
                [{**closed, "brackets": [{"to": 500, "steps": [BY_HOURS]}, {"steps": [ODD]}]}],
                round_(400),
                round_(300, [ana]),
            ),
            "",
            "ana 5.00 commons 2.00",
        ),
    ]


def _caps() -> list[Case]:
    def capped(**cap: object) -> File:
        return {**BY_HOURS, "cap": [["ana", cap]]}

    alone = [work("first ana", "ana", "1")]
    both = [*alone, work("first bo", "bo", "1")]
    everybody = {**BY_HOURS, "cap": [["*", {"amt": 300}], ["bo", {"amt": 700}]]}
    lifetime = file([capped(lifetime=600), ODD], round_(800, both), round_(800, [work("second ana", "ana", "1")]))
    return [
        case(
            "a share of the step is rounded down",
            file([capped(of_step=[1, 3]), ODD], round_(100, both)),
            "ana 0.33 bo 0.67",
        ),
        case(
            "when all are capped the rest goes on",
            file([capped(amt=30), ODD], round_(100, alone)),
            "ana 0.30 commons 0.70",
        ),
        case("a cap for a lifetime", lifetime, "ana 4.00 bo 4.00", "ana 2.00 commons 6.00"),
        case(
            "the least of several caps counts",
            file([capped(amt=30, lifetime=20, of_step=[1, 2]), ODD], round_(100, alone)),
            "ana 0.20 commons 0.80",
        ),
        case(
            "a cap for all who have none of their own",
            file([everybody, ODD], round_(1100, [*both, work("first cy", "cy", "1")])),
            "ana 3.00 bo 5.00 cy 3.00",
        ),
        case(
            "one cap makes room for another",
            file(
                [{**BY_HOURS, "cap": [["ana", {"amt": 40}], ["bo", {"amt": 35}]]}, ODD],
                round_(100, [*both, work("first cy", "cy", "1")]),
            ),
            "ana 0.34 bo 0.33 cy 0.33",
        ),
        case("a cap of nothing consumes nothing", file([capped(amt=0), ODD], round_(100, alone)), "commons 1.00"),
    ]


def _mixes() -> list[Case]:
    def mix(first: list[int], second: list[int]) -> File:
        return {"do": "pro_rata", "mix": [{"part": first, "weights": [WORK]}, {"part": second, "ballots": "round"}]}

    both = [work("first ana", "ana", "3"), work("first bo", "bo", "1")]
    half = mix([1, 2], [1, 2])
    dones = {"match": {"stream": ["care"]}, "unit": "HUR"}
    factor = {**BY_HOURS, "factor": {"done": dones, "owed": [["ana", measure("4")], ["*", measure("120", "MIN")]]}}
    care = [work("care ana", "ana", "1", stream="care"), work("care bo", "bo", "1", stream="care")]
    only = {**factor, "weights": [{"match": {"class": ["code"]}, "unit": "HUR"}]}
    code = [
        work("first ana", "ana", "4", classes=["code"]),
        work("first bo", "bo", "2", classes=["code"]),
        work("first cy", "cy", "1", classes=["code", "x"]),
    ]
    return [
        case("an empty component drops out", file([half], round_(400, both)), "ana 3.00 bo 1.00"),
        case("ballots alone", file([half], round_(400, ballots=[["cy", [["bo", 1]]]])), "bo 4.00"),
        case(
            "points to oneself are void, strangers' and double ballots too",
            file(
                [half],
                round_(
                    400,
                    ballots=[
                        ["ana", [["ana", 10], ["bo", 1]]],
                        ["eve", [["eve", 1]]],
                        ["cy", [["cy", 3]]],
                        ["dee", [["ana", 1]]],
                        ["dee", [["cy", 1]]],
                    ],
                ),
            ),
            "bo 4.00",
        ),
        case(
            "each giver has one vote, however many points",
            file([half], round_(400, ballots=[["cy", [["bo", 1]]], ["dee", [["ana", 900], ["bo", 100]]]])),
            "ana 1.80 bo 2.20",
        ),
        case(
            "parts that do not add up to one change nothing",
            file([mix([1, 4], [1, 4])], round_(400, both, ballots=[["cy", [["dee", 1]]]])),
            "ana 1.50 bo 0.50 dee 2.00",
        ),
        case("a part of nothing", file([mix([0, 1], [1, 2])], round_(400, both)), "", carry=400),
        case("who owes and did a part weighs a part", file([only], round_(900, [*code, *care])), "ana 4.50 bo 4.50"),
        case(
            "what was done counts once",
            file(
                [only],
                round_(900, [*code, *care]),
                round_(900, [work("second ana", "ana", "4", classes=["code"])], to=FEBRUARY),
            ),
            "ana 4.50 bo 4.50",
            "",
            carry=900,
        ),
    ]


def _factors() -> list[Case]:
    def mix(first: list[int], second: list[int]) -> File:
        return {"do": "pro_rata", "mix": [{"part": first, "weights": [WORK]}, {"part": second, "ballots": "round"}]}

    half = mix([1, 2], [1, 2])
    dones = {"match": {"stream": ["care"]}, "unit": "HUR"}
    factor = {**BY_HOURS, "factor": {"done": dones, "owed": [["ana", measure("4")], ["*", measure("120", "MIN")]]}}
    care = [work("care ana", "ana", "1", stream="care"), work("care bo", "bo", "1", stream="care")]
    only = {**factor, "weights": [{"match": {"class": ["code"]}, "unit": "HUR"}]}
    code = [
        work("first ana", "ana", "4", classes=["code"]),
        work("first bo", "bo", "2", classes=["code"]),
        work("first cy", "cy", "1", classes=["code", "x"]),
    ]
    return [
        case(
            "catching up counts what was done and owed over the years",
            file(
                [only],
                round_(900, [*code, *care]),
                round_(900, [work("second ana", "ana", "4", classes=["code"])], to=FEBRUARY),
                late="catch_up",
            ),
            "ana 4.50 bo 4.50",
            "ana 7.50 bo 1.50",
        ),
        case(
            "catching up counts all ballots",
            file(
                [half],
                round_(400, ballots=[["cy", [["bo", 1]]]]),
                round_(200, ballots=[["cy", [["ana", 1]]]]),
                late="catch_up",
            ),
            "bo 4.00",
            "ana 2.00",
        ),
    ]


def _matching() -> list[Case]:
    def by(match: File) -> File:
        return {"do": "pro_rata", "weights": [{"match": match, "unit": "HUR"}]}

    some = [
        work("a", "ana", "1", "2026-01-10", project="site", comp="paid"),
        work("b", "bo", "1", "2026-01-20", stream="love", comp="gift"),
        {**work("c", "cy", "1"), "kind": "care", "class": ["nursing"]},
    ]
    return [
        case(f"a match by {name}", file([by(match)], round_(900, some)), lines)
        for name, match, lines in (
            ("nothing", {}, "ana 3.00 bo 3.00 cy 3.00"),
            ("kind", {"kind": ["care", "idea"]}, "cy 9.00"),
            ("class", {"class": ["nursing", "cooking"]}, "cy 9.00"),
            ("project", {"project": ["site"]}, "ana 9.00"),
            ("stream", {"stream": ["love"]}, "bo 9.00"),
            ("comp", {"comp": ["paid", "deferred"]}, "ana 9.00"),
            ("period", {"period": {"from": "2026-01-10", "to": "2026-01-19"}}, "ana 9.00"),
            ("an open period", {"period": {"from": "2026-01-11"}}, "bo 9.00"),
            ("an empty period", {"period": {}}, "ana 3.00 bo 3.00 cy 3.00"),
        )
    ] + [case("a match by an empty list", file([by({"kind": []})], round_(900, some)), "", carry=900)]


def _authors() -> list[Case]:
    def shared(**more: Any) -> list[File]:
        return [work("joint", "ana", "6", shares=[["ana", 3], ["bo", 2], ["dee", 1]], **more)]

    said = [{"on": "joint", "by": "cy", "verdict": "confirm"}]
    interested = [{"on": "joint", "by": by, "verdict": "confirm"} for by in ("bo", "dee")]
    gift = [work("for cy", "ana", "1", beneficiaries=["cy"])]
    return [
        case(
            "co-authors share", file([BY_HOURS], round_(600, shared(), attestations=said)), "ana 3.00 bo 2.00 dee 1.00"
        ),
        case(
            "a declined share goes to the others",
            file([BY_HOURS], round_(600, shared(declined=["bo"]), attestations=said)),
            "ana 4.50 dee 1.50",
        ),
        case(
            "all have declined",
            file([BY_HOURS], round_(600, shared(declined=["ana", "bo", "dee"]), attestations=said)),
            "",
            carry=600,
        ),
        case(
            "co-authors do not confirm", file([BY_HOURS], round_(600, shared(), attestations=interested)), "", carry=600
        ),
        case(
            "who benefits does not confirm",
            file([BY_HOURS], round_(600, gift, attestations=[{"on": "for cy", "by": "cy", "verdict": "confirm"}])),
            "",
            carry=600,
        ),
        case(
            "only those of a list confirm",
            file(
                [BY_HOURS],
                round_(600, shared(), attestations=said),
                ack={"min": 1, "by": ["client"], "ratings": [[1, 1]] * 5},
            ),
            "",
            carry=600,
        ),
    ]


def _attesters() -> list[Case]:
    def shared(**more: Any) -> list[File]:
        return [work("joint", "ana", "6", shares=[["ana", 3], ["bo", 2], ["dee", 1]], **more)]

    [{"on": "joint", "by": by, "verdict": "confirm"} for by in ("bo", "dee")]
    return [
        case(
            "a client confirms who is no party",
            file(
                [BY_HOURS],
                round_(600, shared(), attestations=[{"on": "joint", "by": "client", "verdict": "confirm"}]),
                ack={"min": 1, "by": ["client"], "ratings": [[1, 1]] * 5},
            ),
            "ana 3.00 bo 2.00 dee 1.00",
        ),
        case(
            "where nobody need confirm the claim counts",
            file(
                [BY_HOURS],
                round_(600, shared(), attestations=[]),
                ack={"min": 0, "by": "parties", "ratings": [[1, 1]] * 5},
            ),
            "ana 3.00 bo 2.00 dee 1.00",
        ),
        case("who is no party earns too", file([BY_HOURS], round_(600, [work("w", "eve", "1")])), "eve 6.00"),
    ]


def _units() -> list[Case]:
    mixed = [
        {**work("h", "ana", "1"), "qty": measure("1.5")},
        {**work("m", "bo", "1"), "qty": measure("90", "MIN")},
        {**work("s", "cy", "1"), "qty": measure("5400", "SEC")},
        {**work("d", "dee", "1"), "qty": measure("1", "DAY")},
    ]
    days = {"do": "pro_rata", "weights": [{"unit": "DAY"}]}
    dollars = [{**paid("usd", "ana", 500), "value": {"amt": 500, "cur": "USD"}}, paid("eur", "bo", 500)]
    half = [{**paid("two", "ana", 501), "qty": measure("2", "C62")}]
    part = [{"on": "two", "by": "bo", "verdict": "confirm", "qty": measure("1", "C62")}]
    no_rate = {"do": "pro_rata", "weights": [{"unit": "HUR", "rate": [["bo", [1, 3]], ["*", [1, 1]]]}]}
    listed = {"do": "pro_rata", "weights": [{"unit": "HUR", "rate": [["bo", [1, 3]]]}]}
    return [
        case(
            "hours, minutes and seconds are one, days are not",
            file([BY_HOURS], round_(900, mixed)),
            "ana 3.00 bo 3.00 cy 3.00",
        ),
        case("days are days", file([days], round_(900, mixed)), "dee 9.00"),
        case(
            "money of another currency is no cost here",
            file([{"do": "reimburse"}, ODD], round_(900, dollars)),
            "bo 5.00 commons 4.00",
        ),
        case(
            "half of a cost that is confirmed, rounded down",
            file([{"do": "reimburse"}, ODD], round_(900, half, attestations=part)),
            "ana 2.50 commons 6.50",
        ),
        case("a rate for all others", file([no_rate], round_(400, mixed[:2])), "ana 3.00 bo 1.00"),
        case("who has no rate among rates weighs nothing", file([listed], round_(400, mixed[:2])), "bo 4.00"),
        case(
            "several weights add up",
            file([{"do": "pro_rata", "weights": [WORK, WORK, {"unit": "DAY"}]}], round_(300, [mixed[0], mixed[3]])),
            "ana 2.25 dee 0.75",
        ),
    ]


def _late() -> list[Case]:
    old, undated = work("old", "dee", "1", "2026-01-31"), work("undated", "dee", "1")
    first = round_(400, [work("first ana", "ana", "1", "2026-01-02")])
    on_time = work("new ana", "ana", "1", "2026-02-01")
    return [
        case(
            "work of the last day is late afterwards",
            file([BY_HOURS], first, round_(400, [old, on_time], to=FEBRUARY), late="exclude"),
            "ana 4.00",
            "ana 4.00",
        ),
        case(
            "work without a day is never late",
            file([BY_HOURS], first, round_(400, [undated, on_time], to=FEBRUARY), late="exclude"),
            "ana 4.00",
            "ana 2.00 dee 2.00",
        ),
        case(
            "what was excluded as late stays out",
            file(
                [BY_HOURS],
                first,
                round_(400, [old], to=FEBRUARY),
                round_(400, [work("march", "ana", "1", "2026-03-01")], to=MARCH),
                late="exclude",
            ),
            "ana 4.00",
            "",
            "ana 8.00",
        ),
        case(
            "a late cost is excluded too",
            file(
                [{"do": "reimburse"}, BY_HOURS],
                first,
                round_(
                    400,
                    [paid("late", "dee", 100, when={"from": "2026-01-02", "to": "2026-01-02"}), on_time],
                    to=FEBRUARY,
                ),
                late="exclude",
            ),
            "ana 4.00",
            "ana 4.00",
        ),
    ]


def _never_late() -> list[Case]:
    first = round_(400, [work("first ana", "ana", "1", "2026-01-02")])
    on_time = work("new ana", "ana", "1", "2026-02-01")
    return [
        case(
            "what a small income did not reach is not late",
            file([{"do": "fixed", "pay": [["cy", 500]]}, BY_HOURS], first, round_(900, to=FEBRUARY), late="exclude"),
            "cy 4.00",
            "ana 4.00 cy 5.00",
        ),
        case(
            "catching up without anything late still looks at the whole life",
            file(
                [BY_HOURS],
                first,
                round_(200, [on_time, work("new bo", "bo", "2", "2026-02-01")], to=FEBRUARY),
                late="catch_up",
            ),
            "ana 4.00",
            "bo 2.00",
        ),
    ]


def _carried() -> list[Case]:
    return [
        case(
            "a carry joins the next pool",
            file([BY_HOURS], round_(5), round_(5, [work("w", "ana", "1")])),
            "",
            "ana 0.10",
        ),
        case(
            "a loss mirrors, and uses up no work",
            file([BY_HOURS], round_(-300, hours(amounts={"ana": "2", "bo": "1"})), round_(300)),
            "ana -2.00 bo -1.00",
            "ana 2.00 bo 1.00",
        ),
        case(
            "a loss is covered by what is carried",
            file([BY_HOURS, {"do": "percent", "of": "gross", "pay": [["ana", [1, 2]]]}], round_(100), round_(-20)),
            "ana 0.50",
            "ana 0.15",
            carry=15,
        ),
    ]
