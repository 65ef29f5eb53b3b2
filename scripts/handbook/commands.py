"""The pages about the command line, from the declarations of the commands."""

import textwrap
from collections.abc import Iterable

from meshnode.cli import manual
from meshnode.cli.commands import EVERYWHERE, Argument, Command
from meshnode.cli.exits import MEANINGS, Exit
from meshnode.cli.index import ENTRIES, EVERYDAY, every_name
from meshnode.cli.main import load
from scripts.handbook.markdown import code, fenced, heading, paragraphs, slug, table, text

THEMES: dict[str, tuple[str, ...]] = {
    "Every day": tuple(EVERYDAY),
    "Work": ("contribution", "project", "attest", "ballot", "import", "why", "verify"),
    "Agreements and money": (
        *("agreement", "income", "distribution", "settlement", "balance", "plan", "statement", "equation"),
    ),
    "People": ("network", "decision", "org", "reaffirm", "peer", "follow", "unfollow", "block", "unblock", "id"),
    "Leaving with everything": ("export", "backup", "cv"),
}
"""The pages, and the first words of the commands on each."""
GLUE = "\x00"
REST = "Running a node"
"""Where every other command stands."""


def pages() -> dict[str, str]:
    """The page of each theme, by where it stands."""
    taken = {first for firsts in THEMES.values() for first in firsts}
    themes = {**THEMES, REST: tuple(first for first in ENTRIES if first not in taken)}
    return {f"reference/commands/{slug(theme)}.md": _page(theme, firsts) for theme, firsts in themes.items()}


def overview() -> str:
    """Every command in one line."""
    rows = [(f"[`meshnode {name}`](#{target(name)})", text(load(name).summary)) for name in every_name()]
    return "\n".join(table(("Command", ""), rows))


def everywhere() -> str:
    """The options that every command takes."""
    return "\n".join(table(("Option", ""), _arguments(EVERYWHERE)))


def exit_codes() -> str:
    """Every exit code, and the commands that name it as theirs."""
    rows = [(code(str(int(each))), code(each.name.lower()), text(MEANINGS[each])) for each in Exit]
    return "\n".join(table(("Code", "Name", "Means"), rows))


def target(name: str) -> str:
    """The name by which other pages reach a command."""
    return f"command-{slug(name)}"


def _page(theme: str, firsts: Iterable[str]) -> str:
    lines = heading(1, theme)
    for first in firsts:
        entry = ENTRIES[first]
        if entry.second:
            # A group that is a command, too, has its target where that stands.
            lines += heading(2, code(f"meshnode {first} …"), "" if entry.alone else target(first))
            lines += [text(entry.summary), ""]
        for name in (name for name in every_name() if name.split()[0] == first):
            lines += _command(load(name), 3 if entry.second else 2)
    return "\n".join(lines)


def _command(command: Command, level: int) -> list[str]:
    words = [argument for argument in command.arguments if not argument.is_option]
    options = [argument for argument in command.arguments if argument.is_option]
    lines = heading(level, code(f"meshnode {command.name}"), target(command.name))
    lines += [text(command.summary), "", *fenced(_synopsis(command))]
    lines += paragraphs(command.text)
    lines += table(("Argument", ""), _arguments(words))
    lines += table(("Option", ""), _arguments(options))
    for wish, line in command.examples:
        lines += [f"{text(wish)}:", "", *fenced([line], "sh")]
    codes = ", ".join(f"[{int(each)}](../exit-codes.md) ({text(MEANINGS[each])})" for each in manual.exits(command))
    # What `peer ping` answers is a ping.
    schema = slug(command.name.removeprefix("peer ") if command.name == "peer ping" else command.name)
    return [*lines, f"Ends with: {codes}.", "", f"With `--json`: [{code(schema)}](#schema-{schema}).", ""]


def _synopsis(command: Command) -> list[str]:
    """The one-line form, broken between its pieces where it is long."""
    whole = " ".join(piece.replace(" ", GLUE) for piece in manual.synopsis(command))
    return [line.replace(GLUE, " ") for line in textwrap.wrap(whole, 90, subsequent_indent="    ")]


def _arguments(arguments: Iterable[Argument]) -> Iterable[tuple[str, str]]:
    for argument in arguments:
        names = ", ".join(map(code, argument.names)) if argument.is_option else code(argument.shown)
        value = f" {code(argument.shown)}" if argument.is_option and argument.shown else ""
        choices = f" One of {', '.join(map(code, argument.choices))}." if argument.choices else ""
        needed = " Has to be given." if argument.required else ""
        again = " May be given several times." if argument.kind == "repeat" else ""
        yield f"{names}{value}", f"{text(argument.meaning)}{choices}{needed}{again}"
