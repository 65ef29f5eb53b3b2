"""Short names of projects."""

import pytest

from meshnode.views.names import slug


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
