"""P18: the node says so when it cannot keep a promise."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from meshnode.core.reports import Halted, MayNotSign
from meshnode.runtime.watching import clock_watch, health, home_watch
from meshnode.runtime.watching.finding import Finding
from meshnode.runtime.watching.saved import LastBackup, backup_row
from tests.support.meshes import Mesh, Node


@pytest.fixture
async def ana(tmp_path: Path) -> AsyncIterator[Node]:
    async with Mesh(tmp_path).node("ana") as node:
        yield node


def look(node: Node, name: str) -> Finding:
    node.opened.watch.look()
    return next(each for each in node.opened.watch.findings if each.name == name)


def work_for(seconds: float) -> None:
    """Keep this thread busy."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def troubles(node: Node) -> list[str]:
    """What is not well, apart from the pauses that a busy machine makes."""
    node.opened.watch.look()
    names = [each.name for each in node.opened.watch.troubles]
    return [name for name in names if name != "responsiveness"]


async def test_a_node_that_keeps_its_promises_has_no_trouble(ana: Node) -> None:
    assert troubles(ana) == []


async def test_a_full_disk_is_told(ana: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home_watch, "LOW_BYTES", 1 << 62)
    assert look(ana, "disk").state == "warn"
    monkeypatch.setattr(home_watch, "NO_BYTES", 1 << 62)
    assert look(ana, "disk").state == "fail"
    assert home_watch.disk(Path("/nowhere")).state == "fail"


async def test_an_old_backup_is_told(ana: Node) -> None:
    assert look(ana, "backup") == Finding("backup", "ok", "there is none yet")
    await ana.opened.node.write([], local=[backup_row(LastBackup(0, "/x", 1, 2, "words"))])
    found = look(ana, "backup")
    assert (found.state, found.fix) == ("warn", "meshnode backup create FILE")
    assert found.text.endswith("days ago, with 2 records")


async def test_a_clock_that_is_not_set_is_told(ana: Node) -> None:
    assert clock_watch.clock(0).state == "fail"
    assert look(ana, "clock").state == "ok"


async def test_a_store_that_failed_and_a_copied_home_are_told(ana: Node) -> None:
    ana.opened.node.presence.take(Halted("disk I/O error"), 0, lambda conn: "")
    ana.opened.node.presence.take(MayNotSign(3), 0, lambda conn: "")
    assert "disk I/O error" in look(ana, "store").text
    assert "3 peers" in look(ana, "signing").text


async def test_a_member_without_peers_is_told(ana: Node) -> None:
    assert look(ana, "peers").state == "ok"
    await ana.founds()
    assert (look(ana, "peers").state, look(ana, "peers").fix) == ("warn", "meshnode peer ls")


async def test_views_that_lag_behind_are_told(ana: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    await ana.office.projector.caught_up()
    monkeypatch.setattr(health, "BEHIND", -1)
    assert look(ana, "views").state == "warn"
    ana.office.projector.trouble = "the disk is full"
    assert "the disk is full" in look(ana, "views").text


async def test_a_pause_of_the_loop_is_counted_and_told(ana: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    assert look(ana, "responsiveness").state == "ok"
    monkeypatch.setattr(health, "TOLD_SECONDS", 0.15)
    work_for(0.2)
    await ana.learns(lambda: ana.opened.node.counters().get("loop_stalls_working"))
    assert ana.opened.watch.pulse.longest_work > 0.1
    assert look(ana, "responsiveness").state == "warn"
    assert "paused for" in look(ana, "responsiveness").text


async def test_every_trouble_says_what_to_do(ana: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    await ana.founds()
    monkeypatch.setattr(home_watch, "LOW_BYTES", 1 << 62)
    monkeypatch.setattr(health, "BEHIND", -1)
    assert troubles(ana) == ["disk", "views", "peers"]
    assert all(each.fix and each.text for each in ana.opened.watch.troubles)
