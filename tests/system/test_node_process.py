"""The node as a process: starting, stopping, one to a home, ports, signals, what it costs to idle."""

import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from meshnode.app.endings import Exit
from tests.support.patience import DEADLINE
from tests.support.programs import APART, Program, Programs, let_pass

IDLE_SECONDS = 5.0
MOST_RSS = 130 << 20
MOST_CPU = 0.01
"""What the issue allows an idle node: 130 MB and 1 % of one core."""


@pytest.fixture
def programs() -> Iterator[Programs]:
    with Programs() as all_of_them:
        yield all_of_them


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_node_in_order(programs: Programs, number: int) -> None:
    ana = programs.new("ana")
    ana.start()
    assert json.loads((ana.home / "node.json").read_text())["pid"] == (ana.process.pid if ana.process else 0)
    assert ana.signal(number) == Exit.OK
    assert not (ana.home / "node.json").exists()
    assert not (ana.home / "api.sock").exists()
    assert (ana.home / "node.log").read_text().endswith("stopped\n")


def test_the_node_stops_when_asked_through_the_api(programs: Programs) -> None:
    ana = programs.new("ana")
    ana.start()
    ana.client.node.stop()
    assert ana.process is not None
    assert ana.process.wait(DEADLINE) == Exit.OK


def test_a_second_node_in_one_home_is_told_who_is_there(programs: Programs) -> None:
    ana = programs.new("ana")
    ana.start()
    second = ana.runs("run")
    assert ana.process is not None
    assert second.returncode == Exit.HOME_IN_USE
    assert second.stderr.splitlines()[-1].startswith("meshnode: the home ")
    assert f"process {ana.process.pid}. Run: " in second.stderr
    assert ana.client.node.health()["pid"] == ana.process.pid


def test_without_an_identity_there_is_no_node(tmp_path: Path) -> None:
    ended = Program(tmp_path / "nobody").runs("run")
    assert ended.returncode == Exit.NOT_INITIALISED
    assert ended.stderr.splitlines()[-1].endswith("Run: meshnode init")


def test_an_identity_is_made_once(programs: Programs) -> None:
    ended = programs.new("ana").runs("init")
    assert (ended.returncode, ended.stdout) == (Exit.CONFLICT, "")


def test_a_setting_with_a_typing_error_is_named(programs: Programs) -> None:
    ana = programs.new("ana")
    (ana.home / "config.toml").write_text("[net]\nlisen = []\n")
    ended = ana.runs("run")
    assert ended.returncode == Exit.USAGE
    assert "net.lisen: unknown setting (did you mean net.listen?)" in ended.stderr


def test_an_address_that_was_asked_for_and_is_taken_is_an_error(programs: Programs) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ana = programs.new("ana", {**APART, "MESHNODE_NET__LISTEN": f"/ip4/127.0.0.1/tcp/{port}"})
        ended = ana.runs("run")
    assert ended.returncode == Exit.CONFLICT
    assert str(port) in ended.stderr


@pytest.mark.alone  # other tests take ports by the thousand, perhaps this one while the node is down
def test_a_second_home_takes_a_free_port_and_keeps_it(programs: Programs) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("0.0.0.0", 4401))
            taken.listen()
        except OSError:
            pass  # Somebody else has it already, which serves as well.
        ana = programs.new("ana", {"MESHNODE_NET__DISCOVERY": "false"})
        ana.start()
        first = ports(ana)
        ana.stop()
        ana.start()
        assert ports(ana) == first
        assert first & {4401} == set()


def test_logs_are_kept_and_hold_no_text_of_entries(programs: Programs) -> None:
    ana = programs.new("ana", {**APART, "MESHNODE_LOG__LEVEL": "debug"})
    ana.start()
    ana.client.work.log("Canary in a title", seconds=60, text="canary in a text")
    ana.stop()
    log = (ana.home / "node.log").read_text()
    keys = [(ana.home / name).read_text().split()[4] for name in ("device.key", "transport.key")]
    assert "stored 1 records" in log
    assert not [secret for secret in ["anary", "Ana", *keys] if secret in log]


@pytest.mark.alone
def test_an_idle_node_costs_next_to_nothing(programs: Programs) -> None:
    ana = programs.new("ana", {"MESHNODE_NET__LISTEN": "/ip4/127.0.0.1/tcp/0"})
    ana.start()
    assert ana.process is not None
    process = psutil.Process(ana.process.pid)
    ana.sees(lambda node: node.node.status()["projected"] == node.node.status()["arrival"])
    let_pass(1.0)
    before = process.cpu_times()
    let_pass(IDLE_SECONDS)
    after = process.cpu_times()
    used = (after.user + after.system - before.user - before.system) / IDLE_SECONDS
    assert (process.memory_info().rss < MOST_RSS, used < MOST_CPU) == (True, True), (process.memory_info().rss, used)


def test_the_doctor_works_on_a_stopped_and_on_a_running_home(programs: Programs) -> None:
    ana = programs.new("ana")
    for running in (False, True):
        if running:
            ana.start()
        ended = ana.runs("doctor", "--json")
        checks = {check["name"]: check for check in json.loads(ended.stdout)["checks"]}
        assert ended.returncode == Exit.OK, checks
        assert {"python", "clock", "disk", "device.key"} <= set(checks)
    os.chmod(ana.home / "device.key", 0o644)
    assert ana.runs("doctor").returncode == Exit.PROBLEMS


def ports(program: Program) -> set[int]:
    return {int(address.split("/tcp/")[1].split("/")[0]) for address in program.addresses}
