"""The command line starts quickly: what it may load. How long it takes, `scripts/bench cli` tells."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.support.fakes.fake_node import FakeNode
from tests.support.homes import Household

ASKING = (
    *("meshnode", "meshnode.cli", "meshnode.cli.*", "meshnode.client", "meshnode.client.*", "meshnode.config*"),
    *("meshnode.words", "meshnode.words.*"),
)
"""What of our own and of other people's packages a command may load that asks the node: nobody else's at all."""

SIGNING = (
    *ASKING,
    *("meshnode.core", "meshnode.core.author", "meshnode.core.details", "meshnode.core.drafts"),
    *("meshnode.core.chance", "meshnode.core.founding", "meshnode.core.ports", "meshnode.core.rows"),
    *("meshnode.store", "meshnode.store.*"),
    *("meshproto", "meshproto.records*", "meshproto.types*"),
    *("_cffi_backend", "_sodium*", "msgpack*", "msgspec*", "nacl*"),
)
"""What `log` may load with the node stopped, to check, sign and store one record."""

SLOW = {
    *("argparse", "asyncio", "dataclasses", "difflib", "email", "http", "inspect", "logging", "shutil"),
    *("ssl", "subprocess", "tempfile", "unittest", "zipfile"),
}
"""Parts of the standard library that take several milliseconds, and that no quick command needs."""

UNNEEDED_FOR_ASKING = {"_hashlib", "decimal", "sqlite3", "tomllib", "uuid"}


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


class Loaded:
    """The modules that a command loads: those of the standard library, and all others."""

    def __init__(self, home: Path, *words: str) -> None:
        code = (
            "import os, sys; before = set(sys.modules); from meshnode.cli.main import main;"
            f"main({['--home', str(home), *words]!r}, os.environ, sys.stdin, open(os.devnull, 'w'), sys.stderr);"
            "import json; print(json.dumps([name for name in sys.modules if name not in before]))"
        )
        environ = {name: value for name, value in os.environ.items() if not name.startswith("MESHNODE_WORK__")}
        ended = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
        names = set(json.loads(ended.stdout)) - {"json"}
        self.standard = {name for name in names if name.split(".")[0] in sys.stdlib_module_names}
        self.others = names - self.standard

    def beyond(self, allowed: tuple[str, ...]) -> set[str]:
        """What is not of the standard library and matches none of these names."""
        return {name for name in self.others if not any(fnmatch(name, each) for each in allowed)}


@pytest.mark.parametrize(
    "words",
    [
        *(("status",), ("contribution", "ls"), ("log", "x", "1h"), ("peer", "ls"), ("stop",), ("search", "x")),
        *(("network", "ls"), ("whoami",), ("project", "ls"), ("import", "ls"), ("share", "x", "--network", "y")),
    ],
)
def test_a_command_to_the_node_loads_little(node: FakeNode, words: tuple[str, ...]) -> None:
    loaded = Loaded(node.home, *words)
    assert (loaded.beyond(ASKING), loaded.standard & (SLOW | UNNEEDED_FOR_ASKING)) == (set(), set())


def test_signing_without_a_node_loads_no_more_than_that_takes(stopped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESHNODE_NET__DISCOVERY", "false")
    loaded = Loaded(stopped, "log", "x", "1h")
    assert (loaded.beyond(SIGNING), loaded.standard & SLOW) == (set(), set())
    assert "nacl.bindings" in loaded.others


def test_help_loads_nothing_but_the_command_line(tmp_path: Path) -> None:
    loaded = Loaded(tmp_path, "log", "--help")
    assert (loaded.beyond(ASKING), loaded.standard & (SLOW | UNNEEDED_FOR_ASKING)) == (set(), set())
