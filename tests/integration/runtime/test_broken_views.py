"""Views that turn out damaged while the node runs: nothing stale is shown, all are told, the next start mends it."""

from pathlib import Path

import pytest
import trio

from meshnode.api.feed import Reading, Wish
from meshnode.runtime.refusals import Refusal
from meshnode.store.errors import StoreDamaged
from tests.support.dashboards import Reader
from tests.support.meshes import Mesh, Node

LISTS = (
    "/contributions",
    "/networks",
    "/inbox",
    "/node",
    "/me",
    "/search?q=x",
    "/contributions/sums",
    "/forks",
    "/state",
)


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


def damaged() -> bool:
    raise StoreDamaged("views.db", "page 7")


async def breaks(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the file turn out damaged when the next slice is to be written."""
    await node.office.projector.caught_up()
    monkeypatch.setattr(node.office.projector, "_slice", damaged)
    await node.logs("Not shown any more")
    await node.learns(lambda: node.office.projector.broken)


async def test_lists_are_refused_with_what_helps_and_the_checks_tell_why(
    mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with mesh.node("ana") as ana:
        api = ana.api()
        await breaks(ana, monkeypatch)
        for path in LISTS:
            problem = await api.refuses("GET", path)
            assert (problem["code"], problem["hint"]) == ("unreadable", "meshnode down, then meshnode up"), path
            assert "page 7" in problem["detail"]
        (views,) = [each for each in (await api.does("GET", "/doctor"))["checks"] if each["name"] == "views"]
        assert (views["state"], views["fix"]) == ("fail", "meshnode down, then meshnode up")
        assert "views" in [each["name"] for each in (await api.does("GET", "/health"))["reasons"]]
    async with mesh.node("ana") as ana:
        assert len((await ana.api().does("GET", "/contributions"))["items"]) == 1


async def test_pages_tell_it_within_their_frame(mesh: Mesh, monkeypatch: pytest.MonkeyPatch) -> None:
    async with mesh.node("ana") as ana:
        reader = Reader(ana)
        await reader.logs_in()
        await breaks(ana, monkeypatch)
        ana.site().watch.look()
        page = await reader.get("/money")
    assert page.status_code == 500
    assert "What is stored cannot be read" in page.text
    assert "meshnode down, then meshnode up" in page.text
    assert "waits to be let in" not in page.text


async def test_a_stream_of_events_ends_and_does_not_fall_silent(mesh: Mesh, monkeypatch: pytest.MonkeyPatch) -> None:
    async with mesh.node("ana") as ana:
        await ana.office.projector.caught_up()
        reading, moved = Reading(ana.site().feed, Wish(), None), ana.site().feed.moved
        seen = moved.moves
        await breaks(ana, monkeypatch)
        with trio.fail_after(5):
            await moved.after(seen)
        with pytest.raises(Refusal, match="page 7"):
            [reading.turn() for _ in range(9)]


async def test_damage_that_a_reader_meets_is_told_and_ends_the_views(
    mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with mesh.node("ana") as ana:
        await ana.office.projector.caught_up()
        source = ana.office.lookups.views._source

        def rows(*asked: object) -> list[object]:
            raise source.damaged("page 7")

        monkeypatch.setattr(type(source), "rows", lambda self, *asked: rows(*asked))
        problem = await ana.api().refuses("GET", "/contributions")
        monkeypatch.undo()
        assert (problem["code"], problem["status"]) == ("unreadable", 500)
        ana.site().watch.look()
        assert ana.office.projector.broken
        assert (await ana.api().refuses("GET", "/contributions"))["code"] == "unreadable"
    async with mesh.node("ana") as ana:
        assert (await ana.api().does("GET", "/contributions"))["items"] == []


async def test_records_that_were_found_damaged_are_told_while_the_node_runs(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        await ana.logs("Landing page")
        ana.opened.reader.source.damaged("page 7")
        ana.site().watch.look()
        (store,) = [each for each in (await ana.api().does("GET", "/health"))["reasons"] if each["name"] == "store"]
        assert (store["state"], store["fix"]) == ("fail", "meshnode down, then meshnode up")
        assert "records.db was found damaged" in store["text"]
    async with mesh.node("ana") as ana:
        ana.site().watch.look()
        reasons = (await ana.api().does("GET", "/health"))["reasons"]
        assert "store" not in [each["name"] for each in reasons]
