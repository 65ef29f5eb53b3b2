"""Completion scripts: generated for every command, understood by the shell they are for."""

import shutil
import subprocess
from pathlib import Path

import pytest

from meshnode.cli.completion import SHELLS
from meshnode.cli.exits import Exit
from meshnode.cli.index import ENTRIES, every_name
from tests.support.command_line import objects, run


def completed(words: str, folder: Path) -> list[str]:
    """What bash offers after `words`, the last of which is being typed."""
    script = f"""
        source <({shutil.which("cat")} <<'EOF'
{run("completion", "bash").out}
EOF
        )
        COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        _meshnode
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, cwd=folder).stdout.split()


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_and_option_is_in_the_script(shell: str) -> None:
    script = run("completion", shell).out
    assert all(name in script for name in ENTRIES)
    assert "accept-partial" in script


def test_bash_understands_its_script(tmp_path: Path) -> None:
    assert completed("meshnode ''", tmp_path)[: len(ENTRIES)] == list(ENTRIES)


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("meshnode st", ["status", "start", "stop", "statement"]),
        ("meshnode peer ''", ["add", "ls", "rm", "ping"]),
        ("meshnode --home /x peer l", ["ls"]),
        ("meshnode --json project sh", ["show"]),
        ("meshnode import git --per ''", ["commit", "day"]),
        ("meshnode import git . --dry", ["--dry-run"]),
        ("meshnode completion ''", [*SHELLS, "--home", "--json", "--timeout", "--help"]),
        ("meshnode log text 1h --no", ["--note"]),
    ],
)
def test_bash_offers_what_may_follow(words: str, offered: list[str], tmp_path: Path) -> None:
    assert completed(words, tmp_path) == offered


def test_bash_offers_files_where_one_is_meant(tmp_path: Path) -> None:
    (tmp_path / "hours.csv").touch()
    assert "hours.csv" in completed("meshnode import csv ho", tmp_path)
    assert "hours.csv" in completed("meshnode --home ho", tmp_path)
    assert "hours.csv" not in completed("meshnode log ho", tmp_path)
    assert "hours.csv" in completed("meshnode log x 1h --evidence ho", tmp_path)


@pytest.mark.parametrize("shell", SHELLS)
def test_quotes_of_a_script_are_closed(shell: str) -> None:
    for line in run("completion", shell).out.splitlines():
        assert line.count("'") % 2 == 0 or "’" in line, line


def test_zsh_and_fish_know_each_command() -> None:
    zsh, fish = (run("completion", shell).out for shell in ("zsh", "fish"))
    for name in every_name():
        seen = "; and ".join(f"__fish_seen_subcommand_from {word}" for word in name.split())
        assert f"    '{name}')" in zsh, name
        assert seen in fish or f"-a {name.split()[0]} " in fish, name


def test_the_script_in_json() -> None:
    ran = run("completion", "fish", "--json")
    assert (ran.code, objects(ran)[0]["script"]) == (Exit.OK, run("completion", "fish").out)
