"""Every exit code can come about, and how: a code that nothing here produces has no place among them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from meshnode.api.models.shared import Check
from meshnode.api.problems import problem
from meshnode.cli.exits import MEANINGS, Exit
from meshnode.runtime.refusals import Code
from meshnode.store.home import Home
from tests.support.command_line import Ran, run
from tests.support.fakes.fake_node import FakeNode, network


@pytest.fixture(autouse=True)
def seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process of the tests may be looked into, though a passphrase is read in it."""
    monkeypatch.setattr("meshnode.store.dumps.forbid_dumps", lambda: None)


def home_in_use(node: FakeNode, folder: Path) -> Ran:
    secret = folder / "passphrase"
    secret.write_text("correct horse battery")
    secret.chmod(0o600)
    with Home(folder / "home"):
        environ = {"MESHNODE_PASSPHRASE_FILE": str(secret)}
        return run("init", "--name", "Ana", "--passphrase", home=folder / "home", environ=environ)


def problems(node: FakeNode, folder: Path) -> Ran:
    node.reasons.append(Check("clock", "fail", "wrong", ""))
    return run("status", home=node)


def not_running(node: FakeNode, folder: Path) -> Ran:
    (node.home / "api.sock").unlink()
    return run("status", home=node)


def unverified(node: FakeNode, folder: Path) -> Ran:
    (folder / "terms.json").write_text("{}")
    return run("equation", "preview", str(folder / "terms.json"))


def not_authorised(node: FakeNode, folder: Path) -> Ran:
    node.answers["POST", "/agreements"] = problem(Code.NOT_AUTHORISED, "you were removed")
    return run("agreement", "new", "--title", "Logo", "--party", "Ben", home=node)


def too_late(node: FakeNode, folder: Path) -> Ran:
    node.silent = True
    return run("status", "--timeout", "1", home=node)


PRODUCED: dict[Exit, Callable[[FakeNode, Path], Ran]] = {
    Exit.OK: lambda node, folder: run("status", home=node),
    Exit.FAILURE: lambda node, folder: run("log", "x", "1h", "--project", "unknown", home=node),
    Exit.USAGE: lambda node, folder: run("log", "x", "1h", "--loud"),
    Exit.PROBLEMS: problems,
    Exit.NOT_INITIALISED: lambda node, folder: run("status", home=folder),
    Exit.HOME_IN_USE: home_in_use,
    Exit.WRONG_PASSPHRASE: lambda node, folder: run("init", "--passphrase", home=folder / "home"),
    Exit.NOT_RUNNING: not_running,
    Exit.UNREACHABLE: lambda node, folder: run("ping", home=node),
    Exit.VERIFICATION: unverified,
    Exit.NOT_AUTHORISED: not_authorised,
    Exit.CONFLICT: lambda node, folder: run("network", "create", "studio", "--open", home=node),
    Exit.DEADLINE: too_late,
    Exit.INTERRUPTED: lambda node, folder: run("contribution", "erase", "r", home=node, terminal=True),
}


@pytest.mark.parametrize("code", Exit, ids=lambda code: code.name)
def test_a_code_can_come_about_and_has_a_meaning(code: Exit, tmp_path: Path) -> None:
    with FakeNode() as node:
        node.networks.append(network("studio"))
        ran = PRODUCED[code](node, tmp_path)
    assert (ran.code, len(MEANINGS[code]) > 3) == (code, True), ran.err
