"""The check of branch coverage."""

import pytest

from scripts.checks.covered import Summary, check


@pytest.mark.parametrize(
    ("path", "covered", "enough"),
    [
        ("meshnode/core/node.py", 99.9, False),
        ("protocol/meshproto/wire/frames.py", 99.9, False),
        ("protocol/meshproto/wire/frames.py", 100.0, True),
        ("meshnode/store/records.py", 89.9, False),
        ("meshnode/store/records.py", 90.0, True),
    ],
)
def test_each_layer_has_its_share_to_reach(path: str, covered: float, enough: bool) -> None:
    summary = Summary(percent_covered=covered, missing_lines=1, missing_branches=2)
    assert (check({path: summary}) == []) is enough
