"""The check of ignores."""

import pytest

from scripts.checks.ignores import unexplained


@pytest.mark.parametrize(
    "comment",
    [
        "# type: ignore",
        "# type: ignore[attr-defined]",
        "# noqa",
        "# noqa: E501",
        "# noqa: E501 because",
        "# pragma: no cover",
        "# mypy: ignore-errors",
        "# type: ignore[attr-defined]  # why  # noqa",
    ],
)
def test_ignore_without_code_or_reason_is_found(comment: str) -> None:
    assert list(unexplained(f"x = 1\ny = 2  {comment}\n")) == [2]


@pytest.mark.parametrize(
    "comment",
    [
        "# type: ignore[attr-defined]  # the library lacks it",
        "# type: ignore[attr-defined, misc] - both come from the library",
        "# noqa: S608, E501 - the table's name is a constant",
        "# pragma: no cover - needs a full disk",
        "# nothing to do with it",
    ],
)
def test_explained_ignore_is_kept(comment: str) -> None:
    assert list(unexplained(f"y = 2  {comment}\n")) == []


def test_text_that_looks_like_an_ignore_is_no_ignore() -> None:
    assert list(unexplained('y = "# noqa"\n')) == []
