"""`meshnode equation …`: try a value equation on a file, and ask why each cent falls as it does. Needs no node."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.hints import quoted
from meshnode.words.safe_text import clean

if TYPE_CHECKING:
    from meshproto.equation.preview.reading import Preview

MOST_TOLD = 2000
"""Amounts that `explain` explains at most: a file may have more than anybody reads."""
MOST_BESIDE = 500
"""Amounts explained beside a preview, which is to take no longer than a second."""

_WORDS = {
    "I-FIELD": "it is missing, or not of the kind that stands there",
    "I-VALUE": "this value is not allowed there",
    "I-LIST": "the list is too long or too short, or names something twice",
    "I-RULE": "it contradicts something else in the file",
    "Q-JSON": "it is not JSON as a preview needs it: whole numbers only, no key twice, at most 1 MiB",
    "Q-KEY": "there is no such key",
    "Q-WORK": "it asks for more work than a preview may make: fewer rounds, contributions or steps, please",
}


def preview(desk: Desk, *, file: str) -> Exit:
    """Compute all rounds of a file."""
    from meshnode.cli.money import equation_shown
    from meshproto.equation.notices import notices
    from meshproto.equation.preview.answer import settle, told

    found = _read(file)
    book, rounds = settle(found)
    noticed = [list(notices(each, book)) for each in rounds]
    if desk.out.as_json:
        answer = {
            "rounds": [told(each) for each in rounds],
            "explain": equation_shown.explained(rounds, book, MOST_BESIDE),
        }
        desk.out.give("equation.preview", answer)
        return Exit.OK
    for settled, about in zip(rounds, noticed, strict=True):
        equation_shown.show_round(desk.out, settled, about)
    desk.next_steps(("Why each amount", f"meshnode equation explain {quoted(file)}"))
    return Exit.OK


def explain(desk: Desk, *, file: str, round_: int | None, agent: str | None) -> Exit:
    """Say why each amount is what it is."""
    from meshnode.cli.money import equation_shown
    from meshproto.equation.preview.answer import settle

    found = _read(file)
    if round_ is not None and round_ >= len(found.rounds):
        raise Failure(Exit.USAGE, f"there is no round {round_}: the file has {len(found.rounds)}, counted from 0")
    book, rounds = settle(found)
    chosen = [each for each in rounds if round_ in (None, each.place)]
    if agent is not None and not any(agent.encode("utf-8", "replace") in each.lines for each in chosen):
        raise Failure(Exit.FAILURE, f"{clean(agent)} gets nothing there", "meshnode equation preview --help")
    if desk.out.as_json:
        desk.out.give("equation.explain", {**equation_shown.explained(chosen, book, MOST_TOLD, agent)})
        return Exit.OK
    equation_shown.show_reasons(desk.out, chosen, book, MOST_TOLD, agent)
    return Exit.OK


def _read(name: str) -> Preview:
    from meshproto.equation.preview.limits import MAX_FILE
    from meshproto.equation.preview.reading import read_preview
    from meshproto.records.reasons import Refused

    try:
        with Path(name).open("rb") as file:
            return read_preview(file.read(MAX_FILE + 1))
    except OSError as error:
        raise Failure(Exit.FAILURE, f"{clean(name)} cannot be read ({error.strerror})") from error
    except Refused as refused:
        where = f" at {clean(refused.detail)}" if refused.detail else ""
        cause = f"{clean(name)} is refused{where}: {_WORDS[refused.reason]} ({refused.reason})"
        hint = "meshnode equation preview --help"
        raise Failure(Exit.VERIFICATION, cause, hint, code=refused.reason.value, detail=refused.detail) from refused


_FILE = Argument(("file",), "A preview file (JSON): terms, and rounds of what happened.", complete="file")
COMMANDS = {
    command.name: command
    for command in (
        Command(
            "equation preview",
            "Compute what an equation makes of an income, from a file.",
            preview,
            (_FILE,),
            text="The file holds the parties, the steps, who confirms, and rounds in order, each with its income and "
            "what was contributed, attested and corrected since the round before. What was used up, paid or late is "
            "derived, not believed. Needs neither a node nor an identity. The file's form stands in "
            "protocol/spec/08-equations.md, section 10; a file that is refused ends with exit code 15.",
            examples=(("Try the terms of a new project", "meshnode equation preview ours.json"),),
            exits=(Exit.VERIFICATION,),
        ),
        Command(
            "equation explain",
            "Say why each amount of a preview is what it is.",
            explain,
            (
                _FILE,
                Argument(("--round",), "Only this round, counted from 0.", kind="number", metavar="N", into="round_"),
                Argument(("--agent",), "Only what this agent gets.", metavar="NAME"),
            ),
            text="For each amount: the step, what was shared, the weight as a fraction of the whole, the quota, how it "
            "was rounded, and the contributions it came from with what was confirmed of them.",
            examples=(
                ("Why Ana got that in the second round", "meshnode equation explain ours.json --round 1 --agent ana"),
            ),
            exits=(Exit.VERIFICATION,),
        ),
    )
}
