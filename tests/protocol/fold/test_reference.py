"""The reference, written from the text alone, says of the vectors what the fold says."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from meshproto.records.record import read_header
from tests.support.byzantine.checks import Followed, compare
from tests.support.reference.statuses import reference

VECTORS = Path(__file__).parents[3] / "protocol" / "vectors"
CASES: list[dict[str, Any]] = [
    case
    for name in ("authority", "agreements")
    for case in json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))["cases"]
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["description"])
def test_the_reference_agrees_on(case: dict[str, Any]) -> None:
    records = [read_header(bytes.fromhex(each)) for each in case["input"]["headers"]]
    wanted = reference(records)
    for order in (records, random.Random(1).sample(records, len(records))):
        followed = Followed().add(order).settled()
        compare(followed, records, wanted)
        assert {scope.hex(): digest.hex() for scope, digest in followed.digests.items()} == case["expected"]["digests"]
