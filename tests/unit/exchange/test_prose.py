"""Text from elsewhere, made fit for a record."""

from hypothesis import given
from hypothesis import strategies as st

from meshnode.exchange.prose import MAX_TEXT_BYTES, MAX_TITLE, one_line, paragraphs, title_and_text


@given(st.text())
def test_a_line_has_no_ends_no_steering_signs_and_fits(raw: str) -> None:
    line = one_line(raw)
    assert len(line) <= MAX_TITLE
    assert line.isprintable() or any(char in line for char in "\u200c\u200d") or not line.isascii()
    assert one_line(line) == line
    line.encode()


def test_what_steers_a_terminal_or_turns_the_reading_direction_is_gone() -> None:
    assert one_line("a\x1b]0;x\x07b\u202ec\u2066d\x00e\x9bf") == "a]0;xbcdef"


def test_emoji_and_persian_keep_their_joiners() -> None:
    assert one_line("👩\u200d💻 می\u200cخواهم") == "👩\u200d💻 می\u200cخواهم"


@given(st.text(max_size=60), st.integers(1, 2000))
def test_a_text_fits_and_says_how_much_was_cut(raw: str, times: int) -> None:
    text, cut = paragraphs(raw * times)
    assert len(text.encode()) <= MAX_TEXT_BYTES + 60
    assert (cut > 0) == text.endswith("more characters were cut]") or not cut


def test_line_ends_are_one_kind_and_never_more_than_one_blank_line() -> None:
    assert paragraphs("a\r\nb\rc\n\n\n\nd\te") == ("a\nb\nc\n\nd\te", 0)


def test_the_first_line_is_the_title_and_a_long_one_is_not_lost() -> None:
    assert title_and_text("\nTitle\n\nBody") == ("Title", "Body", 0)
    long = "word " * 100
    title, text, cut = title_and_text(long)
    assert (len(title) <= MAX_TITLE, title.endswith("…"), text, cut) == (True, True, long.strip(), 0)
