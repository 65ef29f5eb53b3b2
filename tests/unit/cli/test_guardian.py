"""`id guardian`: what is offered, compared and refused."""

import json
from pathlib import Path

import pytest

from meshnode.cli.exits import Exit
from tests.support.command_line import run

TOLD = {"agent": "a", "name": "Ana", "fingerprint": "amber-canyon-violin-seven", "words": "one-two-three-four"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "device.key").touch()
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho '{json.dumps({**TOLD, 'line': 'guard1.xyz'})}'\n")
    program.chmod(0o755)
    monkeypatch.setattr("meshnode.cli.operation.process.app_command", lambda desk, *words: [str(program), *words])
    return tmp_path


def test_a_key_is_offered_by_a_line(home: Path) -> None:
    ran = run("id", "guardian", "offer", home=home)
    assert (ran.code, "guard1.xyz" in ran.out) == (Exit.OK, True)
    assert json.loads(run("id", "guardian", "offer", "--json", home=home).out)["line"] == "guard1.xyz"


def test_the_answer_is_told_once_the_words_are_the_same(home: Path) -> None:
    for words in ("one-two-three-four", "One two three four"):
        ran = run("id", "guardian", "sign", "ask1.x", "--words", words, home=home)
        assert (ran.code, "--consent guard1.xyz" in ran.out) == (Exit.OK, True)
    asked = run("id", "guardian", "sign", "ask1.x", home=home, terminal=True, stdin="y\n")
    assert asked.code == Exit.OK
    answered = run("id", "guardian", "sign", "ask1.x", "--words", "one-two-three-four", "--json", home=home)
    assert json.loads(answered.out)["words"] == TOLD["words"]


def test_other_words_or_no_answer_tell_nothing(home: Path) -> None:
    ran = run("id", "guardian", "sign", "ask1.x", "--words", "five six seven eight", home=home)
    assert (ran.code, "guard1" in ran.out) == (Exit.VERIFICATION, False)
    assert run("id", "guardian", "sign", "ask1.x", home=home, terminal=True, stdin="n\n").code == Exit.FAILURE


@pytest.mark.parametrize("words", [("sign",), ("offer", "ask1.x"), ("offer", "--words", "a")])
def test_what_makes_no_sense_is_refused(home: Path, words: tuple[str, ...]) -> None:
    assert run("id", "guardian", *words, home=home).code == Exit.USAGE
    (home / "device.key").unlink()
    assert run("id", "guardian", *words, home=home).code == Exit.NOT_INITIALISED


def test_what_the_program_cannot_do_is_passed_on(home: Path) -> None:
    (home / "program").write_text("#!/bin/sh\necho 'meshnode: no recovery key is kept here' >&2\nexit 15\n")
    assert run("id", "guardian", "sign", "ask1.x", home=home).code == Exit.VERIFICATION
