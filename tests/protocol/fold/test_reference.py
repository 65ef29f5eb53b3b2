"""The reference, written from the text alone, says of the vectors what the fold says."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from meshproto.records.record import read_header
from tests.support.byzantine.checks import check

VECTORS = Path(__file__).parents[3] / "protocol" / "vectors"
CASES: list[dict[str, Any]] = [
    case
    for name in ("authority", "agreements")
    for case in json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))["cases"]
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["description"])
def test_the_reference_agrees_on(case: dict[str, Any]) -> None:
    records = [read_header(bytes.fromhex(each)) for each in case["input"]["headers"]]
    followed = check(records, random.Random(1))
    assert {scope.hex(): digest.hex() for scope, digest in followed.digests.items()} == case["expected"]["digests"]
