"""How long a command takes as a process, from its start to its end: warm, no passphrase."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.report import median, percentile, progress, say
from tests.support.homes import APART, PROGRAM, Household

SAMPLES = 20


def commands(runs: int, versus_git: bool) -> None:
    """A command that asks the node, `log` with the node stopped, and the bare interpreter beside them."""
    progress("cli")
    with Household() as people:
        ana = people.person("ana", starts=False)
        ana.does("init", "--no-recovery")
        _tell("log, node stopped", [str(PROGRAM), "--home", str(ana.home), "log", "x", "1h"])
        ana.does("up")
        _tell("status", [str(PROGRAM), "--home", str(ana.home), "status"])
        _tell("log, node running", [str(PROGRAM), "--home", str(ana.home), "log", "x", "1h"])
        _tell("interpreter alone", [sys.executable, "-c", "pass"])


def _tell(what: str, command: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ms = [_time(command, Path(folder)) * 1000 for _ in range(SAMPLES + 1)][1:]
    say("cli", what=what, samples=SAMPLES, p50_ms=median(ms, 1), p99_ms=percentile(ms, 0.99, 1))


def _time(command: list[str], folder: Path) -> float:
    begun = time.perf_counter()
    subprocess.run(command, env={**os.environ, **APART}, cwd=folder, capture_output=True, check=True)
    return time.perf_counter() - begun
