"""Completion in the shells themselves: what each offers when somebody presses the key in it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshnode.cli.index import ENTRIES
from tests.support.command_line import run
from tests.support.terminal import Terminal

OFFERED: dict[str, set[str]] = {
    "meshnode st": {"status", "start", "stop", "statement"},
    "meshnode peer ": {"add", "ls", "rm", "ping"},
    "meshnode --home /x peer l": {"ls"},
    "meshnode --json --timeout 9 project s": {"show"},
    "meshnode --js": {"--json"},
    "meshnode import csv ho": {"hours.csv"},
    "meshnode import git --per ": {"commit", "day"},
    "meshnode import git . --dry": {"--dry-run"},
    "meshnode completion z": {"zsh"},
    "meshnode log text 1h --no": {"--note"},
    "meshnode contribution ls --comp ": {"paid", "deferred", "gift"},
}
"""What is offered for what somebody has typed so far."""
LIST = "\x04"
"""The key that lists what may follow, and completes nothing."""
CLEAR = "\x15"
ZSH = """
PS1='%h> '
LISTMAX=9999
fpath=({folder} $fpath)
autoload -U compinit
compinit -u
bindkey '^D' list-choices
bindkey '^U' kill-whole-line
setopt ignore_eof
cd {folder}
"""
BASH = """
PS1='\\#> '
bind '"\\C-d": possible-completions'
bind 'set page-completions off'
bind 'set completion-query-items -1'
bind 'set enable-bracketed-paste off'
cd {folder}
source _meshnode
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hours.csv").touch()
    return tmp_path


def environ(folder: Path) -> dict[str, str]:
    home = {"HOME": str(folder), "ZDOTDIR": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    return {**home, "PATH": os.environ["PATH"], "TERM": "dumb", "LC_ALL": "C.UTF-8", "COLUMNS": "200", "LINES": "200"}


def listed(command: list[str], folder: Path) -> Iterator[tuple[str, set[str]]]:
    """What a shell lists for each line: the words it prints between the line and the next prompt."""
    with Terminal(command, environ(folder)) as terminal:
        for number, line in enumerate(OFFERED, 1):
            before = len(terminal.shown)
            terminal.answers(f"{number}> ", f"{line}{LIST}{CLEAR}echo end''ed")
            terminal.sees("\nended")
            printed = terminal.shown[before:].partition(line)[2].partition(f"{number}> ")[0]
            offers = [each for row in printed.splitlines() for each in row.partition(" -- ")[0].split()]
            yield line, {each for each in offers if each in whatever()}


def whatever() -> set[str]:
    """Every word that anything offers."""
    return {*ENTRIES, *(word for words in OFFERED.values() for word in words), "--home", "--help", "rm"}


def test_zsh_offers_what_may_follow_from_the_first_press_on(folder: Path) -> None:
    (folder / "_meshnode").write_text(run("completion", "zsh").out)
    (folder / ".zshrc").write_text(ZSH.format(folder=folder))
    assert dict(listed(["zsh", "-i"], folder)) == OFFERED


def test_bash_offers_what_may_follow(folder: Path) -> None:
    (folder / "_meshnode").write_text(run("completion", "bash").out)
    (folder / "rc").write_text(BASH.format(folder=folder))
    assert dict(listed(["bash", "--rcfile", str(folder / "rc"), "-i"], folder)) == OFFERED


def test_fish_offers_what_may_follow(folder: Path) -> None:
    (folder / "meshnode.fish").write_text(run("completion", "fish").out)
    for line, offered in OFFERED.items():
        asked = ["fish", "--no-config", "-c", f"source meshnode.fish; complete -C '{line}'"]
        ran = subprocess.run(asked, cwd=folder, env=environ(folder), capture_output=True, text=True, check=True)
        assert {each.partition("\t")[0] for each in ran.stdout.splitlines()} == offered, line


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shells_are_here(shell: str) -> None:
    assert shutil.which(shell), f"scripts/test installs {shell}"
