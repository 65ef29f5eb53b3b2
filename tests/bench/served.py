"""A node in a process of its own with its API and dashboard, and a plain Starlette application beside them.

`python -m tests.bench.served HOME`: the node of that home, which is made if it is not there. Both applications run in
one process, on one server, so whatever else that process does falls on both.
"""

import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import trio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from meshnode.api.listening import listen_on_loopback, listen_on_socket
from meshnode.api.server import Entrance, serve
from meshnode.app.compose import Opened, open_node
from meshnode.app.front import open_doors
from meshnode.app.init import create
from meshnode.app.run import site_of
from meshnode.config.load import load
from meshnode.config.places import Places, locate
from meshnode.core.drafts import Draft
from meshnode.dashboard.sessions import Sessions
from meshnode.dashboard.site import House, pages
from meshnode.runtime.interpreter import settle_interpreter
from meshnode.runtime.tokens import Wish, areas_of
from meshproto.records.ids import ext
from meshproto.types import value
from meshproto.types.value import Measure
from tests.bench.worker import AT_ONCE, MAX_LINE, Worker, cpu_seconds, say_line

FLAGS: Mapping[str, object] = {"net.listen": ["/ip4/127.0.0.1/tcp/0"], "net.discovery": False, "api.port": 0}


class Served(Worker):
    """Carries out orders on a node whose API is served."""

    def __init__(self, opened: Opened, doors: dict[str, Any], plain: dict[str, Any]) -> None:
        super().__init__(opened)
        self._doors, self._plain = doors, plain

    async def on_doors(self) -> dict[str, Any]:
        """Where the node and the plain application answer, and what opens the node's doors on TCP."""
        return self._doors

    async def on_plain(self, answers: dict[str, Any]) -> dict[str, Any]:
        """What the plain application answers, by path."""
        self._plain.update(answers)
        return {}

    async def on_cpu(self) -> dict[str, Any]:
        """Processor time of this process so far."""
        return {"seconds": cpu_seconds()}

    async def on_shown(self) -> dict[str, Any]:
        """Wait until the views show everything."""
        await self.opened.office.projector.caught_up()
        return {"records": self.opened.node.arrival}

    async def on_own(self, count: int) -> dict[str, Any]:
        """Much work of the owner's, on every day of some years."""
        today = datetime.now(UTC).date()
        office, node = self.opened.office, self.opened.node
        projects = [ext(each.project) for each in office.lookups.projects()]
        for start in range(0, count, AT_ONCE):
            drafts = []
            for number in range(start, min(count, start + AT_ONCE)):
                day = (today - timedelta(days=number % 1_000)).isoformat()
                qty, project = Measure(1_800 * (1 + number % 9), 0, "SEC"), projects[number % len(projects)]
                facts = value.contribution(kind="work", qty=qty, when=(day, day), project=project)
                drafts.append(Draft(office.notebook, "contribution", facts, {"title": f"Piece of work {number}"}))
            await node.write(drafts)
        return {}


@asynccontextmanager
async def doors_of(opened: Opened, places: Places, plain: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    """Serve the API, the dashboard and the plain application until the body ends; yields where they are."""
    loaded, stopping = load(None, {}, dict(FLAGS)), trio.Event()
    doors = open_doors(places.data / "api.sock", loaded, opened.reader)
    sessions = Sessions(doors.port)
    site = site_of(opened, places, loaded, places.state / "node.log", doors.url, sessions)

    def show(api: ASGIApp) -> ASGIApp:
        return pages(House(api, sessions, opened.node))

    port, path = listen_on_loopback([0]), places.data / "plain.sock"
    beside = [Entrance(each, _plain(plain)) for each in (port, listen_on_socket(path, os.geteuid()))]
    entrances = doors.entrances(site, 60, (site.tokens, sessions), show)
    _, token = await site.tokens.create(Wish("bench", areas_of(["read", "work", "money", "admin"]), 3600))
    opened_link = sessions.open_link(sessions.make_link())
    assert opened_link is not None
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve, [*entrances, *beside], stopping)
        yield {
            "socket": str(doors.path),
            "port": doors.port,
            "token": token,
            "cookie": sessions.set_cookie(opened_link).split(";")[0],
            "plain_socket": str(path),
            "plain_port": int(port.getsockname()[1]),
        }
        stopping.set()


def _plain(answers: dict[str, Any]) -> Starlette:
    """What somebody would write who had the answers in a dictionary."""

    async def answer(request: Request) -> Response:
        return JSONResponse(answers[request.path_params["id"]])

    return Starlette(routes=[Route("/v1/records/{id}", answer)])


async def _serve(folder: Path) -> None:
    places = locate(folder, {})
    if not (folder / "device.key").exists():
        create(places, folder.name, recovery=False)
    plain: dict[str, Any] = {}
    async with open_node(places, load(None, {}, dict(FLAGS))) as opened:
        settle_interpreter()
        async with doors_of(opened, places, plain) as doors:
            worker = Served(opened, doors, plain)
            say_line({"ready": True})
            while line := await trio.to_thread.run_sync(sys.stdin.readline, MAX_LINE):
                say_line(await worker.do(json.loads(line)))


if __name__ == "__main__":
    trio.run(_serve, Path(sys.argv[1]))
