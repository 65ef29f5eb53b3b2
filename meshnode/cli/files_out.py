"""Files that commands write: whole or not at all, and never over another by mistake."""

from __future__ import annotations

import os
from pathlib import Path

from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.safe_text import clean


def write_new(desk: Desk, name: str, text: str, *, force: bool) -> Path:
    """Write a text beside the wanted file and put it in its place once it is whole; only the owner can read it.

    Raises Failure if there is one already (unless `force`), or it cannot be written.
    """
    path = Path(name).expanduser().absolute()
    if path.exists() and not path.is_file():
        raise Failure(Exit.USAGE, f"{clean(str(path))} is no file", f"meshnode {desk.command_name} --help")
    if path.exists() and not force:
        raise Failure(Exit.CONFLICT, f"{clean(str(path))} exists already; add --force to replace it")
    part = path.with_name(f"{path.name}.part")
    try:
        with open(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline=""
        ) as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Failure(Exit.FAILURE, f"{clean(str(path))} cannot be written: {error.strerror}") from error
    return path
