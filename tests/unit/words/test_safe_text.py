"""Nothing that others wrote steers the terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshnode.words.safe_text import MOST_MARKS, clean, clean_lines, columns, cut

ATTACKS = [
    ("\x1b[2Jgone", "gone"),
    ("\x1b[31mred\x1b[0m", "red"),
    ("\x9b31mred", "red"),
    ("\x1b]0;new title\x07text", "text"),
    ("\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
    ("\x1bPq#0;2;0;0;0\x1b\\sixel", "sixel"),
    ("\x1b]52;c;aGk=\x07copied", "copied"),
    ("\x1b]never ended", ""),
    ("\x1bcreset", "reset"),
    ("a\rb\x08c\x00d\x7fe", "a bcde"),
    ("line\nbreak\u2028and\u2029more", "line break and more"),
    ("invoice\u202egnp.exe", "invoicegnp.exe"),
    ("\u2066a\u2069\u200fb\u061c\u200e", "ab"),
    ("tag\U000e0041s", "tags"),
    ("\ud800half", "half"),
    ("zero\u200bwidth\ufeff", "zerowidth"),
]


@pytest.mark.parametrize(("text", "safe"), ATTACKS)
def test_what_steers_a_terminal_is_taken_out(text: str, safe: str) -> None:
    assert clean(text) == safe


@pytest.mark.parametrize("text", ["Ana López", "日本語", "می‌خواهم", "👩‍🎨 design", "Tiếng Việt", "½ – “quoted”"])
def test_what_people_write_stays(text: str) -> None:
    assert clean(text) == text


def test_a_pile_of_marks_is_thinned() -> None:
    assert clean("a" + "\u0301" * 50) == "a" + "\u0301" * MOST_MARKS


@given(st.text())
def test_no_text_keeps_a_control_or_format_character(text: str) -> None:
    safe = clean(text)
    assert all(unicodedata.category(char)[0] != "C" or char in "\u200c\u200d" for char in safe)
    assert clean(safe) == safe


@given(st.text(), st.integers(min_value=0, max_value=30))
def test_no_text_is_wider_than_asked(text: str, width: int) -> None:
    assert columns(cut(text, width)) <= width


def test_a_cut_text_says_so() -> None:
    assert cut("Landing page", 8) == "Landing…"
    assert cut("日本語テキスト", 6) == "日本…"
    assert cut("short", 8) == "short"


def test_a_longer_text_keeps_its_lines() -> None:
    assert clean_lines("one\r\ntwo\x1b[2J\n\u202ethree") == ["one", "two", "three"]
