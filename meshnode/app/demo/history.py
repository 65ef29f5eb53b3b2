"""A real git history for the demonstration: this project's own, or that of the folder one stands in."""

import subprocess
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import meshnode
from meshnode.app.endings import Ending, Exit

MOST_COMMITS = 5_000
"""Commits looked at to find who wrote most."""
_SECONDS = 20


class History(NamedTuple):
    """A repository, and the address under which most of it was written."""

    path: Path
    email: str
    own: bool
    """False if it was made for the demonstration, because no repository was at hand."""


def find_history(scratch: Path, given: Path | None = None) -> History:
    """The history to import: `given`, else the project's, else the current folder's, else one made in `scratch`."""
    for path in [given] if given else [Path(meshnode.__file__).parents[1], Path.cwd()]:
        email = _busiest(path)
        if email:
            return History(path.resolve(), email, True)
    if given:
        raise Ending(Exit.USAGE, f"{given} is no git repository with commits", "meshnode demo")
    return History(make_history(scratch / "history"), "ana@example.org", False)


def _busiest(path: Path) -> str:
    """The address of most commits, empty if there are none."""
    command = ["git", "-C", str(path), "log", f"--max-count={MOST_COMMITS}", "--no-merges", "--format=%aE"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
    found = Counter(told.split()).most_common(1)
    return found[0][0] if found else ""


def make_history(folder: Path) -> Path:
    """A repository with a day's work in it, so that the demonstration runs everywhere git does."""
    titles = ("Sketch the landing page", "Add the price table", "Fix the form on phones", "Translate to Spanish")
    commits = "".join(
        f"commit refs/heads/main\ncommitter Ana <ana@example.org> {1_760_000_000 + 3600 * at} +0200\n"
        f"data {len(title)}\n{title}\n"
        for at, title in enumerate(titles)
    )
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(folder)], check=True, timeout=_SECONDS)
    command = ["git", "-C", str(folder), "fast-import", "--quiet"]
    subprocess.run(command, input=commits.encode(), check=True, timeout=_SECONDS)
    return folder
