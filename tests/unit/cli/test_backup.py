"""`backup create`, `verify` and `restore`: what is asked, handed over, told and refused."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshnode.cli.exits import Exit
from meshnode.cli.files.saved_file import VARIABLE
from meshnode.cli.person.recovery import digest_of
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode

WORDS = "abandon " * 11 + "about"
SECRET = "seven violins in an amber canyon"
TOLD = {
    "path": "/x.backup", "bytes": 130_000, "made": "2026-03-09T12:00:00Z", "records": 1_234, "keys": "passphrase",
    "holds": ["every record"], "lacks": ["the log"], "agent": "a", "name": "Ana\u202e", "version": "0.1",
    "config_kept": True, "lock": "passphrase", "kind": "backup",
}  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    # A process that runs hundreds of tests has to stay one that a debugger can look into.
    monkeypatch.setattr("meshnode.store.dumps.forbid_dumps", lambda: None)


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


@pytest.fixture
def secret(tmp_path: Path) -> str:
    return private(tmp_path / "secret", SECRET)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The node's program, which notes how it was called and tells what it found."""
    path = tmp_path / "program"
    path.write_text(f"#!/bin/sh\ncat >{tmp_path}/stdin\necho $* >{tmp_path}/words\ncat {tmp_path}/told\n")
    path.chmod(0o755)
    (tmp_path / "told").write_text(json.dumps(TOLD))
    monkeypatch.setattr("meshnode.cli.operation.process.app_command", lambda desk, *words: [str(path), *words])
    return path


def private(path: Path, text: str) -> str:
    path.write_text(text + "\n")
    path.chmod(0o600)
    return str(path)


def backup(path: Path, lock: str = "passphrase") -> Path:
    path.write_bytes(b"meshnode backup 1\nlocked " + lock.encode() + b"\nid 1\n\n")
    return path


def test_a_running_node_saves_itself_and_what_is_in_the_file_is_told(
    node: FakeNode, tmp_path: Path, secret: str
) -> None:
    path = tmp_path / "ana.backup"
    ran = run("backup", "create", str(path), "--secret-file", secret, home=node)
    assert (ran.code, node.asked[-1].body) == (Exit.OK, {"path": str(path), "passphrase": SECRET})
    assert ran.out.startswith(
        f"✓ Saved   {path}   1,234 records · 130.0 kB\n  in it  every record\n  not in it  the log\n"
    )
    assert f"--home {node.home} backup verify {path}\n" in ran.out
    told = objects(run("backup", "create", str(path), "--secret-file", secret, "--json", home=node))[0]
    assert (told["schema"], told["lock"], told["lacks"]) == ("meshnode.backup.create/1", "passphrase", ["the log"])


def test_a_passphrase_is_asked_for_twice(node: FakeNode, tmp_path: Path) -> None:
    path = str(tmp_path / "x")
    typed = f"{SECRET}\n{SECRET}\n"
    assert run("backup", "create", path, home=node, terminal=True, stdin=typed).code == Exit.OK
    refused = run("backup", "create", path, home=node)
    assert (refused.code, "no terminal" in refused.last) == (Exit.WRONG_PASSPHRASE, True)
    assert (VARIABLE in refused.last, "backup create --help" in refused.last) == (True, True)
    named = run("backup", "create", path, home=node, environ={VARIABLE: private(tmp_path / "s", "short")})
    assert (named.code, "at least 8" in named.last) == (Exit.WRONG_PASSPHRASE, True)


def test_a_passphrase_file_that_cannot_be_read_leads_to_the_manual_of_the_command(tmp_path: Path) -> None:
    (tmp_path / "device.key").touch()
    for words in (("backup", "create", "x"), ("backup", "verify", str(backup(tmp_path / "y")))):
        ran = run(*words, "--secret-file", str(tmp_path / "none"), home=tmp_path)
        assert (ran.code, ran.last.endswith(f" {words[0]} {words[1]} --help")) == (Exit.WRONG_PASSPHRASE, True)


def test_the_recovery_words_have_to_be_the_owners(node: FakeNode, tmp_path: Path) -> None:
    paper = private(tmp_path / "paper", WORDS.upper())
    refused = run("backup", "create", str(tmp_path / "x"), "--words", "--secret-file", paper, home=node)
    assert (refused.code, "not the recovery words" in refused.last) == (Exit.VERIFICATION, True)
    node.digests = [digest_of(WORDS.split())]
    run("backup", "create", str(tmp_path / "x"), "--words", "--secret-file", paper, home=node)
    assert node.asked[-1].body == {"path": str(tmp_path / "x"), "words": WORDS}
    again = run("backup", "create", str(tmp_path / "x"), "--words", "--secret-file", paper, "--force", home=node)
    assert "Your 12 recovery words open it, and nothing else does." in again.out


def test_a_file_that_is_there_stays_unless_force_says_otherwise(node: FakeNode, tmp_path: Path, secret: str) -> None:
    path = backup(tmp_path / "x")
    ran = run("backup", "create", str(path), "--secret-file", secret, home=node)
    assert (ran.code, "add --force" in ran.last) == (Exit.CONFLICT, True)
    assert run("backup", "create", str(path), "--secret-file", secret, "--force", home=node).code == Exit.OK


def test_where_no_node_runs_the_program_saves_the_home(tmp_path: Path, secret: str, program: Path) -> None:
    assert run("backup", "create", "/x", "--secret-file", secret, home=tmp_path).code == Exit.NOT_INITIALISED
    (tmp_path / "device.key").touch()
    ran = run("backup", "create", "/x.backup", "--secret-file", secret, home=tmp_path)
    assert ran.out.startswith("✓ Saved   /x.backup   1,234 records")
    assert (tmp_path / "words").read_text() == "backup create /x.backup --lock passphrase\n"
    assert (tmp_path / "stdin").read_text() == SECRET + "\n"


def test_a_backup_is_checked_without_a_node(tmp_path: Path, secret: str, program: Path) -> None:
    path = backup(tmp_path / "x.backup")
    ran = run("backup", "verify", str(path), "--secret-file", secret, home=tmp_path)
    assert f"✓ Whole and genuine   {path}   1,234 records · 130.0 kB\n  whose  Ana\n" in ran.out
    assert "sealed with the passphrase of the home" in ran.out
    assert (tmp_path / "words").read_text() == f"backup verify {path}\n"
    told = objects(run("backup", "verify", str(path), "--secret-file", secret, "--json", home=tmp_path))[0]
    assert (told["schema"], told["kind"]) == ("meshnode.backup.verify/1", "backup")
    (tmp_path / "told").write_text(json.dumps({**TOLD, "kind": "gone"}))
    moved = run("backup", "verify", str(path), "--secret-file", secret, home=tmp_path)
    assert "  kind  a home that moved; it was taken in\n" in moved.out


def test_the_file_says_whether_words_or_a_passphrase_open_it(tmp_path: Path, program: Path) -> None:
    path = backup(tmp_path / "x.backup", "words")
    assert run("backup", "verify", str(path), home=tmp_path, terminal=True, stdin=WORDS + "\n").code == Exit.OK
    assert (tmp_path / "stdin").read_text() == WORDS + "\n"
    asked = run("backup", "verify", str(backup(path)), home=tmp_path, terminal=True, stdin=SECRET + "\n")
    assert (asked.code, (tmp_path / "stdin").read_text()) == (Exit.OK, SECRET + "\n")
    refused = run("backup", "verify", str(path), home=tmp_path)
    assert (refused.code, VARIABLE in refused.last) == (Exit.WRONG_PASSPHRASE, True)


def test_what_is_no_backup_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    refused = run("backup", "verify", "/etc/hostname", home=tmp_path)
    assert (refused.code, "is neither a backup nor a home" in refused.last) == (Exit.VERIFICATION, True)
    assert run("backup", "restore", str(tmp_path / "none"), home=tmp_path).code == Exit.FAILURE


def test_a_restored_home_is_told_what_it_does_before_it_signs(tmp_path: Path, secret: str, program: Path) -> None:
    path = backup(tmp_path / "x.backup")
    ran = run("backup", "restore", str(path), "--secret-file", secret, home=tmp_path / "new")
    assert f"✓ Restored   {tmp_path}/new   1,234 records" in ran.out
    assert f"! {tmp_path}/new/config.toml was there already" in ran.out
    assert "asks the peers that held your records" in ran.out
    assert "up --i-have-the-newest-copy" in ran.out
    dry = run("backup", "restore", str(path), "--secret-file", secret, "--dry-run", home=tmp_path / "new")
    assert (dry.out.startswith(f"✓ Would restore to {tmp_path}/new"), "Next" in dry.out) == (True, False)
    assert (tmp_path / "words").read_text() == f"backup restore {path} --dry-run\n"


def test_what_the_program_refuses_is_passed_on(tmp_path: Path, secret: str, program: Path) -> None:
    program.write_text("#!/bin/sh\necho 'meshnode: x.backup: damaged. Run: meshnode backup --help' >&2\nexit 15\n")
    ran = run("backup", "verify", str(backup(tmp_path / "x.backup")), "--secret-file", secret, home=tmp_path)
    assert (ran.code, ran.last.startswith("meshnode: x.backup: damaged. Run: ")) == (Exit.VERIFICATION, True)
