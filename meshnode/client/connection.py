"""One question to the node and its answer as JSON; and where the node wrote down that it listens."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote, urlencode

from meshnode.client.errors import BadAnswer, Problem, Proposed
from meshnode.client.transport import compose, exchange

NODE_FILE = "node.json"
"""The file in the data folder in which a node says how to reach it."""
USUAL = 60
"""Seconds a question may take unless the caller says otherwise."""
LONG = 3600
"""Seconds an import or export may take unless the caller says otherwise: the node works through files of any size."""
_ANSWER_SLACK = 5
"""Seconds more than a wait inside the node may take, so that the node is the one who says that it is over."""

Query = Mapping[str, str | int | bool | None]
Body = Mapping[str, object]


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

    def __init__(self, socket: str, seconds: float | None = None) -> None:
        self.socket = socket
        self.seconds = seconds
        """How long a question may take, where that was said."""
        self.proposing = False
        """Whether what founders decide on is to be proposed to them; then Proposed is raised."""

    def get(self, path: str, query: Query | None = None) -> object:
        """Read a resource."""
        return self.ask("GET", path + _query_of(query), None)

    def post(self, path: str, body: Body, *, key: str = "", usual: float = USUAL) -> object:
        """Do something. `key` makes a repetition harmless; `usual` is how long it may take, in seconds."""
        return self.ask("POST", path, body, key=key, usual=usual)

    def wait(self, path: str, body: Body, wait_ms: int, *, key: str = "") -> object:
        """Do something for which the node itself waits up to `wait_ms`, which stands above `seconds`."""
        seconds = wait_ms / 1000 + _ANSWER_SLACK
        patient = Connection(self.socket, seconds)
        patient.proposing = self.proposing
        return patient.post(path, {**body, "wait_ms": wait_ms}, key=key)

    def put(self, path: str, body: Body) -> object:
        """Replace something."""
        return self.ask("PUT", path, body, key=new_key())

    def delete(self, path: str, query: Query | None = None, *, usual: float = USUAL) -> object:
        """Take something away."""
        return self.ask("DELETE", path + _query_of(query), None, usual=usual)

    def ask(self, method: str, target: str, body: Body | None, *, key: str = "", usual: float = USUAL) -> object:
        """Send one request and return the decoded answer; raises the errors of `meshnode.client.errors`."""
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if key:
            headers["Idempotency-Key"] = key
        content = b"" if body is None else json.dumps(body).encode()
        if self.proposing and method != "GET":
            target += ("&" if "?" in target else "?") + "propose=true"
        answer = exchange(self.socket, compose(method, f"/v1{target}", headers, content), self.seconds or usual)
        found = _decoded(answer.body)
        if answer.status >= 400:
            raise Problem(found if isinstance(found, dict) else {}, answer.status)
        if self.proposing and isinstance(found, dict) and found.keys() == {"proposed"}:
            raise Proposed(found["proposed"])
        return found


def segment(text: str) -> str:
    """Return `text` as one segment of a path."""
    return quote(text, safe="")


def new_key() -> str:
    """Return a fresh idempotency key."""
    return os.urandom(16).hex()


def _query_of(query: Query | None) -> str:
    given = {name: value for name, value in (query or {}).items() if value not in (None, "", False)}
    return "?" + urlencode({name: "true" if value is True else value for name, value in given.items()}) if given else ""


def _decoded(body: bytes) -> object:
    if not body:
        return None
    try:
        found: object = json.loads(body)
    except ValueError as error:
        raise BadAnswer("it is not JSON") from error
    return found
