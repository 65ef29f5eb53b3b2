"""Preview files with steps that are refused: 08-equations 10.2."""

from meshproto.records.reasons import Reason
from scripts.vectors.cases import Case
from scripts.vectors.equation_breaking import changed, each_refused, whole_file, without
from scripts.vectors.equation_files import BY_HOURS, measure, refused

BIG = 2**53


def cases() -> list[Case]:
    """All of them."""
    return [*_step_shapes(), *_step_lists(), *_step_rules()]


def _step_shapes() -> list[Case]:
    [[f"p{each}", [1, 1]] for each in range(200)]
    nested = {"do": "tiers", "brackets": []}
    whole_file()["steps"][3]["mix"]
    whole_file()["steps"][3]["factor"]
    return [
        *each_refused(
            Reason.I_FIELD,
            (("steps", 0), "reimburse"),
            (("steps", 0, "match"), []),
            (("steps", 1, "pay", 0), ["cy"]),
            (("steps", 1, "pay", 0, 1), "5"),
            (("steps", 3, "mix", 0, "weights", 0, "quality"), "yes"),
        ),
        refused("a step without do", changed(("steps", 0), {}), Reason.I_FIELD, "steps[0].do"),
        refused("an agreed amount without pay", without(("steps", 1, "pay")), Reason.I_FIELD, "steps[1].pay"),
        refused(
            "a weight without a unit",
            without(("steps", 3, "mix", 0, "weights", 0, "unit")),
            Reason.I_FIELD,
            "steps[3].mix[0].weights[0].unit",
        ),
        *each_refused(
            Reason.I_VALUE,
            (("steps", 0, "do"), "lottery"),
        ),
        refused(
            "tiers in a bracket",
            changed(("steps", 5, "brackets", 0, "steps", 0), nested),
            Reason.I_VALUE,
            "steps[5].brackets[0].steps[0].do",
        ),
        *each_refused(
            Reason.I_VALUE,
            (("steps", 1, "claim"), "never"),
            (("steps", 1, "pay", 0, 1), -1),
            (("steps", 1, "pay", 0, 1), BIG),
            (("steps", 2, "of"), "net"),
            (("steps", 2, "pay", 0, 1), [2, 40]),
            (("steps", 2, "pay", 0, 1), [1, 1000001]),
            (("steps", 3, "claim"), "each"),
            (("steps", 3, "mix", 0, "weights", 0, "unit"), "hours"),
            (("steps", 3, "mix", 0, "weights", 0, "match", "kind", 0), "labour"),
            (("steps", 3, "mix", 0, "weights", 0, "match", "period", "from"), "2026-02-30"),
            (("steps", 3, "factor", "done", "unit"), "value"),
            (("steps", 3, "cap", 0, 1, "amt"), -1),
            (("steps", 4, "parts", 0, 1), 1001),
            (("steps", 5, "brackets", 0, "to"), 0),
            (("steps", 6, "agent"), "*"),
        ),
    ]


def _step_lists() -> list[Case]:
    rates = [[f"p{each}", [1, 1]] for each in range(200)]
    weight = {"unit": "HUR", "rate": rates}
    return [
        *each_refused(
            Reason.I_LIST,
            (("steps",), [{"do": "equal"}] * 65),
            (("steps", 1, "pay"), []),
            (("steps", 1, "pay"), [["cy", 1], ["cy", 2]]),
            (("steps", 3, "mix"), []),
            (("steps", 3, "mix", 0, "weights"), [{"unit": "HUR"}] * 17),
            (("steps", 3, "cap"), []),
            (("steps", 5, "brackets"), []),
            (("steps", 0, "match", "kind"), ["work", "work"]),
        ),
        refused(
            "more rates than a step may have",
            changed(("steps", 3), {"do": "pro_rata", "weights": [weight, weight]}),
            Reason.I_LIST,
            "steps[3].weights",
        ),
        refused(
            "more rates than a mix may have",
            changed(("steps", 3, "mix"), [{"part": [1, 2], "weights": [weight]}] * 2),
            Reason.I_LIST,
            "steps[3].mix",
        ),
        refused("an unknown key of a step", changed(("steps", 4, "pay"), []), Reason.Q_KEY, "steps[4].pay"),
        refused(
            "an unknown key of a match", changed(("steps", 0, "match", "who"), []), Reason.Q_KEY, "steps[0].match.who"
        ),
        refused(
            "an unknown key of an equal share",
            changed(("steps", 5, "brackets", 0, "steps", 0, "of"), 1),
            Reason.Q_KEY,
            "steps[5].brackets[0].steps[0].of",
        ),
    ]


def _step_rules() -> list[Case]:
    until = {"do": "pro_rata", "claim": "until_paid", "weights": [{"unit": "value"}]}
    mix = whole_file()["steps"][3]["mix"]
    factor = whole_file()["steps"][3]["factor"]
    return [
        *(
            refused(description, changed(("steps", place), step), Reason.I_RULE, f"steps[{place}].{at}")
            for description, place, step, at in (
                (
                    "more than all of it",
                    2,
                    {"do": "percent", "of": "gross", "pay": [["a", [2, 3]], ["b", [1, 2]]]},
                    "pay",
                ),
                ("neither weights nor a mix", 3, {"do": "pro_rata"}, "weights"),
                ("both weights and a mix", 3, {**BY_HOURS, "mix": mix}, "weights"),
                ("a mix that pays until all is paid", 3, {"do": "pro_rata", "claim": "until_paid", "mix": mix}, "mix"),
                ("a factor on what is to be paid", 3, {**until, "factor": factor}, "factor"),
                (
                    "a mix of more than all",
                    3,
                    {"do": "pro_rata", "mix": [*mix, {"part": [2, 3], "ballots": "round"}]},
                    "mix",
                ),
                ("a component of nothing", 3, {"do": "pro_rata", "mix": [{"part": [1, 1]}]}, "mix[0].weights"),
                (
                    "a component of two",
                    3,
                    {"do": "pro_rata", "mix": [{**mix[0], "ballots": "round"}]},
                    "mix[0].weights",
                ),
                (
                    "owing days and doing hours",
                    3,
                    {**BY_HOURS, "factor": {**factor, "owed": [["*", measure("1", "DAY")]]}},
                    "factor",
                ),
                ("a cap without a limit", 3, {**BY_HOURS, "cap": [["*", {}]]}, "cap"),
                ("more than 1,000 parts", 4, {"do": "shares", "parts": [["a", 600], ["b", 401]]}, "parts"),
                (
                    "an open bracket that is not the last",
                    5,
                    {"do": "tiers", "brackets": [{"steps": []}, {"to": 5, "steps": []}]},
                    "brackets",
                ),
                (
                    "brackets that do not rise",
                    5,
                    {"do": "tiers", "brackets": [{"to": 5, "steps": []}, {"to": 5, "steps": []}]},
                    "brackets",
                ),
            )
        ),
    ]
