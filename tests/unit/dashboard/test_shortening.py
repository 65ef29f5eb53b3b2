"""Several lists on one page keep within its room."""

from hypothesis import given
from hypothesis import strategies as st

from meshnode.dashboard.shortening import fair


@given(st.lists(st.integers(0, 50)), st.integers(0, 400))
def test_lists_keep_within_the_room_and_use_it(lengths: list[int], room: int) -> None:
    kept = fair(lengths, room)
    assert sum(kept) <= room
    assert all(keeps <= length for keeps, length in zip(kept, lengths, strict=True))
    cut = [keeps for keeps, length in zip(kept, lengths, strict=True) if keeps < length]
    assert not cut or sum(kept) == room, "room is left while something is cut"
    assert not cut or max(kept) - min(cut) <= 1, "what is cut has as much as any other, or nearly"


def test_short_lists_stay_whole() -> None:
    assert fair([3, 1_000, 1], 100) == [3, 96, 1]
    assert fair([], 10) == []
