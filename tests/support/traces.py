"""Looking for words in the bytes of files: what was erased must stand in none of them."""

from collections.abc import Iterable
from pathlib import Path


def traces(folder: Path, words: Iterable[str]) -> list[str]:
    """Names of the files below a folder in which one of the words stands, with that word; sorted."""
    wanted = {word: word.encode() for word in words}
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # a file that was replaced while we looked
            continue
        found += [f"{path.relative_to(folder)}: {word}" for word, raw in wanted.items() if raw in content]
    return found
