"""What people read: the port to the views, as far as requests of the owner need it.

The rows are those of `meshnode/views/rows.py`. All reads are quick and run in the event loop's thread, except where a
method says otherwise.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from meshnode.views.rows import (
    ContributionRow,
    EntryRow,
    ForkRow,
    MemberRow,
    NetworkRow,
    PersonRow,
    ProfileRow,
    ProjectRow,
    SearchRow,
)


class Totals(NamedTuple):
    """What stands in one project: contributions that are valid and not retracted, and their time."""

    contributions: int
    seconds: int


class ScopeCounts(NamedTuple):
    """The entries of one scope by status."""

    records: int
    valid: int
    pending: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which contributions; what is None does not matter."""

    scope: bytes | None = None
    agent: bytes | None = None
    project: bytes | None = None
    batch: str | None = None


class Shelf(Protocol):
    """Reads of views.db. A record that has not been projected yet is not there."""

    def cursor(self) -> int:
        """The arrival up to which the views show everything."""
        ...

    def entry(self, record: bytes) -> EntryRow | None:
        """One record of any type."""
        ...

    def ending_in(self, letters: str, limit: int) -> Sequence[bytes]:
        """Ids whose text form ends in these base32 letters. Scans: call it in a worker thread."""
        ...

    def contribution(self, record: bytes) -> ContributionRow | None:
        """One contribution."""
        ...

    def contributions(self, wanted: Wanted, after: tuple[int, bytes] | None, limit: int) -> Sequence[ContributionRow]:
        """Contributions, greatest (at, record) first, those below `after`."""
        ...

    def project(self, project: bytes) -> ProjectRow | None:
        """The edit of a project that is displayed."""
        ...

    def projects(self) -> Sequence[ProjectRow]:
        """The displayed edits of all projects, by title."""
        ...

    def project_heads(self, project: bytes) -> Sequence[ProjectRow]:
        """All edits of a project that nobody superseded."""
        ...

    def totals(self, projects: Collection[bytes]) -> dict[bytes, Totals]:
        """What stands in each of these projects."""
        ...

    def person(self, agent: bytes) -> PersonRow | None:
        """A person, as the genesis says."""
        ...

    def profile(self, agent: bytes) -> ProfileRow | None:
        """The displayed edit of an agent's profile."""
        ...

    def profile_heads(self, agent: bytes) -> Sequence[ProfileRow]:
        """All edits of an agent's own profile that nobody superseded."""
        ...

    def network(self, network: bytes) -> NetworkRow | None:
        """One network."""
        ...

    def networks(self) -> Sequence[NetworkRow]:
        """All networks known here, by name."""
        ...

    def members(self, network: bytes) -> Sequence[MemberRow]:
        """Who stands in a network, by time."""
        ...

    def memberships(self, agent: bytes) -> Sequence[MemberRow]:
        """Where an agent stands."""
        ...

    def search(self, words: str, limit: int, offset: int) -> Sequence[SearchRow]:
        """What full-text search finds, best first. May take long: call it in a worker thread."""
        ...

    def forks(self) -> Sequence[ForkRow]:
        """All records of forks, by log and number."""
        ...

    def counts(self) -> dict[bytes, ScopeCounts]:
        """The entries of every scope by status. Scans: call it in a worker thread."""
        ...
