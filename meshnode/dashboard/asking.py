"""How pages ask: through the node's own API, in this process, as any program does.

A page therefore can show nothing and do nothing that the API does not; what the API refuses, its page refuses in the
same words. Answers have the shapes that `meshnode.client` gives them.
"""

import json
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import trio
from starlette.types import ASGIApp, Message

from meshnode.runtime.callers import IN_SCOPE, Caller

Query = Mapping[str, str | int | bool | None]
Body = Mapping[str, object]


class Problem(NamedTuple):
    """What the API answered in place of what was asked for."""

    status: int
    title: str
    detail: str
    hint: str
    code: str


class Refused(Exception):
    """The API refused something; `problem` says what, why and what to do."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.detail)


class Asking:
    """One caller's questions to the API."""

    def __init__(self, api: ASGIApp, caller: Caller) -> None:
        self._api = api
        self._caller = caller
        self.cut: dict[str, int] = {}
        """How many items came of each list that has more, by its path."""

    async def get(self, path: str, **query: str | int | bool | None) -> Any:  # the caller casts it to its shape
        """Read a resource. Raises Refused."""
        return await self._ask("GET", path, query_text(query), b"", "")

    async def items(self, path: str, **query: str | int | bool | None) -> list[Any]:  # likewise
        """Read the items of a list, of its first page where it has several, which is noted. Raises Refused."""
        found = await self.get(path, **query)
        items: list[Any] = found["items"]
        if found.get("next"):
            self.cut[path] = len(items)
        return items

    async def post(self, path: str, body: Body, key: str = "") -> Any:  # likewise
        """Do something; a repetition with the same key does it once. Raises Refused."""
        return await self._ask("POST", path, "", json.dumps(body).encode(), key)

    async def _ask(self, method: str, path: str, query: str, body: bytes, key: str) -> Any:
        status, content = await _answered(self._api, self._scope(method, path, query, key, len(body)), body)
        found = json.loads(content) if content else None
        if status >= 400:
            raise Refused(_problem(status, found))
        return found

    def _scope(self, method: str, path: str, query: str, key: str, length: int) -> dict[str, Any]:
        headers = [(b"host", b"localhost"), (b"content-length", str(length).encode())]
        headers += [(b"content-type", b"application/json")] if length else []
        headers += [(b"idempotency-key", key.encode("latin-1", "replace"))] if key else []
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": f"/v1{path}",
            "raw_path": f"/v1{quote(path)}".encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": headers,
            "client": None,
            "server": None,
            IN_SCOPE: self._caller,
        }


def query_text(query: Query) -> str:
    """A query without what was not given."""
    given = {name: value for name, value in query.items() if value not in (None, "", False)}
    return urlencode({name: "true" if value is True else value for name, value in given.items()})


def segment(text: str) -> str:
    """A text as one segment of a path that `Asking` takes: nothing in it can lead elsewhere."""
    return text.replace("/", "").replace("?", "").replace("#", "")


async def _answered(api: ASGIApp, scope: MutableMapping[str, Any], body: bytes) -> tuple[int, bytes]:
    """Let an application answer one request: its status and its body."""
    status, parts = 500, []
    messages: Iterator[Message] = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        message = next(messages, None)
        if message is None:
            await trio.sleep_forever()  # a page waits for its answer
        return message

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    await api(scope, receive, send)
    return status, b"".join(parts)


def _problem(status: int, found: object) -> Problem:
    told = found if isinstance(found, dict) else {}
    title, detail, hint, code = (str(told.get(name, "")) for name in ("title", "detail", "hint", "code"))
    return Problem(status, title or "The node could not answer", detail, hint, code)
