"""Recovery keys on the command line: words on paper, a file on a stick, and somebody trusted who keeps one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from meshnode.cli.commands import Argument
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.person import recovery
from meshnode.cli.person.unlocking import TRIES, choose, first_line_of

if TYPE_CHECKING:
    from meshnode.cli.desk import Desk

VARIABLE = "MESHNODE_RECOVERY_PASSPHRASE_FILE"
"""Names the file that holds the passphrase of a recovery file where there is no terminal."""

MAKING = (
    Argument(
        ("--recovery-file",),
        "Make a recovery key in this new file, to be kept off this machine.",
        metavar="FILE",
        complete="file",
    ),
    Argument(("--recovery-passphrase",), "Put a passphrase on that file, asked for twice.", kind="flag"),
    Argument(
        ("--guardian",),
        "Somebody trusted keeps a recovery key: NAME=LINE, the line of their `id guardian offer`; several times.",
        kind="repeat",
    ),
    Argument(("--need",), "How many of the recovery keys are needed together (else 1).", kind="number"),
)
"""The options by which recovery keys are chosen."""
USING = (
    Argument(("--file",), "Read the words from the first line of this file.", metavar="FILE", complete="file"),
    Argument(("--with-file",), "Use the recovery key in this file, too.", metavar="FILE", complete="file"),
    Argument(("--consent",), "What `id guardian sign` printed at somebody trusted; several times.", kind="repeat"),
)
"""The options by which recovery keys are used."""


def chosen(desk: Desk, file: str | None, guardians: list[str], need: int | None, *, sealed: bool) -> list[str]:
    """Make the recovery file, and return the options that tell the node's program which keys there are."""
    told = [f"--guardian={each}" for each in guardians]
    if file is not None:
        path = _path(file)
        told.append(f"--holder=file:{_digest(_made(desk, path, sealed=sealed))}:{path.name}")
    elif sealed:
        raise Failure(Exit.USAGE, "--recovery-passphrase goes with --recovery-file", f"{_manual(desk)}")
    return [*told, *([] if need is None else [f"--need={need}"])]


def given(desk: Desk, file: str | None, with_file: str | None, consents: list[str]) -> str:
    """Return what the node's program is told of the recovery keys that are here, a line for each; raises Failure."""
    lines = "" if with_file is None else f"seed {_read(desk, _path(with_file)).hex()}\n"
    others = bool(lines or consents)
    if file is None and others and not desk.can_ask:
        return lines
    if file is None and others:
        words = desk.ask("Your 12 recovery words, or nothing if they are not at hand: ")
        return lines + (recovery.checked(words) if words.strip() else "")
    return recovery.typed(desk, file, _manual(desk)) + lines


def _made(desk: Desk, path: Path, *, sealed: bool) -> bytes:
    from meshnode.store.errors import KeyfileError
    from meshnode.store.holderfile import make_holder

    passphrase = choose(desk, desk.environ.get(VARIABLE)) if sealed else None
    try:
        return make_holder(path, passphrase)
    except KeyfileError as error:
        raise _failure(desk, error) from error
    except MemoryError:
        raise Failure(Exit.FAILURE, "there is not enough free memory for a passphrase", "meshnode doctor") from None


def _read(desk: Desk, path: Path) -> bytes:
    from meshnode.store.errors import KeyfileError, WrongPassphrase
    from meshnode.store.holderfile import is_locked, read_holder

    file = desk.environ.get(VARIABLE)
    try:
        if not is_locked(path):
            return read_holder(path, None)
        if file:
            return read_holder(path, first_line_of(file))
        for left in reversed(range(TRIES if desk.can_ask else 0)):
            try:
                return read_holder(path, desk.ask_hidden(f"Passphrase of {path.name}: "))
            except WrongPassphrase:
                if not left:
                    raise
                desk.out.aside("  That is not it.")
    except KeyfileError as error:
        raise _failure(desk, error) from error
    cause = f"{path.name} has a passphrase, and there is no terminal to ask at; name a file that holds it in {VARIABLE}"
    raise Failure(Exit.WRONG_PASSPHRASE, cause, _manual(desk))


def _failure(desk: Desk, error: Exception) -> Failure:
    from meshnode.store.errors import KeyfileMissing, WrongPassphrase

    if isinstance(error, WrongPassphrase):
        return Failure(Exit.WRONG_PASSPHRASE, f"{error}; nothing was changed", _manual(desk))
    cause = "there is no such recovery file" if isinstance(error, KeyfileMissing) else str(error)
    return Failure(Exit.FAILURE, cause, _manual(desk))


def _digest(seed: bytes) -> str:
    from meshproto.records.signatures import SigningKey
    from meshproto.types.recovery import recovery_digest

    return recovery_digest(SigningKey(seed).public).hex()


def _path(file: str) -> Path:
    return Path(os.path.abspath(os.path.expanduser(file)))


def _manual(desk: Desk) -> str:
    return f"meshnode {desk.command_name} --help"
