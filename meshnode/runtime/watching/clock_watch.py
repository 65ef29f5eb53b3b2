"""Whether the wall clock can be right: beside a steady clock, what was signed here, and what others sign.

Records carry the time of their author's clock. A wrong one harms nobody's accounts by itself, but lists are in a wrong
order, and what depends on days (periods, deadlines) counts on the wrong one.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from meshnode.runtime.watching.finding import Finding

EARLIEST = 1_735_689_600_000
"""2025-01-01: a clock before this is not set. Records would carry times before this program existed."""
JUMP_MS = 2_000
"""A step of the wall clock against the steady one beyond this is told; a clock kept by NTP never makes one."""
JUMP_TOLD_MS = 600_000
"""How long a step is told after it happened."""
AHEAD_MS = 300_000
"""Others' clocks differ by seconds, wrong time zones by hours: between them lies what is told."""
ENOUGH_AUTHORS = 2
"""How many others must be ahead before it is rather our clock that is wrong."""
SET_IT = "set the clock: timedatectl set-ntp true"


class ClockWatch:
    """Looks at the clock again and again."""

    def __init__(self) -> None:
        self._offset: int | None = None
        self._jump, self._jumped_at = 0, 0
        self._newest_own = 0
        self._ahead: dict[bytes, int] = {}

    def signed(self, at: int) -> None:
        """A record of the owner's carries this time, in milliseconds UTC."""
        self._newest_own = max(self._newest_own, at)

    def arrived(self, now: int, times: Sequence[tuple[bytes, int]]) -> None:
        """Fresh records of others, each with its author and the time it carries."""
        for author, at in times:
            ahead = at - now
            if ahead > AHEAD_MS:
                self._ahead[author] = ahead
            else:
                self._ahead.pop(author, None)

    def look(self, wall: int, steady: int) -> Finding:
        """What is to be said of the wall clock, beside one that never jumps; both in milliseconds."""
        offset = wall - steady
        if self._offset is not None and abs(offset - self._offset) > JUMP_MS:
            self._jump, self._jumped_at = offset - self._offset, steady
            if self._jump < 0:
                self.signed(wall - self._jump)
        self._offset = offset
        found = clock(wall)
        if found.state != "ok":
            return found
        if self._newest_own - wall > AHEAD_MS:
            text = f"the clock was set back: your own newest record is from {_moment(self._newest_own)}"
            return Finding("clock", "fail", text, SET_IT)
        if len(self._ahead) >= ENOUGH_AUTHORS:
            by = _length(min(self._ahead.values()))
            text = f"{len(self._ahead)} others sign with times {by} or more ahead of this clock: it may be slow"
            return Finding("clock", "warn", text, SET_IT)
        if self._jump and steady - self._jumped_at < JUMP_TOLD_MS:
            way = "forward" if self._jump > 0 else "back"
            text = (
                f"the clock was set {way} by {_length(abs(self._jump))}: what was signed before may carry a wrong time"
            )
            return Finding("clock", "warn", text, "meshnode contribution ls --mine, and correct what is wrong")
        return found


def clock(wall: int | None = None) -> Finding:
    """Whether the wall clock can be right at all."""
    now = time.time_ns() // 1_000_000 if wall is None else wall
    if now < EARLIEST:
        return Finding("clock", "fail", "the clock is not set: it shows a time before 2025", SET_IT)
    return Finding("clock", "ok", "plausible")


def _moment(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _length(milliseconds: int) -> str:
    """As people say it: rounded to the unit that is told. Clocks are never read at the very same moment, so that one
    that was set by two hours shows a little less or more."""
    seconds = _rounded(milliseconds, 1_000)
    for unit, smaller, least in (("days", 3_600, 48), ("hours", 60, 120), ("minutes", 1, 120)):
        if (count := _rounded(seconds, smaller)) >= least:
            return f"{_rounded(count, least // 2)} {unit}"
    return f"{seconds} s"


def _rounded(number: int, size: int) -> int:
    return (number + size // 2) // size
