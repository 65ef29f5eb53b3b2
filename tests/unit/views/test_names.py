"""Names that people type, and those that they may have meant."""

import pytest

from meshnode.views.names import LONGEST_LIKE, NAMES_COMPARED, like, slug

NAMES = ["Acme site", "Ben Okafor", "Ana", "", "Straße 7", "x" * (LONGEST_LIKE + 1)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("acme sight", "Acme site"),
        ("Acme-site!", "Acme site"),
        ("ben", "Ben Okafor"),
        ("Okafor", "Ben Okafor"),
        ("Anna", "Ana"),
        ("strasse 8", "Straße 7"),
    ],
)
def test_a_mistyped_name_leads_to_one_that_is_like_it(typed: str, meant: str) -> None:
    assert like(typed, NAMES) == f" (did you mean {meant!r}?)"


@pytest.mark.parametrize("typed", ["Zoe", "", "---", "a", "x" * 2000])
def test_where_nothing_is_like_it_nothing_is_said(typed: str) -> None:
    assert like(typed, NAMES) == ""


def test_only_so_many_names_are_looked_at_and_odd_ones_cannot_write_on_the_screen() -> None:
    assert like("Ana", (f"Zoe {number}" for number in range(NAMES_COMPARED * 1000))) == ""
    assert like("ana", ["An\x1ba"]) == " (did you mean 'An\\x1ba'?)"


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Acme Site", "acme-site"),
        ("  ÄRZTE/haus_2 ", "ärzte-haus-2"),
        ("ﬁne", "fine"),
        ("日本", "日本"),
        ("!?", ""),
        ("", ""),
    ],
)
def test_a_slug_is_what_people_type(title: str, short: str) -> None:
    assert slug(title) == short == slug(short)
