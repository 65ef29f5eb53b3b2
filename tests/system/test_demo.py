"""The demonstration as a new user runs it, and that its claims can fail."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from meshnode.app.demo.stage import ClaimFailed, Narrator

DEADLINE = 200


def demo(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TMPDIR": str(folder), "HOME": str(folder)}
    command = [sys.executable, "-m", "meshnode.app", "demo", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=DEADLINE)


def test_demonstration_holds_and_leaves_nothing_behind(tmp_path: Path) -> None:
    ran = demo(tmp_path, "--json")
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    claims = [line["text"] for line in lines if line["kind"] == "claim"]
    assert (ran.returncode, ran.stderr) == (0, "")
    assert all(line["holds"] for line in lines if line["kind"] == "claim")
    assert any("refused it and hung up: W-RUN (S-SIG" in claim for claim in claims)
    assert any("came by way of Bo" in claim for claim in claims)
    assert list(tmp_path.iterdir()) == []


def test_demonstration_imports_the_history_it_is_given(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    repository = tmp_path / "work"
    subprocess.run(["git", "init", "--quiet", str(repository)], check=True)
    person = ["-c", "user.name=Zoë", "-c", "user.email=zoe@example.org"]
    commit = ["git", "-C", str(repository), *person, "commit", "--quiet", "--allow-empty", "-m", "One"]
    subprocess.run(commit, check=True)
    ran = demo(scratch, "--history", str(repository))
    assert ran.returncode == 0
    assert "1 commits of zoe@example.org in work became signed contributions" in ran.stdout


def test_demonstration_refuses_a_folder_without_history(tmp_path: Path) -> None:
    ran = demo(tmp_path, "--history", str(tmp_path))
    assert ran.returncode == 2
    assert "is no git repository with commits" in ran.stderr.splitlines()[-1]


def test_claim_that_does_not_hold_ends_the_story() -> None:
    told: list[tuple[str, str, bool | None]] = []
    say = Narrator(lambda kind, text, holds, _: told.append((kind, text, holds)))
    with pytest.raises(ClaimFailed, match="the earth is flat"):
        say.claim("the earth is flat", False)
    assert (told, say.claims) == ([("claim", "the earth is flat", False)], 0)
