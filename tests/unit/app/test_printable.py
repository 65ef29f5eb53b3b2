import pytest

from meshnode.app.printable import printable
from tests.support.attacks.payloads import NASTY


@pytest.mark.parametrize("line", ["all is well", "größer als Łódź 中文 שלום", ""])
def test_letters_stay_as_they_are(line: str) -> None:
    assert printable(line) == line


@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY)
def test_whatever_is_no_letter_is_written_out(nasty: str) -> None:
    assert printable(nasty).isprintable()


def test_what_was_written_out_can_be_read() -> None:
    assert printable("one\ntwo\u202e\x1b") == "one\\ntwo\\u202e\\x1b"
