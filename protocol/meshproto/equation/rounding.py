"""Sharing whole units by exact weights: largest remainders, and the same with limits (08-equations 1).

Weights are integers on a common scale, listed in the order in which ties are decided.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cmp_to_key
from math import lcm

Room = int | None
"""Most that a key may get; None is without limit."""


def share(total: int, weights: Sequence[int]) -> list[int]:
    """Share `total` ≥ 0 units by weights ≥ 0 whose sum is above 0."""
    # SPEC 08-equations 1: The T − Σ⌊q(k)⌋ units that are missing go, one each, to the keys with the largest q(k) −
    # ⌊q(k)⌋; of equal ones to the ascending first.
    whole = sum(weights)
    pairs = [divmod(total * weight, whole) for weight in weights]
    amounts = [floor for floor, _ in pairs]
    missing = total - sum(amounts)
    if missing:
        # Sorting is stable, so equal remainders stay in the order of the list.
        for place in sorted(range(len(pairs)), key=lambda place: -pairs[place][1])[:missing]:
            amounts[place] += 1
    return amounts


def fill(total: int, weights: Sequence[int], rooms: Sequence[Room]) -> tuple[list[int], int]:
    """Share `total` ≥ 0 with nobody above their room; also what is left when all who have a weight are full."""
    full, total = fullness(total, weights, rooms)
    amounts = [rooms[place] or 0 if place in full else 0 for place in range(len(weights))]
    # SPEC 08-equations 1: Only keys with w(k) > 0 take part.
    others = [place for place, weight in enumerate(weights) if weight > 0 and place not in full]
    if not others:
        return amounts, total
    for place, amount in zip(others, share(total, [weights[place] for place in others]), strict=True):
        amounts[place] = amount
    return amounts, 0


def fullness(total: int, weights: Sequence[int], rooms: Sequence[Room]) -> tuple[set[int], int]:
    """Who is full, and what remains for the others.

    The text lets all leave at once who would get more than their room. To leave raises the others' quotas, so who has
    the least room for their weight may as well leave first, and one pass in that order finds the same.
    """
    limited = [
        (room, weights[place], place) for place, room in enumerate(rooms) if room is not None and weights[place] > 0
    ]
    limited.sort(key=cmp_to_key(_by_room_for_weight))
    whole = sum(weight for weight in weights if weight > 0)
    full: set[int] = set()
    for room, weight, place in limited:
        if total * weight <= room * whole:
            break
        full.add(place)
        total -= room
        whole -= weight
    return full, total


def share_among(total: int, weights: Mapping[bytes, int]) -> dict[bytes, int]:
    """`share` over agents in ascending order."""
    agents = sorted(weights)
    return dict(zip(agents, share(total, [weights[agent] for agent in agents]), strict=True))


def fill_among(total: int, weights: Mapping[bytes, int], rooms: Mapping[bytes, Room]) -> tuple[dict[bytes, int], int]:
    """`fill` over agents in ascending order; who is not in `rooms` has no limit."""
    agents = sorted(weights)
    amounts, left = fill(total, [weights[agent] for agent in agents], [rooms.get(agent) for agent in agents])
    return dict(zip(agents, amounts, strict=True)), left


def common(fractions: Iterable[Fraction]) -> int:
    """The least denominator that all of them have in common."""
    return lcm(*{each.denominator for each in fractions})


def on_scale(fraction: Fraction, scale: int) -> int:
    """The fraction as a number of parts of 1/scale; `scale` is a multiple of its denominator."""
    return fraction.numerator * (scale // fraction.denominator)


def _by_room_for_weight(one: tuple[int, int, int], other: tuple[int, int, int]) -> int:
    return one[0] * other[1] - other[0] * one[1]
