"""A node that is served with a plain application beside it, as a bench asks both; and what is promised of figures."""

import json
import time
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from tests.bench.asking import Asked, Connection, Requests, Where, get, hurried, post
from tests.bench.mesh import Node
from tests.bench.report import say


class Goal(NamedTuple):
    """What is promised of one figure."""

    what: str
    least: float | None = None
    most: float | None = None

    def tell(self, found: float) -> None:
        """One line: met or missed."""
        met = (self.least is None or found >= self.least) and (self.most is None or found <= self.most)
        goal = f"at least {self.least:g}" if self.least is not None else f"at most {self.most:g}"
        say("api, goal", what=self.what, found=found, goal=goal, met=met)


class Beside:
    """A node that is served, with a plain application in the same process."""

    def __init__(self, node: Node) -> None:
        self.node, self.doors = node, node.ask("doors")
        self.socket, self.port = Path(self.doors["socket"]), int(self.doors["port"])
        self.plain_socket, self.plain_port = Path(self.doors["plain_socket"]), int(self.doors["plain_port"])
        self._host, self._token = f"127.0.0.1:{self.port}", f"Authorization: Bearer {self.doors['token']}"

    @cached_property
    def network(self) -> str:
        """The id of the one network there is at first."""
        found: str = json.loads(one(self.socket, get("/v1/networks")))["items"][-1]["id"]
        return found

    def at_port(self, path: str) -> bytes:
        """A request for a path of the API on TCP."""
        return get(path, self._token, host=self._host)

    def page(self, path: str) -> bytes:
        """A browser's request for a page."""
        return get(path, f"Cookie: {self.doors['cookie']}", "Sec-Fetch-Site: same-origin", host=self._host)

    def work(self) -> Requests:
        """Writes of some work, each with a key of its own."""
        start, where = time.time_ns(), self.network

        def request(number: int) -> bytes:
            body = {"title": f"Piece {number}", "seconds": 3600, "network": where}
            return post("/v1/contributions", json.dumps(body).encode(), f"Idempotency-Key: {start}-{number}")

        return request

    def measured(self, where: Where, requests: Requests, count: int, clients: int = 1) -> tuple[Asked, float]:
        """Ask so much; also the server's processor time for each answer, in milliseconds."""
        before = self.node.ask("cpu")["seconds"]
        asked = hurried(where, requests, count, clients)
        return asked, (self.node.ask("cpu")["seconds"] - before) / count * 1000


def one(where: Where, request: bytes) -> bytes:
    """The body of the answer to one request."""
    with Connection(where) as connection:
        return connection.ask(request)
