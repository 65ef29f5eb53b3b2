"""What `git log` prints, read back; and which of its commits are work to import. Pure.

Each commit comes as FIELDS fields that each end in a NUL. No field of a commit can hold a NUL, so nothing in a
message can pass for another commit.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from itertools import groupby
from typing import NamedTuple

from meshnode.exchange.entries import MAX_ENTRIES, ONE, Cause, Entry, Findings, ImportRefused, Notebook, Source
from meshnode.exchange.prose import one_line, paragraphs, title_and_text
from meshproto.records.encoding import Value
from meshproto.records.ids import digest33
from meshproto.records.limits import MAX_EXT_MORE
from meshproto.types.value import Measure

FORMAT = "%H%x00%P%x00%aE%x00%ae%x00%ad%x00%cd%x00%B%x00"
"""Commit, parents, the author's address as .mailmap has it and as it was, author's and committer's date, message."""

FIELDS = 7

MAX_MESSAGE = 256 * 1024
"""Bytes of a message that are read; of more only the length is kept. What people read is far shorter."""

MAX_KEPT_TEXT = 32 * 1024 * 1024
"""Characters of all messages kept together while a history is read. Of what comes after, titles only."""

MAX_ADDRESS = 320
"""Longest e-mail address: 64 signs, an @ and 255."""

MAX_OTHERS = 1_000
"""Most addresses of other people that are counted one by one."""

MAX_COMMITS_PER_DAY = 1 + MAX_EXT_MORE
"""Most commits in one entry with `--per day`; a fuller day makes several."""

AHEAD = timedelta(days=1)
"""How far in the future a commit's date may lie: clocks and zones differ."""

FIRST_DAY = date(1970, 1, 2)
"""A commit dated before was made with a clock that knew nothing."""


class Commit(NamedTuple):
    """One commit as git tells it."""

    id: bytes
    """20 bytes, or 32 in a SHA-256 repository."""
    parents: int
    email: str
    """As .mailmap has it."""
    former: str
    """As the commit has it."""
    authored: datetime | None
    """In the author's zone; None for dates beyond a calendar."""
    committed: datetime | None
    title: str
    text: str
    cut: int
    """Characters of the message that are left out."""


@dataclass(frozen=True, slots=True)
class GitOptions:
    """What the user may say about a history."""

    emails: tuple[str, ...]
    """The user's own addresses, as .mailmap writes them or not."""
    per_day: bool = False
    merges: bool = False
    each: Measure = ONE
    """The quantity of one entry."""
    since: date = date.min
    """First day that is taken, in the zone of each commit."""
    until: date = date.max


@dataclass(frozen=True, slots=True)
class Extent:
    """Which part of a history is read."""

    everything: bool = False
    """All branches and tags instead of what is checked out."""
    revision: str = "HEAD"


class CommitReader:
    """Takes git's output in pieces of any size and gives commits; remembers at most one message."""

    def __init__(self) -> None:
        self._fields: list[bytes] = []
        self._open = bytearray()
        self._dropped = 0

    def feed(self, piece: bytes) -> list[Commit]:
        """Return the commits that this piece completes. Raises ImportRefused if git printed something else."""
        parts = piece.split(b"\0")
        commits = []
        for part in parts[:-1]:
            self._keep(part)
            self._fields.append(bytes(self._open))
            self._open.clear()
            if len(self._fields) == FIELDS:
                commits.append(_commit(self._fields, self._dropped))
                self._fields, self._dropped = [], 0
        self._keep(parts[-1])
        return commits

    def end(self) -> None:
        """Raise ImportRefused if the output stopped inside of a commit."""
        if self._fields or self._open.strip():
            raise ImportRefused("git", "git stopped in the middle of a commit", "run git fsck there")

    def _keep(self, part: bytes) -> None:
        room = MAX_MESSAGE - len(self._open)
        self._open += part[:room]
        self._dropped += max(0, len(part) - room)


class Harvest:
    """Sorts commits into the user's own, which are kept, and others, which are counted."""

    def __init__(self, options: GitOptions, now: datetime) -> None:
        self._options = options
        self._own = frozenset(email.strip().casefold() for email in options.emails)
        self._latest = now + AHEAD
        self._room = MAX_KEPT_TEXT
        self.commits: dict[bytes, Commit] = {}
        self.others: dict[str, int] = {}
        self.merges = 0

    def add(self, commits: Iterable[Commit]) -> None:
        """Take in some commits. Raises ImportRefused beyond MAX_ENTRIES own ones."""
        for commit in commits:
            if not self._is_own(commit):
                email = commit.email.casefold()
                name = email if email in self.others or len(self.others) < MAX_OTHERS else "…"
                self.others[name] = self.others.get(name, 0) + 1
            elif not self._is_asked_for(commit):
                continue
            elif commit.parents > 1 and not self._options.merges:
                self.merges += 1
            elif len(self.commits) < MAX_ENTRIES:
                self._keep(commit)
            else:
                raise ImportRefused("too-many", f"more than {MAX_ENTRIES:,} commits", "import a part: --since DATE")

    def references(self) -> list[bytes]:
        """All own commits as they are named in facts."""
        return [_reference(commit) for commit in self.commits.values()]

    def forget(self, known: Container[bytes], notes: Notebook) -> None:
        """Leave out commits that an earlier import has brought, alone or within a day."""
        for commit in [each for each in self.commits.values() if _reference(each) in known]:
            notes.add(Cause.KNOWN, _name(commit), "came with an earlier import")
            del self.commits[commit.id]

    def _is_own(self, commit: Commit) -> bool:
        return commit.email.casefold() in self._own or commit.former.casefold() in self._own

    def _is_asked_for(self, commit: Commit) -> bool:
        """Whether a commit lies in the period asked for; one without a possible date lies in every period."""
        moment = self._moment(commit)
        return moment is None or self._options.since <= moment.date() <= self._options.until

    def _moment(self, commit: Commit) -> datetime | None:
        """When a commit was made by its author's clock, or its committer's where that one was wrong."""
        for moment in (commit.authored, commit.committed):
            if moment is not None and moment.date() >= FIRST_DAY and moment <= self._latest:
                return moment
        return None

    def _keep(self, commit: Commit) -> None:
        self._room -= len(commit.text)
        if self._room < 0:
            commit = commit._replace(text="", cut=commit.cut + len(commit.text))
        self.commits[commit.id] = commit

    def findings(self, origin: str, roots: Sequence[bytes], notes: Notebook) -> Findings:
        """Turn the commits into entries, oldest first."""
        self._tell(notes)
        dated = self._dated(notes)
        repository: dict[str, Value] = {"repository": origin, "root": min(roots, default=b"").hex()}
        if self._options.per_day:
            entries = list(_by_day(dated, self._options.each, repository, notes))
        else:
            entries = [_by_commit(day, commit, self._options.each, repository, notes) for day, commit in dated]
        return Findings("git", origin, b"".join(roots), entries, notes.notices, notes.counts)

    def _dated(self, notes: Notebook) -> list[tuple[date, Commit]]:
        """The commits with their days, in the order of time."""
        timed = []
        for commit in self.commits.values():
            moment = self._moment(commit)
            if moment is None:
                notes.add(Cause.CLOCK, _name(commit), "its dates are impossible: the clock was wrong when it was made")
                continue
            if moment is not commit.authored:
                notes.add(Cause.DATES, _name(commit), f"its date is impossible; taken as of {moment.date()}")
            timed.append((moment.date(), moment, commit))
        timed.sort(key=lambda each: (each[0], each[1], each[2].id))
        return [(day, commit) for day, _, commit in timed]

    def _tell(self, notes: Notebook) -> None:
        """Note by count what is left out."""
        for email, number in sorted(self.others.items(), key=lambda pair: (-pair[1], pair[0])):
            notes.add(Cause.OTHERS, "", f"{number} commits of {one_line(email, 80) or 'nobody'}")
        if self.others:
            notes.counts[Cause.OTHERS] = sum(self.others.values())
        if self.merges:
            notes.add(Cause.MERGE, "", f"{self.merges} merges of yours (--merges takes them too)")
            notes.counts[Cause.MERGE] = self.merges


def _commit(fields: Sequence[bytes], dropped: int) -> Commit:
    name, parents, email, former, authored, committed, message = fields
    try:
        commit_id = bytes.fromhex(name.strip().decode("ascii"))
    except ValueError:
        commit_id = b""
    if len(commit_id) not in (20, 32):
        raise ImportRefused("git", f"git printed {name[:40]!r} instead of a commit")
    title, text, cut = title_and_text(_text(message))
    return Commit(
        commit_id,
        len(parents.split()),
        one_line(_text(email), MAX_ADDRESS),
        one_line(_text(former), MAX_ADDRESS),
        _moment(authored),
        _moment(committed),
        title or "Commit without a message",
        text,
        cut + dropped,
    )


def _text(raw: bytes) -> str:
    """Decode what should be UTF-8; old commits claim no encoding and are mostly Latin."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _moment(raw: bytes) -> datetime | None:
    """Read git's raw date, `1700000000 +0100`."""
    seconds, _, offset = raw.decode("ascii", "replace").partition(" ")
    try:
        minutes = int(offset[1:3]) * 60 + int(offset[3:5])
        zone = timezone(timedelta(minutes=-minutes if offset.startswith("-") else minutes))
        return datetime.fromtimestamp(int(seconds), zone)
    except (ValueError, OverflowError, OSError):
        return None


def _name(commit: Commit) -> str:
    return f"commit {commit.id.hex()[:12]}"


def _reference(commit: Commit) -> bytes:
    """A commit's id as it may stand in facts, where 32 bytes would be a record's id."""
    return commit.id if len(commit.id) == 20 else digest33(commit.id)


def _by_commit(day: date, commit: Commit, each: Measure, repository: dict[str, Value], notes: Notebook) -> Entry:
    if commit.cut:
        notes.add(Cause.CUT, _name(commit), f"{commit.cut:,} characters of its message did not fit")
    reference = _reference(commit)
    source = Source("git", reference, reference)
    return Entry(_name(commit), source, commit.title, commit.text, each, day, day, "", {**repository})


def _by_day(
    dated: Sequence[tuple[date, Commit]], each: Measure, repository: dict[str, Value], notes: Notebook
) -> Iterable[Entry]:
    """One entry per day, named after its first commit, listing the titles of all."""
    for day, group in groupby(dated, key=lambda pair: pair[0]):
        commits = [commit for _, commit in group]
        for start in range(0, len(commits), MAX_COMMITS_PER_DAY):
            yield _of_one_day(day, commits[start : start + MAX_COMMITS_PER_DAY], each, repository, notes)


def _of_one_day(
    day: date, commits: Sequence[Commit], each: Measure, repository: dict[str, Value], notes: Notebook
) -> Entry:
    title, text = commits[0].title, commits[0].text
    if len(commits) > 1:
        title = f"{one_line(title, 150)} and {len(commits) - 1} more commits"
        text, cut = paragraphs("\n".join(f"- {commit.title}" for commit in commits))
        if cut:
            notes.add(Cause.CUT, f"{day}", f"{cut:,} characters of its titles did not fit")
    first, *others = [_reference(commit) for commit in commits]
    quantity = Measure(len(commits), 0, ONE.u) if each == ONE else each
    source = Source("git", first, first, tuple(others))
    return Entry(f"{day}", source, title, text, quantity, day, day, "", {**repository})
