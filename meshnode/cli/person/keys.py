"""`meshnode id passphrase` and `id words`: what protects the keys here, and what replaces them if they are lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.person import devices, recovery
from meshnode.cli.person.cards import CARD
from meshnode.cli.person.guardian import GUARDIAN
from meshnode.cli.person.recovering import RECOVER, VOUCH
from meshnode.cli.person.rotating import ROTATE
from meshnode.cli.person.unlocking import MANUAL, VARIABLE, choose, first_line_of, unlock

if TYPE_CHECKING:
    from meshnode.store.sealed import MainKey


def passphrase(desk: Desk, *, check: bool, remove: bool, new_file: str | None) -> Exit:
    """Set the passphrase, change it, try it or take it away."""
    if not desk.initialised:
        raise desk.not_initialised()
    if check + remove + (new_file is not None) > 1:
        raise Failure(Exit.USAGE, "only one of --check, --remove and --new-file makes sense at a time", MANUAL)
    main_key = unlock(desk)
    from meshnode.store.errors import KeyfileError

    try:
        return _settle(desk, main_key, check=check, remove=remove, new_file=new_file)
    except KeyfileError as error:
        raise Failure(Exit.FAILURE, str(error), "meshnode doctor") from error
    except MemoryError:
        raise Failure(Exit.FAILURE, "there is not enough free memory for a passphrase", "meshnode doctor") from None


def words(desk: Desk, *, file: str | None) -> Exit:
    """Say whether the recovery words on paper are the right ones; if they are, they need not wait here any more."""
    committed = desk.client().people.me()["recovery_digests"]
    if not committed:
        raise Failure(Exit.FAILURE, "this identity was made without recovery words")
    from meshnode.store.dumps import forbid_dumps

    forbid_dumps()
    typed = _in_file(file) if file else _typed(desk)
    if recovery.digest_of(typed.lower().split()) not in committed:
        raise Failure(Exit.VERIFICATION, "these are words, but not the recovery words of this identity")
    if recovery.wait(desk.places.data):
        recovery.forget(desk.places.data)
    desk.out.give_or_ok("id.words", {"right": True}, "These are your recovery words")
    return Exit.OK


def _typed(desk: Desk) -> str:
    if not desk.can_ask:
        raise Failure(Exit.USAGE, "there is no terminal to ask at; name a file with --file", "meshnode id words --help")
    return desk.ask("The 12 words, in their order: ")


def _in_file(file: str) -> str:
    try:
        return first_line_of(file)
    except Failure as failure:
        raise Failure(Exit.USAGE, failure.cause, "meshnode id words --help") from failure


def _settle(desk: Desk, main_key: MainKey | None, *, check: bool, remove: bool, new_file: str | None) -> Exit:
    from meshnode.store.protection import change, protect, unprotect

    data = desk.places.data
    if main_key is None and (check or remove):
        return _tell(desk, changed=False, protected=False, text="No passphrase protects the keys")
    if check:
        return _tell(desk, changed=False, protected=True, text="That is the passphrase")
    if main_key is not None and remove:
        unprotect(data, main_key)
        return _tell(
            desk, changed=True, protected=False, text="Passphrase removed; the keys lie in clear, for you alone"
        )
    if main_key is not None:
        change(data, main_key, choose(desk, new_file))
        return _tell(desk, changed=True, protected=True, text="Passphrase changed")
    protect(data, choose(desk, new_file or desk.environ.get(VARIABLE)))
    _tell(desk, changed=True, protected=True, text="The keys are sealed with your passphrase")
    if not desk.out.as_json:
        desk.out.line("  It is needed whenever the node starts. Nobody can tell it to you if you forget it.")
    return Exit.OK


def _tell(desk: Desk, *, changed: bool, protected: bool, text: str) -> Exit:
    kept = "passphrase" if protected else "clear"
    desk.out.give_or_ok("id.passphrase", {"changed": changed, "keys": kept}, text)
    return Exit.OK


_PASSPHRASE = Command(
    "id passphrase",
    "Set the passphrase that protects your keys, change it or remove it.",
    passphrase,
    (
        Argument(("--check",), "Only try the passphrase, and finish a change that was cut short.", kind="flag"),
        Argument(("--remove",), "Put the keys into the clear again.", kind="flag"),
        Argument(("--new-file",), "Read the new passphrase from this file.", metavar="FILE", complete="file"),
    ),
    text="Seals this machine's keys: without the passphrase, whoever copies the disk or a backup cannot sign as "
    "you. Records and their texts are not sealed.\n\nIt is asked for on the terminal, or read from the first line "
    "of the file that MESHNODE_PASSPHRASE_FILE names, which nobody else may read; it is never an argument. Works "
    "while the node runs, which has read its keys long ago and needs the passphrase from its next start on. A kill "
    "at any moment leaves the old passphrase or the new one.\n\nWhoever forgets it cannot open the keys any more: "
    "keep the recovery words. Keys that lay in clear before may survive in old backups and in the worn cells of "
    "flash.",
    examples=(
        ("Set it, or change it", "meshnode id passphrase"),
        ("Change it without a terminal", "meshnode id passphrase --new-file next-passphrase"),
    ),
    exits=(Exit.NOT_INITIALISED, Exit.WRONG_PASSPHRASE),
)
_WORDS = Command(
    "id words",
    "Check that the recovery words on your paper are the right ones.",
    words,
    (Argument(("--file",), "Read the words from the first line of this file.", metavar="FILE", complete="file"),),
    text="They are compared with what your identity committed to when it was made, and kept nowhere. If they are right "
    "and still wait on this machine to be written down, they are removed from it.",
    examples=(("With the paper at hand", "meshnode id words"),),
    exits=(Exit.NOT_INITIALISED, Exit.NOT_RUNNING, Exit.VERIFICATION),
)
COMMANDS = {
    command.name: command for command in (CARD, devices.DEVICE, GUARDIAN, _PASSPHRASE, RECOVER, ROTATE, VOUCH, _WORDS)
}
