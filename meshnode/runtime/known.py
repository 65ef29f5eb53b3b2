"""What was looked up lately, for as long as nothing moved that it was read from.

Names are asked for with every answer and every write, most of them again and again; looking one up takes as long as
reading the record that it belongs to.
"""

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from meshnode.runtime.hub import Hub

REMEMBERED = 4_096
"""Answers kept at once, under 2 MB: more names than stand in any list that people read."""

T = TypeVar("T")


class Known:
    """Answers by what was asked. All are forgotten with the next move of one of the hubs."""

    def __init__(self, *hubs: Hub) -> None:
        self._hubs = hubs
        self._seen: list[int] = []
        self._answers: dict[Hashable, object] = {}

    def get(self, asked: Hashable, look: Callable[[], T]) -> T:
        """The answer to `asked`, which is always of the same type: as remembered, or as `look` finds it now."""
        moves = [hub.moves for hub in self._hubs]
        if moves != self._seen or len(self._answers) >= REMEMBERED:
            self._seen = moves
            self._answers.clear()
        if asked not in self._answers:
            self._answers[asked] = look()
        return cast(T, self._answers[asked])
