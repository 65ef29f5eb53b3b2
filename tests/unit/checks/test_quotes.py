"""The check of quotes from the protocol's text."""

from pathlib import Path

import pytest

from scripts.checks.quotes import check, quotes, section_of

TEXT = """# 01 Records

## 4 Logs

### 4.2 Order

A reader MUST reject a record whose sequence number
is not one more.

### 4.20 Other

Something else.
"""


def findings(root: Path, source: str, name: str = "meshnode/thing.py") -> list[str]:
    for path, text in ((name, source), ("protocol/spec/01-records.md", TEXT)):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return [finding.text for finding in check(root)]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        (
            "meshnode/a.py",
            "# SPEC 01-records 4.2: A reader MUST reject a record whose\n# sequence number is not one more.\nx = 1\n",
        ),
        ("meshnode/b.py", "    # SPEC 01-records 4.2: A reader MUST\n    #\n    # Our own words about it.\n"),
        ("meshnode/c.py", "# SPEC 01-records 4: A reader MUST reject\n# SPEC 01-records 4.20: Something else.\n"),
        ("protocol/reader/d.js", "  // SPEC 01-records 4.2: A reader MUST\n  // reject a record\n"),
    ],
)
def test_words_that_stand_in_the_section_are_kept(tmp_path: Path, name: str, source: str) -> None:
    assert findings(tmp_path, source, name) == []


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("# SPEC 01-records 4.2: A reader MAY reject", "01-records 4.2 does not say (any more): A reader MAY reject"),
        ("# SPEC 01-records 4.20: A reader MUST", "01-records 4.20 does not say (any more): A reader MUST"),
        ("# SPEC 01-records 4.3: A reader", "quotes 01-records 4.3, but the text has no such section"),
        ("# SPEC 01-record 4.2: A reader", "quotes 01-record, but there is no protocol/spec/01-record.md"),
        (
            "# SPEC 01-records 4.2: A reader MUST\n# and more of ours",
            "01-records 4.2 does not say (any more): A reader MUST and more of ours",
        ),
    ],
)
def test_words_that_do_not_stand_there_are_found(tmp_path: Path, source: str, text: str) -> None:
    assert findings(tmp_path, source) == [text]


def test_quote_knows_its_line() -> None:
    assert list(quotes("x = 1\n# SPEC a 1: words\n")) == [(2, "a", "1", "words")]


def test_section_ends_at_the_next_heading_of_its_rank() -> None:
    assert section_of(TEXT, "4.2") == "\nA reader MUST reject a record whose sequence number\nis not one more.\n"
