"""The command line starts quickly: what it loads, and how long it takes, as processes."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fake_node import FakeNode
from tests.support.homes import APART, PROGRAM, Household

LIMIT = 0.15
"""Seconds a command may take from its start to its end, warm: the median of RUNS."""
RUNS = 20
NEVER = (
    "trio",
    "libp2p",
    "hypercorn",
    "starlette",
    "sqlite_utils",
    "cryptography",
    "argparse",
    "http",
    "logging",
    "asyncio",
)
ASKING = (*NEVER, "msgspec", "nacl", "sqlite3", "meshproto", "subprocess", "difflib")
"""What a command that asks the node has no use for, besides."""


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


@pytest.fixture
def stopped() -> Iterator[Path]:
    with Household() as people:
        ana = people.person("ana", starts=False)
        ana.does("init", "--no-recovery")
        yield ana.home


def loaded_by(home: Path, *words: str) -> set[str]:
    """The top-level packages that a command loads."""
    code = (
        "import os, sys, json; from meshnode.cli.main import main;"
        f"main({['--home', str(home), *words]!r}, os.environ, sys.stdin, open(os.devnull, 'w'), sys.stderr);"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(ended.stdout))


@pytest.mark.parametrize("words", [("status",), ("contribution", "ls"), ("log", "x", "1h"), ("peer", "ls"), ("stop",)])
def test_a_command_to_the_node_loads_little(node: FakeNode, words: tuple[str, ...]) -> None:
    assert loaded_by(node.home, *words).isdisjoint(ASKING)


def test_signing_without_a_node_loads_no_more_than_that_takes(stopped: Path) -> None:
    loaded = loaded_by(stopped, "log", "x", "1h")
    assert "nacl" in loaded
    assert loaded.isdisjoint(NEVER)


def median_of(home: Path, *words: str) -> float:
    """The seconds a command takes, as a process, warm."""
    command = [str(PROGRAM), "--home", str(home), *words]
    environ = {**os.environ, **APART}
    taken = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        subprocess.run(command, env=environ, capture_output=True, check=True)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[1:])


@pytest.mark.alone
def test_a_command_to_the_node_is_quick(node: FakeNode) -> None:
    assert median_of(node.home, "status") < LIMIT


@pytest.mark.alone
def test_signing_without_a_node_is_quick(stopped: Path) -> None:
    assert median_of(stopped, "log", "x", "1h") < LIMIT
