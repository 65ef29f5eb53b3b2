"""`up`, `down`, `demo` and the node as a process, against a stand-in for the node's program."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest

from meshnode.cli.exits import Exit
from meshnode.cli.operation import last_words, process
from meshnode.runtime.failures import StoreFailed
from tests.support.command_line import objects, run

PROJECT = Path(__file__).resolve().parents[3]
APP = "tests.support.fakes.fake_app"


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = Path(mkdtemp(prefix="mn-"))
    (folder / "device.key").touch()
    (folder / "home.json").touch()
    monkeypatch.setattr(process, "APP", APP)
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    yield folder
    if (folder / "node.json").exists():
        run("down", "--timeout", "5", home=folder)
    shutil.rmtree(folder)


def mood(home: Path, word: str) -> None:
    (home / "mood").write_text(word)


def test_up_waits_until_the_node_answers(home: Path) -> None:
    ran = run("up", home=home)
    assert (ran.code, ran.err) == (Exit.OK, "")
    assert ran.out.startswith("✓ Node running   no network joined yet\n  /ip4/192.0.2.7/tcp/4401/p2p/")
    assert f" --home {home} network create studio --open\n" in ran.out


def test_up_twice_starts_one_node(home: Path) -> None:
    run("up", home=home)
    first = (home / "node.json").read_text()
    ran = run("up", home=home)
    assert (ran.code, ran.out.startswith("✓ Node runs already")) == (Exit.OK, True)
    assert (home / "node.json").read_text() == first
    assert objects(run("up", "--json", home=home))[0]["already"] is True


def test_up_starts_a_node_where_one_just_ended(home: Path) -> None:
    run("up", home=home)
    node_file = home / "node.json"
    told = json.loads(node_file.read_text())
    run("down", home=home)
    with dying(home / "dying.sock") as path:
        node_file.write_text(json.dumps({**told, "socket": path}))
        ran = run("up", home=home)
    assert (ran.code, ran.out.startswith("✓ Node running")) == (Exit.OK, True), ran.err


@contextmanager
def dying(path: Path) -> Iterator[str]:
    """A node that was killed while the first who asked had just connected."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        ends = threading.Thread(target=lambda: listener.accept()[0].close())
        ends.start()
        yield str(path)
        ends.join()


def test_the_newest_copy_may_be_named_while_the_node_runs(home: Path) -> None:
    run("up", home=home)
    ran = run("up", "--i-have-the-newest-copy", home=home)
    assert (ran.code, ran.out.startswith("✓ Node runs already")) == (Exit.OK, True)


def test_up_without_identity_says_init(home: Path) -> None:
    (home / "device.key").unlink()
    ran = run("up", home=home)
    assert (ran.code, ran.last.endswith(" init")) == (Exit.NOT_INITIALISED, True)
    assert run("down", home=home).code == Exit.NOT_INITIALISED


def test_a_node_that_refuses_to_start_is_quoted(home: Path) -> None:
    mood(home, "refuses")
    ran = run("up", home=home)
    assert ran.code == Exit.CONFLICT
    assert ran.err.startswith("  looking for a port\nmeshnode: port 4401 is taken. Run: ")
    assert ran.last.endswith(f" --home {home} doctor")


def test_a_node_that_crashes_leaves_its_last_lines(home: Path) -> None:
    mood(home, "crashes")
    ran = run("up", home=home)
    assert (ran.code, ran.last.startswith("meshnode: the node did not start. Run: ")) == (Exit.FAILURE, True)
    assert "  RuntimeError: a bug\n" in ran.err


def test_a_node_that_does_not_answer_meets_the_deadline(home: Path) -> None:
    mood(home, "silent")
    ran = run("up", "--timeout", "1", home=home)
    assert (ran.code, ran.last.endswith(" logs")) == (Exit.DEADLINE, True)
    silent = [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/cmdline") if is_ours(path, home)]
    for pid in silent:
        process.terminate(pid)
    assert len(silent) == 1


def is_ours(path: Path, home: Path) -> bool:
    try:
        return str(home).encode() in path.read_bytes()
    except OSError:
        return False


def test_down_waits_until_the_node_is_gone(home: Path) -> None:
    run("up", home=home)
    pid = int(objects(run("status", "--json", home=home))[0]["pid"])
    assert run("down", home=home).out == "✓ Node stopped\n"
    assert process.is_gone(pid)
    assert run("down", home=home).out == "✓ The node was not running\n"
    assert objects(run("down", "--json", home=home))[0]["stopped"] is False


def test_a_node_that_does_not_stop_when_asked_gets_a_signal(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mood(home, "stubborn")
    run("up", home=home)
    monkeypatch.setattr(process, "is_node", lambda pid, lock: True)  # It holds no lock, being a stand-in.
    assert run("down", "--timeout", "1", home=home).out == "✓ Node stopped\n"


def test_another_process_with_the_nodes_number_is_left_alone(home: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    (home / "node.json").write_text(f'{{"pid": {other.pid}, "socket": "{home}/api.sock"}}')
    assert run("down", home=home).out == "✓ The node was not running\n"
    assert other.poll() is None
    other.communicate(b"\n")


def test_a_process_is_the_node_only_with_its_lock(home: Path) -> None:
    lock = home / "lock"
    lock.touch()
    code = f"import sys; held = open({str(lock)!r}); print('held', flush=True); input()"
    command = [sys.executable, "-c", code, process.APP]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        assert process.is_node(child.pid, lock)
        assert not process.is_node(child.pid, home / "other")
        child.communicate(b"\n")
    assert not process.is_node(os.getpid(), lock)


def test_a_process_that_waits_to_be_reaped_is_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    assert process.wait_until(lambda: process.is_gone(child.pid), 10)
    child.wait()
    assert process.is_gone(child.pid)
    process.terminate(child.pid)


def test_a_process_of_somebody_else_is_not_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(pid: int, number: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", forbidden)
    assert not process.is_gone(1)


def test_a_node_that_left_no_words_has_none(home: Path) -> None:
    ran = run("status", home=home)
    assert ran.code == Exit.NOT_RUNNING
    assert last_words._tail(home / "nothing", 0) == []


def test_waiting_ends() -> None:
    assert not process.wait_until(lambda: False, 0.05)


def test_doctor_works_with_the_node_stopped(home: Path) -> None:
    assert run("doctor", home=home).out == "✓ disk: 12 GB free\n"


@pytest.mark.parametrize(
    ("words", "verb"), [(("demo", "--no-open"), "demo --no-open"), (("up", "--foreground"), "run --foreground")]
)
def test_some_commands_become_the_nodes_program(home: Path, words: tuple[str, ...], verb: str) -> None:
    code = (
        "import os, sys; from meshnode.cli.operation import process; from meshnode.cli.main import entry;"
        f"process.APP = {APP!r}; os.execv = lambda path, words: print(*words[3:]);"
        f"sys.argv[1:] = {list(words)!r}; entry()"
    )
    environ = {**os.environ, "MESHNODE_HOME": str(home)}
    ended = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False)
    assert set(verb.split()) <= set(ended.stdout.split())


@pytest.mark.parametrize("line", ["2026-03-09 CRITICAL meshnode.app.run: {}", '{{"level": "critical", "text": "{}"}}'])
def test_a_node_that_ended_by_itself_is_told_with_the_reason(home: Path, line: str) -> None:
    failed = StoreFailed(OSError("the disk of records.db is full: free some space"))
    log = home / last_words.LOG_FILE
    log.write_text("INFO listening\n" + line.format(f"the node ends: {failed}") + "\n")
    ran = run("status", home=home)
    assert ran.code == Exit.NOT_RUNNING
    assert "not running: it ended, because the disk of records.db is full: free some space. Run: " in ran.err
    log.write_text(log.read_text() + "INFO meshnode 0.1.0 runs as process 7\n")
    assert "the node is not running. Run: " in run("status", home=home).err
