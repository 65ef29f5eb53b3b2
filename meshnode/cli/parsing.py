"""Reading the words of a command line as the arguments that a command declares.

The standard library's `argparse` takes as long to load as half of our own code, and says less about what is wrong.
"""

from collections.abc import Iterable, Sequence

from meshnode.cli.commands import EVERYWHERE, Argument, Command
from meshnode.cli.exits import Exit, Failure

Value = str | int | bool | list[str] | None

LONGEST_NUMBER = 9
"""Digits of a number on the command line; nothing that is counted here needs more."""


def parse(command: Command, words: Sequence[str]) -> dict[str, Value]:
    """Return the values of the command's arguments and of `EVERYWHERE`, by keyword; raises Failure (usage).

    Options may stand anywhere; after `--` everything is a plain word.
    """
    return _Reading(command, list(words)).values()


class _Reading:
    """One pass over the words: options are taken out, what is left is given to the plain words in order."""

    def __init__(self, command: Command, words: list[str]) -> None:
        self._command = command
        self._left = words
        arguments = (*command.arguments, *EVERYWHERE)
        self._options = {name: one for one in arguments if one.is_option for name in one.names}
        self._plain = [one for one in command.arguments if not one.is_option]
        self._values: dict[str, Value] = {one.keyword: _nothing(one) for one in arguments}

    def values(self) -> dict[str, Value]:
        """Read everything; a call for help stands above all mistakes."""
        plain: list[str] = []
        options = self._left[: self._left.index("--")] if "--" in self._left else self._left
        if "-h" in options or "--help" in options:
            return {**self._values, "help": True}
        while self._left:
            word = self._left.pop(0)
            if word == "--":
                plain += self._left
                break
            if word.startswith("-") and len(word) > 1:
                self._take_option(word)
            else:
                plain.append(word)
        self._give_out(plain)
        self._check_required()
        return self._values

    def _take_option(self, word: str) -> None:
        name, equals, value = word.partition("=")
        if not word.startswith("--") and len(word) > 2 and word[:2] in self._options:
            name, equals, value = word[:2], "=", word[2:]  # -n5
        option = self._options.get(name)
        if option is None:
            raise self._wrong(f"there is no option {name}{self._nearest(name)}")
        if option.kind == "flag":
            if equals:
                raise self._wrong(f"{name} takes no value")
            self._values[option.keyword] = True
            return
        if not equals:
            if not self._left:
                raise self._wrong(f"{name} needs a value")
            value = self._left.pop(0)
        self._set(option, name, value)

    def _set(self, argument: Argument, name: str, text: str) -> None:
        if argument.choices and text not in argument.choices:
            near = _near(text, argument.choices)
            raise self._wrong(f"{name} is one of {', '.join(argument.choices)}, not {text!r}{near}")
        before = self._values[argument.keyword]
        if argument.kind == "number":
            if not (text.isascii() and text.isdecimal()) or len(text) > LONGEST_NUMBER:
                raise self._wrong(f"{name} takes a whole number, not {text!r}")
            self._values[argument.keyword] = int(text)
        elif isinstance(before, list):
            before.append(text)
        else:
            self._values[argument.keyword] = text

    def _give_out(self, words: list[str]) -> None:
        for argument in self._plain:
            count = len(words) if argument.kind == "many" else 1
            if not words and not argument.optional:
                raise self._wrong(f"{argument.shown} is missing")
            for text in words[:count]:
                self._set(argument, argument.shown, text)
            words = words[count:]
        if words:
            raise self._wrong(f"{words[0]!r} is one word too many")

    def _check_required(self) -> None:
        for option in self._command.arguments:
            if option.required and self._values[option.keyword] is None:
                raise self._wrong(f"{option.names[-1]} is missing")

    def _nearest(self, name: str) -> str:
        return _near(name, self._options)

    def _wrong(self, what: str) -> Failure:
        return Failure(Exit.USAGE, f"{self._command.name}: {what}", f"meshnode {self._command.name} --help")


def _near(wanted: str, names: Iterable[str]) -> str:
    from difflib import get_close_matches  # Only a mistyped word needs it.

    close = get_close_matches(wanted, [*names], n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _nothing(argument: Argument) -> Value:
    """Return the value of an argument that was not given."""
    if argument.kind in ("many", "repeat"):
        return []
    return False if argument.kind == "flag" else None
