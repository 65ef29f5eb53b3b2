"""`service`: the unit that is written, what systemd is told, and what is told of it."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshnode.cli.exits import Exit
from meshnode.cli.operation.unit_file import MARK, system_unit, user_unit
from tests.support.command_line import Ran, objects, run
from tests.support.fakes.fake_node import FakeNode
from tests.support.fakes.fake_systemd import FakeSystemd
from tests.support.performance import PROJECT

UNITS = PROJECT / "configs" / "systemd"


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        fake.announce(2**30)  # A process that has gone: this one stays.
        yield fake


@pytest.fixture
def systemd(tmp_path: Path) -> FakeSystemd:
    return FakeSystemd(tmp_path / "bin")


def asked(systemd: FakeSystemd, node: FakeNode, *words: str, **environ: str) -> Ran:
    """Run a command beside this systemd."""
    path = f"{systemd.folder}:{os.environ['PATH']}"
    return run(*words, home=node, environ={"HOME": str(systemd.folder.parent), "PATH": path, **environ})


def unit(systemd: FakeSystemd) -> Path:
    """The one unit that stands there."""
    (found,) = (systemd.folder.parent / ".config" / "systemd" / "user").iterdir()
    return found


def test_an_install_writes_the_unit_and_lets_systemd_start_it(systemd: FakeSystemd, node: FakeNode) -> None:
    ran = asked(systemd, node, "service", "install")
    name = unit(systemd).name
    assert (ran.code, ran.out.startswith(f"✓ Service installed and started   {name}\n")) == (Exit.OK, True)
    assert systemd.told == ["--user daemon-reload", f"--user enable {name}", f"--user restart {name}"]
    assert f"--home {node.home} up --foreground\n" in unit(systemd).read_text()
    assert "loginctl enable-linger" in ran.out


def test_a_node_that_runs_is_handed_over(systemd: FakeSystemd, node: FakeNode) -> None:
    asked(systemd, node, "service", "install")
    assert node.stopped.is_set()


def test_who_lingers_is_told_nothing_of_it(systemd: FakeSystemd, node: FakeNode) -> None:
    systemd.lingers("yes")
    assert "linger" not in asked(systemd, node, "service", "install").out


def test_what_would_be_written_can_be_printed(systemd: FakeSystemd, node: FakeNode) -> None:
    ran = asked(systemd, node, "service", "install", "--print", MESHNODE_PASSPHRASE_FILE="/run/my secret%")
    assert ran.out.startswith(MARK)
    assert 'Environment="MESHNODE_PASSPHRASE_FILE=/run/my secret%%"\n' in ran.out
    assert (systemd.told, node.stopped.is_set()) == ([], False)
    assert objects(asked(systemd, node, "service", "install", "--print", "--json"))[0]["installed"] is False


def test_where_no_systemd_serves_the_user_nothing_is_written(systemd: FakeSystemd, node: FakeNode) -> None:
    systemd.is_absent()
    ran = asked(systemd, node, "service", "install")
    assert (ran.code, "service install --print" in ran.last) == (Exit.FAILURE, True)
    assert not (systemd.folder.parent / ".config").exists()


def test_keys_behind_a_passphrase_need_its_file(systemd: FakeSystemd, node: FakeNode) -> None:
    (node.home / "passphrase.key").touch()
    ran = asked(systemd, node, "service", "install")
    assert (ran.code, "MESHNODE_PASSPHRASE_FILE" in ran.last) == (Exit.WRONG_PASSPHRASE, True)


def test_a_unit_of_somebody_else_is_left_alone(systemd: FakeSystemd, node: FakeNode) -> None:
    asked(systemd, node, "service", "install")
    unit(systemd).write_text("[Service]\nExecStart=/bin/true\n")
    assert asked(systemd, node, "service", "install").code == Exit.CONFLICT
    assert asked(systemd, node, "service", "uninstall").code == Exit.CONFLICT
    assert unit(systemd).read_text().startswith("[Service]")


def test_what_systemd_refuses_is_told(systemd: FakeSystemd, node: FakeNode) -> None:
    systemd.refuses("restart")
    ran = asked(systemd, node, "service", "install")
    assert (ran.code, "Job for the unit failed." in ran.err) == (Exit.FAILURE, True)
    assert ran.last.endswith(" doctor")


def test_the_status_of_a_service_that_runs(systemd: FakeSystemd, node: FakeNode) -> None:
    asked(systemd, node, "service", "install")
    ran = asked(systemd, node, "service", "status")
    assert (ran.code, f"✓ {unit(systemd).name} is active\n" in ran.out) == (Exit.OK, True)
    assert "says      all is well\n" in ran.out
    assert objects(asked(systemd, node, "service", "status", "--json"))[0]["restarts"] == 2


@pytest.mark.parametrize(("active", "load"), [("failed", "loaded"), ("", "not-found")])
def test_a_service_that_does_not_run_ends_with_3(systemd: FakeSystemd, node: FakeNode, active: str, load: str) -> None:
    asked(systemd, node, "service", "install")
    systemd.is_(active, load)
    assert asked(systemd, node, "service", "status").code == Exit.PROBLEMS
    checks = objects(asked(systemd, node, "doctor", "--json"))[0]["checks"]
    assert [each["state"] for each in checks if each["name"] == "service"] == ["fail" if active else "warn"]


@pytest.mark.parametrize(
    ("active", "fix"), [("failed", "doctor"), ("inactive", "up"), ("activating", "service status")]
)
def test_a_service_that_is_not_active_says_what_to_do(
    systemd: FakeSystemd, node: FakeNode, active: str, fix: str
) -> None:
    asked(systemd, node, "service", "install")
    systemd.is_(active)
    told = asked(systemd, node, "service", "status").out
    assert (f" is {active}\n" in told, told.endswith(f" {fix}\n"), "says" in told) == (True, True, False), told


def test_the_doctor_looks_at_the_service_where_there_is_one(systemd: FakeSystemd, node: FakeNode) -> None:
    def told() -> list[str]:
        checks = objects(asked(systemd, node, "doctor", "--json"))[0]["checks"]
        return [each["state"] for each in checks if each["name"] == "service"]

    assert told() == []
    asked(systemd, node, "service", "install")
    assert told() == ["warn"]
    systemd.lingers("yes")
    assert told() == ["ok"]


def test_an_uninstall_removes_the_unit_and_leaves_the_home(systemd: FakeSystemd, node: FakeNode) -> None:
    assert asked(systemd, node, "service", "uninstall").code == Exit.CONFLICT
    asked(systemd, node, "service", "install")
    path = unit(systemd)
    ran = asked(systemd, node, "service", "uninstall")
    assert (ran.code, path.exists(), (node.home / "device.key").exists()) == (Exit.OK, False, True)
    assert systemd.told[-2:] == [f"--user disable --now {path.name}", "--user daemon-reload"]
    assert asked(systemd, node, "service", "status").code == Exit.CONFLICT


def test_up_lets_systemd_start_what_it_is_to_run(systemd: FakeSystemd, node: FakeNode) -> None:
    asked(systemd, node, "service", "install")
    name = unit(systemd).name
    node.hang_up()
    systemd.refuses("start")  # The node of the test cannot come back: that it was asked for is what counts.
    assert asked(systemd, node, "up").code == Exit.FAILURE
    assert systemd.told[-1] == f"--user start {name}"


def test_the_units_in_configs_are_what_the_program_writes() -> None:
    usual = ["%h/.local/bin/meshnode", "up", "--foreground"]
    assert (UNITS / "meshnode.service").read_text() == user_unit(usual, {})
    assert (UNITS / "meshnode@.service").read_text() == system_unit()


@pytest.mark.parametrize("text", [user_unit([sys.executable, "a b", "50%", '"'], {"X": "y z"}), system_unit()])
def test_systemd_finds_nothing_wrong_with_a_unit(tmp_path: Path, text: str) -> None:
    # Where there is no systemd this only sees that there is a unit; it has no program at the usual place either.
    program = "/home/%i/.local/bin/meshnode"
    path = tmp_path / ("meshnode@root.service" if program in text else "meshnode.service")
    path.write_text(text.replace(program, sys.executable))
    command = [shutil.which("systemd-analyze") or "true", *([] if program in text else ["--user"]), "verify", str(path)]
    environ = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if path.name in line]
    assert complaints == [], shlex.join(command)
    assert "WatchdogSec=" in text
