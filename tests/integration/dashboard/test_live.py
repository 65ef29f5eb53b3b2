"""The stream of news for open pages: who may wait, and how many."""

from contextlib import AsyncExitStack, aclosing
from pathlib import Path

from meshnode.dashboard.live import Streams
from meshnode.dashboard.settings import MAX_STREAMS
from tests.support.meshes import Mesh


async def test_pages_that_come_at_once_do_not_wait_in_more_than_the_places_there_are(tmp_path: Path) -> None:
    async with Mesh(tmp_path).node("ana") as ana, AsyncExitStack() as stack:
        streams = Streams(ana.opened.node)
        before = streams.has_room
        came = [await stack.enter_async_context(aclosing(streams.run())) for _ in range(MAX_STREAMS + 2)]
        first = [await anext(one, "no room") for one in came]
        assert first.count("no room") == 2
        full = streams.has_room
        await came[0].aclose()
        assert (before, full, streams.has_room) == (True, False, True)
