"""What every command has to hand: where the node's files are, the client, the output, and hints that can be pasted.

The client is loaded when it is asked for: `log` on a stopped node has no time for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from meshnode.cli import hints
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.output import Out
from meshnode.client.errors import BadAnswer
from meshnode.config.places import Places, locate
from meshnode.words.safe_text import clean

if TYPE_CHECKING:
    from meshnode.client.client import Client
    from meshnode.client.connection import NodeFile

DEFAULT_TIMEOUT = 60
"""Seconds a command waits for the node, unless told otherwise."""
NODE_FILE = "node.json"
"""The file in which a node says how to reach it; one that was stopped leaves none."""
KEY_FILE = "device.key"
"""The file whose presence says that a home is initialised."""


LEFT_FILE = "left.json"
"""The file whose presence says that the owner of a home moved out, or is about to."""


class Desk:
    """One command's surroundings."""

    def __init__(self, out: Out, environ: Mapping[str, str], stdin: TextIO) -> None:
        self.out = out
        self.environ = environ
        self.stdin = stdin
        self.home = environ.get("MESHNODE_HOME") or None
        """The folder given by --home or MESHNODE_HOME; hints must repeat it."""
        self.timeout: int | None = None
        """What --timeout said."""
        self.proposing = False
        """Whether --propose was given to a command that signs for an organisation."""
        self.command_name = ""
        """The command that runs, for hints to its manual."""
        self.places: Places = locate(None, environ)
        """Where the node's files are."""

    @property
    def can_ask(self) -> bool:
        """Whether there is a person at a terminal who can answer a question."""
        return self.stdin.isatty() and self.out.stderr_is_terminal and not self.out.as_json

    @property
    def initialised(self) -> bool:
        """Whether this home has an identity."""
        return (self.places.data / KEY_FILE).exists()

    def node_file(self) -> NodeFile | None:
        """Return what the running, or last, node wrote about itself; raises Failure if it cannot be read."""
        from meshnode.client.connection import read_node_file  # Without a node there is nothing to connect to.

        try:
            return read_node_file(self.places.data)
        except BadAnswer as error:
            raise Failure(Exit.FAILURE, str(error), "meshnode doctor") from error

    def client(self, seconds: float | None = None) -> Client:
        """Return the client of this home's node; raises Failure if there is no identity, or no node ever ran."""
        if not self.initialised:
            raise self.not_initialised()
        if not (self.places.data / NODE_FILE).exists() or (node := self.node_file()) is None:
            raise self.not_running()
        from meshnode.client.client import Client

        return Client(node["socket"], seconds or self.timeout or DEFAULT_TIMEOUT, proposing=self.proposing)

    def not_initialised(self) -> Failure:
        """Return the failure of a home without an identity."""
        return Failure(
            Exit.NOT_INITIALISED, f"there is no identity in {self.shown_path(self.places.data)} yet", "meshnode init"
        )

    def not_running(self) -> Failure:
        """Return the failure of a node that does not run."""
        if (self.places.data / LEFT_FILE).exists():
            from meshnode.store.leaving import left_mark

            if mark := left_mark(self.places.data):
                cause = str(mark.error(self.places.data))
                return Failure(Exit.NOT_RUNNING, cause, "meshnode export home --help")
        from meshnode.cli.operation.last_words import why_it_ended

        why = why_it_ended(self)
        cause = f"the node is not running: it ended, because {why}" if why else "the node is not running"
        return Failure(Exit.NOT_RUNNING, cause, "meshnode up")

    def shown_path(self, path: Path | str) -> str:
        """Return `path` with the user's own folder written as ~."""
        user = self.environ.get("HOME", "")
        text = str(path)
        return "~" + text[len(user) :] if user and text.startswith(user.rstrip("/") + "/") else text

    def command(self, line: str) -> str:
        """Return `meshnode …` so that it works when pasted: with the program's path and --home where needed."""
        return hints.command(line, hints.program(self.environ), self.home)

    def advice(self, text: str) -> str:
        """Return a hint so that every command in it works when pasted; one that is only a command begins with Run."""
        words = hints.pasteable(text, hints.program(self.environ), self.home)
        return f"Run: {words}" if hints.is_command(text) else words

    def next_steps(self, *steps: tuple[str, str]) -> None:
        """Print what may come next: what for, and the command, ready to be pasted.

        What "They" do is done elsewhere: neither this home nor this program's path belongs there.
        """
        left = max(len(what) for what, _ in steps) + 3
        for what, line in steps:
            self.out.line(f"  {(what + ':').ljust(left)}{line if what.startswith('They ') else self.command(line)}")

    def warn_of(self, warnings: Iterable[str]) -> None:
        """Print what a node warns of; a program reads it in the answer."""
        for each in () if self.out.as_json else warnings:
            self.out.warn(clean(each))

    def confirm(self, question: str, flag: str) -> None:
        """Ask for a yes on a terminal; raises Failure if there is none to ask at, or the answer is another."""
        if not self.can_ask:
            raise Failure(Exit.USAGE, f"{question} There is no terminal to ask at; add {flag} to say yes")
        if self.ask(f"{question} [y/N] ").lower() not in ("y", "yes"):
            raise Failure(Exit.FAILURE, "nothing was done")

    def ask(self, question: str) -> str:
        """Put a question to the person at the terminal and return the answer; raises Failure at the end of input."""
        self.out.stdout.flush()
        self.out.stderr.write(question)
        self.out.stderr.flush()
        answer = self.stdin.readline()
        if not answer:
            raise Failure(Exit.INTERRUPTED, "no answer")
        return answer.strip()

    def ask_hidden(self, question: str) -> str:
        """Ask for a passphrase: it does not show, and keeps its spaces. Raises Failure at the end of input."""
        from meshnode.cli.hidden import unseen

        self.out.stdout.flush()
        try:
            with unseen(self.stdin):
                self.out.stderr.write(question)
                self.out.stderr.flush()
                answer = self.stdin.readline()
        except UnicodeDecodeError as error:
            raise Failure(Exit.WRONG_PASSPHRASE, "what was typed is no text in this terminal's encoding") from error
        finally:
            self.out.stderr.write("\n")  # The one that was typed did not show.
        if not answer:
            raise Failure(Exit.INTERRUPTED, "no answer")
        return answer.rstrip("\r\n")


def rows_of(limit: int | None, usual: int) -> int:
    """Return how many rows are wanted; raises Failure for none."""
    if limit == 0:
        raise Failure(Exit.USAGE, "--limit must be at least one")
    return usual if limit is None else limit
