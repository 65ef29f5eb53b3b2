"""One question to the node and its answer as JSON; and where the node wrote down that it listens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, TypeVar, cast

from meshnode.client.calls import Call, is_read, next_page, page_by_page
from meshnode.client.errors import BadAnswer, Problem, Proposed
from meshnode.client.http import Answer, compose
from meshnode.client.transport import Address, exchange

if TYPE_CHECKING:
    from meshnode.client.answers import Page

NODE_FILE = "node.json"
"""The file in the data folder in which a node says how to reach it."""

T = TypeVar("T")


class NodeFile(TypedDict):
    """What a running node says about itself; the file may be left over from one that was killed."""

    pid: int
    socket: str


def read_node_file(data: Path) -> NodeFile | None:
    """Return what the node of the folder `data` says about itself, None if none ever ran; raises BadAnswer."""
    try:
        content = json.loads((data / NODE_FILE).read_bytes())
        return NodeFile(pid=int(content["pid"]), socket=str(content["socket"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadAnswer(f"{data / NODE_FILE} is damaged ({error})") from error


class Connection:
    """Asks one node. Every question has its own connection, so nothing is left open between commands."""

    def __init__(self, address: Address, seconds: float | None = None, *, proposing: bool = False) -> None:
        self.address = address
        self.seconds = seconds
        """How long a question may take, where that was said."""
        self.proposing = proposing
        """Whether what founders decide on is to be proposed to them; then Proposed is raised."""

    def ask(self, call: Call[T], /) -> T:
        """Make a call and return the decoded answer; raises the errors of `meshnode.client.errors`."""
        call = proposed(call) if self.proposing else call
        if is_read(call):
            return cast(T, [*self.pages(page_by_page(call))])
        return read(call, exchange(self.address, request_of(call, self.address), seconds_of(call, self.seconds)))

    def pages(self, call: Call[Page[T]], /) -> Iterator[T]:
        """Read a list to its end, beginning with this call for its first page."""
        following: Call[Page[T]] | None = call
        while following is not None:
            page = self.ask(following)
            following = next_page(following, page)
            yield from page["items"]


def proposed(call: Call[T]) -> Call[T]:
    """Return the call that proposes to the founders what they decide on, instead of being refused."""
    return call if call.method == "GET" else call._replace(query={**(call.query or {}), "propose": True})


def seconds_of(call: Call[T], said: float | None) -> float:
    """Return how long a call may take."""
    return call.least or said or call.usual


def request_of(call: Call[T], address: Address, accept: str = "application/json") -> bytes:
    """Return the bytes with which a call is made."""
    headers = {"Accept": accept, **address.headers}
    if call.body is not None:
        headers["Content-Type"] = "application/json"
    if call.key:
        headers["Idempotency-Key"] = call.key
    content = b"" if call.body is None else json.dumps(call.body).encode()
    return compose(call.method, call.target, headers, content, address.http_host)


def read(call: Call[T], answer: Answer) -> T:
    """Return what was answered to a call; raises Problem, Proposed and BadAnswer."""
    if call.is_text and answer.status < 400:
        return cast(T, answer.body.decode())
    if answer.status >= 400:
        raise refused(answer.status, answer.body)
    found = _decoded(answer.body)
    if call.proposing and isinstance(found, dict) and found.keys() == {"proposed"}:
        raise Proposed(found["proposed"])
    return cast(T, call.read(found))


def refused(status: int, body: bytes) -> Problem:
    """Return the problem that an answer tells; raises BadAnswer."""
    found = _decoded(body)
    return Problem(found if isinstance(found, dict) else {}, status)


def _decoded(body: bytes) -> object:
    if not body:
        return None
    try:
        found: object = json.loads(body)
    except ValueError as error:
        raise BadAnswer("it is not JSON") from error
    return found
