"""A file that shows what was done: its digest is signed, the file itself stays where it is."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import NamedTuple

from meshnode.cli.exits import Exit, Failure
from meshnode.words.safe_text import clean

PIECE = 1 << 20
"""Bytes read at once."""
_UNKNOWN = "application/octet-stream"


class Seen(NamedTuple):
    """A file as it was when it was read: its SHA-256 in hexadecimal, its size in bytes, what its name says it is."""

    sha256: str
    size: int
    media: str


def look_at(path: str) -> Seen:
    """Read a file from beginning to end; raises Failure if there is none that can be read."""
    import hashlib  # Only who shows a file pays for these.
    import mimetypes

    found = Path(path).expanduser()
    digest, size = hashlib.sha256(), 0
    try:
        if not stat.S_ISREG(found.stat().st_mode):
            raise Failure(Exit.USAGE, f"{clean(path)} is no file; a folder can be packed into one")
        with found.open("rb") as stream:
            while piece := stream.read(PIECE):
                digest.update(piece)
                size += len(piece)
    except OSError as error:
        raise Failure(Exit.FAILURE, f"{clean(path)} could not be read: {error.strerror}") from error
    except ValueError as error:
        raise Failure(Exit.USAGE, f"{clean(path)} is no path") from error
    media = mimetypes.guess_type(found.name)[0] or _UNKNOWN
    well_formed = re.fullmatch(r"[a-z0-9.+-]{1,64}/[a-z0-9.+-]{1,64}", media)
    return Seen(digest.hexdigest(), size, media if well_formed else _UNKNOWN)
