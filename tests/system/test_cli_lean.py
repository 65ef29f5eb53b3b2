"""The command line starts quickly: what it loads. How long it takes, `scripts/bench cli` tells."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fake_node import FakeNode
from tests.support.homes import Household

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
