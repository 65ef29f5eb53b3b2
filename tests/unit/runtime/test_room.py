"""How full a bound is, in words."""

import pytest

from meshnode.core.fullness import Fullness
from meshnode.runtime.watching.room import room_of


def name_of(about: bytes) -> str:
    return about.decode()


def test_a_bound_with_room_is_told_without_alarm() -> None:
    room = room_of(Fullness("others", 1_500_000, 4_000_000_000), name_of)
    assert (room.state, room.unit, room.text.split(";")[0]) == (
        "ok",
        "bytes",
        "texts of others take up 1.5 MB of 4.0 GB",
    )


@pytest.mark.parametrize(
    ("name", "text", "fix"),
    [
        ("author", "texts of Eve's take up 90 bytes of 100 bytes", "meshnode block 'Eve'\\''s', to keep none of them"),
        ("relayed", "Eve's is relayed for its members and takes up 90 bytes of", "meshnode unfollow 'Eve'\\''s'"),
        ("allowance", "you have used up 90 of 100 records of what Eve's allows", "ask its founders"),
        ("allowance-bytes", "you have used up 90 bytes of 100 bytes of what Eve's allows", "ask its founders"),
        ("strangers", "people who are not members of Eve's have stored 90 of 100 records", "meshnode block"),
    ],
)
def test_a_bound_that_is_nearly_reached_says_what_to_do(name: str, text: str, fix: str) -> None:
    room = room_of(Fullness(name, 90, 100, b"Eve's"), name_of)
    assert room.state == "warn"
    assert room.text.startswith(text)
    assert room.fix.startswith(fix)


def test_sizes_are_told_in_the_unit_that_fits() -> None:
    assert room_of(Fullness("others", 2_000, 1_999), name_of).text.startswith(
        "texts of others take up 2.0 kB of 2.0 kB"
    )
