"""Changes a home's protection again and again, killed after its first line, its second, … until nothing kills it.

Run as `python -m tests.support.crashes.killed_at protect|change|unprotect HOME FOLDER`: FOLDER/1, FOLDER/2, … are what
is left of the home, the last of them with the change complete. A process of its own, so that it may fork and be traced.
"""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import nacl.bindings  # noqa: F401 - here once, and not in every child

import meshnode.store
from meshnode.store.passphrase import Cost
from meshnode.store.protection import change, open_home, protect, unprotect
from tests.support.crashes.killed import ends_after

OLD, NEW = "the old passphrase", "the new passphrase"
CHEAP = Cost(passes=1, kib=8)
"""The least that Argon2 does, for tests in which nobody guesses."""
OURS = str(Path(meshnode.store.__file__).parent)


def _deed(name: str, home: Path) -> Callable[[], object]:
    if name == "protect":
        return lambda: protect(home, NEW, CHEAP)
    main_key = open_home(home, OLD)
    return (lambda: change(home, main_key, NEW, CHEAP)) if name == "change" else (lambda: unprotect(home, main_key))


def _is_ours(file: str) -> bool:
    return file.startswith(OURS)


def main(name: str, home: Path, folder: Path) -> None:
    """Leave a folder for each line."""
    for lines in range(1, sys.maxsize):
        copy = folder / str(lines)
        shutil.copytree(home, copy)
        if ends_after(lines, _is_ours, _deed(name, copy)) == 0:
            return


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
