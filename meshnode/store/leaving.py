"""The mark of a home that its owner moved out of: where it stands, no node runs and nothing is signed.

States of a home, and what leads from one to the other (`Home` makes the steps):

    STAYS ──leave── LEAVING ──leave── LEFT         the mark comes before the file, so no file is about without a mark;
                                                   LEFT comes before its name, so no second file is written
    LEAVING ──stay── STAYS                         in the process that began, if there is no file
    LEAVING, LEFT ──come_back── COPIED             the owner says so; what becomes of a copy is said in `home.py`

The stamp goes with the mark: a program that does not know the mark, or a mark that somebody removes, leaves a copy.
"""

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from meshnode.store.database import flush_folder
from meshnode.store.errors import HomeLeft
from meshnode.store.secretfile import write_durably

MARK = "left.json"
"""The file that says so."""


class Left(msgspec.Struct, frozen=True):
    """What a home says of its owner's moving out."""

    move: str
    """Names the move, here and in the file: 32 hexadecimal digits."""
    file: str
    """Where the file was written, or was to be."""
    at: int
    """Milliseconds UTC."""
    whole: bool
    """Whether the file was written to its end: it has its name since, or is about to get it."""
    format: str = "meshnode.left/1"

    def error(self, folder: Path) -> HomeLeft:
        """The same as what is raised."""
        day = datetime.fromtimestamp(self.at / 1000, UTC).date().isoformat()
        return HomeLeft(folder, self.file, day, whole=self.whole)


UNREADABLE = Left("", "an unknown place", 0, whole=True)
"""A mark that cannot be read is one all the same."""


def left_mark(folder: Path) -> Left | None:
    """The mark in a folder, None where there is none. Raises OSError."""
    try:
        return msgspec.json.decode((folder / MARK).read_bytes(), type=Left)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError:
        return UNREADABLE


def write_mark(folder: Path, mark: Left) -> None:
    """Write the mark, durably. Raises OSError."""
    write_durably(folder / MARK, msgspec.json.encode(mark) + b"\n")


def remove_mark(folder: Path) -> None:
    """Take the mark away, durably; it need not be there. Raises OSError."""
    (folder / MARK).unlink(missing_ok=True)
    flush_folder(folder)
