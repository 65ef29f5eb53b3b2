"""Commands in hints work when they are pasted."""

import shlex
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshnode.cli.hints import command, is_command, pasteable, pieces, program, quoted


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("meshnode up", ["meshnode up"]),
        ("meshnode down, then meshnode up", ["meshnode down", "meshnode up"]),
        ("no newer copy exists: meshnode up --i-have-the-newest-copy", ["meshnode up --i-have-the-newest-copy"]),
        ('meshnode log "Landing page, first draft" 3h30', ['meshnode log "Landing page, first draft" 3h30']),
        ("meshnode project create 'it is; mine'. It takes a second.", ["meshnode project create 'it is; mine'"]),
        ("set it, then `meshnode down`; all is well", ["meshnode down"]),
        ("a newer meshnode wrote this", []),
        ("give more letters of the id", []),
        ("meshnode init.", ["meshnode init"]),
        ("meshnode import git . --dry-run", ["meshnode import git . --dry-run"]),
        ("more (meshnode log --help).", ["meshnode log --help"]),
        ("", []),
    ],
)
def test_commands_are_found_in_sentences(text: str, commands: list[str]) -> None:
    assert [piece for found, piece in pieces(text) if found] == commands


@given(st.text(alphabet="meshnode uplog,;.:`'\" "))
def test_the_pieces_are_the_sentence(text: str) -> None:
    assert "".join(piece for _, piece in pieces(text)) == text


def test_each_command_gets_the_home_and_the_program() -> None:
    text = "meshnode down, then `meshnode up`"
    assert pasteable(text, "./mn", "/a b") == "`./mn --home '/a b' down`, then `./mn --home '/a b' up`"
    assert pasteable("meshnode up", "meshnode", None) == "meshnode up"


@pytest.mark.parametrize("where", ["on your other device", "for whoever invited you"])
def test_a_command_for_another_machine_names_nothing_of_this_one(where: str) -> None:
    hint = "meshnode id device confirm amber-canyon-violin-seven"
    assert pasteable(f"{where}: {hint}", "/opt/x/meshnode", "/tmp/ana") == f"{where}: `{hint}`"


def test_only_a_command_alone_is_one() -> None:
    assert is_command("meshnode peer ls")
    assert not is_command("meshnode peer ls, or wait")
    assert not is_command("wait")


@given(st.text(min_size=1).filter(lambda text: "\0" not in text))
def test_a_quoted_word_is_that_word_to_a_shell(text: str) -> None:
    assert shlex.split(quoted(text)) == [text]
    assert shlex.split(command("meshnode up", "meshnode", text)) == ["meshnode", "--home", text, "up"]


def test_the_program_is_named_as_it_can_be_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = tmp_path / "mine" / "meshnode", tmp_path / "other" / "meshnode"
    for path in (mine, other):
        path.parent.mkdir()
        path.touch(mode=0o755)
    monkeypatch.setattr(sys, "argv", [str(mine)])
    assert program({"PATH": f"{tmp_path}:{mine.parent}"}) == "meshnode"
    assert program({"PATH": f"{other.parent}:{mine.parent}"}) == str(mine)
    assert program({"PATH": ""}) == str(mine)
    monkeypatch.setattr(sys, "argv", ["/somewhere/__main__.py"])
    assert program({}) == f"{quoted(sys.executable)} -m meshnode.cli"


def test_a_link_on_the_path_is_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, link = tmp_path / "venv" / "meshnode", tmp_path / "bin" / "meshnode"
    for folder in (real.parent, link.parent):
        folder.mkdir()
    real.touch(mode=0o755)
    link.symlink_to(real)
    monkeypatch.setattr(sys, "argv", [str(link)])
    assert program({"PATH": str(link.parent)}) == "meshnode"
