"""`export home` and `import home`: what is asked, handed over, told and refused."""

import json
from pathlib import Path

import pytest

from meshnode.cli.exits import Exit
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode

SECRET = "seven violins in an amber canyon"
TOLD = {
    "path": "/x.home", "bytes": 130_000, "made": "2026-03-09T12:00:00Z", "records": 1_234, "keys": "clear",
    "holds": ["every record"], "lacks": ["the log"], "agent": "a", "name": "Ana", "version": "0.1",
    "config_kept": False, "lock": "passphrase", "kind": "home", "already": False, "marked": True, "aside": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    # A process that runs hundreds of tests has to stay one that a debugger can look into.
    monkeypatch.setattr("meshnode.store.dumps.forbid_dumps", lambda: None)


@pytest.fixture(autouse=True)
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The node's program, which notes how it was called and tells what it found."""
    path = tmp_path / "program"
    path.write_text(f"#!/bin/sh\ncat >{tmp_path}/stdin\necho $* >{tmp_path}/words\ncat {tmp_path}/told\n")
    path.chmod(0o755)
    (tmp_path / "told").write_text(json.dumps(TOLD))
    monkeypatch.setattr("meshnode.cli.operation.process.app_command", lambda desk, *words: [str(path), *words])
    return path


@pytest.fixture
def secret(tmp_path: Path) -> str:
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n")
    path.chmod(0o600)
    return str(path)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "device.key").touch()
    return tmp_path / "home"


def moving(path: Path) -> Path:
    """The beginning of a home that moves."""
    path.write_bytes(b"meshnode home 1\nlocked passphrase\nmove " + b"0f" * 16 + b"\nid 1\n\n")
    return path


def told(folder: Path, **changed: object) -> None:
    (folder / "told").write_text(json.dumps({**TOLD, **changed}))


def words(folder: Path) -> str:
    return (folder / "words").read_text().strip()


def test_a_home_moves_out_by_a_program_that_is_told_the_secret(home: Path, tmp_path: Path, secret: str) -> None:
    ran = run("export", "home", "/x.home", "--secret-file", secret, home=home)
    assert (ran.code, words(tmp_path)) == (Exit.OK, "move out /x.home --lock passphrase")
    assert (tmp_path / "stdin").read_text() == SECRET + "\n"
    assert ran.out.startswith("✓ Moved out   /x.home   1,234 records · 130.0 kB\n  in it  every record\n")
    assert "This passphrase opens it, and nothing else does. This home signs nothing any more." in ran.out
    assert ran.out.endswith("run there:  meshnode import home x.home\n")
    answer = objects(run("export", "home", "/x.home", "--secret-file", secret, "--json", home=home))[0]
    assert (answer["schema"], answer["dry_run"], answer["stopped"]) == ("meshnode.export.home/1", False, False)


def test_a_dry_run_asks_for_no_secret(home: Path, tmp_path: Path) -> None:
    ran = run("export", "home", "/x.home", "--dry-run", home=home)
    assert (ran.code, words(tmp_path)) == (Exit.OK, "move out /x.home --dry-run")
    assert ran.out.startswith("✓ Would move out into /x.home   1,234 records · 130.0 kB at most\n  whose  Ana\n")
    assert ran.out.endswith("Nothing was changed.\n")


def test_a_node_that_runs_is_stopped_first(tmp_path: Path, secret: str) -> None:
    with FakeNode() as node:
        ran = run("export", "home", str(tmp_path / "x"), "--secret-file", secret, "--timeout", "5", home=node)
        assert any(each.path.endswith("stop") for each in node.asked), ran.err


def test_a_file_that_is_there_stays_unless_it_may_be_what_an_attempt_left(
    home: Path, tmp_path: Path, secret: str
) -> None:
    path = moving(tmp_path / "x.home")
    refused = run("export", "home", str(path), "--secret-file", secret, home=home)
    assert (refused.code, "add --force" in refused.last) == (Exit.CONFLICT, True)
    assert run("export", "home", str(path), "--secret-file", secret, "--force", home=home).code == Exit.OK
    (home / "left.json").write_text("{}")
    assert run("export", "home", str(path), "--secret-file", secret, home=home).code == Exit.OK


def test_without_an_identity_nobody_moves_out(tmp_path: Path) -> None:
    assert run("export", "home", "/x", home=tmp_path / "none").code == Exit.NOT_INITIALISED


def test_a_home_moves_in(tmp_path: Path, secret: str) -> None:
    path = moving(tmp_path / "x.home")
    ran = run("import", "home", str(path), "--secret-file", secret, home=tmp_path / "new")
    assert (ran.code, words(tmp_path)) == (Exit.OK, f"move in {path}")
    assert ran.out.startswith(f"✓ Moved in to {tmp_path}/new   1,234 records · 130.0 kB\n  whose  Ana\n")
    assert f"--home {tmp_path}/new up\n" in ran.out
    dry = run("import", "home", str(path), "--secret-file", secret, "--dry-run", home=tmp_path / "new")
    assert (dry.out.startswith("✓ Would move in to"), "Next" in dry.out) == (True, False)
    assert words(tmp_path) == f"move in {path} --dry-run"


def test_what_is_special_about_an_arrival_is_told(tmp_path: Path, secret: str) -> None:
    path = moving(tmp_path / "x.home")
    told(tmp_path, already=True, marked=False, aside="/old", config_kept=True)
    ran = run("import", "home", str(path), "--secret-file", secret, home=tmp_path / "new")
    assert ran.out.startswith("✓ Had moved in to")
    for line in ("that you had left here went to /old.", "was there already", "destroy it", "a fork."):
        assert line in ran.out


def test_what_is_no_home_that_moves_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    refused = run("import", "home", "/etc/hostname", home=tmp_path)
    assert (refused.code, "neither a backup nor a home" in refused.last) == (Exit.VERIFICATION, True)


def test_a_home_that_was_left_says_so_where_a_node_is_asked_for(home: Path) -> None:
    mark = {"move": "0f" * 16, "file": "/stick/x.home", "at": 0, "whole": True}
    (home / "left.json").write_text(json.dumps(mark))
    ran = run("status", home=home)
    assert (ran.code, "moved out on 1970-01-01, into /stick/x.home" in ran.last) == (Exit.NOT_RUNNING, True)
    (home / "left.json").write_text(json.dumps({**mark, "whole": False}))
    assert "began to move out on 1970-01-01, into /stick/x.home, and was cut short" in run("whoami", home=home).last
