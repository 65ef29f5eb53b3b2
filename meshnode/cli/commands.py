"""How commands are declared, and how a declared command reads its arguments.

One declaration serves the parser, the manual and the completion of three shells, so they cannot disagree.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NoReturn

from meshnode.cli.exits import Exit, Failure

Kind = Literal["text", "number", "flag", "many", "repeat"]
"""`many` takes all remaining words, `repeat` is an option that may be given several times."""


@dataclass(frozen=True, slots=True)
class Argument:
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


@dataclass(frozen=True, slots=True)
class Command:
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


class _Parser(argparse.ArgumentParser):
    """Says what is wrong by raising, so that there is one way out and one form of the last line."""

    def __init__(self, command: Command) -> None:
        super().__init__(prog=f"meshnode {command.name}", add_help=False, allow_abbrev=False, usage=argparse.SUPPRESS)
        self._command = command

    def error(self, message: str) -> NoReturn:
        raise Failure(Exit.USAGE, f"{self._command.name}: {message}", f"meshnode {self._command.name} --help")


def parse(command: Command, words: Sequence[str]) -> dict[str, object]:
    """Return the values of the command's arguments and of `EVERYWHERE`, by keyword; raises Failure (usage)."""
    options = words[: words.index("--")] if "--" in words else words
    if "-h" in options or "--help" in options:
        return {"help": True}
    parser = _Parser(command)
    for argument in (*command.arguments, *EVERYWHERE):
        _declare(parser, argument)
    return vars(parser.parse_intermixed_args(list(words)))


def _declare(parser: argparse.ArgumentParser, argument: Argument) -> None:
    if argument.kind == "flag":
        parser.add_argument(*argument.names, dest=argument.keyword, action="store_true")
    elif argument.is_option:
        action = "append" if argument.kind == "repeat" else "store"
        parser.add_argument(
            *argument.names,
            dest=argument.keyword,
            action=action,
            type=_number if argument.kind == "number" else str,
            choices=argument.choices or None,
            metavar=argument.shown,
            required=argument.required,
            default=[] if argument.kind == "repeat" else None,
        )
    else:
        one, several = ("?", "*") if argument.optional else (None, "+")
        parser.add_argument(
            argument.keyword,
            nargs=several if argument.kind == "many" else one,
            choices=argument.choices or None,
            metavar=argument.shown,
        )


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)
