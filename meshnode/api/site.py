"""What handlers are given: the office, what the exchange offers, and facts about the process."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from meshnode.api.feed import Feed
from meshnode.api.models.backups import Backup
from meshnode.api.models.node import SyncedFile
from meshnode.api.models.operations import Config
from meshnode.api.models.records import Exported, ImportAnswer, ImportBatch, Undone
from meshnode.runtime.office import Office
from meshnode.runtime.tokens import Tokens
from meshnode.runtime.watching.finding import Finding
from meshnode.runtime.watching.health import Watch
from meshnode.runtime.watching.saved import LastBackup
from meshnode.store.protection import protection_of
from meshnode.store.reading import Counts
from meshproto.records.ids import ScopeId

OptionValue = str | int | bool | list[str]


class Exchange(Protocol):
    """Imports and exports, as the routes need them. Every method may raise Refusal."""

    async def take_in(self, kind: str, path: Path, options: Mapping[str, OptionValue], dry_run: bool) -> ImportAnswer:
        """Import from a file or repository."""
        ...

    def batches(self) -> list[ImportBatch]:
        """The imports so far, oldest first."""
        ...

    async def undo(self, batch: str) -> Undone:
        """Take an import back."""
        ...

    async def write_bundle(self, path: Path, scope: ScopeId | None) -> Exported:
        """Write everything held, or one scope, to a file."""
        ...

    async def write_fork(self, path: Path, log: bytes) -> Exported:
        """Write the proof of a fork to a file."""
        ...

    async def exchange_file(self, path: Path) -> SyncedFile:
        """Take in what a bundle holds, then write it anew with everything held."""
        ...


class Logins(Protocol):
    """How the owner's browser is let in."""

    @property
    def link_seconds(self) -> float:
        """How long a link waits to be opened."""
        ...

    def make_link(self) -> str:
        """The token of a link that works once."""
        ...


class Backups(Protocol):
    """Backups of this home, as the routes need them."""

    async def create(self, path: Path, secret: str, lock: str) -> Backup:
        """Write one; `lock` says what the secret is. Raises Refusal."""
        ...

    def last(self) -> LastBackup | None:
        """The last one, if it is known."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One node with everything its API serves."""

    office: Office
    feed: Feed
    exchange: Exchange
    backups: Backups
    watch: Watch
    tokens: Tokens
    version: str
    pid: int
    home: Path
    log_file: Path
    socket: Path
    url: str
    """Where this node answers on loopback (`http://127.0.0.1:PORT`), empty if it does not."""
    logins: Logins | None
    """Lets browsers in to the dashboard; None where there is none."""
    discovery: bool
    fingerprint_of: Callable[[bytes], str]
    """The four words by which two people compare an agent's id aloud."""
    report: Callable[["Site"], Awaitable[str]]
    """Writes what somebody needs who is to find a bug, without names, texts, ids, addresses and paths."""
    config: Callable[[], Config]
    """The settings in force, beside what the next start would take."""
    counts: Callable[[], Awaitable[Counts]]
    """How much is stored, counted aside, for that takes its time."""
    examine: Callable[[], Awaitable[list[Finding]]]
    """The checks that take longer than a look: the store itself, keys and permissions."""

    def protection(self) -> str:
        """How the keys are kept on the disk now: it may change while the node runs."""
        return protection_of(self.home).value

    def bytes_on_disk(self) -> int:
        """Size of the databases and what belongs to them."""
        return sum(entry.stat().st_size for entry in self.home.glob("*.db*"))
