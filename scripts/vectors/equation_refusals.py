"""Preview files that are refused, with the path of what is wrong: one for each rule of 08-equations 10."""

import json

from meshproto.records.reasons import Reason
from scripts.vectors import equation_refused_steps
from scripts.vectors.cases import Case
from scripts.vectors.equation_breaking import changed, each_refused, shown, whole_file, without
from scripts.vectors.equation_files import FEBRUARY, file, measure, refused, round_, work

BIG = 2**53


def cases() -> list[Case]:
    """All of them."""
    return [
        *_json(),
        *_terms(),
        *equation_refused_steps.cases(),
        *_round_shapes(),
        *_round_rules(),
        *_names(),
        *_kinds(),
    ]


def _json() -> list[Case]:
    deep = "[" * 25 + "]" * 25
    return [
        refused(f"no JSON: {description}", text, Reason.Q_JSON)
        for description, text in (
            ("nothing", ""),
            ("half an object", '{"cur":'),
            ("a byte order mark", "\ufeff{}"),
            ("a fraction", '{"a":1.0}'),
            ("an exponent", '{"a":1e3}'),
            ("17 digits", '{"a":12345678901234567}'),
            ("a negative zero", '{"a":-0}'),
            ("not a number", '{"a":NaN}'),
            ("a key twice", '{"a":1,"\\u0061":2}'),
            ("25 deep", deep),
            ("half a surrogate pair in a text", '{"a":["\\ud800"]}'),
            ("half a surrogate pair in a key", '[{"\\udc00":1}]'),
            ("a control character in a text", '"\n"'),
            ("something after it", "{} {}"),
            ("a comment", "{} // no"),
        )
    ] + [
        refused("brackets in texts are no depth", json.dumps("[" * 30), Reason.I_FIELD),
        refused("an escape that is a whole pair", '{"\\ud83d\\ude00\\u00e9":1}', Reason.Q_KEY, "😀é"),
        refused("24 deep is not too deep", "[" * 24 + "]" * 24, Reason.I_FIELD),
    ]


def _terms() -> list[Case]:
    return [
        refused("an unknown key", {**whole_file(), "tax": 19}, Reason.Q_KEY, "tax"),
        refused("the first of two unknown keys", {**whole_file(), "é": 1, "z": 1}, Reason.Q_KEY, "z"),
        *(
            refused(f"without {name}", without((name,)), Reason.I_FIELD, name)
            for name in ("cur", "parties", "steps", "ack", "late", "reserve", "rounds")
        ),
        *each_refused(
            Reason.I_FIELD,
            (("cur",), 5),
            (("parties",), "ana"),
            (("parties", 0), 1),
            (("reserve",), 1),
            (("late",), None),
            (("ack",), []),
            (("ack", "by"), 1),
            (("ack", "ratings", 2), [1]),
            (("ack", "ratings", 3), ["1", 1]),
        ),
        *each_refused(
            Reason.I_VALUE,
            (("cur",), "eur"),
            (("parties", 1), "*"),
            (("parties", 2), ""),
            (("parties", 3), "x" * 65),
            (("late",), "never"),
            (("ack", "min"), 257),
            (("ack", "by"), "everybody"),
            (("ack", "ratings", 4), [2, 4]),
            (("ack", "ratings", 0), [BIG, 1]),
        ),
        *each_refused(
            Reason.I_LIST,
            (("parties",), []),
            (("parties",), ["ana", "ana"]),
            (("ack", "ratings"), [[1, 1]]),
            (("rounds",), []),
        ),
        refused("257 parties", changed(("parties",), [f"p{each}" for each in range(257)]), Reason.I_LIST, "parties"),
    ]


def _round_shapes() -> list[Case]:
    first: tuple[str | int, ...] = ("rounds", 0)
    item = (*first, "contributions", 0)
    said = (*first, "attestations", 0)
    change = (*first, "corrections", 0)
    return [
        refused("a round without a pool", without((*first, "pool")), Reason.I_FIELD, "rounds[0].pool"),
        refused(
            "a contribution without a kind",
            without((*item, "kind")),
            Reason.I_FIELD,
            "rounds[0].contributions[0].kind",
        ),
        *each_refused(
            Reason.I_FIELD,
            ((*first, "pool"), "100"),
            ((*first, "to"), 20260131),
            ((*item, "qty", "n"), "1"),
            ((*item, "when"), "2026-01-10"),
            ((*first, "ballots", 0), ["ana"]),
            (("rounds", 1, "resolved", 0), ["d", "uphold", 1]),
            (("rounds", 2, "refunds"), "0"),
        ),
        *each_refused(
            Reason.I_VALUE,
            ((*first, "pool"), BIG),
            ((*first, "to"), "2026-1-31"),
            ((*item, "id"), "x" * 257),
            ((*item, "kind"), "labour"),
            ((*item, "qty", "n"), 0),
            ((*item, "qty", "s"), 7),
            ((*item, "qty", "u"), "hour"),
            ((*item, "value", "amt"), -1),
            ((*item, "value", "cur"), "€"),
            ((*item, "comp"), "later"),
            ((*item, "stream"), "river"),
            ((*item, "shares", 0, 1), 0),
            ((*said, "verdict"), "maybe"),
            ((*said, "qty", "n"), -1),
            ((*said, "rating"), 6),
            ((*change, "kind"), "replace"),
            ((*first, "ballots", 0, 1, 0, 1), -1),
            (("rounds", 1, "resolved", 0, 1), "postpone"),
            (("rounds", 2, "refunds"), -1),
        ),
    ]


def _round_rules() -> list[Case]:
    first: tuple[str | int, ...] = ("rounds", 0)
    item = (*first, "contributions", 0)
    change = (*first, "corrections", 0)
    many = [[f"p{each}", 1] for each in range(257)]
    return [
        *each_refused(
            Reason.I_LIST,
            ((*item, "shares"), []),
            ((*item, "shares"), [["ana", 1], ["ana", 1]]),
            ((*item, "declined"), ["bo", "bo"]),
            ((*first, "ballots", 0, 1), [["bo", 1], ["bo", 1]]),
            (("rounds", 3, "consents"), ["ana", "ana"]),
        ),
        refused("points for 257", changed((*first, "ballots", 0, 1), many), Reason.I_LIST, "rounds[0].ballots[0][1]"),
        refused("an unknown key of a round", changed((*first, "tax"), 1), Reason.Q_KEY, "rounds[0].tax"),
        refused(
            "an unknown key of a contribution",
            changed((*item, "note"), "x"),
            Reason.Q_KEY,
            "rounds[0].contributions[0].note",
        ),
        *each_refused(
            Reason.I_RULE,
            ((*item, "when"), {"from": "2026-01-11", "to": "2026-01-10"}),
            ((*item, "shares"), [["bo", 1]]),
            ((*item, "shares"), [["ana", 600], ["bo", 401]]),
            ((*first, "ballots", 0), ["ana", [["bo", 600], ["cy", 401]]]),
        ),
        refused("a delta of nothing", without((*change, "qty")), Reason.I_RULE, "rounds[0].corrections[0].kind"),
        refused(
            "a retraction of a part",
            changed((*change, "kind"), "retract"),
            Reason.I_RULE,
            "rounds[0].corrections[0].kind",
        ),
    ]


def _names() -> list[Case]:
    bracket = {"do": "tiers", "brackets": [{"steps": [{"do": "equal"}] * 33}]}
    crowd = [f"p{each}" for each in range(256)]
    heavy = file([{"do": "equal"}] * 64, *(round_(1, to=FEBRUARY) for _ in range(62)), parties=crowd)
    twice = work("w", "bo", "1")
    second: tuple[str | int, ...] = ("rounds", 1)
    days = measure("1", "DAY")
    return [
        refused("more than 64 steps in all", file([bracket, bracket], round_(1)), Reason.I_LIST, "steps"),
        refused(
            "pools beyond 2^53−1 together", file([], round_(BIG - 1), round_(-1)), Reason.I_VALUE, "rounds[1].pool"
        ),
        refused("too much work", heavy, Reason.Q_WORK, "rounds"),
        refused(
            "a contribution twice",
            changed((*second, "contributions"), [twice]),
            Reason.I_LIST,
            "rounds[1].contributions[0].id",
        ),
        refused(
            "a dispute twice",
            changed((*second, "disputes"), [{"id": "d", "target": "w"}]),
            Reason.I_LIST,
            "rounds[1].disputes[0].id",
        ),
        *(
            refused(f"{shown(path)} of what is not known", changed(path, "who"), Reason.I_RULE, shown(path))
            for path in (
                ("rounds", 0, "attestations", 0, "on"),
                ("rounds", 0, "corrections", 0, "target"),
                ("rounds", 0, "disputes", 0, "target"),
            )
        ),
        refused(
            "an attestation of days for hours",
            changed(("rounds", 0, "attestations", 0, "qty"), days),
            Reason.I_RULE,
            "rounds[0].attestations[0].qty",
        ),
        refused(
            "a correction of days for hours",
            changed(("rounds", 0, "corrections", 0, "qty"), days),
            Reason.I_RULE,
            "rounds[0].corrections[0].qty",
        ),
    ]


def _kinds() -> list[Case]:
    work("w", "bo", "1")
    second: tuple[str | int, ...] = ("rounds", 1)
    third: tuple[str | int, ...] = ("rounds", 2)
    fourth: tuple[str | int, ...] = ("rounds", 3)
    return [
        refused(
            "resolving what nobody disputes",
            changed((*second, "resolved", 0), ["x", "uphold"]),
            Reason.I_RULE,
            "rounds[1].resolved[0]",
        ),
        refused(
            "resolving twice",
            changed((*second, "resolved"), [["d", "uphold"], ["d", "reject"]]),
            Reason.I_RULE,
            "rounds[1].resolved[1]",
        ),
        refused("a refund that restates", changed((*third, "restates"), 0), Reason.I_RULE, "rounds[2].refunds"),
        refused("a refund of itself", changed((*third, "refunds"), 2), Reason.I_RULE, "rounds[2].refunds"),
        refused("a refund of more than there was", changed((*third, "pool"), -101), Reason.I_RULE, "rounds[2].pool"),
        refused("a refund that brings money", changed((*third, "pool"), 1), Reason.I_RULE, "rounds[2].pool"),
        refused("a refund of a refund", changed((*fourth, "restates"), 2), Reason.I_RULE, "rounds[3].restates"),
        refused("reopening with a pool", changed((*fourth, "pool"), 1), Reason.I_RULE, "rounds[3].pool"),
        refused(
            "reopening that resolves",
            changed(
                fourth,
                {
                    "pool": 0,
                    "to": FEBRUARY,
                    "restates": 0,
                    "disputes": [{"id": "e", "target": "w"}],
                    "resolved": [["e", "uphold"]],
                },
            ),
            Reason.I_RULE,
            "rounds[3].resolved",
        ),
    ]
