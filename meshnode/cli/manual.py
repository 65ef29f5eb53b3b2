"""The manual: what `--help` prints, made from the declarations of the commands."""

from collections.abc import Iterable, Sequence

from meshnode.cli.commands import EVERYWHERE, Argument, Command
from meshnode.cli.exits import MEANINGS, Exit
from meshnode.cli.index import ENTRIES, EVERYDAY, NOUNS

_WIDTH = 80


def overview() -> str:
    """Return the list of all commands."""
    lines = ["meshnode: your own node in the value network.", "", "  meshnode COMMAND [OPTIONS]", ""]
    for title, entries in (("Everyday", EVERYDAY), ("More", NOUNS)):
        lines.append(f"{title}:")
        for first, entry in entries.items():
            lines += _pair(first, entry.summary + (f" ({', '.join(entry.second)})" if entry.second else ""), 14)
        lines.append("")
    lines += ["Everywhere:", *_arguments(EVERYWHERE), ""]
    lines += ['A new node:  meshnode init, meshnode up, meshnode log "First draft" 1h30']
    lines += ["Exit codes:  meshnode help exit-codes", ""]
    return "\n".join(lines)


def of_exit_codes() -> str:
    """Return what every exit code means, on every command."""
    lines = ["Exit codes of every command:", ""]
    return "\n".join([*lines, *(line for code in Exit for line in _pair(str(int(code)), MEANINGS[code], 6)), ""])


def of_group(name: str, commands: Sequence[Command]) -> str:
    """Return the list of a group's commands."""
    lines = [f"meshnode {name}: {ENTRIES[name].summary}", ""]
    for command in commands:
        lines += [*_filled(synopsis(command), 2, 8), *_wrapped(command.summary, 6)]
    return "\n".join([*lines, ""])


def of_command(command: Command) -> str:
    """Return the manual of one command."""
    lines = [*_wrapped(f"meshnode {command.name}: {command.summary}", 0, 4), "", *_filled(synopsis(command), 2, 4), ""]
    for paragraph in filter(None, command.text.split("\n\n")):
        lines += [*_wrapped(" ".join(paragraph.split()), 0), ""]
    words = [argument for argument in command.arguments if not argument.is_option]
    options = [argument for argument in command.arguments if argument.is_option]
    if words:
        lines += ["Arguments:", *_arguments(words), ""]
    lines += ["Options:", *_arguments([*options, *EVERYWHERE]), ""]
    if command.examples:
        lines.append("Examples:")
        for wish, line in command.examples:
            lines += [f"  {wish}", f"      {line}"]
        lines.append("")
    lines += [
        "Exit codes:",
        *(line for code in exits(command) for line in _pair(str(int(code)), MEANINGS[code], 6)),
        "",
    ]
    return "\n".join(lines)


def exits(command: Command) -> list[Exit]:
    """Return the exit codes of a command; whatever asks the node may find no identity, or wait in vain."""
    asking = (Exit.NOT_INITIALISED, Exit.DEADLINE) if Exit.NOT_RUNNING in command.exits else ()
    return sorted({Exit.OK, Exit.FAILURE, Exit.USAGE, *command.exits, *asking})


def synopsis(command: Command) -> list[str]:
    """Return the pieces of the one-line form of a command, each of which stays whole where the line is broken."""
    words = [f"meshnode {command.name}"]
    for argument in sorted(command.arguments, key=lambda argument: argument.is_option):
        value = " ".join(filter(None, (argument.names[-1] if argument.is_option else "", argument.shown)))
        value += " …" if argument.kind in ("many", "repeat") else ""
        left_out = argument.optional or (argument.is_option and not argument.required)
        words.append(f"[{value}]" if left_out else value)
    return words


def _arguments(arguments: Iterable[Argument]) -> list[str]:
    lines = []
    for argument in arguments:
        name = ", ".join(argument.names) if argument.is_option else argument.shown
        value = f"{name} {argument.shown}".rstrip() if argument.is_option else name
        meaning = argument.meaning + (f" One of: {', '.join(argument.choices)}." if argument.choices else "")
        lines += _pair(value, meaning, 22)
    return lines


def _pair(left: str, right: str, width: int) -> list[str]:
    """Return `left` and `right` beside each other, or below each other where `left` is too long."""
    body = _wrapped(right, width + 2)
    if len(left) >= width:
        return [f"  {left}", *body]
    return [f"  {left}".ljust(width + 2) + body[0].lstrip(), *body[1:]]


def _wrapped(text: str, indent: int, hanging: int = 0) -> list[str]:
    return _filled(text.split(), indent, hanging)


def _filled(words: Iterable[str], indent: int, hanging: int = 0) -> list[str]:
    lines, current = [], " " * indent
    for word in words:
        if len(current) + len(word) + 1 > _WIDTH and current.strip():
            lines.append(current.rstrip())
            current = " " * (indent + hanging)
        current += f"{word} "
    return [*lines, current.rstrip()]
