"""A fault, then what the node says of it, in the same words: to a program (`/v1/health`), to a person at a terminal
(`status`, with exit code 3 where a promise cannot be kept), and to whoever looks at the dashboard."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from meshnode.runtime.watching.health import LOOK_SECONDS
from tests.support.clocks import WrongClock
from tests.support.crashes.faults import Saying
from tests.support.performance import PROJECT
from tests.support.programs import Programs

pytestmark = pytest.mark.xdist_group("honest states")  # its node is started once

HOUR, DAY = 3600, 86_400
UNSHARE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--user", "--map-root-user"]


@pytest.fixture(scope="module")
def programs() -> Iterator[Programs]:
    with Programs() as all_of_them:
        yield all_of_them


@pytest.fixture(scope="module")
def clock(programs: Programs) -> WrongClock:
    return WrongClock(programs.folder)


@pytest.fixture(scope="module")
def shared(programs: Programs, clock: WrongClock) -> Saying:
    """A node that goes by a clock that can be set."""
    ana = programs.new("ana", clock.environ)
    ana.start()
    said = Saying(ana)
    assert ana.client.work.log("Signed at the right time", 60)["id"]
    return said


@pytest.fixture
def ana(shared: Saying, clock: WrongClock) -> Iterator[Saying]:
    """It again, well, and its clock right, whatever became of it in the test before."""
    program = shared.program
    if program.process is not None and program.process.poll() is None:
        yield shared
    else:
        program.start()
        yield Saying(program)
    clock.set(0)


FAULTS: dict[str, tuple[Callable[[Path], object], Callable[[Path], object], str]] = {
    "device.key": (
        lambda home: (home / "device.key").chmod(0o644),
        lambda home: (home / "device.key").chmod(0o600),
        "others on this machine can read",
    ),
    "transport.key": (
        lambda home: (home / "transport.key").rename(home / "elsewhere"),
        lambda home: (home / "elsewhere").rename(home / "transport.key"),
        "is gone",
    ),
}


@pytest.mark.parametrize("file", FAULTS)
def test_keys_that_others_can_read_or_that_are_gone_are_told(
    ana: Saying, file: str, tell: Callable[[str], None]
) -> None:
    break_it, mend_it, words = FAULTS[file]
    ana.waits_until_silent("secrets")
    break_it(ana.program.home)
    try:
        # Nobody asked for a look: the watch finds it by itself.
        took = ana.waits("secrets", "fail", words)
        tell(f"{file}: told after {took:.1f} s")
    finally:
        mend_it(ana.program.home)
    ana.waits_until_silent("secrets")


def test_a_look_comes_soon_enough_for_five_seconds() -> None:
    assert LOOK_SECONDS * 2 < 5


def test_a_member_whom_nobody_reaches_is_told_so(ana: Saying) -> None:
    ana.program.client.networks.create("studio")
    ana.waits("peers", "warn", "no peer is connected, so nothing is exchanged")


def test_a_clock_that_is_set_while_the_node_runs_is_told(ana: Saying, clock: WrongClock) -> None:
    clock.set(2 * HOUR)
    ana.waits("clock", "warn", "the clock was set forward by 2 hours")
    clock.set(0)
    ana.waits("clock", "fail", "the clock was set back: your own newest record is from")
    clock.set(-40 * 365 * DAY)
    ana.waits("clock", "fail", "the clock is not set: it shows a time before 2025")
    clock.set(2 * HOUR)
    ana.waits("clock", "warn", "the clock was set forward")


def test_a_home_without_a_fresh_backup_is_told(ana: Saying, clock: WrongClock) -> None:
    clock.set(100 * DAY)
    ana.waits("backup", "warn", "there is none, and this identity is 100 days old")
    file, secret = (ana.program.home.parent / name for name in ("saved", "secret"))
    secret.touch(0o600)
    secret.write_text("correct horse battery staple\n")
    saved = ana.person.tries("backup", "create", str(file), "--secret-file", str(secret))
    assert saved.code == 0, saved.err
    ana.waits_until_silent("backup")
    clock.set(200 * DAY)
    ana.waits("backup", "warn", "the last one was made 100 days ago")


SECONDS = 280
SCRIPT = """
home="$1" python="$2"
mount -t tmpfs -o size=64m,mode=700 tmpfs "$home"
exec "$python" -m tests.support.crashes.small_disk "$home"
"""


@pytest.mark.namespaces
def test_a_disk_that_fills_up_or_becomes_read_only_is_told(programs: Programs, tell: Callable[[str], None]) -> None:
    home = programs.folder / "small"
    home.mkdir()
    command = [*UNSHARE, "bash", "-euc", SCRIPT, "sh", str(home), sys.executable]
    environ = {**os.environ, "PYTHONPATH": f"{PROJECT}{os.pathsep}{PROJECT / 'protocol'}"}
    out, err, code = to_its_end(command, environ)
    assert code == 0, out + err
    assert [line.split(" after ")[0] for line in out.splitlines()] == ["told full", "told read-only"]
    for line in out.splitlines():
        tell(f"disk: {line}")


def to_its_end(command: Sequence[str], environ: Mapping[str, str]) -> tuple[str, str, int]:
    """Run a program that starts others; what it says. None of them outlives this."""
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        try:
            return *running.communicate(timeout=SECONDS), running.returncode
        finally:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
