"""Looking for secrets where none may be: every way a program could have written one down."""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

IN_A_ROW = 3
"""Recovery words that follow each other by no accident."""


def spellings(secret: bytes) -> list[bytes]:
    """A secret as bytes, and as the texts that programs make of bytes."""
    return [secret, secret.hex().encode(), secret.hex().upper().encode(), base64.b64encode(secret).rstrip(b"=")]


def words_in_a_row(words: Sequence[str]) -> list[re.Pattern[bytes]]:
    """Patterns for a few of these words after each other, whatever stands between them."""
    rows = (words[place : place + IN_A_ROW] for place in range(len(words) - IN_A_ROW + 1))
    return [re.compile(rb"\W+".join(word.encode() for word in row)) for row in rows]


def found_in(
    places: Mapping[str, bytes], secrets: Mapping[str, bytes], words: Sequence[str] = ()
) -> list[tuple[str, str]]:
    """Which secret stands where."""
    patterns = [(name, re.compile(re.escape(text))) for name, secret in secrets.items() for text in spellings(secret)]
    patterns += [("recovery words", pattern) for pattern in words_in_a_row(words)]
    return sorted(
        {(name, place) for place, content in places.items() for name, pattern in patterns if pattern.search(content)}
    )


def files_under(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def told_by_system(pids: Iterable[int]) -> dict[str, bytes]:
    """What anybody who may look sees of processes: their arguments and their environment."""
    return {f"{pid} {what}": content for pid in pids for what, content in _told(pid)}


def _told(pid: int) -> Iterator[tuple[str, bytes]]:
    for what in ("cmdline", "environ"):
        try:
            yield what, Path(f"/proc/{pid}/{what}").read_bytes()
        except PermissionError:  # It lets nobody look.
            continue
