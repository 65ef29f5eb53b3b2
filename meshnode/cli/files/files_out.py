"""Files that commands write: whole or not at all, and never over another by mistake."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.words.safe_text import clean

_PART = ".part"


def target(desk: Desk, name: str, *, force: bool) -> Path:
    """Return where a file is to be written; raises Failure if there is one already (unless `force`)."""
    path = Path(name).expanduser().absolute()
    if path.exists() and not path.is_file():
        raise Failure(Exit.USAGE, f"{clean(str(path))} is no file", f"meshnode {desk.command_name} --help")
    if path.exists() and not force:
        cause = f"{clean(str(path))} exists already; add --force to replace it"
        raise Failure(Exit.CONFLICT, cause, f"meshnode {desk.command_name} --help")
    return path


def write_text(path: Path, text: str, *, force: bool) -> None:
    """Write a text; raises Failure if it cannot be written."""
    with _beside(path, force=force) as out:
        out.write(text)


def write_table(path: Path, heads: Sequence[str], rows: Iterable[Sequence[str]], *, force: bool) -> int:
    """Write a table for spreadsheets, and return how many rows it has; raises Failure if it cannot be written."""
    import csv  # Only who wants a file of it pays for this.

    number = 0
    with _beside(path, force=force) as out:
        table = csv.writer(out)
        table.writerow(heads)
        for row in rows:
            table.writerow(row)
            number += 1
    return number


@contextmanager
def _beside(path: Path, *, force: bool) -> Iterator[TextIO]:
    """Write beside the wanted file and put it in its place once it is whole; only the owner can read it.

    Whoever else writes the same file does so beside it under another name. What a process that was killed left there
    goes with the next writing.
    """
    try:
        part, number = _open_beside(path)
        try:
            with open(number, "w", encoding="utf-8", newline="") as out:
                yield out
                out.flush()
                os.fsync(out.fileno())
                _put(part, path, force=force)
        finally:
            part.unlink(missing_ok=True)
    except FileExistsError as error:
        cause = f"{clean(str(path))} has come into being meanwhile; add --force to replace it"
        raise Failure(Exit.CONFLICT, cause) from error
    except OSError as error:
        raise Failure(Exit.FAILURE, f"{clean(str(path))} cannot be written: {error.strerror}") from error


def _open_beside(path: Path) -> tuple[Path, int]:
    """Make a file beside another for what is written, with a lock that goes with the process. Raises OSError."""
    for left in path.parent.iterdir():
        if left.name.startswith(f".{path.name}.") and left.suffix == _PART and _is_left(left):
            left.unlink(missing_ok=True)
    part = path.with_name(f".{path.name}.{os.urandom(8).hex()}{_PART}")
    number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    _lock(number)
    return part, number


def _is_left(part: Path) -> bool:
    """Whether nobody writes there any more."""
    try:
        number = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False  # It is none of ours.
    try:
        return _lock(number)
    finally:
        os.close(number)


def _lock(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False  # Somebody has it; or there are no locks on this disk, and what is left stays.
    return True


def _put(part: Path, path: Path, *, force: bool) -> None:
    """Give a file its name, in one step; without `force` only if nothing has it. Raises OSError."""
    if not force:
        try:
            os.link(part, path)
            return
        except FileExistsError:
            raise
        except OSError:  # Some disks know no second names.
            if path.exists():
                raise FileExistsError(path) from None
    part.replace(path)
