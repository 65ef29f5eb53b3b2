"""Takes pictures of the dashboard at the end of the demonstration: every page, light and dark, wide and narrow.

    scripts/screenshots [FOLDER] [PAGE…]

Without a folder the few that the documents show are renewed, in tests/transcripts/pictures.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, get_args

import trio
from playwright.sync_api import Page, expect

from meshnode.app.demo.history import make_history
from meshnode.app.demo.looking import Scene
from meshnode.app.demo.narrator import Narrator
from meshnode.app.demo.run import play_demo
from tests.support.addresses import Things, pages_of
from tests.support.browser import Chromium, Scheme, chromium, window

SHOWN = Path(__file__).resolve().parents[2] / "tests" / "transcripts" / "pictures"
"""Where the documents' pictures stand."""


class Form(NamedTuple):
    """How a page is looked at."""

    scheme: Scheme
    width: int


FEW = {
    "today": Form("light", 1440),
    "money": Form("light", 1440),
    "work": Form("dark", 1440),
    "agreement": Form("light", 1440),
    "supposed": Form("light", 1440),
    "statement": Form("light", 1440),
    "people": Form("dark", 1440),
}
"""What the documents show."""
CLOSE = {"supposed": "section[aria-labelledby='h-supposed']"}
"""What of a page the documents show, where it is not its beginning."""
FORMS = tuple(Form(scheme, width) for scheme in get_args(Scheme) for width in (1440, 360))
PATIENCE_MS = 150_000
"""How long a picture waits for a node that has nothing to complain of."""
LARGEST = 150 << 10
"""Bytes of a picture in the documents."""


def pages(scene: Scene) -> dict[str, str]:
    """The address of every page, by the name of its picture."""
    told = scene.told
    found = pages_of(Things(told.shared, told.site, record=told.shared, to_sign=told.workshop))
    return {**found, "nowhere": "/nowhere"}


def main(words: list[str]) -> None:
    """Play the demonstration, and look at it."""

    async def look(scene: Scene, _say: Narrator) -> None:
        take = partial(_take_all, scene, Path(words[0]), words[1:]) if words else partial(_renew, scene)
        await trio.to_thread.run_sync(take)

    with TemporaryDirectory(prefix="mn-") as folder:
        said = Narrator(lambda kind, text, holds, seconds: print(text, file=sys.stderr) if kind == "scene" else None)
        history = make_history(Path(folder) / "history")  # alike wherever pictures are taken
        trio.run(play_demo, Path(folder), said, history, look)


def _renew(scene: Scene) -> None:
    """Take the few pictures of the documents anew."""
    with chromium() as chrome:
        for name, form in FEW.items():
            taken = take(scene, chrome, [name], form, SHOWN, whole=False)[0].replace(SHOWN / f"{name}.png")
            if taken.stat().st_size > LARGEST:
                sys.exit(f"{taken} is too large: {taken.stat().st_size} bytes")


def _take_all(scene: Scene, folder: Path, names: list[str]) -> None:
    """Every page, or some, in every form, and the page of who is not logged in."""
    with chromium() as chrome:
        for form in FORMS:
            take(scene, chrome, names, form, folder, whole=True)
            if not names or "login" in names:
                with _looking(scene, chrome, form) as page:
                    page.goto(_origin(scene))
                    page.screenshot(path=folder / f"login-{form.scheme}-{form.width}.png")


def take(scene: Scene, chrome: Chromium, names: list[str], form: Form, folder: Path, *, whole: bool) -> list[Path]:
    """Some pages in one form; `whole` takes all of a page, however long it is. The files they are in."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    with _looking(scene, chrome, form) as page:
        page.goto(scene.seats["Ana"].link())
        for name, path in pages(scene).items():
            if not names or name in names:
                page.goto(_origin(scene) + path)
                if not whole:  # what the documents show says nothing of how busy this machine is
                    expect(page.locator(".banner")).to_have_count(0, timeout=PATIENCE_MS)
                taken.append(folder / f"{name}-{form.scheme}-{form.width}.png")
                if not whole and name in CLOSE:
                    page.locator(CLOSE[name]).screenshot(path=taken[-1])
                else:
                    page.screenshot(path=taken[-1], full_page=whole)
                print(taken[-1])
    return taken


@contextmanager
def _looking(scene: Scene, chrome: Chromium, form: Form) -> Iterator[Page]:
    """A window of one form, that nobody has logged in yet."""
    with (
        chrome.borrowed() as browser,
        window(browser, _origin(scene), width=form.width, scheme=form.scheme) as watched,
    ):
        yield watched.page


def _origin(scene: Scene) -> str:
    return scene.seats["Ana"].url


if __name__ == "__main__":
    main(sys.argv[1:])
