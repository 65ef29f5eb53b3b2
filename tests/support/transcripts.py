"""Documents that run: reading a transcript, and telling whether what happened is what it shows.

In a document, the fenced blocks of kind `console` are executed, from first to last:

    ```console
    $ meshnode log "Landing page" 3h30
    ✓ Signed and saved   <entry>   work · 3.5 h …
    ...
    $ meshnode why <entry>
    …
    [exit 13]
    ```

- `$ ` begins a command; `> ` goes on with it, `>` alone with an empty line. `ana$ ` begins one of Ana's: she has
  a home, so a node, of her own.
- What follows is all it prints, on both streams. `…` stands for any text within a line, a line `...` for any lines.
- `<entry>` stands for one word that is remembered: later it stands for that very word, in commands too.
- A command ends with 0 unless a last line says otherwise: `[exit 13]`.

Words after `console` hold for the whole block: `as=ana` makes its bare `$` hers, `in=project` runs it in the checkout,
`within=20` repeats each command until it prints what is shown, for so many seconds, `deadline=300` gives it longer.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

FENCE = re.compile(r"^ {0,3}(?P<ticks>```+)\s*(?P<words>.*?)\s*$")
PROMPT = re.compile(r"^(?P<person>[a-z]+)?\$ (?P<command>.*)$")
EXIT = re.compile(r"^\[exit (?P<code>\d+)\]$")
PLACE = re.compile(r"<(?P<name>[a-z][a-z0-9-]*)>")
SOMEBODY = "you"
"""Whose home it is where a document names nobody."""

DEADLINE = 60.0
"""Seconds a command has unless its block says otherwise: nothing a document shows waits for longer."""


class TranscriptError(Exception):
    """The document itself cannot be read as a transcript."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a document and what it shows for it. `line` is the command's, counted from 1."""

    line: int
    person: str
    command: str
    shown: tuple[str, ...]
    exit_code: int = 0
    in_project: bool = False
    within: float = 0.0
    deadline: float = DEADLINE


@dataclass(frozen=True, slots=True)
class Block:
    """What the words after `console` say."""

    person: str = SOMEBODY
    in_project: bool = False
    within: float = 0.0
    deadline: float = DEADLINE


def read_transcript(text: str) -> list[Step]:
    """The steps of a document, in order; raises TranscriptError where it cannot be followed."""
    return [step for line, words, body in _console_blocks(text) for step in _steps(line, _block(line, words), body)]


def compare(step: Step, output: str, exit_code: int, remembered: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """How what happened differs from what is shown, as a diff (empty: it does not), and the words known from now on."""
    pattern, groups = _pattern(step.shown, remembered)
    lines = output.splitlines()
    found = re.fullmatch(pattern, "".join(f"{line}\n" for line in lines))
    if found and exit_code == step.exit_code:
        return "", {**remembered, **{name: found[group] for name, group in groups.items()}}
    shown = [*(filled_in(line, remembered) for line in step.shown), f"[exit {step.exit_code}]"]
    diff = difflib.unified_diff(
        shown, [*(line.rstrip() for line in lines), f"[exit {exit_code}]"], "shown", "happened", lineterm="", n=99
    )
    return "\n".join(diff), dict(remembered)


def filled_in(text: str, remembered: Mapping[str, str]) -> str:
    """The text with every `<word>` that is known by now put in its place."""
    return PLACE.sub(lambda place: remembered.get(place["name"], place[0]), text)


def _console_blocks(text: str) -> Iterator[tuple[int, list[str], list[str]]]:
    lines = iter(enumerate(text.splitlines(), 1))
    for opened, line in lines:
        if not (fence := FENCE.match(line)):
            continue
        body = []
        for _, inside in lines:
            if inside.strip() == fence["ticks"]:
                break
            body.append(inside)
        else:
            raise TranscriptError(f"line {opened}: the block is never closed")
        kind, *words = fence["words"].split() or [""]
        if kind == "console":
            yield opened, words, body


def _block(line: int, words: list[str]) -> Block:
    options = dict(word.partition("=")[::2] for word in words)
    try:
        block = Block(
            person=options.pop("as", SOMEBODY),
            in_project=options.pop("in", "") == "project",
            within=float(options.pop("within", 0)),
            deadline=float(options.pop("deadline", DEADLINE)),
        )
    except ValueError as error:
        raise TranscriptError(f"line {line}: {error}") from error
    if options:
        raise TranscriptError(
            f"line {line}: `console` takes as=, in=project, within=, deadline=, not {sorted(options)}"
        )
    return block


def _steps(opened: int, block: Block, body: list[str]) -> Iterator[Step]:
    person, command, shown, began = "", "", list[str](), 0
    for line, text in enumerate([*body, "$ "], opened + 1):
        if prompt := PROMPT.match(text):
            if command:
                yield _step(began, person, command, shown, block)
            person, command, shown, began = prompt["person"] or block.person, prompt["command"], [], line
        elif not command:
            raise TranscriptError(f"line {line}: a console block begins with a command: `$ …`")
        elif (text == ">" or text.startswith("> ")) and not shown:
            command += "\n" + text[2:]
        else:
            shown.append(text.rstrip())


def _step(line: int, person: str, command: str, shown: list[str], block: Block) -> Step:
    exit_code = 0
    while shown and not shown[-1]:
        shown = shown[:-1]
    if shown and (ending := EXIT.match(shown[-1])):
        exit_code, shown = int(ending["code"]), shown[:-1]
    return Step(line, person, command, tuple(shown), exit_code, block.in_project, block.within, block.deadline)


def _pattern(shown: tuple[str, ...], remembered: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """A pattern for all of the output, and which of its groups holds which new word."""
    groups: dict[str, str] = {}

    def place(found: re.Match[str]) -> str:
        name = found["name"]
        if name in remembered:
            return re.escape(remembered[name])
        if name in groups:
            return f"(?P={groups[name]})"
        groups[name] = f"word{len(groups)}"
        return rf"(?P<{groups[name]}>[^\s]+?)"

    parts = []
    for line in shown:
        if line.strip() == "...":
            parts.append(r"(?:[^\n]*\n)*?")
            continue
        texts = PLACE.split(line)
        # Splitting leaves the texts at even places and the names between them at odd ones.
        pieces = [
            place(match) if (match := PLACE.fullmatch(f"<{text}>")) and index % 2 else _any_text(text)
            for index, text in enumerate(texts)
        ]
        parts.append("".join(pieces) + r"[ \t]*\n")
    return "".join(parts), groups


def _any_text(text: str) -> str:
    return r"[^\n]*?".join(re.escape(part) for part in text.split("…"))
