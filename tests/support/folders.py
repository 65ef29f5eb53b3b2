"""Where tests keep files that need not outlast anything."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

MEMORY = Path("/dev/shm")
ENOUGH = 32 << 20
"""Bytes that must be free there; containers have 64 MiB."""


@contextmanager
def fleeting_folder() -> Iterator[Path]:
    """A folder in memory if there is room: work that flushes thousands of times would only wait for the disk."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ENOUGH
    with TemporaryDirectory(prefix="mn-", dir=MEMORY if roomy else None) as folder:
        yield Path(folder)
