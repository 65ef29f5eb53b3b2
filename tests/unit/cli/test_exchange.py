"""`sync` and `export`, against a fake node."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from meshnode.api.models.node import SyncAnswer, SyncedPeer
from meshnode.cli.exits import Exit
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode, peer
from tests.support.fakes.sample_people import BEN, PEER


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


def synced(*states: str) -> SyncAnswer:
    return SyncAnswer([SyncedPeer(PEER, BEN, state, 3, 12) for state in states], 3)


def test_sync_says_what_each_peer_brought(node: FakeNode) -> None:
    node.peers.append(peer())
    assert run("sync", home=node).out == "✓ Ben   in sync · 3 records received · 12 ms\n"
    assert node.asked[0].body == {"wait_ms": 10_000}


def test_sync_with_one_peer_and_a_deadline(node: FakeNode) -> None:
    node.peers.append(peer())
    run("sync", "--peer", "8vbCeo8F", "--timeout", "3", home=node)
    assert node.asked[0].body == {"peer": "8vbCeo8F", "wait_ms": 3000}


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ((), Exit.UNREACHABLE),
        (("unreachable", "unreachable"), Exit.UNREACHABLE),
        (("in sync", "unreachable"), Exit.PROBLEMS),
        (("in sync", "behind"), Exit.DEADLINE),
        (("in sync",), Exit.OK),
    ],
)
def test_sync_ends_with_what_came_of_it(node: FakeNode, states: tuple[str, ...], code: Exit) -> None:
    node.answers["POST", "/sync"] = synced(*states)
    assert run("sync", home=node).code == code
    assert objects(run("sync", "--json", home=node))[0]["schema"] == "meshnode.sync/1"


def test_a_file_is_exchanged_where_machines_never_meet(node: FakeNode, tmp_path: Path) -> None:
    ran = run("sync", "--file", str(tmp_path / "stick.bundle"), home=node)
    assert ran.out.startswith(f"✓ Exchanged   {tmp_path}/stick.bundle   5 records taken in, 1,239 in the file\n")
    assert ran.out.endswith("run there:  meshnode sync --file stick.bundle\n")


def test_a_bundle_is_written_and_may_be_checked(node: FakeNode, tmp_path: Path) -> None:
    path = tmp_path / "my records.bundle"
    ran = run("export", "bundle", str(path), "--scope", "studio", home=node)
    assert ran.out.startswith(f"✓ Written   {path}   7 records · 2.0 kB\n")
    assert ran.out.endswith(f" verify '{path}'\n")
    assert node.asked[0].body == {"kind": "bundle", "path": str(path), "scope": "studio"}


def test_a_fork_proof_is_written(node: FakeNode, tmp_path: Path) -> None:
    assert run("export", "fork", str(tmp_path / "f"), "--log", "abc", home=node).code == Exit.OK
    assert node.asked[0].body == {"kind": "fork", "path": str(tmp_path / "f"), "log": "abc"}


@pytest.mark.parametrize("kind", ["bundle", "fork"])
def test_a_file_that_exists_is_replaced_only_when_told(node: FakeNode, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "old"
    path.touch()
    ran = run("export", kind, str(path), home=node)
    assert (ran.code, "--force" in ran.last, node.asked) == (Exit.CONFLICT, True, [])
    assert run("export", kind, str(path), "--force", home=node).code == Exit.OK
