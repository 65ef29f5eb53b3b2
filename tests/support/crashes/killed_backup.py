"""Saves a home, or makes one of a backup, killed after its first line, its second, … until nothing kills it.

Run as `python -m tests.support.crashes.killed_backup create|restore HOME FILE`. After each kill a line tells what is
there: `nothing`, `half` or `whole`. A process of its own, so that it may fork and be traced.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import nacl.bindings  # noqa: F401 - here once, and not in every child

import meshnode.exchange
from meshnode.exchange.backup_file import BackupRefused
from meshnode.exchange.backup_in import check_backup, restore
from meshnode.exchange.backup_out import Source, write_backup
from meshnode.exchange.files import FileTrouble
from tests.support.crashes.killed import ends_after
from tests.support.crashes.killed_at import CHEAP

SECRET = "seven violins in an amber canyon"
FILES = {"config.toml", "device.key", "records.db", "transport.key"}
OURS = str(Path(meshnode.exchange.__file__).parent)


def save(home: Path, file: Path) -> object:
    """Save a home."""
    source = Source(home, home / "config.toml", "0.1", 1_790_000_000_000)
    return write_backup(source, file, SECRET, "passphrase", CHEAP)


def bring_back(home: Path, file: Path) -> object:
    """Make a home of a backup."""
    return restore(file, SECRET, home, home / "config.toml")


def state_of_home(home: Path, file: Path) -> str:
    """Whether the home is there."""
    if not home.exists():
        return "nothing"
    return "whole" if {path.name for path in home.iterdir()} == FILES else "half"


def state_of_file(home: Path, file: Path) -> str:
    """Whether the backup is there."""
    try:
        check_backup(file, SECRET)
    except FileTrouble:
        return "nothing"
    except BackupRefused:
        return "half"
    return "whole"


DEEDS: dict[str, tuple[Callable[[Path, Path], object], Callable[[Path, Path], str]]] = {
    "create": (save, state_of_file),
    "restore": (bring_back, state_of_home),
}


def main(name: str, home: Path, file: Path) -> None:
    """Print a line for each line at which it was killed, and one for the time when it was not."""
    deed, state = DEEDS[name]
    for lines in range(1, sys.maxsize):
        code = ends_after(lines, lambda path: path.startswith(OURS), lambda: deed(home, file))
        found = state(home, file)
        print(found, flush=True)
        if code == 0 or found == "whole":
            return


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
