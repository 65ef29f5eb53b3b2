"""The piece of a text that shows why it was found, with the words in it marked."""

import pytest

from meshnode.views.snippets import LENGTH, folded, has_all, snippet, words_of

LONG = "Nothing of interest here, " * 10 + "then the Größe of the Café on Señora Núñez street " + "and more words " * 20


@pytest.mark.parametrize(("text", "plain"), [("Größe", "große"), ("CAFÉ", "cafe"), ("Łódź", "łodz"), ("ß﷽", "ß")])
def test_a_character_stays_one_character(text: str, plain: str) -> None:
    assert len(folded(text)) == len(text)
    assert folded(text).startswith(plain)


def test_words_are_alike_whatever_their_case_and_accents() -> None:
    assert words_of("Café-Núñez, 3rd!") == ["cafe", "nunez", "3rd"]
    assert has_all("Landing Page, first draft", ["landing", "dra"])
    assert not has_all("Landing page", ["anding"])


def test_a_short_text_is_shown_whole_with_its_words_marked() -> None:
    found = snippet("A café, cafeteria, and\nno cafe", ["cafe"])
    assert found.text == "A café, cafeteria, and no cafe"
    assert [found.text[begin:end] for begin, end in found.marks] == ["café", "cafe", "cafe"]


def test_a_long_text_is_cut_around_the_first_word() -> None:
    found = snippet(LONG, ["grosse", "große", "cafe"])
    assert found.text.startswith("… ")
    assert found.text.endswith(" …")
    assert [found.text[begin:end] for begin, end in found.marks] == ["Größe", "Café"]
    assert len(found.text) <= LENGTH + 4


def test_without_any_of_the_words_the_beginning_is_shown() -> None:
    assert snippet(LONG, ["absent"]).marks == ()
    assert snippet(LONG, ["absent"]).text.startswith("Nothing of interest")
    assert snippet("", ["x"]).text == ""
