"""`meshnode ui`: the dashboard in a browser."""

from __future__ import annotations

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit
from meshnode.words.safe_text import clean


def ui(desk: Desk, *, no_open: bool) -> Exit:
    """Ask the node for a link that works once, show it, and open it."""
    link = desk.client().node.login_link()
    opened = not no_open and _opens(desk, link["url"])
    if desk.out.as_json:
        desk.out.give("ui", {**link, "opened": opened})
        return Exit.OK
    desk.out.ok("Opening the dashboard in your browser" if opened else "Open this in a browser on this machine")
    desk.out.line(f"  {clean(link['url'])}")
    desk.out.line(f"  It works once, within {link['seconds']} seconds. Another:  {desk.command('meshnode ui')}")
    return Exit.OK


def _opens(desk: Desk, url: str) -> bool:
    """Whether a browser could be asked to open it; one in a terminal would take the terminal over."""
    import webbrowser  # It looks for every browser there is.

    if not any(desk.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")) and not _has_always():
        return False
    try:
        return webbrowser.open(url)
    except webbrowser.Error:
        return False


def _has_always() -> bool:
    """Whether the system always has one."""
    import sys

    return sys.platform in ("darwin", "win32")


COMMAND = Command(
    "ui",
    "Open the dashboard in your browser.",
    ui,
    (Argument(("--no-open",), "Only print the link.", kind="flag"),),
    text="The node shows its pages to nobody but you, on this machine alone: on Linux to no program of another user, "
    "even one that knows the link. The link logs in the browser that opens it first; after that it is worth nothing. "
    "A session lasts twelve hours at most, and ends when the node stops.",
    exits=(Exit.NOT_RUNNING, Exit.CONFLICT),
)
COMMANDS = {COMMAND.name: COMMAND}
