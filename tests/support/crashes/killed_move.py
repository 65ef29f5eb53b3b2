"""Moves a home out, or in, killed before its first line, its second, … until nothing kills it; then does it again.

Run as `python -m tests.support.crashes.killed_move out|away|in HOME FILE FOLDER`: for each line at which it was killed,
a line tells what was there then, and what was there once the same command was given again. `away` is `out`, but a file
that is there then is taken in elsewhere, and lost, before the command is given again. FOLDER holds what is played with.
A process of its own, so that it may fork and be traced.
"""

import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import nacl.bindings  # noqa: F401 - here once, and not in every child

import meshnode.app.move
import meshnode.exchange.files
import meshnode.exchange.move_in
import meshnode.store.home
import meshnode.store.leaving
from meshnode.app.endings import Ending
from meshnode.app.move import in_, out
from meshnode.config.places import locate
from meshnode.exchange.backup_file import BackupRefused, head_of
from meshnode.exchange.backup_in import check_backup
from meshnode.exchange.files import FileTrouble
from meshnode.store.home import Home, HomeState
from tests.support.crashes.killed import ends_after
from tests.support.crashes.killed_at import CHEAP

SECRET = "seven violins in an amber canyon"
OURS = {
    str(each.__file__)
    for each in (
        meshnode.app.move,
        meshnode.exchange.files,
        meshnode.exchange.move_in,
        meshnode.store.home,
        meshnode.store.leaving,
    )
}


def state_of_home(home: Path) -> str:
    """Whether a node of this home would sign: `none`, `signs`, `copy`, `leaving` or `left`."""
    if not (home / "records.db").exists():
        return "none"
    with Home(home, left_too=True) as found:
        if mark := found.left():
            return "left" if mark.whole else "leaving"
        return "signs" if found.state() is HomeState.UNCHANGED else "copy"


def state_of_file(file: Path) -> str:
    """What the file is: `none`, `home`, `gone` or `half`."""
    try:
        check_backup(file, SECRET)
        return head_of(file).kind
    except FileTrouble:
        return "none"
    except BackupRefused:
        return "half"


def leave(home: Path, file: Path) -> object:
    """Move out."""
    return out(locate(home, {}), file, SECRET, "passphrase", CHEAP)


def arrive(home: Path, file: Path) -> object:
    """Move in."""
    return in_(locate(home, {}), file, SECRET, dry_run=False)


def again(deed: Callable[[], object]) -> str:
    """Do it once more; whether that works."""
    try:
        deed()
    except Ending as ending:
        return ending.cause
    return "done"


def elsewhere(folder: Path) -> str:
    """The state of the home that the file became, if it became one."""
    home = folder / "elsewhere"
    return f" {state_of_home(home)}" if home.exists() else ""


def main(name: str, home: Path, file: Path, folder: Path) -> None:
    """Print a line for each line at which it was killed, and one for the time when it was not."""
    deed = arrive if name == "in" else leave
    for lines in range(1, sys.maxsize):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        here, there = folder / "home", folder / "file"
        if name != "in":
            shutil.copytree(home, here)
            with Home(here) as copy:
                copy.stamp()
        else:
            shutil.copyfile(file, there)
        done = partial(deed, here, there)
        code = ends_after(lines, OURS.__contains__, done)
        found = f"{state_of_home(here)} {state_of_file(there)}"
        if name == "away" and there.exists():
            arrive(folder / "elsewhere", there)
            there.unlink()
        told = again(done) if code else "done"
        print(f"{found}|{told}|{state_of_home(here)} {state_of_file(there)}{elsewhere(folder)}", flush=True)
        if code == 0:
            return


if __name__ == "__main__":
    main(sys.argv[1], *map(Path, sys.argv[2:]))
