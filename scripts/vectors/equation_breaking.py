"""A preview file in which everything stands that can be wrong, and how to break it."""

import json
from copy import deepcopy
from typing import Any

from meshproto.records.reasons import Reason
from scripts.vectors.cases import Case
from scripts.vectors.equation_files import FEBRUARY, File, file, measure, refused, round_, work


def whole_file() -> File:
    """A file in which everything stands that can be wrong."""
    joint = work(
        "w",
        "ana",
        "1",
        "2026-01-10",
        value={"amt": 1, "cur": "EUR"},
        comp="paid",
        stream="love",
        project="site",
        shares=[["ana", 1], ["bo", 1]],
        declined=["bo"],
        beneficiaries=["dee"],
        classes=["code"],
    )
    match = {"kind": ["work"], "class": ["code"], "period": {"from": "2026-01-01", "to": "2026-12-31"}}
    weighted = {
        "do": "pro_rata",
        "claim": "once",
        "mix": [
            {"part": [1, 2], "weights": [{"match": match, "unit": "HUR", "rate": [["*", [1, 1]]], "quality": True}]}
        ],
        "factor": {"done": {"match": {}, "unit": "HUR"}, "owed": [["ana", measure("1")]]},
        "cap": [["ana", {"of_step": [1, 2], "amt": 5, "lifetime": 9}]],
    }
    return file(
        [
            {"do": "reimburse", "match": {"kind": ["money"]}},
            {"do": "fixed", "claim": "each", "pay": [["cy", 5]]},
            {"do": "percent", "of": "gross", "pay": [["dee", [1, 20]], ["cy", [1, 20]]]},
            weighted,
            {"do": "shares", "parts": [["ana", 1]]},
            {"do": "tiers", "brackets": [{"to": 10, "steps": [{"do": "equal"}]}, {"steps": []}]},
            {"do": "residual", "agent": "commons"},
        ],
        round_(
            100,
            [joint],
            attestations=[{"on": "w", "by": "bo", "verdict": "confirm", "qty": measure("1"), "rating": 3}],
            corrections=[{"target": "w", "kind": "delta", "qty": measure("-0.5")}],
            ballots=[["ana", [["bo", 1]]]],
            disputes=[{"id": "d", "target": "w"}],
        ),
        {"pool": 0, "to": FEBRUARY, "resolved": [["d", "uphold"]]},
        {"pool": -50, "to": FEBRUARY, "refunds": 0},
        {"pool": 0, "to": FEBRUARY, "restates": 0, "consents": ["ana"]},
    )


def changed(path: tuple[str | int, ...], value: Any) -> File:
    """The whole file with another value at a path."""
    content = deepcopy(whole_file())
    place: Any = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return content


def without(path: tuple[str | int, ...]) -> File:
    """The whole file without the entry at a path."""
    content = deepcopy(whole_file())
    place: Any = content
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return content


def shown(path: tuple[str | int, ...]) -> str:
    """A path as a refusal tells it."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def each_refused(reason: Reason, *changes: tuple[tuple[str | int, ...], Any], at: str | None = None) -> list[Case]:
    """A case for each path and value, refused at `at`, or at the path."""
    return [
        refused(f"{shown(path)} as {_short(value)}", changed(path, value), reason, shown(path) if at is None else at)
        for path, value in changes
    ]


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 60 else f"{text[:40]}… of {len(text)} characters"
