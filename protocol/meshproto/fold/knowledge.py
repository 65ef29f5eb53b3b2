"""What a record knows: which acts that give, accept, end or vote lie in its past.

Each such act has a bit, numbered in the order of decision; what a record knows is a mask of bits, and most records know
the same as the one before. So a row keeps the number of a mask, and a mask is kept as what it adds to another.
"""

from collections.abc import Iterable
from typing import cast

from meshproto.fold.memory import Memory
from meshproto.records.encoding import Value

MASKS_REMEMBERED = 4096
"""Masks kept in RAM: a few MB, and more than the logs that are active at a time."""
MAX_STEPS = 16
"""Most masks to go through for reading one; then it is written out."""
MAX_ADDED = 32
"""Most bits written as what is added; for more the mask is written out."""


EVERYTHING = -1
"""The mask of somebody who knows all that is decided."""


def pair(target: bytes, agent: bytes) -> bytes:
    """What names all accepts of a record by one agent."""
    return b"p" + target + agent


class Knowledge:
    """Masks by number over a memory; what is remembered here is checked against the memory, which may roll back."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._masks: dict[int, tuple[Value, int]] = {}

    def bit(self, name: bytes) -> int:
        """The mask of the one bit that belongs to a name, a new one if it has none yet."""
        number = self._memory.get("bit", name)
        if number is None:
            number = _next(self._memory, b"bit") - 1
            self._memory.put("bit", name, number)
        return 1 << cast(int, number)

    def known_bit(self, name: bytes) -> int:
        """The mask of the one bit that belongs to a name; 0 if it has none."""
        number = self._memory.get("bit", name)
        return 0 if number is None else 1 << cast(int, number)

    def mask(self, number: int) -> int:
        """What a record with this number knows, itself included."""
        if number == 0:
            return 0
        row = self._memory.get("known", number.to_bytes(8, "big"))
        remembered = self._masks.get(number)
        if remembered is not None and remembered[0] is row:
            return remembered[1]
        base, _, added = cast(tuple[int, int, bytes | list[int]], row)
        mask = int.from_bytes(added, "little") if isinstance(added, bytes) else self.mask(base) | _mask_of(added)
        if len(self._masks) >= MASKS_REMEMBERED:
            self._masks.clear()
        self._masks[number] = row, mask
        return mask

    def joined(self, numbers: Iterable[int], first: int) -> int:
        """The number of what records with these numbers know together; `first` is the likeliest answer."""
        others = sorted({each for each in numbers if each not in (0, first)})
        together = mask = self.mask(first)
        for each in others:
            together |= self.mask(each)
        if together == mask:
            return first
        return next((each for each in others if self.mask(each) == together), 0) or self._write(together, first)

    def covers(self, number: int, other: int) -> bool:
        """Whether what a number stands for has in it all that another stands for."""
        return not self.mask(other) & ~self.mask(number)

    def with_bit(self, number: int, bit: int) -> int:
        """The number of what a number stands for and one act more."""
        mask = self.mask(number)
        return number if mask & bit else self._write(mask | bit, number)

    def group(self, name: bytes) -> int:
        """The mask of all acts that belong together under a name, such as the votes on a resolution."""
        return int.from_bytes(cast(bytes, self._memory.get("group", name) or b""), "little")

    def join_group(self, name: bytes, bit: int) -> None:
        """Add an act to those under a name."""
        self._memory.put("group", name, _bytes_of(self.group(name) | bit))

    def _write(self, mask: int, base: int) -> int:
        number = _next(self._memory, b"known")
        added = mask ^ self.mask(base)
        steps = _steps(self._memory, base) + 1
        is_short = base != 0 and steps <= MAX_STEPS and added.bit_count() <= MAX_ADDED
        row: list[Value] = [base, steps, [*_bits_of(added)]] if is_short else [0, 0, _bytes_of(mask)]
        self._memory.put("known", number.to_bytes(8, "big"), row)
        return number


def _next(memory: Memory, counter: bytes) -> int:
    number = cast(int, memory.get("counter", counter) or 0) + 1
    memory.put("counter", counter, number)
    return number


def _steps(memory: Memory, number: int) -> int:
    row = memory.get("known", number.to_bytes(8, "big"))
    return 0 if row is None else cast(tuple[int, int], row)[1]


def _mask_of(bits: list[int]) -> int:
    mask = 0
    for bit in bits:
        mask |= 1 << bit
    return mask


def _bits_of(mask: int) -> list[int]:
    bits = []
    while mask:
        low = mask & -mask
        bits.append(low.bit_length() - 1)
        mask ^= low
    return bits


def _bytes_of(mask: int) -> bytes:
    return mask.to_bytes(-(-mask.bit_length() // 8), "little")
