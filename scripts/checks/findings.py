"""What every check shares: which files it reads, and how it says what it found."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PRODUCT = ("meshnode", "protocol")
"""The folders with the code that runs; tests/ and scripts/ look after it."""

EVERYTHING = (*PRODUCT, "tests", "scripts", ".ci")
NOT_OURS = frozenset({"__pycache__", "node_modules", "static"})


class Finding(NamedTuple):
    """One place that breaks a rule: its path from the checkout's root, its line from 1, or 0 for the whole file."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}" if self.line else f"{self.path}: {self.text}"


def files(root: Path, suffixes: tuple[str, ...], folders: tuple[str, ...] = EVERYTHING) -> Iterator[tuple[str, Path]]:
    """The files with one of the suffixes ("" is for scripts), sorted, each with its path from the root as text."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            inside = path.relative_to(root)
            if path.suffix in suffixes and not NOT_OURS.intersection(inside.parts) and path.is_file():
                yield inside.as_posix(), path
