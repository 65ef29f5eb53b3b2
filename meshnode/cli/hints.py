"""Commands inside sentences: finding them, and writing them so that they work when pasted."""

import os
import sys
from collections.abc import Iterator, Mapping

from meshnode.cli.index import ENTRIES

_START = "meshnode "
_ENDS = (",", ";", ": ", "`", ")")
"""What ends a command inside a sentence, outside of quotes."""
_ELSEWHERE = ("on your other device: ", "for whoever invited you: ")
"""Begin a sentence whose command is for another machine, where neither this path nor this home means anything."""


def pieces(text: str) -> Iterator[tuple[bool, str]]:
    """Cut a sentence into (is it a command?, piece); put together the pieces are the sentence again."""
    while text:
        start = _next_command(text)
        if start < 0:
            yield False, text
            return
        if start:
            yield False, text[:start]
        end = _end_of_command(text, start)
        yield True, text[start:end]
        text = text[end:]


def pasteable(text: str, program: str, home: str | None) -> str:
    """Return a sentence with each command in it as it works here, between backticks unless it is the whole sentence."""
    found = list(pieces(text))
    if len(found) == 1 and found[0][0]:
        return command(text, program, home)
    if text.startswith(_ELSEWHERE):
        program, home = "meshnode", None
    written = ""
    for is_command, piece in found:
        if is_command:
            marked = written.endswith("`")
            shown = command(piece, program, home)
            written += shown if marked else f"`{shown}`"
        else:
            written += piece
    return written


def is_command(text: str) -> bool:
    """Return whether a sentence is one command and nothing else."""
    found = list(pieces(text))
    return len(found) == 1 and found[0][0]


def command(line: str, program: str, home: str | None) -> str:
    """Return `meshnode …` with the path of the program and the home that are meant."""
    words = line.removeprefix("meshnode").lstrip()
    return " ".join(filter(None, (program, f"--home {quoted(home)}" if home else "", words)))


def program(environ: Mapping[str, str]) -> str:
    """Return how this program is called from the user's shell: by name if the PATH leads to it."""
    called = sys.argv[0] if sys.argv else ""
    if os.path.basename(called) != "meshnode":
        return f"{quoted(sys.executable)} -m meshnode.cli"
    for folder in environ.get("PATH", os.defpath).split(os.pathsep):
        found = os.path.join(folder, "meshnode")
        if os.access(found, os.X_OK) and os.path.isfile(found):
            if os.path.realpath(found) == os.path.realpath(called):
                return "meshnode"
            break  # Another meshnode comes first on the PATH; its name alone would start that one.
    return quoted(os.path.abspath(called))


def quoted(text: str) -> str:
    """Return `text` as one word of a shell command."""
    if text and text.isascii() and all(char.isalnum() or char in "@%+=:,./-_" for char in text):
        return text
    return "'" + text.replace("'", "'\"'\"'") + "'"


def _next_command(text: str) -> int:
    """Return where `meshnode` is followed by one of its commands, -1 if nowhere."""
    start = text.find(_START)
    while start >= 0:
        word = text[start + len(_START) :].split(" ", 1)[0].rstrip(",;.:`")
        if word in ENTRIES or word.startswith("--"):
            return start
        start = text.find(_START, start + 1)
    return -1


def _end_of_command(text: str, start: int) -> int:
    quote = ""
    for place in range(start, len(text)):
        char = text[place]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif text.startswith(_ENDS, place) or _is_full_stop(text, place):
            return place
    return len(text)


def _is_full_stop(text: str, place: int) -> bool:
    """Return whether a dot ends the sentence; one after a space is the folder one is in."""
    return text[place] == "." and text[place - 1] != " " and text[place + 1 : place + 2] in ("", " ")
