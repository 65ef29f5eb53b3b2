"""`id rotate`: what is asked, told and refused."""

from pathlib import Path

import pytest

from meshnode.cli.exits import Exit
from meshnode.cli.person import recovery
from meshnode.store.errors import WrongPassphrase
from tests.support.command_line import run

WORDS = "abandon " * 11 + "about"
TOLD = (
    '{"agent": "a", "name": "Ana", "fingerprint": "amber-canyon-violin-seven", "finished": false, "ended": 2,'
    ' "words": true, "key": "/k", "data": "/d"}'
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # A process that runs hundreds of tests has to stay one that a debugger can look into.
    monkeypatch.setattr("meshnode.store.dumps.forbid_dumps", lambda: None)
    (tmp_path / "device.key").touch()
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ncat >{tmp_path}/stdin\necho $* >{tmp_path}/given\necho '{TOLD}'\n")
    program.chmod(0o755)
    monkeypatch.setattr("meshnode.cli.operation.process.app_command", lambda desk, *words: [str(program), *words])
    return tmp_path


def test_what_has_become_of_it_is_told_with_the_new_words(home: Path) -> None:
    (home / recovery.WORDS_FILE).write_text(WORDS)
    (home / recovery.WORDS_FILE).chmod(0o600)
    ran = run("id", "rotate", "--end", "laptop", "--contest", home=home, terminal=True, stdin=WORDS + "\nlater\n")
    assert (ran.code, "New root key   Ana" in ran.out, "2 keys" in ran.out) == (Exit.OK, True, True)
    assert "Recovery words:" in ran.out
    assert (home / "stdin").read_text() == WORDS + "\n"
    assert (home / "given").read_text() == "rotate --contest --end=laptop\n"


def test_without_new_words_the_old_ones_stay(home: Path) -> None:
    ran = run("id", "rotate", "--keep-recovery", home=home, terminal=True, stdin=WORDS + "\n")
    assert (ran.code, "stay the same" in ran.out) == (Exit.OK, True)


def test_words_that_are_kept_are_not_shown(home: Path) -> None:
    assert run("id", "rotate", "--keep-recovery", "--show-words", home=home).code == Exit.USAGE


def test_it_takes_an_identity_and_words(home: Path) -> None:
    assert run("id", "rotate", home=home).code == Exit.USAGE
    assert run("id", "rotate", home=home, terminal=True, stdin="abandon\n").code == Exit.VERIFICATION
    (home / "device.key").unlink()
    assert run("id", "rotate", home=home).code == Exit.NOT_INITIALISED


def test_a_wrong_passphrase_changes_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object) -> None:
        raise WrongPassphrase(home / "passphrase.key")

    (home / "passphrase.key").touch()
    monkeypatch.setattr("meshnode.store.protection.open_home", wrong)
    stdin = WORDS + "\n" + "wrong\n" * 3
    ran = run("id", "rotate", home=home, terminal=True, stdin=stdin)
    assert ran.code == Exit.WRONG_PASSPHRASE
    assert not (home / "given").exists()
