"""The end of the demonstration: its pages, asked for as a browser does, and on a terminal left open to look at."""

import os
import signal
import sys
import webbrowser
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from http.client import HTTPConnection
from typing import NamedTuple
from urllib.parse import urlsplit

import trio

from meshnode.app.demo.money import Told
from meshnode.app.demo.narrator import Narrator
from meshnode.app.demo.seat import Seat
from meshnode.dashboard.frame import PLACES
from meshnode.dashboard.settings import LINK_SECONDS

LARGEST = 150 << 10
"""Bytes of a page; more would make somebody wait who looks at it from a telephone."""
PATIENCE = 120.0
"""Seconds until a page that does not come is given up."""
SHOWN = ("Ana", "Acme")
"""Whose dashboards people are shown: one who works, and one who pays."""
STDIN = 0


class Scene(NamedTuple):
    """What there is to look at: everybody at their nodes, and the ids of what they made."""

    seats: Mapping[str, Seat]
    told: Told


Afterwards = Callable[[Scene, Narrator], Awaitable[None]]
"""What is done once all scenes were played, while the nodes still run."""


def look_around(*, stays: bool, opens: bool) -> Afterwards:
    """Look at the pages; if it `stays`, let somebody else do so too until they have seen enough."""

    async def look(scene: Scene, say: Narrator) -> None:
        say.scene("All of it can be looked at: the dashboard")
        ana = scene.seats["Ana"]
        paths = [place.path for place in PLACES] + [f"/money/distributions/{scene.told.shared}/why"]
        sizes = await trio.to_thread.run_sync(partial(_sizes, ana.link(), paths))
        largest = max(sizes, default=0)
        words = ", ".join(place.word for place in PLACES)
        say.claim(f"Ana's node shows {words} and why each cent is where it is", len(sizes) == len(paths))
        say.claim(f"the largest page has {largest >> 10} KiB, and asks nobody else for anything", largest <= LARGEST)
        if stays:
            await _stay(scene, say, opens)

    return look


async def _stay(scene: Scene, say: Narrator, opens: bool) -> None:
    """Show the links, new ones at every line, until there is a signal or the end of the input."""
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
        async with trio.open_nursery() as nursery:

            async def heed() -> None:
                await anext(aiter(signals))
                nursery.cancel_scope.cancel()

            nursery.start_soon(heed)
            opened = opens and await trio.to_thread.run_sync(_opens, scene.seats["Ana"].link())
            while True:
                _show_links(scene, say, opened=opened)
                await trio.lowlevel.wait_readable(STDIN)
                if not os.read(STDIN, 4096):
                    break
                opened = False
            await trio.sleep_forever()  # nobody types there, but somebody may look


def _show_links(scene: Scene, say: Narrator, *, opened: bool) -> None:
    if opened:
        say.tell("It opens in your browser. Should it not, or to be somebody else, open one of these:")
    else:
        say.tell("Open one of these in a browser on this machine:")
    for name in SHOWN:
        say.tell(f"  {name:5} {scene.seats[name].link()}")
    say.tell(
        f"Each works once, within {LINK_SECONDS:.0f} seconds. Enter: new ones. Ctrl-C: end, and leave nothing behind."
    )


def _opens(url: str) -> bool:
    """Whether a browser could be asked to open it; one in a terminal would take the terminal over."""
    there = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
    try:
        return (there or sys.platform in ("darwin", "win32")) and webbrowser.open(url)
    except webbrowser.Error:
        return False


def _sizes(link: str, paths: list[str]) -> list[int]:
    """Log in by a link and load pages: how many bytes each has that could be loaded."""
    parts = urlsplit(link)
    connection = HTTPConnection(parts.netloc, timeout=PATIENCE)
    try:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        cookie = (answer.headers["set-cookie"] or "").partition(";")[0]
        answer.read()
        found = []
        for path in paths:
            connection.request("GET", path, headers={"Cookie": cookie})
            answer = connection.getresponse()
            size = len(answer.read())
            found += [size] if answer.status == 200 else []
        return found
    finally:
        connection.close()
