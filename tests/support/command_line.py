"""Running a command in this process, with streams that are terminals or not."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meshnode.cli.main import main
from tests.support.fakes.fake_node import FakeNode


class Stream(io.StringIO):
    """Text that is kept, and says that it is a terminal or that it is none."""

    encoding = "utf-8"

    def __init__(self, text: str = "", *, terminal: bool = False) -> None:
        super().__init__(text)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


class AsciiStream(Stream):
    """A stream of a terminal that cannot write more than ASCII."""

    encoding = "ascii"


@dataclass(frozen=True)
class Ran:
    """What a command ended with."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> str:
        """The last line of stderr, which names the cause and the way out."""
        return self.err.splitlines()[-1] if self.err else ""


def run(
    *words: str,
    home: Path | FakeNode | None = None,
    stdin: str = "",
    terminal: bool = False,
    environ: Mapping[str, str] | None = None,
    stdout: Stream | None = None,
) -> Ran:
    """Run `meshnode WORDS`, in the home of a fake node if one is given."""
    folder = home.home if isinstance(home, FakeNode) else home
    given = {
        "HOME": "/nowhere",
        "PATH": "/usr/bin",
        **({"MESHNODE_HOME": str(folder)} if folder else {}),
        **(environ or {}),
    }
    out, err = stdout or Stream(terminal=terminal), Stream(terminal=terminal)
    code = main(list(words), given, Stream(stdin, terminal=terminal), out, err)
    return Ran(code, out.getvalue(), err.getvalue())


def objects(ran: Ran) -> list[dict[str, Any]]:
    """The JSON objects a command printed, one on each line: each as the handbook describes it."""
    import json

    from scripts.handbook.answers import fits  # It knows the whole API; most tests of commands need none of it.

    found = [json.loads(line) for line in ran.out.splitlines()]
    assert [each for each in found if not fits(each)] == [], "scripts/handbook/forms.py describes no such answer"
    return found
