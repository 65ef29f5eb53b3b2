"""Files that commands write: whole or not at all, and never over another by mistake."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.words.safe_text import clean


def target(desk: Desk, name: str, *, force: bool) -> Path:
    """Return where a file is to be written; raises Failure if there is one already (unless `force`)."""
    path = Path(name).expanduser().absolute()
    if path.exists() and not path.is_file():
        raise Failure(Exit.USAGE, f"{clean(str(path))} is no file", f"meshnode {desk.command_name} --help")
    if path.exists() and not force:
        cause = f"{clean(str(path))} exists already; add --force to replace it"
        raise Failure(Exit.CONFLICT, cause, f"meshnode {desk.command_name} --help")
    return path


def write_text(path: Path, text: str) -> None:
    """Write a text; raises Failure if it cannot be written."""
    with _beside(path) as out:
        out.write(text)


def write_table(path: Path, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write a table for spreadsheets, and return how many rows it has; raises Failure if it cannot be written."""
    import csv  # Only who wants a file of it pays for this.

    number = 0
    with _beside(path) as out:
        table = csv.writer(out)
        table.writerow(heads)
        for row in rows:
            table.writerow(row)
            number += 1
    return number


@contextmanager
def _beside(path: Path) -> Iterator[TextIO]:
    """Write beside the wanted file and put it in its place once it is whole; only the owner can read it."""
    part = path.with_name(f"{path.name}.part")
    try:
        with open(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline=""
        ) as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except OSError as error:
        raise Failure(Exit.FAILURE, f"{clean(str(path))} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
