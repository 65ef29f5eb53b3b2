"""Every command that any part of the node advises is one that the command line understands."""

import ast
import shlex
from collections.abc import Iterator
from pathlib import Path

from meshnode.cli.exits import Failure
from meshnode.cli.hints import pieces
from meshnode.cli.index import ENTRIES
from meshnode.cli.main import load
from meshnode.cli.parsing import parse
from meshnode.cli.records import ABOUT_IT

PACKAGE = Path(__file__).resolve().parents[3] / "meshnode"
STANDS_FOR_ANYTHING = "1"
"""Put where a text has a value in it."""


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """The texts of a file, documentation left out, with their lines."""
    source = path.read_text(encoding="utf-8")
    if "meshnode " not in source:
        return
    nodes = [*ast.walk(ast.parse(source))]
    elsewhere = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    elsewhere |= {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else STANDS_FOR_ANYTHING for part in node.values]
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in elsewhere:
            yield node.lineno, node.value


def advised() -> list[tuple[str, str]]:
    """Where a command is advised, and the command."""
    found = []
    # The completion scripts name commands in the languages of shells.
    for path in sorted(set(PACKAGE.rglob("*.py")) - {PACKAGE / "cli" / "completion.py"}):
        for line, text in texts(path):
            commands = [piece.rstrip() for is_command, piece in pieces(text) if is_command]
            found += [(f"{path.relative_to(PACKAGE)}:{line}", command) for command in commands]
    return found


def wrong_with(line: str) -> str:
    """Why the command line does not understand an advised command; "" if it does."""
    _, *words = shlex.split(line)
    if line in ABOUT_IT:
        words.append(STANDS_FOR_ANYTHING)  # `why` puts the record there.
    name = words.pop(0)
    if name.startswith("--"):
        return ""  # `meshnode --help`, and `meshnode --home DIR …` in descriptions.
    if name not in ENTRIES:
        return "there is no such command"
    if ENTRIES[name].second and not (ENTRIES[name].alone and words[:1] != ["set"] and words[:1] != ["recovery"]):
        if not words or words[0] == "--help" or words[0] == STANDS_FOR_ANYTHING:
            return ""  # The list of the group's commands, or one that is filled in.
        name = f"{name} {words.pop(0)}"
    try:
        parse(load(name), words)
    except Failure as failure:
        return failure.cause
    return ""


def test_what_is_advised_anywhere_is_a_command() -> None:
    found = advised()
    assert len(found) > 400
    assert len({place.split(":")[0] for place, _ in found}) > 50
    assert [f"{place}: {line}: {wrong}" for place, line in found if (wrong := wrong_with(line))] == []


def test_what_is_no_command_would_be_noticed() -> None:
    assert wrong_with("meshnode log --notes x")
    assert not wrong_with("meshnode log x 1h --note y")
