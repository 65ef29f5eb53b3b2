"""`meshnode id guardian`: keeping a recovery key for somebody who trusts you."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypedDict

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.person.unlocking import unlock
from meshnode.words.safe_text import clean

if TYPE_CHECKING:
    from meshnode.store.sealed import MainKey

MANUAL = "meshnode id guardian --help"


class Offered(TypedDict):
    """The line by which a recovery key is offered."""

    line: str


class Consented(TypedDict):
    """A recovery that was signed, and the words that must be the same on both sides."""

    agent: str
    name: str
    fingerprint: str
    words: str
    line: str


def guardian(desk: Desk, *, action: str, line: str | None, words: str | None) -> Exit:
    """Offer to keep a recovery key, or sign with it."""
    if not desk.initialised:
        raise desk.not_initialised()
    if (action == "sign") != (line is not None) or (words is not None and action != "sign"):
        what = "the line that asks is missing" if action == "sign" else "`offer` takes nothing more"
        raise Failure(Exit.USAGE, what, MANUAL)
    main_key = unlock(desk)
    if line is None:
        return _offer(desk, main_key)
    asked: Consented = json.loads(_told(desk, main_key, f"--ask={line}"))
    _compare(desk, asked, words)
    if desk.out.as_json:
        desk.out.give("id.guardian", {**asked})
        return Exit.OK
    desk.out.ok(f"Signed for {clean(asked['name'])}   fingerprint: {asked['fingerprint']}")
    desk.out.line("  They go on with:")
    desk.out.line(f"      --consent {asked['line']}")
    return Exit.OK


def _offer(desk: Desk, main_key: MainKey | None) -> Exit:
    offered: Offered = json.loads(_told(desk, main_key))
    if desk.out.as_json:
        desk.out.give("id.guardian", {**offered})
        return Exit.OK
    desk.out.ok("A recovery key is kept here for whoever you give this to:")
    desk.out.line(f"      {offered['line']}")
    desk.out.line("  They name it with --guardian YOUR-NAME=LINE, in `init` or `id rotate`.")
    return Exit.OK


def _compare(desk: Desk, asked: Consented, words: str | None) -> None:
    """Let the owner compare the words with whoever asks; raises Failure if they are others."""
    if words is not None:
        if "-".join(words.lower().replace("-", " ").split()) != asked["words"]:
            cause = f"whoever asks shows other words than {asked['words']}: this may be somebody else"
            raise Failure(Exit.VERIFICATION, cause, MANUAL)
        return
    question = f"{clean(asked['name'])} ({asked['fingerprint']}) asks. Do they tell you   {asked['words']}   ?"
    desk.confirm(question, flag="--words WORDS")


def _told(desk: Desk, main_key: MainKey | None, *words: str) -> str:
    import subprocess

    from meshnode.cli.operation.process import app_command, failure_of, handed_over

    with handed_over(main_key) as (told, descriptors):
        command = app_command(desk, "guard", *words, *told)
        ended = subprocess.run(command, capture_output=True, text=True, check=False, pass_fds=descriptors)
    if ended.returncode:
        raise failure_of(ended.returncode, ended.stderr, "the recovery key could not be used")
    return ended.stdout


GUARDIAN = Command(
    "id guardian",
    "Keep a recovery key for somebody (offer), and sign with it when they ask (sign).",
    guardian,
    (
        Argument(("action",), "What to do.", choices=("offer", "sign")),
        Argument(("line",), "With `sign`: the line of whoever asks.", optional=True),
        Argument(("--words",), "With `sign`: the four words that whoever asks told you, instead of being asked."),
    ),
    text="Somebody who trusts you can make you one of those by whom their identity comes back. `offer` makes a key for "
    "that, which stays on this machine, and prints a line for them; the key is of no use for anything else. When they "
    "have lost their devices, `id recover` there prints a line that asks. `sign` shows who that is, as far as your "
    "node knows, and four words: call them, and let them tell you the words that they see. If they are the same it "
    "prints the line that answers.",
    examples=(
        ("Become the one who is trusted", "meshnode id guardian offer"),
        ("Sign a recovery", "meshnode id guardian sign LINE"),
    ),
    exits=(Exit.NOT_INITIALISED, Exit.WRONG_PASSPHRASE, Exit.VERIFICATION),
)
