"""What a command ends with: the exit codes, and the failure that carries one with its cause and its way out."""

from enum import IntEnum


class Exit(IntEnum):
    """The exit codes of every command; their numbers and meanings never change."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    PROBLEMS = 3
    """Done, with problems: some rows were refused, or a check was not green."""
    NOT_INITIALISED = 10
    HOME_IN_USE = 11
    WRONG_PASSPHRASE = 12
    """Or one is needed, and there is neither a terminal to ask at nor a file that can be read."""
    NOT_RUNNING = 13
    UNREACHABLE = 14
    """A peer or a network could not be reached."""
    VERIFICATION = 15
    NOT_AUTHORISED = 16
    CONFLICT = 17
    """The thing exists already, or contradicts what exists; also a home that a newer version of meshnode wrote."""
    DEADLINE = 124
    INTERRUPTED = 130


MEANINGS: dict[Exit, str] = {
    Exit.OK: "done",
    Exit.FAILURE: "failed",
    Exit.USAGE: "the command was not understood",
    Exit.PROBLEMS: "done, with problems that were listed",
    Exit.NOT_INITIALISED: "there is no identity here yet (meshnode init)",
    Exit.HOME_IN_USE: "another process uses this home",
    Exit.WRONG_PASSPHRASE: "wrong passphrase, or none to be had",
    Exit.NOT_RUNNING: "the node is not running (meshnode up)",
    Exit.UNREACHABLE: "the peer or network cannot be reached",
    Exit.VERIFICATION: "verification failed",
    Exit.NOT_AUTHORISED: "not authorised",
    Exit.CONFLICT: "exists already, or conflicts with what exists (as a home does that a newer version wrote)",
    Exit.DEADLINE: "the deadline passed",
    Exit.INTERRUPTED: "interrupted",
}
"""One line each, for the manual."""


class Failure(Exception):
    """A command cannot do what was asked.

    `cause` says what happened. `hint` is what to do about it, usually a command that starts with `meshnode`, which is
    printed so that it works when pasted. `code` is the stable code of the API's problem, where there was one.
    """

    def __init__(self, ending: Exit, cause: str, hint: str = "", *, code: str = "", detail: str = "") -> None:
        super().__init__(cause)
        self.exit = ending
        self.cause = cause
        self.hint = hint
        self.code = code or ending.name.lower().replace("_", "-")
        self.detail = detail
        """More lines for people, printed above the cause (such as the last lines of a log)."""
