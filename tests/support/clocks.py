"""A clock that a test may set while the program runs that goes by it."""

import os
from pathlib import Path

from tests.support.programs import APART

CODE = Path(__file__).parent / "another_clock"


class WrongClock:
    """The clock of the programs that are started with its environment; right until it is set."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self.set(0)

    def set(self, seconds: int) -> None:
        """Let it show so many seconds more than it is."""
        after = self._file.with_suffix(".new")
        after.write_text(str(seconds))
        after.replace(self._file)  # never seen half-written

    @property
    def environ(self) -> dict[str, str]:
        """The environment of a program that goes by this clock."""
        paths = [str(CODE), *filter(None, [os.environ.get("PYTHONPATH")])]
        return {**APART, "ANOTHER_CLOCK": str(self._file), "PYTHONPATH": os.pathsep.join(paths)}
