"""The demonstration as a new user runs it, and that its claims can fail."""

import json
import os
import select
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from meshnode.app.demo.narrator import ClaimFailed, Narrator

DEADLINE = 280


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
    assert "Acme joined through Ben, as a client" in claims
    assert any("by way of Ben" in claim for claim in claims)
    assert any("together what came in, to the cent" in claim for claim in claims)
    assert any("shows Today, Work, Money" in claim for claim in claims)
    assert list(tmp_path.iterdir()) == []


def test_demonstration_stays_on_a_terminal_and_imports_the_history_it_is_given(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    repository = tmp_path / "work"
    subprocess.run(["git", "init", "--quiet", str(repository)], check=True)
    person = ["-c", "user.name=Zoë", "-c", "user.email=zoe@example.org"]
    commit = ["git", "-C", str(repository), *person, "commit", "--quiet", "--allow-empty", "-m", "One"]
    subprocess.run(commit, check=True)
    master, slave = os.openpty()
    environment = {**os.environ, "TMPDIR": str(scratch), "HOME": str(scratch)}
    command = [sys.executable, "-m", "meshnode.app", "demo", "--no-open", "--history", str(repository)]
    with subprocess.Popen(command, env=environment, stdin=slave, stdout=slave, stderr=slave) as child:
        os.close(slave)
        told = _read_until(master, "Ctrl-C")
        assert "1 commits of zoe@example.org in work became signed contributions" in told
        links = [word for word in told.split() if "/in/" in word]
        assert [_logs_in(link) for link in links] == [True, True]
        os.write(master, b"\n")
        again = [word for word in _read_until(master, "Ctrl-C").split() if "/in/" in word]
        assert not set(again) & set(links)
        child.send_signal(signal.SIGINT)
        rest = _read_until(master, "all hold")
        assert child.wait(DEADLINE) == 0
    os.close(master)
    assert "nothing is left behind" in rest
    assert list(scratch.iterdir()) == []


def _read_until(terminal: int, word: str) -> str:
    """What the terminal shows until a word comes; what is written after it in the same breath comes along."""
    told = b""
    while word.encode() not in told:
        ready, _, _ = select.select([terminal], [], [], DEADLINE)
        assert ready, told.decode()
        told += os.read(terminal, 65_536)
    return told.decode()


def _logs_in(link: str) -> bool:
    """Whether a link leads to the first page of somebody's dashboard."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(link, timeout=DEADLINE) as answer:
        return b"Waits for you" in answer.read()


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
