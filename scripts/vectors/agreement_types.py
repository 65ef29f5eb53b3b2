"""Facts of agreements and of the money under them (02-types 7, 12 to 18): what is taken and what is refused."""

from typing import Any

from meshproto.records.ids import digest33, ext
from meshproto.records.reasons import Reason
from meshproto.types import accounts, agreement, evaluation
from meshproto.types.rulings import ruling
from meshproto.types.value import Measure, Money
from scripts.vectors.cases import Raw, person, seed, work

_A, _B, _C = sorted(seed(f"id {each}") for each in "abc")
_ALICE = person("alice").id
_DIGEST = digest33(seed("digest"))
_FIELD, _VALUE, _LIST, _RULE = Reason.I_FIELD, Reason.I_VALUE, Reason.I_LIST, Reason.I_RULE
_BIG = 2**53 - 1

_LEAST = agreement.agreement({_ALICE: ["provider"]}, from_="2025-11-01", ack={"min": 0, "by": "parties"})
_ROLES = {_ALICE: ["provider", "holder"], _A: ["client"], _B: ["provider", "arbiter"]}
_ACK: dict[str, Any] = {"min": 1, "by": "parties", "ratings": [[1, 2], [4, 5], [1, 1], [6, 5], [3, 2]]}
_DUTY: dict[str, Any] = {"to": _A, "scope": "website", "final": _ALICE, "deputies": [_B], "liability": "several"}
_RIGHTS: dict[str, Any] = {
    "background": [_C],
    "results": {"ownership": "joint", "licence": "CC-BY-SA-4.0", "effective": "on_payment"},
    "attribution": True,
}
_EQUATION: dict[str, Any] = {"cur": "EUR", "steps": [{"do": "equal"}]}
_RICH = agreement.agreement(
    _ROLES,
    from_="2025-11-01",
    ack=_ACK,
    approval=2,
    amendment=2,
    income_confirm="client",
    late="catch_up",
    prev=[_A],
    named=[_C],
    worth=Money(100_000, "EUR"),
    value_equation=_EQUATION,
    until="2026-10-31",
    covers=[ext(_A)],
    audience=[ext(_B)],
    notice_days=30,
    doc={"sha256": _DIGEST},
    prevails="doc",
    responsibility=[_DUTY],
    rights=_RIGHTS,
    ballots={"budget": 100, "rounds": ["2025"]},
    dispute={"mediators": [_C], "quorum": [2, 3], "reserve": True},
    leaver={"good": "keep", "bad": "drop_unpaid"},
)
_UNJUDGED = [[each, ["provider"]] for each in sorted(_ROLES)]
_ATTESTED = evaluation.attestation(_A, qty=Measure(32, 0, "HUR"), rating=4, supersedes=[_B])
_REJECTED = evaluation.attestation(_A, verdict="reject", as_="client")
_BALLOT = evaluation.allocation("2025", {_A: 600, _B: 400}, supersedes=[_C])
_INCOME = accounts.income(
    _ALICE, net=Money(1_000_000, "EUR"), tax=210_000, on="2025-12-01", payer=_A, invoice=_DIGEST, part_of=ext(_B)
)
_REFUND = accounts.income(_ALICE, net=Money(-1, "EUR"), on="2025-12-01", refunds=_A)
_SHARED = accounts.distribution(
    _A,
    [_B],
    to="2025-12-31",
    engine="ve/1",
    lines=[(_A, 100, 20, [("0", 50), ("1", 70)]), (_B, -5, 0, [("0", -5)])],
    carry=Money(0, "EUR"),
    inputs_digest=_DIGEST,
    result_digest=_DIGEST,
    prev=_C,
)
_PAID = accounts.settlement(
    _ALICE, _A, Money(500, "EUR"), on="2025-12-05", paid=Money(540, "USD"), applied={_B: 500}, ref=_DIGEST
)
_PROMISED = accounts.commitment(_A, _ALICE, "deliver", Measure(1, 0, "C62"), due="2025-12-24", price=Money(0, "EUR"))
_PICK = ruling("pick", _A, [_B, _C], pick=_C, prev=[_A])
_UPHOLD = ruling("uphold", _A, [_B])

TAKEN: list[tuple[str, str, Raw]] = [
    ("agreement", "the least there must be", _LEAST),
    ("agreement", "a later version with all there is", _RICH),
    ("agreement", "approved by an arbiter", {**_RICH, "approval": "arbiter"}),
    ("agreement", "that two leave", {**_RICH, "leaves": [[_A, "good"], [_C, "bad"]]}),
    ("agreement", "acknowledged by a list", {**_RICH, "ack": {**_ACK, "min": 2, "by": sorted([_A, _C])}}),
    ("agreement", "acknowledged by the client", {**_RICH, "ack": {"min": 1, "by": "client"}}),
    (
        "agreement",
        "with two who answer for all of it",
        {
            **_RICH,
            "responsibility": [
                {"to": _A, "scope": "all", "final": each, "liability": "joint_and_several"} for each in (_ALICE, _B)
            ],
        },
    ),
    (
        "agreement",
        "with a duty for each of two scopes, one of them capped",
        {
            **_RICH,
            "responsibility": [
                _DUTY,
                {**_DUTY, "scope": "shop", "liability": "capped", "cap": {"amt": 0, "cur": "EUR"}},
            ],
        },
    ),
    (
        "agreement",
        "whose results belong to one from a day on",
        {
            **_RICH,
            "rights": {"results": {"ownership": "named", "owner": _C, "effective": "on_date", "on": "2026-01-01"}},
        },
    ),
    (
        "agreement",
        "with an equation that names who is in it",
        {
            **_RICH,
            "value_equation": {
                "cur": "EUR",
                "steps": [
                    {"do": "fixed", "pay": [[_ALICE, 100]]},
                    {"do": "percent", "of": "gross", "pay": [[_C, [1, 10]]]},
                    {
                        "do": "pro_rata",
                        "weights": [
                            {"unit": "HUR", "match": {"project": [ext(_A)]}, "rate": [[_B, [9, 1]], ["*", [8, 1]]]}
                        ],
                        "cap": [["*", {"of_step": [1, 2]}]],
                    },
                    {"do": "tiers", "brackets": [{"to": 100, "steps": [{"do": "equal"}]}, {"steps": []}]},
                    {"do": "residual", "agent": _A},
                ],
            },
        },
    ),
    (
        "agreement",
        "with an equation of no steps",
        {**_RICH, "value_equation": {"cur": "EUR", "steps": []}},
    ),
    ("attestation", "of less than was claimed", _ATTESTED),
    ("attestation", "of what was claimed", evaluation.attestation(_A)),
    ("attestation", "that rejects", _REJECTED),
    ("attestation", "of nothing", {**_ATTESTED, "qty": {"n": 0, "s": 0, "u": "HUR"}}),
    ("allocation", "a ballot", _BALLOT),
    ("allocation", "an empty ballot", evaluation.allocation("2025", {})),
    ("income", "an invoice that was paid", _INCOME),
    ("income", "a refund", _REFUND),
    (
        "income",
        "of the largest sums",
        {**_INCOME, **{n: {"amt": _BIG if n != "tax" else 0, "cur": "EUR"} for n in ("gross", "tax", "net")}},
    ),
    ("distribution", "a distribution", _SHARED),
    ("distribution", "of nothing to nobody", {**_SHARED, "incomes": [], "lines": []}),
    ("distribution", "one that restates an earlier one", {**_SHARED, "incomes": [], "restates": _A}),
    ("settlement", "a payment in another currency", _PAID),
    (
        "settlement",
        "a receipt in cash",
        accounts.settlement(_A, _ALICE, Money(1, "EUR"), on="2025-12-05", method="cash"),
    ),
    ("commitment", "a promise", _PROMISED),
    ("resolution", "a choice between two", _PICK),
    ("resolution", "one that upholds what is contested", _UPHOLD),
    *(
        ("contribution", f"under the licence {words}", {**work(), "licence": words})
        for words in (
            *(
                "MIT",
                "GPL-2.0+",
                "LicenseRef-ours",
                "DocumentRef-1:LicenseRef-a.b",
                "GPL-2.0-or-later WITH Classpath-exception-2.0",
            ),
            *("MIT OR Apache-2.0", "(MIT OR BSD-3-Clause) AND CC0-1.0", "((A AND B) OR (C))", "ORACLE AND ANDROID"),
        )
    ),
]


def _duties(*changes: dict[str, Any]) -> dict[str, Raw]:
    return {"responsibility": [{**_DUTY, **each} for each in changes]}


def _results(new: dict[str, Any]) -> dict[str, Raw]:
    return {"rights": {**_RIGHTS, "results": {**_RIGHTS["results"], **new}}}


def _steps(*steps: Any) -> dict[str, Raw]:
    return {"value_equation": {"cur": "EUR", "steps": [*steps]}}


_TIERS: dict[str, Any] = {"do": "tiers", "brackets": [{"steps": [{"do": "equal"}] * 7}]}


def _weighed(more: dict[str, Any]) -> dict[str, Any]:
    return {"do": "pro_rata", "weights": [{"unit": "HUR", **more}]}


def _euros(amount: int) -> dict[str, Any]:
    return {"amt": amount, "cur": "EUR"}


def _line(*line: Raw) -> dict[str, Raw]:
    return {"lines": [[*line]]}


REFUSED: list[tuple[str, dict[str, Raw], list[tuple[str, dict[str, Raw], Reason]]]] = [
    (
        "resolution",
        dict(_PICK),
        [
            ("that picks another than it is about", {"pick": _A}, _RULE),
            ("that picks the only one", {"about": [_C]}, _RULE),
            ("that upholds by picking", {"outcome": "uphold"}, _RULE),
            ("that picks a digest", {"pick": _DIGEST}, _FIELD),
            ("that is about nothing", {"about": []}, _LIST),
            ("that is about one twice", {"about": [_C, _C]}, _LIST),
            ("under a digest", {"agreement": _DIGEST}, _FIELD),
            ("that overrules a digest", {"prev": [_DIGEST]}, _FIELD),
        ],
    ),
    ("resolution", dict(_UPHOLD), [("that picks none of them", {"outcome": "pick"}, _RULE)]),
    (
        "agreement",
        dict(_RICH),
        [
            ("of nobody", {"parties": []}, _LIST),
            ("of a list of ids", {"parties": [_ALICE]}, _FIELD),
            ("with a party in no role", {"parties": [[_ALICE, []]]}, _LIST),
            ("with a party in a role there is not", {"parties": [[_ALICE, ["boss"]]]}, _VALUE),
            ("with a party twice", {"parties": [[_ALICE, ["holder"]], [_ALICE, ["provider"]]]}, _LIST),
            ("by somebody who is no party", {"parties": [[_A, ["client"]]]}, _RULE),
            ("from no day", {"from": "2025-11-31"}, _VALUE),
            ("that ends before it begins", {"until": "2025-10-31"}, _RULE),
            ("that follows none", {"prev": []}, _LIST),
            ("that follows 17", {"prev": sorted(seed(f"{each}") for each in range(17))}, _LIST),
            ("acknowledged by everybody", {"ack": {**_ACK, "by": "everybody"}}, _VALUE),
            ("acknowledged by nobody", {"ack": {**_ACK, "by": []}}, _LIST),
            ("acknowledged by a number", {"ack": {**_ACK, "by": 1}}, _FIELD),
            ("acknowledged by a stranger", {"ack": {**_ACK, "by": [seed("stranger")]}}, _RULE),
            ("acknowledged by more than there are", {"ack": {**_ACK, "min": 4}}, _RULE),
            ("with four ratings", {"ack": {**_ACK, "ratings": [[1, 1]] * 4}}, _LIST),
            ("approved by a few", {"approval": "few"}, _VALUE),
            ("approved by none", {"approval": {"k": 0}}, _VALUE),
            ("approved by a number", {"approval": 2}, _FIELD),
            ("approved by three of two", {"approval": {"k": 3}}, _RULE),
            ("approved by an arbiter who is not there", {"approval": "arbiter", "parties": _UNJUDGED}, _RULE),
            ("amended by an arbiter", {"amendment": "arbiter"}, _VALUE),
            ("amended by four of three", {"amendment": {"k": 4}}, _RULE),
            ("confirmed by all", {"income_confirm": "all"}, _VALUE),
            ("for latecomers by mood", {"late": "mood"}, _VALUE),
            ("that covers an id", {"covers": [_A]}, _FIELD),
            ("worth less than nothing", {"worth": _euros(-1)}, _VALUE),
            ("with notice of twenty years", {"notice_days": 7300}, _VALUE),
            ("whose text prevails, though there is none", {"doc": {}}, _FIELD),
            ("with a duty to a stranger", _duties({"to": seed("stranger")}), _RULE),
            ("with a duty of somebody named", _duties({"final": _C}), _RULE),
            ("with a deputy who is only named", _duties({"deputies": [_C]}), _RULE),
            ("with a duty that is capped by nothing", _duties({"liability": "capped"}), _RULE),
            ("with a duty in several that is capped", _duties({"cap": _euros(1)}), _RULE),
            ("with two who answer finally", _duties({}, {"final": _B}), _RULE),
            (
                "with two who answer, one of them for all",
                _duties({}, {"final": _B, "liability": "joint_and_several"}),
                _RULE,
            ),
            ("with a duty in a scope with spaces", _duties({"scope": "the website"}), _VALUE),
            ("whose results belong to a name", _results({"ownership": "named"}), _RULE),
            ("whose results are joint and one's", _results({"owner": _A}), _RULE),
            ("whose results are licenced on a day", _results({"effective": "on_date"}), _RULE),
            ("whose results are licenced on payment, on a day", _results({"on": "2026-01-01"}), _RULE),
            ("whose results are licenced as one likes", _results({"licence": "as you like"}), _VALUE),
            ("with rights without results", {"rights": {}}, _FIELD),
            ("with ballots of 1001 points", {"ballots": {"budget": 1001, "rounds": []}}, _VALUE),
            ("with a dispute decided by half", {"dispute": {"quorum": [1, 2]}}, _RULE),
            ("with a dispute decided by more than all", {"dispute": {"quorum": [3, 2]}}, _RULE),
            ("for leavers without the bad", {"leaver": {"good": "keep"}}, _FIELD),
            ("whose equation is a text", {"value_equation": "equal"}, _FIELD),
            ("whose equation has 65 steps", _steps(*[{"do": "equal"}] * 65), _LIST),
            ("whose equation has too many steps in brackets", _steps(*[_TIERS] * 9), _LIST),
            ("whose equation does what there is not", _steps({"do": "gamble"}), _VALUE),
            ("whose equation says more than it may", _steps({"do": "equal", "for": 1}), Reason.Q_KEY),
            ("whose equation pays a stranger", _steps({"do": "residual", "agent": seed("stranger")}), _RULE),
            ("whose equation pays a name", _steps({"do": "residual", "agent": _A.hex()}), _FIELD),
            ("whose equation pays a share to a name", _steps({"do": "shares", "parts": [[_A.hex(), 1]]}), _FIELD),
            ("whose equation pays all", _steps({"do": "fixed", "pay": [["*", 1]]}), _VALUE),
            ("whose equation rates strangers", _steps(_weighed({"rate": [[seed("stranger"), [1, 1]]]})), _RULE),
            ("whose equation matches a project by name", _steps(_weighed({"match": {"project": ["web"]}})), _FIELD),
            ("whose equation matches a project by id", _steps(_weighed({"match": {"project": [_A]}})), _FIELD),
            ("whose equation has no currency", {"value_equation": {"steps": [{"do": "equal"}]}}, _FIELD),
        ],
    ),
    (
        "agreement",
        {name: each for name, each in _RICH.items() if name != "prevails"},
        [("with a text that may prevail or not", {}, _RULE)],
    ),
    (
        "attestation",
        dict(_ATTESTED),
        [
            ("of something far", {"subject": ext(_A)}, _FIELD),
            ("as a friend", {"as": "friend"}, _VALUE),
            ("that doubts", {"verdict": "doubt"}, _VALUE),
            ("that rejects a quantity", {"verdict": "reject"}, _RULE),
            ("with a rating of six", {"rating": 6}, _VALUE),
            ("with a rating of none", {"rating": 0}, _VALUE),
            ("of less than nothing", {"qty": {"n": -1, "s": 0, "u": "HUR"}}, _VALUE),
        ],
    ),
    ("attestation", dict(_REJECTED), [("that rejects with a rating", {"rating": 1}, _RULE)]),
    (
        "allocation",
        dict(_BALLOT),
        [
            ("in no round", {"round": ""}, _VALUE),
            ("of 1001 points", {"points": [[_A, 600], [_B, 401]]}, _RULE),
            ("of points against somebody", {"points": [[_A, -1]]}, _VALUE),
            ("twice to one", {"points": [[_A, 1], [_A, 1]]}, _LIST),
        ],
    ),
    (
        "income",
        dict(_INCOME),
        [
            ("held by another", {"holder": _A}, _RULE),
            ("in two currencies", {"tax": {"amt": 210_000, "cur": "USD"}}, _RULE),
            ("that does not add up", {"net": _euros(999_999)}, _RULE),
            ("of nothing", {"gross": _euros(0), "tax": _euros(0), "net": _euros(0)}, _RULE),
            ("with a tax against it", {"gross": _euros(1), "tax": _euros(-1), "net": _euros(2)}, _RULE),
            ("that is more than all tax", {"gross": _euros(1), "tax": _euros(2), "net": _euros(-1)}, _RULE),
            ("that refunds, though it came in", {"refunds": _A}, _RULE),
            ("by an invoice told by its number", {"invoice": "2025-17"}, _FIELD),
        ],
    ),
    (
        "income",
        dict(_REFUND),
        [("a refund of tax that comes in", {"gross": _euros(-1), "tax": _euros(1), "net": _euros(-2)}, _RULE)],
    ),
    (
        "distribution",
        dict(_SHARED),
        [
            ("that restates an earlier one and shares an income", {"restates": _A}, _RULE),
            ("under no version", {"agreement": ext(_A)}, _FIELD),
            ("with a line of three", _line(_A, 1, 0), _FIELD),
            ("with a line that is a map", {"lines": [{}]}, _FIELD),
            ("with a line for a name", _line("ana", 0, 0, []), _FIELD),
            ("with a line of a fraction in words", _line(_A, "1/2", 0, []), _FIELD),
            ("with a part of three", _line(_A, 1, 0, [["0", 1, 1]]), _FIELD),
            ("with a part of no step", _line(_A, 1, 0, [["", 1]]), _VALUE),
            ("with a line whose parts are less", _line(_A, 2, 0, [["0", 1]]), _RULE),
            ("with a line whose parts are more", _line(_A, 1, 1, [["0", 3]]), _RULE),
            ("with a line whose parts nearly add up", _line(_A, _BIG, _BIG, [["0", _BIG], ["1", _BIG - 1]]), _RULE),
            ("with lines in no order", {"lines": [[_B, 0, 0, []], [_A, 0, 0, []]]}, _LIST),
            ("with two lines for one", {"lines": [[_A, 0, 0, []], [_A, 0, 0, []]]}, _LIST),
        ],
    ),
    (
        "settlement",
        dict(_PAID),
        [
            ("of nothing", {"amount": _euros(0)}, _VALUE),
            ("to oneself", {"to": _ALICE}, _RULE),
            ("between others", {"from": _B}, _RULE),
            ("that settles more than it is", {"applied": [[_B, 501]]}, _RULE),
            ("by barter", {"method": "barter"}, _VALUE),
        ],
    ),
    (
        "commitment",
        dict(_PROMISED),
        [
            ("to oneself", {"provider": _ALICE}, _RULE),
            ("between others", {"receiver": _B}, _RULE),
            ("of nothing", {"qty": {"n": 0, "s": 0, "u": "C62"}}, _VALUE),
            ("for less than nothing", {"price": _euros(-1)}, _VALUE),
        ],
    ),
    (
        "contribution",
        {**work(), "licence": "MIT"},
        [
            (f"under the licence {words!r}", {"licence": words}, _VALUE)
            for words in (
                *("", "my own", "AND", "MIT AND", "OR MIT", "MIT  OR X", "MIT or X", "(MIT", "MIT)", "()", "( MIT )"),
                *(
                    "MIT WITH A WITH B",
                    "(MIT) WITH X",
                    "MIT(MIT)",
                    "MIT++",
                    "A:LicenseRef-b",
                    "~",
                    "M" * 65,
                ),
            )
        ],
    ),
]
MISSING: list[tuple[str, Raw, str]] = [
    *(("resolution", _UPHOLD, name) for name in ("agreement", "about")),
    *(
        ("agreement", _LEAST, name)
        for name in ("parties", "from", "ack", "approval", "amendment", "income_confirm", "late")
    ),
    *(("attestation", _ATTESTED, name) for name in ("subject", "as", "verdict")),
    *(("allocation", _BALLOT, name) for name in ("round", "points")),
    *(("income", _INCOME, name) for name in ("holder", "gross", "tax", "net", "on")),
    *(
        ("distribution", _SHARED, name)
        for name in ("agreement", "incomes", "to", "engine", "lines", "carry", "inputs_digest", "result_digest")
    ),
    *(("settlement", _PAID, name) for name in ("from", "to", "amount", "on", "method")),
    *(("commitment", _PROMISED, name) for name in ("provider", "receiver", "action", "qty", "due")),
]
"""Facts without which a record of that type is none."""
ODD_PLACES: list[tuple[str, Raw, bool]] = [
    ("the first version, though it follows another", _RICH, True),
    ("a later version that follows none", _LEAST, False),
]
"""Versions that are no genesis but should be, or the other way round (True: it is one)."""
