"""Gathers the pages of the handbook in one folder: those that are written, with what is made put into them."""

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from scripts.handbook import answers, commands, described, routes, shown, sources, tables

MADE: Mapping[str, Callable[[], str]] = {
    "commands": commands.overview,
    "everywhere": commands.everywhere,
    "exit codes": commands.exit_codes,
    "api": routes.about,
    "routes": routes.overview,
    "rights": routes.areas,
    "problems": routes.problems,
    "settings": tables.settings,
    "metrics": tables.metrics,
    "events": tables.events,
    "types": tables.types,
    "home": tables.home,
    "variables": tables.variables,
    "answers": answers.overview,
    "configurations": shown.configurations,
    "examples": shown.examples,
}
"""What is made from the program, by the name under which a page asks for it: `<!-- made: NAME -->`."""
PAGES: tuple[Callable[[], Mapping[str, str]], ...] = (commands.pages, routes.pages)
"""What makes whole pages."""
_MADE = re.compile(r"^<!-- made: (.+) -->$", re.MULTILINE)
_REST = "<!-- the rest -->"
_ENTRY = re.compile(r"^([\w./-]+)$", re.MULTILINE)


def gather(root: Path, folder: Path) -> list[str]:
    """Write all pages into a folder, and remove what is there of an earlier time; returns where each stands.

    Raises Undescribed, LinkToNothing, and KeyError if a page asks for what nothing makes.
    """
    described.check(described.everything())
    written = {page: sources.place(page) for page in sources.pages(root)}
    texts: dict[str, str] = {}
    pictures: dict[str, Path] = {}
    for page, place in written.items():
        text, shows = sources.linked(root, page, (root / page).read_text(encoding="utf-8"), written)
        texts[place] = _MADE.sub(lambda found: MADE[found[1]](), text)
        pictures |= shows
    for make in PAGES:
        texts |= make()
    for place in [place for place, text in texts.items() if _REST in text]:
        texts[place] = texts[place].replace(_REST, "\n".join(_rest(place, texts)))
    _write(folder, texts, pictures)
    return sorted(texts)


def _rest(place: str, texts: Mapping[str, str]) -> list[str]:
    """The pages in the folder of an index that it does not name itself, in the order of their paths."""
    folder = place.rpartition("/")[0] + "/"
    named = {f"{folder}{entry}.md" for entry in _ENTRY.findall(texts[place])}
    inside = (each for each in texts if each.startswith(folder) and each != place)
    return [each.removeprefix(folder).removesuffix(".md") for each in sorted(inside) if each not in named]


def _write(folder: Path, texts: Mapping[str, str], pictures: Mapping[str, Path]) -> None:
    """Touch only what changed, so that Sphinx reads only that again."""
    kept = {folder / place for place in (*texts, *pictures)}
    for path in [path for path in folder.rglob("*") if path.is_file() and path not in kept]:
        path.unlink()
    for place, text in texts.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for place, picture in pictures.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(picture, folder / place)
