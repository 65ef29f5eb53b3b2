"""The 12 recovery words between their making and the moment the owner says that they are written down.

Until then they wait in a file only the owner can read, beside the key that they could replace and sealed as it is; it
is written before the identity is, so that a terminal that was closed too early loses nothing. They are shown on a
terminal only, unless a flag asks for them, and never logged.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.person.unlocking import first_line_of
from meshnode.words.safe_text import clean

if TYPE_CHECKING:
    from meshnode.store.sealed import MainKey

WORDS_FILE = "recovery.words"
WORDS = 12
ASKED = 2
"""Words that are asked back: enough to notice a slip of paper that was never written."""
TRIES = 3
COMMAND = "meshnode whoami recovery"
WITH_PAPER = ("When you have pen and paper", COMMAND)
"""What is next while the words wait."""


def wait(data: Path) -> bool:
    """Return whether there are words that wait to be written down."""
    return (data / WORDS_FILE).exists()


def waiting(data: Path, main_key: MainKey | None) -> list[str]:
    """Return the words that wait to be written down; raises Failure if they cannot be read."""
    from meshnode.store.errors import KeyfileError
    from meshnode.store.keyfile import read_secret

    try:
        return read_secret(data / WORDS_FILE, main_key).decode("ascii", "replace").split()
    except KeyfileError as error:
        raise Failure(Exit.FAILURE, str(error), "meshnode doctor") from error


def digest_of(words: Sequence[str]) -> str:
    """Return what an identity with these words has committed to, hexadecimal; raises Failure if they are none."""
    from mnemonic import Mnemonic

    from meshproto.records.signatures import SigningKey
    from meshproto.types.recovery import recovery_digest, recovery_seed

    listed = Mnemonic("english")
    unknown = [word for word in words if word not in listed.wordlist]
    if len(words) != WORDS or unknown:
        cause = f"{clean(unknown[0])!r} is no such word" if unknown else f"there are {WORDS} words, not {len(words)}"
        raise Failure(Exit.VERIFICATION, cause, "meshnode id words --help")
    try:
        entropy = bytes(listed.to_entropy([*words]))
    except ValueError:
        cause = "one of these words is another one, or they stand in another order"
        raise Failure(Exit.VERIFICATION, cause, "meshnode id words --help") from None
    return recovery_digest(SigningKey(recovery_seed(entropy)).public).hex()


def forget(data: Path) -> None:
    """Remove the words: from now on they exist on paper only."""
    from meshnode.store.secretfile import remove_secret

    remove_secret(data / WORDS_FILE)


def typed(desk: Desk, file: str | None, manual: str) -> str:
    """Return the recovery words, in one line, checked for being such; raises Failure."""
    if file is not None:
        given = first_line_of(file)
    elif desk.can_ask:
        given = desk.ask("Your 12 recovery words, in their order: ")
    else:
        raise Failure(Exit.USAGE, "there is no terminal to ask for the words at; name a file with --file", manual)
    return checked(given)


def checked(given: str) -> str:
    """Return words in one line, if they are recovery words; raises Failure."""
    words = given.lower().split()
    digest_of(words)
    return " ".join(words) + "\n"


def tell(desk: Desk, words: list[str], *, later: bool, show_words: bool) -> bool:
    """Show the words where they may be seen; return whether somebody was there to confirm them, and did."""
    seen = (desk.out.is_terminal and not later) or show_words
    if seen:
        desk.out.line("Recovery words:")
        show(desk, words)
    if seen and desk.can_ask and confirm(desk, words):
        forget(desk.places.data)
        desk.out.ok("Confirmed; the words are removed from this machine")
        return True
    desk.out.warn("12 recovery words wait to be written down; without them a lost machine is a lost identity")
    return False


def show(desk: Desk, words: list[str]) -> None:
    """Print the words, numbered, in four lines of three."""
    numbered = [f"{place:2}. {word}" for place, word in enumerate(words, 1)]
    rows = WORDS // 3
    for row in range(rows):
        desk.out.line("    " + "".join(text.ljust(18) for text in numbered[row::rows]).rstrip())


def confirm(desk: Desk, words: list[str]) -> bool:
    """Ask for two of the words on a terminal; return False for "later". Raises Failure after too many wrong answers."""
    desk.out.line("Write them down on paper, in this order. They are the only way back if this machine is lost.")
    import secrets  # `status` looks for words that wait, and has no time for this.

    places = sorted(secrets.SystemRandom().sample(range(WORDS), ASKED))
    for place in places:
        for attempt in range(TRIES):
            answer = desk.ask(f"  Word {place + 1}, or `later`: ").lower()
            if answer in ("later", ""):
                return False
            if answer == words[place]:
                break
            desk.out.aside("  That is another word.")
            if attempt == TRIES - 1:
                raise Failure(Exit.PROBLEMS, "the words were not confirmed; they are kept until they are", COMMAND)
    return True
