"""Cases of 08-equations in which something happens afterwards: refunds, reopening, disputes, corrections."""

from scripts.vectors.cases import Case
from scripts.vectors.equation_files import (
    BY_HOURS,
    FEBRUARY,
    MARCH,
    WATERFALL,
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

FIRST = "ana 4440.50 bo 2841.92 cy 2220.25 dee 497.33"
DISPUTE: File = {"id": "d", "target": "first dee"}


def cases() -> list[Case]:
    """All of them."""
    return [
        *_refunds(),
        *_restated(),
        *_disputes(),
        *_several_disputes(),
        *_corrections(),
        *_retractions(),
        *_attested_later(),
    ]


def _then(*rounds: File, first: File | None = None, **more: object) -> File:
    return file([BY_HOURS], first or round_(1000000, hours("first", "2026-01-15")), *rounds, **more)


def _refund(pool: int, place: int = 0) -> File:
    return {"pool": pool, "to": FEBRUARY, "refunds": place}


def _refunds() -> list[Case]:
    costs = [paid("hosting", "cy", 38540, comp="deferred")]
    return [
        case(
            "a refund takes from whoever received, in two parts to the last unit",
            _then(_refund(-400000), _refund(-600000)),
            FIRST,
            "ana -1776.20 bo -1136.77 cy -888.10 dee -198.93",
            "ana -2664.30 bo -1705.15 cy -1332.15 dee -298.40",
        ),
        case(
            "a refund charges no work that came since",
            _then(round_(0, [work("new", "dee", "100", "2026-02-10")], to=FEBRUARY), _refund(-500000)),
            FIRST,
            "",
            "ana -2220.25 bo -1420.96 cy -1110.13 dee -248.66",
        ),
        case(
            "what a refund does not reach any more is found again",
            file(
                WATERFALL,
                round_(1000000, [*hours(), *costs]),
                _refund(-980000),
                round_(1000000, to=FEBRUARY),
            ),
            "ana 3101.25 bo 2343.85 commons 861.46 cy 2919.99 dee 773.45",
            "ana -3101.25 bo -2343.85 commons -861.46 cy -2719.99 dee -773.45",
            "ana 3173.25 bo 2398.26 commons 881.46 cy 2767.23 dee 779.80",
        ),
        case(
            "a refund reaches a carry that is used up, and the next distribution has less",
            _then(
                round_(1000, [work("new", "ana", "1")], to=FEBRUARY),
                _refund(-1000),
                round_(500, to=MARCH),
                round_(1500, [work("newer", "bo", "1")], to=MARCH),
                first=round_(1000),
            ),
            "",
            "ana 20.00",
            "",
            "",
            "bo 10.00",
        ),
    ]


def _restated() -> list[Case]:
    late = work("forgotten", "dee", "12", "2026-01-20")
    reopened = {"pool": 0, "to": FEBRUARY, "restates": 0}
    found = {"contributions": [late], "attestations": confirmed(late)}
    gained = "ana -348.85 bo -223.26 cy -174.42 dee 746.53"
    agreed = {**reopened, "consents": ["ana", "bo", "cy"]}
    return [
        case(
            "reopening takes no effect before all who lose agree",
            _then({**reopened, **found, "consents": ["ana"]}, agreed, agreed),
            FIRST,
            gained,
            gained,
            "",
        ),
        case(
            "reopening takes in what is excluded as late, and it is weighed once",
            _then({**agreed, **found}, round_(100000, [work("new", "ana", "1")], to=MARCH), late="exclude"),
            FIRST,
            gained,
            "ana 1000.00",
        ),
        case(
            "reopening leaves work of a later time alone",
            _then({**agreed, "contributions": [work("new", "dee", "9", "2026-02-01")]}),
            FIRST,
            "",
        ),
        case(
            "reopening forgets no retraction",
            file(
                [BY_HOURS],
                round_(400, [work("w", "bo", "4")]),
                round_(100, corrections=[{"target": "w", "kind": "retract"}]),
                {**round_(0, [work("x", "bo", "1", "2026-01-20")], to=FEBRUARY), "restates": 1},
            ),
            "bo 4.00",
            "",
            "",
            carry=100,
        ),
        case(
            "what was reopened is refunded as it stands",
            _then({**agreed, **found}, _refund(-1000000)),
            FIRST,
            gained,
            "ana -4091.65 bo -2618.66 cy -2045.83 dee -1243.86",
        ),
    ]


def _disputes() -> list[Case]:
    disputed = round_(1000000, hours("first", "2026-01-15"), disputes=[DISPUTE])
    held = "ana 4440.50 bo 2841.92 cy 2220.25 dee 0.00+497.33"

    def resolved(outcome: str) -> File:
        return {"pool": 0, "to": FEBRUARY, "resolved": [["d", outcome]]}

    two = [*hours("first", "2026-01-15"), work("more", "dee", "7", "2026-01-15")]
    return [
        case(
            "disputed work is held and released",
            _then(resolved("uphold"), first=disputed, reserve=True),
            held,
            "dee 497.33+-497.33",
        ),
        case(
            "disputed work that is rejected is shared again by the others",
            _then(resolved("reject"), _refund(-1000000), first=disputed, reserve=True),
            held,
            "ana 232.40 bo 148.73 cy 116.20 dee 0.00+-497.33",
            "ana -4672.90 bo -2990.65 cy -2336.45",
        ),
        case(
            "a dispute holds only what the disputed work brought",
            _then(resolved("reject"), first=round_(1000000, two, disputes=[DISPUTE]), reserve=True),
            "ana 4230.12 bo 2707.27 cy 2115.06 dee 473.77+473.78",
            "ana 210.38 bo 134.65 cy 105.19 dee 23.56+-473.78",
        ),
        case("without a reserve nothing is held", _then(resolved("reject"), first=disputed), FIRST, ""),
        case(
            "what was paid before the dispute stays paid",
            _then({"pool": 0, "to": FEBRUARY, "disputes": [DISPUTE]}, resolved("reject"), reserve=True),
            FIRST,
            "",
            "",
        ),
        case(
            "of two disputes one keeps the amount held",
            _then(
                resolved("uphold"),
                {"pool": 0, "to": MARCH, "resolved": [["e", "uphold"]]},
                first=round_(1000000, hours(), disputes=[DISPUTE, {"id": "e", "target": "first dee"}]),
                reserve=True,
            ),
            held,
            "",
            "dee 497.33+-497.33",
        ),
    ]


def _several_disputes() -> list[Case]:

    def resolved(outcome: str) -> File:
        return {"pool": 0, "to": FEBRUARY, "resolved": [["d", outcome]]}

    prices = [paid("logo", "ana", 120000), paid("site", "bo", 80000)]
    claims = [{"do": "reimburse"}, BY_HOURS]
    return [
        case(
            "a rejected cost is shared again from the step that paid it",
            file(
                claims,
                round_(150000, [*prices, *hours()], disputes=[{"id": "d", "target": "logo"}]),
                resolved("reject"),
                reserve=True,
            ),
            "ana 0.00+900.00 bo 600.00",
            "ana 310.84+-900.00 bo 398.93 cy 155.42 dee 34.81",
        ),
        case(
            "a dispute that comes with a rejection holds nothing of what is shared again",
            _then(
                {
                    "pool": 0,
                    "to": MARCH,
                    "disputes": [{"id": "e", "target": "first bo"}],
                    "resolved": [["d", "reject"]],
                },
                first=round_(1000000, hours("first", "2026-01-15"), disputes=[DISPUTE]),
                reserve=True,
            ),
            "ana 4440.50 bo 2841.92 cy 2220.25 dee 0.00+497.33",
            "ana 232.40 bo 148.73 cy 116.20 dee 0.00+-497.33",
        ),
        case(
            "what is shared again for one dispute is held for the other",
            _then(
                {"pool": 0, "to": FEBRUARY, "resolved": [["d", "reject"]]},
                {"pool": 0, "to": MARCH, "resolved": [["e", "reject"]]},
                first=round_(1000000, hours(), disputes=[DISPUTE, {"id": "e", "target": "first bo"}]),
                reserve=True,
            ),
            "ana 4440.50 bo 0.00+2841.92 cy 2220.25 dee 0.00+497.33",
            "ana 232.40 bo 0.00+148.73 cy 116.20 dee 0.00+-497.33",
            "ana 1993.77 bo 0.00+-2990.65 cy 996.88",
        ),
    ]


def _corrections() -> list[Case]:
    def less(hours_less: str) -> File:
        return {"target": "first ana", "kind": "delta", "qty": measure(hours_less)}

    new = [work("new ana", "ana", "10"), work("new bo", "bo", "20")]
    retracted = {"target": "first ana", "kind": "retract"}
    return [
        case(
            "a correction after the payment weighs in the next one",
            _then(round_(100000, new, to=FEBRUARY, corrections=[less("-5")])),
            FIRST,
            "ana 200.00 bo 800.00",
        ),
        case(
            "a correction beyond what is new is carried on",
            _then(
                round_(100000, new, to=FEBRUARY, corrections=[less("-25")]),
                round_(100000, [work("newer ana", "ana", "20"), work("newer bo", "bo", "5")], to=MARCH),
            ),
            FIRST,
            "bo 1000.00",
            "ana 500.00 bo 500.00",
        ),
        case(
            "corrections are no late work to those who exclude it",
            _then(round_(100000, new, to=FEBRUARY, corrections=[less("-5")]), late="exclude"),
            FIRST,
            "ana 333.33 bo 666.67",
        ),
        case(
            "catching up gives nobody's money back",
            _then(round_(100000, new, to=FEBRUARY, corrections=[less("-60")]), late="catch_up"),
            FIRST,
            "bo 742.43 cy 210.43 dee 47.14",
        ),
        case(
            "a retraction before the cut keeps work out",
            _then(first=round_(1000000, hours(), corrections=[retracted])),
            "bo 5111.82 cy 3993.61 dee 894.57",
        ),
    ]


def _retractions() -> list[Case]:
    [work("new ana", "ana", "10"), work("new bo", "bo", "20")]
    retracted = {"target": "first ana", "kind": "retract"}
    return [
        case(
            "a retraction after the payment takes off all of it",
            _then(
                round_(
                    100000,
                    [work("new ana", "ana", "70"), work("new bo", "bo", "7.5")],
                    to=FEBRUARY,
                    corrections=[retracted],
                ),
            ),
            FIRST,
            "ana 500.00 bo 500.00",
        ),
        case(
            "a correction of a cost",
            file(
                [{"do": "reimburse"}],
                round_(
                    100000,
                    [paid("hosting", "cy", 38540)],
                    corrections=[{"target": "hosting", "kind": "delta", "value": {"amt": -540, "cur": "EUR"}}],
                ),
            ),
            "cy 380.00",
            carry=62000,
        ),
    ]


def _attested_later() -> list[Case]:
    def word(figure: str, by: str = "bo") -> File:
        return {"on": "first ana", "by": by, "verdict": "confirm", "qty": measure(figure)}

    no = {"on": "first ana", "by": "bo", "verdict": "reject"}
    two = [work("first ana", "ana", "30"), work("first bo", "bo", "10")]
    small = round_(1000, [], to=FEBRUARY)
    waits = [{"do": "fixed", "claim": "once", "pay": [["cy", 1000]]}, BY_HOURS]
    return [
        case(
            "an attester's last word counts while work is not weighed",
            file(waits, round_(1000, two), round_(4000, to=FEBRUARY, attestations=[word("10")])),
            "cy 10.00",
            "ana 20.00 bo 20.00",
        ),
        case(
            "a later word changes nothing that is paid for",
            file(
                [BY_HOURS],
                round_(4000, two),
                round_(
                    1000, [work("new", "dee", "1")], to=FEBRUARY, attestations=[no, *confirmed(work("new", "dee", "1"))]
                ),
            ),
            "ana 30.00 bo 10.00",
            "dee 10.00",
        ),
        case(
            "of an attester's words at one time the smallest counts",
            file([BY_HOURS], round_(4000, two, attestations=[word("30"), word("10"), *confirmed(two[1])])),
            "ana 20.00 bo 20.00",
        ),
        case(
            "a confirmation is of what was claimed then",
            file(
                [{"do": "fixed", "claim": "once", "pay": [["cy", 1000]]}, BY_HOURS],
                round_(1000, two),
                {
                    **small,
                    "pool": 4000,
                    "corrections": [{"target": "first ana", "kind": "delta", "qty": measure("60")}],
                },
            ),
            "cy 10.00",
            "ana 30.00 bo 10.00",
        ),
    ]
