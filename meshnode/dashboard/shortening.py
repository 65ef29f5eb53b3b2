"""How long each of several lists may be that stand on one page."""

from collections.abc import Sequence


def fair(lengths: Sequence[int], room: int) -> list[int]:
    """How much of each list is kept so that all together stay within `room`: short ones whole, long ones alike."""
    kept, left = list(lengths), room
    for done, place in enumerate(sorted(range(len(kept)), key=kept.__getitem__)):
        kept[place] = min(kept[place], left // (len(kept) - done))
        left -= kept[place]
    return kept
