"""`id recover` and `id vouch`: what is asked, told and refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from meshnode.cli.exits import Exit
from tests.support.command_line import run
from tests.support.fakes.fake_node import FakeNode

WORDS = "abandon " * 11 + "about"
LINE = "recover1.xyz"


@pytest.fixture(autouse=True)
def nothing_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    # A process that runs hundreds of tests has to stay one that a debugger can look into.
    monkeypatch.setattr("meshnode.store.dumps.forbid_dumps", lambda: None)


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


@pytest.fixture
def paper(tmp_path: Path) -> str:
    file = tmp_path / "paper"
    file.write_text(WORDS)
    file.chmod(0o600)
    return str(file)


def test_the_line_for_somebody_is_printed_with_what_it_tells(node: FakeNode) -> None:
    ran = run("id", "vouch", "Ana López", home=node)
    assert f"meshnode id recover {LINE}" in ran.out
    assert "It leads back to: studio" in ran.out


def test_nobody_vouches_for_a_stranger(node: FakeNode) -> None:
    ran = run("id", "vouch", "Mallory", home=node)
    assert (ran.code, "you share no network with Mallory" in ran.last) == (Exit.FAILURE, True)


@pytest.mark.parametrize("given", [(), (LINE, "--bundle", "all.bundle")])
def test_either_a_line_or_a_file_is_needed(tmp_path: Path, given: tuple[str, ...]) -> None:
    ran = run("id", "recover", *given, home=tmp_path)
    assert (ran.code, "either the line" in ran.last) == (Exit.USAGE, True)


def test_without_a_terminal_the_words_come_from_a_file(tmp_path: Path) -> None:
    ran = run("id", "recover", LINE, home=tmp_path)
    assert (ran.code, "--file" in ran.last) == (Exit.USAGE, True)


def test_what_are_no_words_is_told_before_anything_is_done(tmp_path: Path, paper: str) -> None:
    Path(paper).write_text(WORDS.replace("about", "abuot"))
    ran = run("id", "recover", LINE, "--file", paper, home=tmp_path / "new")
    assert (ran.code, "no such word" in ran.last) == (Exit.VERIFICATION, True)
    assert not (tmp_path / "new").exists()


def test_what_comes_back_is_told(tmp_path: Path, paper: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = (
        '{"agent": "a", "name": "Ana", "fingerprint": "amber-canyon-violin-seven", "ended": 1, "networks": 2,'
        ' "records": 1234, "key": "/k", "data": "/d"}'
    )
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ncat >{tmp_path}/stdin\necho $* >{tmp_path}/words\necho '{told}'\n")
    program.chmod(0o755)
    monkeypatch.setattr("meshnode.cli.operation.process.app_command", lambda desk, *words: [str(program), *words])
    ran = run("id", "recover", LINE, home=tmp_path, terminal=True, stdin=WORDS.upper() + "\n")
    assert (ran.code, "Welcome back   Ana" in ran.out, "1 lost device" in ran.out) == (Exit.OK, True, True)
    assert (tmp_path / "stdin").read_text() == WORDS + "\n"
    monkeypatch.chdir(tmp_path)
    answered = run("id", "recover", "--bundle", "all.bundle", "--file", paper, "--json", home=tmp_path)
    assert f"--bundle {tmp_path}/all.bundle" in (tmp_path / "words").read_text()
    assert '"schema": "meshnode.id.recover/1"' in answered.out
