"""The 12 recovery words between their making and the moment the owner says that they are written down.

Until then they wait in a file only the owner can read, beside the key that they could replace, so that a terminal that
was closed too early loses nothing. They are shown on a terminal only, unless a flag asks for them, and never logged.
"""

import os
from pathlib import Path

from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure

WORDS_FILE = "recovery.words"
WORDS = 12
ASKED = 2
"""Words that are asked back: enough to notice a slip of paper that was never written."""
TRIES = 3
COMMAND = "meshnode whoami recovery"


def keep(data: Path, words: list[str]) -> None:
    """Write the words down until they are confirmed, durable and for the owner's eyes only."""
    path = data / WORDS_FILE
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with open(handle, "w", encoding="ascii") as file:
        file.write(" ".join(words) + "\n")
        file.flush()
        os.fsync(file.fileno())


def waiting(data: Path) -> list[str] | None:
    """Return the words that wait to be written down, None if none do."""
    try:
        return (data / WORDS_FILE).read_text(encoding="ascii").split()
    except FileNotFoundError:
        return None


def forget(data: Path) -> None:
    """Remove the words: from now on they exist on paper only."""
    path = data / WORDS_FILE
    with path.open("r+b") as file:
        # On most disks the old bytes are gone with this; on flash they may live on until they are reused.
        file.write(b"x" * path.stat().st_size)
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


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
