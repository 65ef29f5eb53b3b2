"""The vectors: made anew they are the same bytes, meshproto answers as they say, and every code has one."""

import json
from pathlib import Path
from typing import Any

import pytest

from meshproto.pipe import answer
from meshproto.records.reasons import Reason
from scripts.vectors.files import FILES, write_all

VECTORS = Path(__file__).parents[2] / "protocol" / "vectors"


def cases(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    return found


@pytest.mark.parametrize("name", FILES)
def test_meshproto_answers_as_the_vectors_say(name: str) -> None:
    for case in cases(name):
        refused: dict[str, Any] = {name: case[name] for name in ("reason", "detail") if name in case}
        wanted = refused or {"ok": case["expected"]}
        assert answer(case["input"]) == wanted, case["description"]


def test_making_the_vectors_anew_gives_the_same_bytes(tmp_path: Path) -> None:
    write_all(tmp_path)
    for name in FILES:
        assert (tmp_path / f"{name}.json").read_bytes() == (VECTORS / f"{name}.json").read_bytes(), name


def test_there_are_no_other_vectors_than_those_that_are_made() -> None:
    assert sorted(path.stem for path in VECTORS.glob("*.json")) == sorted(FILES)


def test_every_reason_has_a_vector() -> None:
    told = " ".join((VECTORS / f"{name}.json").read_text(encoding="utf-8") for name in FILES)
    assert [reason.value for reason in Reason if f'"reason": "{reason.value}"' not in told] == []


def test_every_reason_stands_in_the_text() -> None:
    text = (VECTORS.parent / "spec" / "06-reasons.md").read_text(encoding="utf-8")
    assert [reason.value for reason in Reason if f"| `{reason.value}` |" not in text] == []


@pytest.mark.parametrize("name", FILES)
def test_descriptions_are_unique_and_validity_matches_the_answer(name: str) -> None:
    found = cases(name)
    assert len({case["description"] for case in found}) == len(found)
    for case in found:
        refused = "reason" in case or case["expected"] is False
        assert case["valid"] is not refused, case["description"]
