"""Where the pages of the project stand in the handbook, and how their links are led there.

Every page is written once, for whoever reads the project's files: `docs` holds what is written for the handbook alone,
the transcripts that the tests execute are its tutorials and instructions, `protocol` is taken over as it is.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

TUTORIALS = ("first-mesh", "money", "programs")
"""The transcripts that teach, one step after the other; the others show how one thing is done."""
TRANSCRIPTS = "tests/transcripts"
FOLDERS = {
    "protocol/spec": "protocol/spec/00-overview.md",
    "protocol/decisions": "protocol/index.md",
    "protocol/vectors": "protocol/vectors/README.md",
    "configs": "reference/configurations.md",
    "examples": "reference/examples.md",
}
"""Which page stands for a folder, and for the files in it that are no pages."""
PICTURES = (".png", ".svg")
_LINK = re.compile(r"(?<=\]\()(?P<path>[^()\s#]+)(?P<part>#[^()\s]*)?(?=\))")
_ELSEWHERE = re.compile(r"^(?:[a-z]+:|#|$)")


class LinkToNothing(Exception):
    """A page links to what is not there, or not shown in the handbook."""

    def __init__(self, page: str, line: int, path: str) -> None:
        super().__init__(f"{page}:{line} links to {path}, which is no page, picture or file that the handbook shows")


def pages(root: Path) -> Iterator[str]:
    """Every page that is written, by its path in the project."""
    for folder in ("docs", TRANSCRIPTS, "protocol"):
        for path in sorted((root / folder).rglob("*.md")):
            yield path.relative_to(root).as_posix()
    yield "CHANGELOG.md"


def place(page: str) -> str:
    """Where a page stands in the handbook."""
    path = PurePosixPath(page)
    if page.startswith("docs/"):
        return page.removeprefix("docs/")
    if page.startswith(f"{TRANSCRIPTS}/"):
        return f"{'tutorial' if path.stem in TUTORIALS else 'how-to'}/{path.name}"
    return {"README.md": "index.md", "CHANGELOG.md": "changelog.md"}.get(page, page)


def linked(root: Path, page: str, text: str, written: Mapping[str, str]) -> tuple[str, dict[str, Path]]:
    """The text of a page with its links led to where things stand in the handbook, and the pictures it shows.

    `written` are the places of all pages by their paths in the project. Raises LinkToNothing.
    """
    pictures: dict[str, Path] = {}
    lines, fence = [], ""
    for number, line in enumerate(text.splitlines(), 1):
        ticks = line.strip()[:3] if line.strip().startswith("```") else ""
        fence = ticks if ticks and not fence else "" if ticks else fence

        def led(found: re.Match[str], number: int = number) -> str:
            path = found["path"]
            if _ELSEWHERE.match(path):
                return found[0]
            target = _resolved(root, page, path)
            if target is None:
                raise LinkToNothing(page, number, path)
            if target in written:
                return _from(page, written[target]) + (found["part"] or "")
            if target.endswith(PICTURES):
                pictures[f"pictures/{PurePosixPath(target).name}"] = root / target
                return _from(page, f"pictures/{PurePosixPath(target).name}")
            folder = next((each for each in FOLDERS if target == each or target.startswith(f"{each}/")), None)
            if folder is None:
                raise LinkToNothing(page, number, path)
            return _from(page, FOLDERS[folder]) + (f"#{anchor(target)}" if (root / target).is_file() else "")

        lines.append(line if fence or ticks else _LINK.sub(led, line))
    return "\n".join([*lines, ""]), pictures


def anchor(path: str) -> str:
    """The target of a file that a page of the handbook shows."""
    return f"file-{re.sub(r'[^a-z0-9]+', '-', path.lower().replace('@', '-of-')).strip('-')}"


def _resolved(root: Path, page: str, path: str) -> str | None:
    """What a link of a page leads to, by its path in the project; None if there is nothing."""
    found = (root / page).parent / path
    inside = found.exists() and found.resolve().is_relative_to(root.resolve())
    return found.resolve().relative_to(root.resolve()).as_posix() if inside else None


def _from(page: str, target: str) -> str:
    """How a page of the handbook links to another place in it."""
    up = len(PurePosixPath(place(page)).parts) - 1
    return "../" * up + target
