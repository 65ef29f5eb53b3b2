"""Statements in words."""

import pytest

from meshnode.client.money_answers import Columns, Entry, Statement
from meshnode.words.statements import amount_of, period, said

ANA = {"id": "bafkreia", "name": "Ana\u202e", "me": False, "forked": False, "blocked": False, "face_of": ""}


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ("2026-01-01", "2026-03-31", "2026-01-01 – 2026-03-31"),
        ("2026-01-01", "", "since 2026-01-01"),
        ("", "2026-03-31", "up to 2026-03-31"),
        ("", "", "from the beginning"),
    ],
)
def test_a_period_says_where_it_has_no_end(first: str, last: str, text: str) -> None:
    found: Statement = {"first": first, "last": last}  # type: ignore[typeddict-item]  # only these two are read
    assert period(found) == text


@pytest.mark.parametrize(
    ("kind", "other", "text"),
    [
        ("share", None, "share of a distribution"),
        ("paid", ANA, "paid to Ana"),
        ("new\x1b[2J", None, "new"),
    ],
)
def test_an_entry_says_what_it_is(kind: str, other: object, text: str) -> None:
    entry: Entry = {"kind": kind, "other": other}  # type: ignore[typeddict-item]  # only these two are read
    assert said(entry) == text


def test_an_entry_that_leaves_what_is_open_as_it_was_moves_what_is_held() -> None:
    nothing = dict.fromkeys(Columns.__annotations__, 0)
    moved: Entry = {"change": {**nothing, "open": -7}}  # type: ignore[typeddict-item]  # only this is read
    held: Entry = {"change": {**nothing, "held": 5}}  # type: ignore[typeddict-item]  # likewise
    none: Entry = {"change": nothing}  # type: ignore[typeddict-item]  # likewise
    assert (amount_of(moved), amount_of(held), amount_of(none)) == (-7, 5, 0)
