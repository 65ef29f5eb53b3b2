"""How commands are declared.

One declaration serves the parser, the manual and the completion of three shells, so they cannot disagree.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

from meshnode.cli.exits import Exit

Kind = Literal["text", "number", "flag", "many", "repeat"]
"""`many` takes all remaining words, `repeat` is an option that may be given several times."""


class Argument(NamedTuple):
    """One argument or option of a command; its value reaches the command under its last name, or under `into`."""

    names: tuple[str, ...]
    meaning: str
    kind: Kind = "text"
    metavar: str = ""
    choices: tuple[str, ...] = ()
    optional: bool = False
    """Only for words without dashes."""
    required: bool = False
    """Only for options, which are optional otherwise."""
    complete: Literal["", "file", "folder"] = ""
    into: str = ""
    """The name under which the command receives the value, where its own is taken by Python."""

    @property
    def is_option(self) -> bool:
        """Whether it is written with dashes."""
        return self.names[0].startswith("-")

    @property
    def keyword(self) -> str:
        """The name under which the command receives the value."""
        return self.into or self.names[-1].lstrip("-").replace("-", "_")

    @property
    def shown(self) -> str:
        """How its value is called in the manual."""
        return self.metavar or ("" if self.kind == "flag" else self.names[-1].lstrip("-").upper())


class Command(NamedTuple):
    """One command: its name (`log` or `contribution ls`), what it does, and the function that does it."""

    name: str
    summary: str
    run: Callable[..., Exit]
    """Takes the desk, then the arguments by keyword."""
    arguments: tuple[Argument, ...] = ()
    text: str = ""
    """Paragraphs for the manual."""
    examples: tuple[tuple[str, str], ...] = ()
    """Pairs of what one wants and the command for it."""
    exits: tuple[Exit, ...] = ()
    """The exit codes that this command is likely to end with, besides 0, 1 and 2."""


AS = Argument(("--as",), "Sign for this organisation, which has let you.", metavar="ORG", into="as_")
"""Of commands that sign something; what only shows something takes it under another name."""

PROPOSE = Argument(
    ("--propose",), "If its charter asks for a decision of its founders, propose it to them.", kind="flag"
)
"""Of all commands with `AS`; whoever loads a command adds it."""

AGREEMENT = Argument(("--agreement",), "Sign it under this agreement (title or id), in place of a network.")
"""Of commands that sign what was contributed."""

EVERYWHERE = (
    Argument(
        ("--home",),
        "Keep everything of this node in one folder (or set MESHNODE_HOME).",
        metavar="DIR",
        complete="folder",
    ),
    Argument(("--json",), "Print one JSON object (NDJSON where a command streams).", kind="flag"),
    Argument(("--timeout",), "Give up after this many seconds (exit code 124).", kind="number", metavar="SECONDS"),
    Argument(("-h", "--help"), "Show the manual of this command.", kind="flag"),
)
"""Options that every command takes, before or after its name."""
