"""The passphrase: from the person at the terminal or from a file, and from nowhere else.

It is no argument and no variable, which others could read in the list of processes. What goes to the node's process is
the main key that it opens, through a pipe.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure

if TYPE_CHECKING:
    from meshnode.store.sealed import MainKey

PASSPHRASE_FILE = "passphrase.key"
"""The file in a home whose presence says that its keys are behind a passphrase."""
VARIABLE = "MESHNODE_PASSPHRASE_FILE"
"""Names the file that a service without a terminal reads the passphrase from."""
TRIES = 3
SHORTEST = 8
"""Characters of a new passphrase. Length is no strength, but what is shorter has none."""
MANUAL = "meshnode id passphrase --help"
_MOST = 4096
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def is_protected(desk: Desk) -> bool:
    """Return whether a passphrase protects this home's keys."""
    return (desk.places.data / PASSPHRASE_FILE).exists()


def unlock(desk: Desk) -> MainKey | None:
    """Return what opens this home's keys, None if they need nothing; raises Failure if it cannot be had."""
    if not is_protected(desk):
        return None
    from meshnode.store.dumps import forbid_dumps
    from meshnode.store.errors import KeyfileError

    forbid_dumps()
    file = desk.environ.get(VARIABLE)
    try:
        main_key = _open(desk, first_line_of(file)) if file else _asked(desk)
    except KeyfileError as error:
        raise Failure(Exit.FAILURE, str(error), "meshnode doctor") from error
    if main_key is None:
        where = f"{file} holds another passphrase" if file else "wrong passphrase"
        raise Failure(Exit.WRONG_PASSPHRASE, f"{where}; nothing was changed", MANUAL)
    return main_key


def for_new_home(desk: Desk, *, wanted: bool) -> MainKey | None:
    """Return what is to seal the keys that `init` makes, None if nothing is; raises Failure."""
    if is_protected(desk):
        folder = desk.shown_path(desk.places.data)
        desk.out.aside(f"  An init that was cut short has chosen a passphrase here. To begin anew, remove {folder}")
        return unlock(desk)
    if not wanted:
        return None
    passphrase = choose(desk, desk.environ.get(VARIABLE))
    from meshnode.store.errors import HomeError, HomeInUse
    from meshnode.store.home import Home
    from meshnode.store.protection import protect

    try:
        with Home(desk.places.data):
            return protect(desk.places.data, passphrase)
    except HomeInUse as error:
        raise Failure(Exit.HOME_IN_USE, str(error), "meshnode status") from error
    except (HomeError, MemoryError) as error:
        raise Failure(Exit.FAILURE, _cause(error), "meshnode doctor") from error


def choose(desk: Desk, file: str | None, variable: str = VARIABLE, manual: str = MANUAL) -> str:
    """Return a new passphrase, from the file or asked for twice; raises Failure if none was chosen."""
    from meshnode.store.dumps import forbid_dumps

    forbid_dumps()
    if file:
        if trouble := _unfit(passphrase := first_line_of(file, manual)):
            raise Failure(Exit.WRONG_PASSPHRASE, f"{file}: {trouble}", manual)
        return passphrase
    _need_terminal(desk, variable, manual)
    for _ in range(TRIES):
        passphrase = desk.ask_hidden("New passphrase (several words are best): ")
        if trouble := _unfit(passphrase):
            desk.out.aside(f"  {trouble[0].upper()}{trouble[1:]}.")
        elif passphrase == desk.ask_hidden("The same again: "):
            return passphrase
        else:
            desk.out.aside("  Those were two different ones.")
    raise Failure(Exit.WRONG_PASSPHRASE, "no passphrase was chosen; nothing was changed", manual)


def first_line_of(file: str, manual: str = MANUAL) -> str:
    """Return the first line of a file that only its owner can read; raises Failure, which names the `manual`."""
    try:
        with open(os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY), "rb") as opened:
            _check_private(file, os.fstat(opened.fileno()), manual)
            return opened.read(_MOST).partition(b"\n")[0].removesuffix(b"\r").decode()
    except OSError as error:
        raise Failure(Exit.WRONG_PASSPHRASE, f"{file} could not be read: {error.strerror}", manual) from error
    except UnicodeDecodeError as error:
        raise Failure(Exit.WRONG_PASSPHRASE, f"{file} holds no text", manual) from error


def _check_private(file: str, found: os.stat_result, manual: str) -> None:
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISFIFO(found.st_mode)):
        raise Failure(Exit.WRONG_PASSPHRASE, f"{file} is not a file", manual)
    if found.st_uid not in (0, os.geteuid()):
        raise Failure(Exit.WRONG_PASSPHRASE, f"{file} belongs to another user, who knows what is in it", manual)
    if found.st_mode & _OTHERS:
        cause = f"{file} can be read or written by others, so what is in it protects nothing: run `chmod 600 {file}`"
        raise Failure(Exit.WRONG_PASSPHRASE, cause)


def _asked(desk: Desk) -> MainKey | None:
    _need_terminal(desk)
    for attempt in range(TRIES):
        main_key = _open(desk, desk.ask_hidden("Passphrase: "))
        if main_key is not None:
            return main_key
        if attempt + 1 < TRIES:
            desk.out.aside("  That is not it.")
    return None


def _open(desk: Desk, passphrase: str) -> MainKey | None:
    """Return the main key, None if the passphrase is wrong; raises KeyfileError."""
    from meshnode.store.errors import WrongPassphrase
    from meshnode.store.protection import open_home

    desk.out.progress("opening the keys …")
    try:
        return open_home(desk.places.data, passphrase)
    except WrongPassphrase:
        return None
    finally:
        desk.out.progress_done()


def _need_terminal(desk: Desk, variable: str = VARIABLE, manual: str = MANUAL) -> None:
    if not (desk.stdin.isatty() and desk.out.stderr_is_terminal):  # Whatever the answer is to look like.
        cause = f"a passphrase is needed, and there is no terminal to ask at; name a file that holds it in {variable}"
        raise Failure(Exit.WRONG_PASSPHRASE, cause, manual)


def _unfit(passphrase: str) -> str:
    """Return why this can be no new passphrase, "" if it can."""
    if len(passphrase) < SHORTEST:
        return f"a passphrase has at least {SHORTEST} characters"
    from meshnode.store.passphrase import as_bytes

    try:
        as_bytes(passphrase)
    except ValueError as error:
        return str(error)
    return ""


def _cause(error: Exception) -> str:
    return "there is not enough free memory for a passphrase" if isinstance(error, MemoryError) else str(error)
