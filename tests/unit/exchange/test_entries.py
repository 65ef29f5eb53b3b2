"""Remarks about a source: what they do to an import, and that they stay few."""

import pytest

from meshnode.exchange.entries import MAX_NOTICES, REFUSING, SKIPPING, Cause, Fate, ImportRefused, Notebook


def test_every_cause_has_one_fate() -> None:
    assert not REFUSING & SKIPPING
    notes = Notebook()
    for cause in Cause:
        notes.add(cause, 1, "x")
    fates = {notice.cause: notice.fate for notice in notes.notices}
    assert {cause for cause, fate in fates.items() if fate is Fate.REFUSED} == REFUSING
    assert {cause for cause, fate in fates.items() if fate is Fate.SKIPPED} == SKIPPING


def test_each_fate_lists_so_many_remarks_and_counts_all() -> None:
    notes = Notebook()
    for line in range(MAX_NOTICES + 5):
        notes.add(Cause.ZERO, line, "took no time")
    notes.add(Cause.DATE, 7, "no date")
    assert (notes.counts, len(notes.notices)) == ({Cause.ZERO: MAX_NOTICES + 5, Cause.DATE: 1}, MAX_NOTICES + 1)


def test_a_remark_names_its_place_in_one_sentence() -> None:
    notes = Notebook()
    for place in (12, "commit abc", ""):
        notes.add(Cause.SPAN, place, "differs")
    assert [(notice.line, notice.sentence) for notice in notes.notices] == [
        (12, "line 12: differs"),
        (0, "commit abc: differs"),
        (0, "differs"),
    ]


@pytest.mark.parametrize(("hint", "shown"), [("", "no"), ("do", "no (do)")])
def test_a_refused_import_says_what_to_do(hint: str, shown: str) -> None:
    assert str(ImportRefused("code", "no", hint)) == shown
