"""Cases of 08-equations 8.2, 4.5 and 4.6: what is shared again, and what was paid too much."""

from scripts.vectors.cases import Case
from scripts.vectors.equation_files import (
    BY_HOURS,
    FEBRUARY,
    MARCH,
    File,
    case,
    file,
    measure,
    paid,
    round_,
    work,
)

DESIGN: File = {"do": "reimburse", "match": {"class": ["design"]}}


def cases() -> list[Case]:
    """All of them."""
    return [*_claims(), _rejected_cost(), *_in_one_round(), _caught_up()]


def _retracted(name: str) -> File:
    return {"corrections": [{"target": name, "kind": "retract"}]}


def _claims() -> list[Case]:
    trip = paid("trip", "cy", 60000)
    wood = {**paid("wood", "cy", 100000), "kind": "material"}
    return [
        case(
            "what was paid too much lowers the claims of the steps that match it",
            file(
                [{"do": "reimburse"}, {"do": "reimburse", "match": {"kind": ["material"]}}],
                round_(60000, [trip]),
                round_(90000, [wood], to=FEBRUARY, **_retracted("trip")),
            ),
            "cy 600.00",
            "cy 900.00",
        ),
        case(
            "what was paid too much lowers no claim of a step that does not match it",
            file(
                [DESIGN, {"do": "reimburse"}],
                round_(60000, [trip]),
                round_(
                    30000, [paid("sketch", "cy", 10000, **{"class": ["design"]})], to=FEBRUARY, **_retracted("trip")
                ),
            ),
            "cy 600.00",
            "cy 100.00",
            carry=20000,
        ),
        case(
            "prices paid too much lower those of a list that matches them",
            file(
                [
                    {
                        "do": "pro_rata",
                        "claim": "until_paid",
                        "weights": [
                            {"match": {"kind": ["money"]}, "unit": "value"},
                            {"match": {"kind": ["material"]}, "unit": "value"},
                        ],
                    }
                ],
                round_(60000, [trip]),
                round_(90000, [wood], to=FEBRUARY, **_retracted("trip")),
            ),
            "cy 600.00",
            "cy 400.00",
            carry=50000,
        ),
    ]


def _rejected_cost() -> Case:
    logo, site = paid("logo", "ana", 120000, **{"class": ["design"]}), paid("site", "bo", 80000)
    disputed = [{"id": "d", "target": "logo"}]
    return case(
        "a rejected cost goes on through all steps that reimburse",
        file(
            [DESIGN, {"do": "reimburse"}, BY_HOURS],
            round_(150000, [logo, site, work("w", "dee", "1")], disputes=disputed),
            {"pool": 0, "to": FEBRUARY, "resolved": [["d", "reject"]]},
            reserve=True,
        ),
        "ana 0.00+1200.00 bo 300.00",
        "ana 0.00+-1200.00 bo 500.00 dee 700.00",
    )


def _weighed(kind: str, **more: object) -> File:
    return {"do": "pro_rata", "weights": [{"match": {"class": [kind]}, "unit": "HUR"}], **more}


def _in_one_round() -> list[Case]:
    one, other = work("one", "ana", "1", classes=["x"]), work("other", "ana", "1", classes=["y"])
    both = [{"id": "d", "target": "one"}, {"id": "e", "target": "other"}]
    rejected = {"pool": 0, "to": FEBRUARY, "resolved": [["d", "reject"], ["e", "reject"]]}
    capped = _weighed("x", cap=[["*", {"amt": 100}]])
    bracket = {"do": "tiers", "brackets": [{"steps": [capped, _weighed("y")]}]}
    of_bo = {**one, "agent": "bo"}
    more = [other, work("more", "ana", "1", classes=["y"]), work("cy", "cy", "2", classes=["y"])]
    return [
        case(
            "what two steps of a bracket leave is shared again as one amount",
            file(
                [bracket, {"do": "equal"}],
                round_(300, [one, other], disputes=both),
                rejected,
                parties=["ana", "bo", "cy"],
                reserve=True,
            ),
            "ana 0.00+3.00",
            "ana 1.00+-3.00 bo 1.00 cy 1.00",
        ),
        case(
            "no cap is full of what is just being taken away",
            file(
                [capped, _weighed("y", cap=[["ana", {"amt": 100}]])],
                round_(300, [of_bo, *more], disputes=both),
                rejected,
                reserve=True,
            ),
            "ana 0.50+0.50 bo 0.00+1.00 cy 1.00",
            "ana 0.50+-0.50 bo 0.00+-1.00 cy 1.00",
        ),
    ]


def _caught_up() -> Case:
    more = work("more", "ana", "4")
    less = {"on": "more", "by": "bo", "verdict": "confirm", "qty": measure("1")}
    return case(
        "to catch up work counts as it was first attested, however much else was retracted",
        file(
            [BY_HOURS],
            round_(2000, [work("first", "ana", "10"), work("of bo", "bo", "10")]),
            round_(600, [more], to=FEBRUARY, **_retracted("first")),
            round_(1200, to=MARCH, attestations=[less]),
            late="catch_up",
        ),
        "ana 10.00 bo 10.00",
        "bo 6.00",
        "ana 0.86 bo 11.14",
    )
