"""Which recovery keys there are, in the home's memory and in words."""

import pytest

from meshnode.runtime.holders import (
    FILE,
    GUARDIAN,
    UNKNOWN,
    WORDS,
    Holder,
    holder_row,
    holders_of,
    in_words,
    read_holder_text,
)

KEPT = [Holder(WORDS, b"w" * 32), Holder(FILE, b"f" * 32, "stick.key"), Holder(GUARDIAN, b"g" * 32, "Zoë")]


def test_a_home_remembers_them() -> None:
    assert holders_of(holder_row(KEPT).value, [each.digest for each in KEPT]) == KEPT


def test_what_the_home_does_not_remember_is_called_unknown() -> None:
    assert holders_of(None, [b"x" * 32]) == [Holder(UNKNOWN, b"x" * 32)]


def test_they_are_told_in_words() -> None:
    assert "2 of 3 recovery keys" in in_words(KEPT, 2)
    assert in_words(KEPT, 2).endswith("12 words, the file stick.key, kept by Zoë")
    assert "no recovery keys" in in_words([], 0)


def test_a_holder_is_handed_over_as_text_and_nothing_else_is_taken() -> None:
    assert read_holder_text(f"file:{'66' * 32}:stick.key") == KEPT[1]
    for text in ("file", "file:66:x", f"words:{'66' * 32}:x", f"file:{'66' * 32}:{'x' * 101}", "file:zz:x"):
        with pytest.raises(ValueError):
            read_holder_text(text)
