"""What is due when: one time for each name, and the earliest of them for the alarm."""

from heapq import heappop, heappush

Due = tuple[str, int]
"""What is due: a word, and the connection it concerns or 0."""


class Agenda:
    """A timetable. Setting a name again moves it."""

    __slots__ = ("_heap", "_times")

    def __init__(self) -> None:
        self._times: dict[Due, int] = {}
        self._heap: list[tuple[int, Due]] = []

    def __len__(self) -> int:
        return len(self._times)

    def set(self, word: str, conn: int, at: int) -> None:
        """Be reminded at `at` (ticks), instead of any time set before."""
        due = (word, conn)
        self._times[due] = at
        heappush(self._heap, (at, due))
        if len(self._heap) > 64 + 4 * len(self._times):
            self._heap = sorted((at, due) for due, at in self._times.items())

    def hasten(self, word: str, conn: int, at: int) -> None:
        """Be reminded at `at` at the latest."""
        if at < self._times.get((word, conn), at + 1):
            self.set(word, conn, at)

    def drop(self, word: str, conn: int) -> None:
        """Forget a time."""
        self._times.pop((word, conn), None)

    def take(self, now: int) -> list[Due]:
        """All that is due, taken off, in order of time."""
        due: list[Due] = []
        while self._heap and self._heap[0][0] <= now:
            at, each = heappop(self._heap)
            if self._times.get(each) == at:
                del self._times[each]
                due.append(each)
        return due

    def next(self) -> int | None:
        """When something is due next."""
        while self._heap:
            at, due = self._heap[0]
            if self._times.get(due) == at:
                return at
            heappop(self._heap)
        return None
