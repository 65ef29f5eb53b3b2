"""How the program ends when it cannot do what was asked: a cause, a way out and one of the fixed exit codes."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from meshnode.app.printable import printable
from meshnode.config.errors import SettingsError
from meshnode.net.transport import ListenError
from meshnode.runtime.failures import StoreFailed
from meshnode.runtime.refusals import Code, Refusal
from meshnode.store.errors import HomeError, HomeInUse, HomeLeft, KeyfileLocked, KeyfileMissing, StoreError, StoreTooNew


class Exit(IntEnum):
    """The exit codes this program uses; the command line has the same and more."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    PROBLEMS = 3
    NOT_INITIALISED = 10
    HOME_IN_USE = 11
    WRONG_PASSPHRASE = 12
    UNREACHABLE = 14
    VERIFICATION = 15
    CONFLICT = 17
    INTERRUPTED = 130


class Ending(Exception):
    """The program ends with `exit`; `cause` says what happened, `hint` is a command that helps."""

    def __init__(self, exit: Exit, cause: str, hint: str = "") -> None:  # noqa: A002 - the word of the manual
        self.exit, self.cause, self.hint = exit, cause, hint
        super().__init__(cause)

    def line(self) -> str:
        """The last line on stderr, which the command line passes on."""
        return printable(f"meshnode: {self.cause}. Run: {self.hint}" if self.hint else f"meshnode: {self.cause}")


KNOWN = (SettingsError, HomeError, StoreError, StoreFailed, ListenError)
"""What can go wrong with a home, its store and its place on the network."""


def ending_of(error: Exception) -> Ending:
    """The ending that one of KNOWN leads to."""
    match error:
        case Ending():
            return error
        case HomeInUse():
            owner = f"process {error.pid}" if error.pid else "another process"
            return Ending(Exit.HOME_IN_USE, f"the home {error.path} is in use by {owner}", "meshnode status")
        case HomeLeft():
            return Ending(Exit.CONFLICT, str(error), "meshnode export home --help")
        case KeyfileMissing():
            return Ending(Exit.NOT_INITIALISED, f"there is no identity in {error.path.parent} yet", "meshnode init")
        case KeyfileLocked():
            cause = f"the keys in {error.path.parent} are protected by a passphrase"
            return Ending(Exit.WRONG_PASSPHRASE, cause, "meshnode up")
        case StoreTooNew():
            return Ending(Exit.CONFLICT, str(error), "meshnode --version")
        case SettingsError():
            return Ending(Exit.USAGE, f"{error}{f' ({error.hint})' if error.hint else ''}", "meshnode doctor")
        case ListenError():
            return Ending(Exit.CONFLICT, str(error), "meshnode doctor")
        case _:
            return Ending(Exit.FAILURE, str(error), "meshnode doctor")


@contextmanager
def refusals_end() -> Iterator[None]:
    """Let what is refused inside end the program; a single cause rises as itself, whatever nurseries it passed."""
    try:
        yield
    except Refusal as refusal:
        raise _ending_of_refusal(refusal) from refusal
    except BaseExceptionGroup as group:
        found = only_one(group)
        raise (_ending_of_refusal(found) if isinstance(found, Refusal) else found) from group


def _ending_of_refusal(refusal: Refusal) -> Ending:
    exits = {
        Code.VERIFICATION_FAILED: Exit.VERIFICATION,
        Code.CONFLICT: Exit.CONFLICT,
        Code.UNREACHABLE: Exit.UNREACHABLE,
    }
    return Ending(exits.get(refusal.code, Exit.FAILURE), refusal.detail, refusal.hint)


def only_one(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The one exception inside nested groups, or the group itself if there are several."""
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup) and len(found.exceptions) == 1:
        found = found.exceptions[0]
    return found
