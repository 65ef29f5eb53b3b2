"""Answers of the node in words."""

import pytest

from meshnode.client.answers import Agent, Quantity, Scope
from meshnode.client.work_answers import Contribution
from meshnode.words.shown import count, quantity, short_id, short_peer, size, title, where, who

LONG = "bafkreidbnzqs4lrofyxc4lrofyxc4lrofyxc4lrofyxc4lrofyxc4lrofy"


def test_an_id_is_shown_by_its_ends() -> None:
    assert short_id(LONG) == "bafkreidbnzqs4l…"
    assert short_id("short") == "short"
    assert short_peer("12D3KooWGRYZDHBembyGJQqQ6WgLqJWYNjnECJwGBnCg8vbCeo8F") == "12D3Ko…8vbCeo8F"


def test_somebody_is_named_or_shown_by_id() -> None:
    assert who(Agent(id=LONG, name="Ana\x1b[2J", me=True, forked=False, blocked=False, face_of="")) == "Ana (you)"
    assert who(Agent(id=LONG, name="", me=False, forked=False, blocked=False, face_of="")) == "bafkreidbnzqs4l…"
    assert (
        who(Agent(id=LONG, name="Ana", me=True, forked=True, blocked=True, face_of="")) == "Ana (you, forked, blocked)"
    )
    firm = Agent(id=LONG, name="Studio Ltd", me=False, forked=False, blocked=False, face_of="studio\x1b[2J")
    assert who(firm) == "Studio Ltd (face of studio)"
    assert who(None, "nobody") == "nobody"


def test_a_place_is_named() -> None:
    assert where(Scope(id=LONG, kind="notebook", name="x")) == "your notebook"
    assert where(Scope(id=LONG, kind="network", name="studio")) == "studio"
    assert where(Scope(id=LONG, kind="stream", name="")) == "bafkreidbnzqs4l…"


@pytest.mark.parametrize(
    ("n", "s", "u", "seconds", "text"),
    [
        (12_600, 0, "SEC", 12_600, "3.5 h"),
        (-3600, 0, "SEC", -3600, "-1 h"),
        (1, 0, "C62", None, "1 ×"),
        (1250, 3, "KGM", None, "1.25 kg"),
        (5, 3, "LTR", None, "0.005 l"),
        (-15, 1, "KMT", None, "-1.5 km"),
        (7, 0, "X\x1b[2JX", None, "7 XX"),
    ],
)
def test_a_quantity_is_written_as_people_do(n: int, s: int, u: str, seconds: int | None, text: str) -> None:
    assert quantity(Quantity(n=n, s=s, u=u), seconds) == text


@pytest.mark.parametrize(
    ("part", "text"), [("erased", "(erased)"), ("missing", "(text not here yet)"), ("held", "(no title)")]
)
def test_a_missing_title_says_why(part: str, text: str) -> None:
    entry: Contribution = {"title": "", "part": part}  # type: ignore[typeddict-item]  # only these two are read
    assert title(entry) == text


@pytest.mark.parametrize(
    ("number", "text"), [(999, "999 B"), (1500, "1.5 kB"), (2_500_000, "2.5 MB"), (3_000_000_000, "3.0 GB")]
)
def test_bytes_are_rounded(number: int, text: str) -> None:
    assert size(number) == text


def test_things_are_counted_in_words() -> None:
    assert [count(1, "entry", "entries"), count(12_000, "entry", "entries"), count(0, "peer")] == [
        "1 entry",
        "12,000 entries",
        "0 peers",
    ]
