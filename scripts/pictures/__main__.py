"""Takes a picture of every page of the dashboard, light and dark, wide and narrow.

    scripts/screenshots [FOLDER] [PAGE…]

Without a folder the few that the documents show are renewed, in tests/transcripts/pictures.
"""

import sys
from pathlib import Path
from typing import get_args

from tests.support.browser import Chromium, Scheme, chromium, window
from tests.support.studio import Studio, studio

SHOWN = Path(__file__).resolve().parents[2] / "tests" / "transcripts" / "pictures"
"""Where the documents' pictures stand."""
FEW: tuple[tuple[str, Scheme, int], ...] = (
    ("today", "light", 1440),
    ("money", "light", 1440),
    ("work", "dark", 1440),
    ("agreement", "light", 1440),
)
"""What the documents show."""
WIDTHS = (1440, 360)
WEEKS = 40
LARGEST = 150 << 10
"""Bytes of a picture in the documents."""


def main(words: list[str]) -> None:
    """Set the studio up, and look at it."""
    with studio(weeks=WEEKS) as nodes, chromium() as browser:
        if words:
            take_all(nodes, browser, Path(words[0]), words[1:])
        else:
            for name, scheme, width in FEW:
                path = SHOWN / f"{name}.png"
                take(nodes, browser, [name], scheme, width, SHOWN, whole=False)
                (SHOWN / f"{name}-{scheme}-{width}.png").replace(path)
                if path.stat().st_size > LARGEST:
                    sys.exit(f"{path} is too large: {path.stat().st_size} bytes")


def take_all(nodes: Studio, browser: Chromium, folder: Path, names: list[str]) -> None:
    """Every page, or some, in every form."""
    schemes: tuple[Scheme, ...] = get_args(Scheme)
    for scheme in schemes:
        for width in WIDTHS:
            take(nodes, browser, names, scheme, width, folder, whole=True)


def take(
    nodes: Studio, browser: Chromium, names: list[str], scheme: Scheme, width: int, folder: Path, *, whole: bool
) -> None:
    """Some pages in one form; `whole` takes all of a page, however long it is."""
    folder.mkdir(parents=True, exist_ok=True)
    with browser.borrowed() as lent, window(lent, nodes.urls["ana"], width=width, scheme=scheme) as watched:
        watched.page.goto(nodes.link("ana"))
        for name, path in nodes.pages().items():
            if not names or name in names:
                watched.page.goto(nodes.urls["ana"] + path)
                watched.page.screenshot(path=folder / f"{name}-{scheme}-{width}.png", full_page=whole)
                print(folder / f"{name}-{scheme}-{width}.png")


if __name__ == "__main__":
    main(sys.argv[1:])
