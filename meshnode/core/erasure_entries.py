"""What a node remembers of orders to erase besides these records: local rows like those of `ports`."""

from typing import NamedTuple


class SearchEntry(NamedTuple):
    """An order to erase, of which was not looked yet what it names weakly among the records stored before it.

    Key: `order`.
    """

    order: bytes


class UndecidedEntry(NamedTuple):
    """An order to erase of which only the fold can tell whether it counts, and has not. Key: `order`."""

    order: bytes
