from pathlib import Path

import pytest

from meshnode.app.endings import Ending, Exit, ending_of, only_one
from meshnode.config.errors import SettingsError
from meshnode.net.transport import PortInUse
from meshnode.runtime.failures import StoreFailed
from meshnode.store.errors import HomeInUse, HomeNotUsable, KeyfileLocked, KeyfileMissing, StoreFull, StoreTooNew
from tests.support.attacks.payloads import NASTY

HOME = Path("/home/ana/node")


@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY)
def test_what_an_ending_quotes_stays_on_its_line(nasty: str) -> None:
    line = Ending(Exit.FAILURE, f"the home in {nasty} is not usable", f"meshnode init {nasty}").line()
    assert (line.isprintable(), line.startswith("meshnode: the home in ")) == (True, True)


@pytest.mark.parametrize(
    ("error", "exit_code", "hint"),
    [
        (HomeInUse(HOME, 7), Exit.HOME_IN_USE, "meshnode status"),
        (HomeInUse(HOME, 0), Exit.HOME_IN_USE, "meshnode status"),
        (KeyfileMissing(HOME / "device.key", "missing"), Exit.NOT_INITIALISED, "meshnode init"),
        (KeyfileLocked(HOME / "device.key", "locked"), Exit.WRONG_PASSPHRASE, "meshnode up"),
        (SettingsError("flag", "net.x", "unknown setting"), Exit.USAGE, "meshnode doctor"),
        (PortInUse("/ip4/0.0.0.0/tcp/4401"), Exit.CONFLICT, "meshnode doctor"),
        (StoreFull(HOME, "full"), Exit.FAILURE, "meshnode doctor"),
        (StoreTooNew(HOME, 9, 1), Exit.CONFLICT, "meshnode --version"),
        (StoreFailed(OSError("disk I/O error")), Exit.FAILURE, "meshnode doctor"),
        (HomeNotUsable(HOME, "not a folder"), Exit.FAILURE, "meshnode doctor"),
    ],
)
def test_every_known_trouble_has_an_exit_code_and_a_way_out(error: Exception, exit_code: Exit, hint: str) -> None:
    ending = ending_of(error)
    assert (ending.exit, ending.hint) == (exit_code, hint)
    assert ending.line().startswith("meshnode: ")
    assert ending.line().endswith(f". Run: {hint}")


def test_an_ending_is_its_own_and_may_have_no_hint() -> None:
    ending = Ending(Exit.FAILURE, "nothing works")
    assert ending_of(ending) is ending
    assert ending.line() == "meshnode: nothing works"


def test_the_only_cause_is_found_inside_groups_and_several_stay_together() -> None:
    cause = OSError("x")
    assert only_one(ExceptionGroup("outer", [ExceptionGroup("inner", [cause])])) is cause
    several = ExceptionGroup("two", [OSError("x"), OSError("y")])
    assert only_one(several) is several
