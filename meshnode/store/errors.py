"""What can go wrong with stored things, each with a text that says what happened and what to do.

```
StoreError
├── StoreTooNew        written by a newer meshnode
├── NotAStore          the file is something else
├── StoreDamaged       what was read is not what was written
├── StoreFailed        a commit failed: the writer has stopped, the outcome of that commit is unknown
│   ├── StoreFull      … because the disk is full
│   └── StoreReadOnly  … because the file or its folder cannot be written
├── StoreBusy          another process holds the database
└── BatchRefused       a batch contradicts what is stored: a bug of the caller, nothing was written
HomeError
├── HomeInUse          another node works in this home
├── HomeNotUsable      the folder cannot be made, or others may write in it
├── HomeLeft           its owner moved out of it
└── KeyfileError       a key file is unreadable, damaged or open to others
    ├── KeyfileMissing … or not there: the home was not initialised
    ├── KeyfileLocked  … or sealed, and nothing was given that opens it
    └── WrongPassphrase  … and what was given does not
```
"""

import sqlite3
from errno import ENOSPC
from pathlib import Path


class StoreError(Exception):
    """Something is wrong with the database at `path`; `detail` is the cause as the system told it."""

    def __init__(self, path: Path | str, detail: str = "") -> None:
        super().__init__(path, detail)
        self.path = path
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.path}: {self.detail}"


class StoreTooNew(StoreError):
    """The database has layout `found`; this program knows layouts up to `known`."""

    def __init__(self, path: Path | str, found: int, known: int) -> None:
        super().__init__(path)
        self.found = found
        self.known = known

    def __str__(self) -> str:
        return (
            f"{self.path} was written by a newer meshnode (layout {self.found}, this one knows {self.known}); "
            "nothing was changed: install that version again, and start it"
        )


class NotAStore(StoreError):
    """The file is not a database of meshnode."""

    def __str__(self) -> str:
        return f"{self.path} is not a database of meshnode ({self.detail}); nothing was changed"


class StoreDamaged(StoreError):
    """What was read is not what was written. The node must stop; the next start sets the damage aside."""

    def __str__(self) -> str:
        return f"{self.path} is damaged ({self.detail}): the next start sets it aside and asks the peers again"


class StoreFailed(StoreError):
    """A commit failed. Whether that commit is stored is unknown until the store is opened anew; no other is."""

    def __str__(self) -> str:
        return f"could not write {self.path} ({self.detail}): nothing more is written until the node is restarted"


class StoreFull(StoreFailed):
    """The disk is full."""

    def __str__(self) -> str:
        return f"the disk of {self.path} is full: free some space, then restart the node"


class StoreReadOnly(StoreFailed):
    """The database or its folder cannot be written."""

    def __str__(self) -> str:
        return f"{self.path} cannot be written ({self.detail}): check the permissions and whether the disk is read-only"


class StoreBusy(StoreError):
    """Another process holds the database."""

    def __str__(self) -> str:
        return f"{self.path} is held by another process ({self.detail})"


class BatchRefused(StoreError):
    """Batch `number` contradicts what is stored. Nothing of its group was written; the writer goes on."""

    def __init__(self, path: Path | str, number: int, detail: str) -> None:
        super().__init__(path, detail)
        self.number = number

    def __str__(self) -> str:
        return f"{self.path}: batch {self.number} cannot be stored: {self.detail}"


class HomeError(Exception):
    """Something is wrong with a home or a key at `path`."""

    def __init__(self, path: Path, detail: str = "") -> None:
        super().__init__(path, detail)
        self.path = path
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.path}: {self.detail}"


class HomeInUse(HomeError):
    """Another process has locked the home; `pid` is what it wrote down, 0 if it wrote nothing."""

    def __init__(self, path: Path, pid: int) -> None:
        super().__init__(path, f"in use by process {pid}" if pid else "in use by another process")
        self.pid = pid


class HomeNotUsable(HomeError):
    """The folder cannot be made or used, or others may write in it."""


class HomeLeft(HomeError):
    """Its owner moved out, into the file `to` on `day`; or has begun to, if not `whole`."""

    def __init__(self, path: Path, to: str, day: str, *, whole: bool) -> None:
        super().__init__(path, f"moved out into {to}")
        self.to, self.day, self.whole = to, day, whole

    def __str__(self) -> str:
        if self.whole:
            return f"the home in {self.path} moved out on {self.day}, into {self.to}, and signs nothing any more"
        return f"the home in {self.path} began to move out on {self.day}, into {self.to}, and was cut short"


class KeyfileError(HomeError):
    """A key file is unreadable, damaged, or open to others."""


class KeyfileMissing(KeyfileError):
    """There is no key file: the home was not initialised."""


class KeyfileLocked(KeyfileError):
    """The key is protected by a passphrase, and nothing was given that opens it."""


class WrongPassphrase(KeyfileError):
    """The passphrase does not open this home's keys."""


_FAILURES: dict[int, type[StoreError]] = {
    sqlite3.SQLITE_IOERR: StoreFailed,
    sqlite3.SQLITE_NOMEM: StoreFailed,
    sqlite3.SQLITE_PROTOCOL: StoreFailed,
    sqlite3.SQLITE_FULL: StoreFull,
    sqlite3.SQLITE_READONLY: StoreReadOnly,
    sqlite3.SQLITE_CANTOPEN: StoreReadOnly,
    sqlite3.SQLITE_PERM: StoreReadOnly,
    sqlite3.SQLITE_CORRUPT: StoreDamaged,
    sqlite3.SQLITE_NOTADB: NotAStore,
    sqlite3.SQLITE_BUSY: StoreBusy,
    sqlite3.SQLITE_LOCKED: StoreBusy,
}


SqliteError = (sqlite3.Error, UnicodeDecodeError)
"""What comes out of sqlite3. It cannot even raise its own error if damage left bytes in the text that are no text."""


def as_store_error(path: Path | str, error: sqlite3.Error | UnicodeDecodeError | OSError) -> StoreError:
    """Say in our terms what SQLite or the system reported; a plain StoreError is a mistake in our own statements."""
    if isinstance(error, OSError):
        return (StoreFull if error.errno == ENOSPC else StoreFailed)(path, str(error))
    if isinstance(error, UnicodeDecodeError) or str(error).startswith("Could not decode"):
        return StoreDamaged(path, f"text that is no text: {error}")
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the kind, the rest tells it apart
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    return _FAILURES.get(code, StoreError)(path, f"{name}: {error}")
