"""What every importer produces: entries that may become contributions, and notices about what may not.

    file or repository → parse → Findings → preview → drafts → one write

Parsing is pure. A line of the source ends as exactly one of: an entry; a *refused* notice, which holds the whole
import back until the user accepts the rest without it; a *skipped* notice (nothing is lost by leaving it out: an
exact duplicate, another person's row, no time at all).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from meshproto.records.encoding import Value
from meshproto.types.value import Measure

MAX_ENTRIES = 100_000
"""Most entries of one import: fifteen years of twenty entries a day. Bounds the memory of a preview."""

MAX_NOTICES = 1_000
"""Most notices listed one by one; the rest is counted. A file of another kind would repeat one line for ever."""


class Fate(StrEnum):
    """What happens to a line that does not become an entry, or that becomes one with a remark."""

    REFUSED = "refused"
    SKIPPED = "skipped"
    NOTED = "noted"


class Cause(StrEnum):
    """Why; the code under which clients and tests know a notice."""

    # refused
    DATE = "date"
    TIME = "time"
    NO_SUCH_TIME = "no-such-time"
    DURATION = "duration"
    NEGATIVE = "negative"
    RUNAWAY = "runaway"
    FUTURE = "future"
    MISSING = "missing"
    RAGGED = "ragged"
    QUOTES = "quotes"
    TOO_LONG = "too-long"
    CHANGED = "changed"
    CLOCK = "clock"
    # skipped
    ZERO = "zero"
    RUNNING = "running"
    OTHERS = "others"
    DUPLICATE = "duplicate"
    KNOWN = "known"
    TOTAL = "total"
    MERGE = "merge"
    # noted
    MIDNIGHT = "midnight"
    TWICE = "twice"
    SPAN = "span"
    CUT = "cut"
    ENCODING = "encoding"
    ZONE = "zone"
    SHALLOW = "shallow"
    DATES = "dates"


class Notice(NamedTuple):
    """One remark about one place in the source."""

    fate: Fate
    cause: Cause
    line: int
    """The line of the file, 0 where there is none."""
    place: str
    """`line 12`, `commit 1a2b3c4d5e6f`, or empty when it concerns the whole source."""
    text: str
    """What is the matter, for people, with what to do about it."""

    @property
    def sentence(self) -> str:
        """The whole remark, for lists that show no places."""
        return f"{self.place}: {self.text}" if self.place else self.text


SLOT = 20
"""Bytes of a slot of a time sheet, the first half of its reference."""

ONE = Measure(1, 0, "C62")
"""One piece: what a commit counts, so that it never weighs as hours."""


class Source(NamedTuple):
    """Where an entry came from, so that it never comes twice."""

    scheme: str
    """`git`, `toggl`, `clockify` or `csv`."""
    slot: bytes
    """Names the place at the source: the commit, or a person's starting time. Prefix of `ref`."""
    ref: bytes
    """Names the content as well, 20 to 64 bytes but never 32 (in facts those would be a record's id)."""
    more: tuple[bytes, ...] = ()
    """Further things that this entry stands for: the other commits of a day."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of work, ready to be drafted."""

    place: int | str
    """The line of the file, or the commit or day."""
    source: Source
    title: str
    text: str
    quantity: Measure
    first: date
    last: date
    project: str = ""
    """The project's name at the source; empty for none."""
    extras: dict[str, Value] = field(default_factory=dict)
    """More for the private part: times, tags, client."""


@dataclass(frozen=True, slots=True)
class Findings:
    """All that parsing one source has found."""

    scheme: str
    origin: str
    """The file's or repository's name, for people."""
    identity: bytes
    """Names this source: digest of a file, root commits of a repository."""
    entries: Sequence[Entry]
    notices: Sequence[Notice]
    """At most MAX_NOTICES of each fate, in the order of the source."""
    counts: dict[Cause, int]
    """How many notices of each cause there are, the unlisted included."""

    def refused(self) -> int:
        """How many lines hold the import back."""
        return sum(number for cause, number in self.counts.items() if cause in REFUSING)

    def skipped(self) -> int:
        """How many lines are left out without loss."""
        return sum(number for cause, number in self.counts.items() if cause in SKIPPING)


REFUSING = frozenset(
    {
        Cause.DATE,
        Cause.TIME,
        Cause.NO_SUCH_TIME,
        Cause.DURATION,
        Cause.NEGATIVE,
        Cause.RUNAWAY,
        Cause.FUTURE,
        Cause.MISSING,
        Cause.RAGGED,
        Cause.QUOTES,
        Cause.TOO_LONG,
        Cause.CHANGED,
        Cause.CLOCK,
    }
)
"""Causes that refuse a line."""

SKIPPING = frozenset({Cause.ZERO, Cause.RUNNING, Cause.OTHERS, Cause.DUPLICATE, Cause.KNOWN, Cause.TOTAL, Cause.MERGE})
"""Causes that skip a line."""


class Notebook:
    """Gathers notices while parsing: lists the first MAX_NOTICES of each fate, counts all."""

    def __init__(self, findings: "Findings | None" = None) -> None:
        """Begin empty, or go on with what was found."""
        self.counts: dict[Cause, int] = {} if findings is None else dict(findings.counts)
        self.notices: list[Notice] = [] if findings is None else list(findings.notices)
        self._listed = Counter(notice.fate for notice in self.notices)

    def add(self, cause: Cause, place: int | str, text: str) -> None:
        """Note one thing at a line or a named place; its fate follows from its cause."""
        fate = Fate.REFUSED if cause in REFUSING else Fate.SKIPPED if cause in SKIPPING else Fate.NOTED
        self.counts[cause] = self.counts.get(cause, 0) + 1
        if self._listed[fate] < MAX_NOTICES:
            self._listed[fate] += 1
            line, named = (place, f"line {place}") if isinstance(place, int) else (0, place)
            self.notices.append(Notice(fate, cause, line, named, text))


class ImportRefused(Exception):
    """Nothing of this source can be imported; `code` is stable, `text` says why, `hint` what to do."""

    def __init__(self, code: str, text: str, hint: str = "") -> None:
        super().__init__(code, text, hint)
        self.code = code
        self.text = text
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.text} ({self.hint})" if self.hint else self.text
