"""QR codes in the terminal, for lines that are read from the screen of another machine."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from meshnode.cli.commands import Argument

if TYPE_CHECKING:
    from meshnode.cli.desk import Desk

QR = Argument(("--qr",), "Draw the line as a QR code, too.", kind="flag")
LINK = "meshnode:line/"
"""What the line of a device, or of a recovery, begins with in a link."""
BORDER = 2
"""Light modules around the code; four are the rule, two are enough on a screen."""
_HALVES = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
"""What two modules, one above the other, are drawn as: light ones are lit, as terminals are dark."""


def show(desk: Desk, text: str) -> None:
    """Print a line as a QR code."""
    for row in drawn(text):
        desk.out.line(f"  {row}")


def drawn(text: str) -> list[str]:
    """Return the rows of a QR code, two rows of modules in each."""
    import segno  # Only who asks for a code pays for it.

    code = segno.make(text, error="l", micro=False, boost_error=False)
    modules = [[bool(each) for each in row] for row in code.matrix_iter(border=BORDER)]
    light = [False] * len(modules[0])
    pairs = zip_longest(modules[::2], modules[1::2], fillvalue=light)
    return ["".join(_HALVES[one] for one in zip(above, below, strict=True)) for above, below in pairs]
