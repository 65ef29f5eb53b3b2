"""Which history the demonstration imports, and the one it makes where there is none."""

import subprocess
from pathlib import Path

import pytest

import meshnode
from meshnode.app.demo.history import find_history
from meshnode.app.endings import Ending


def committers(path: Path) -> list[str]:
    told = subprocess.run(["git", "-C", str(path), "log", "--format=%ce"], capture_output=True, text=True, check=True)
    return told.stdout.split()


def test_where_there_is_no_history_one_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meshnode, "__file__", str(tmp_path / "installed" / "meshnode" / "__init__.py"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    made = find_history(tmp_path)
    assert (made.email, made.own) == ("ana@example.org", False)
    assert committers(made.path) == [made.email] * 4
    found = find_history(tmp_path, made.path)
    assert (found.path, found.email, found.own) == (made.path.resolve(), made.email, True)


def test_a_folder_without_commits_is_refused_when_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(Ending) as refused:
        find_history(tmp_path, tmp_path / "nothing")
    assert "is no git repository with commits" in str(refused.value)
