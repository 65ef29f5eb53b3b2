"""Where a request becomes a call and its outcome an answer: the supervisor of every request."""

import hashlib
import logging
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import trio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from meshnode.api.codec import decode, model_answer, problem_answer, read_body
from meshnode.api.guard import HEADERS, Headers, body_problem, has_body, headers_of
from meshnode.api.headers import is_api
from meshnode.api.matching import ByBeginning
from meshnode.api.models.shared import Model
from meshnode.api.models.shared import Request as Body
from meshnode.api.problems import Problem, problem, problem_of
from meshnode.runtime.asked import Asked
from meshnode.runtime.callers import IN_SCOPE, NOBODY, Area, Caller
from meshnode.runtime.refusals import Code, Refusal
from meshnode.store.errors import StoreError

log = logging.getLogger(__name__)

N = TypeVar("N")
B = TypeVar("B", bound=Body)
MAX_KEY = 128
"""Characters of an Idempotency-Key; a random one of 32 is enough."""
NO_QUERY: Mapping[str, str] = {}
MAX_DIGITS = 15
"""Digits of a number in a query: beyond any list, and far from what Python or the database refuse to read."""


@dataclass(frozen=True, slots=True)
class Call(Generic[B]):
    """One request as a handler sees it."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: B
    key: str
    """The Idempotency-Key, or empty; the keys of each token are its own."""
    digest: bytes
    """SHA-256 of method, path and body: what the key may be used for."""
    caller: Caller
    last_event: str = ""
    """The Last-Event-ID with which a stream is resumed, or empty."""

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number from the query, between 1 and `most`. Raises Refusal."""
        text = self.query.get(name, "")
        if not text:
            return default
        if not is_number(text) or not 1 <= int(text) <= most:
            raise Refusal(Code.BAD_REQUEST, f"{name} must be a number from 1 to {most}")
        return int(text)

    def flag(self, name: str) -> bool:
        """A yes or no from the query, no if absent. Raises Refusal."""
        text = self.query.get(name, "false")
        if text not in ("true", "false"):
            raise Refusal(Code.BAD_REQUEST, f"{name} must be true or false")
        return text == "true"


def is_number(text: str) -> bool:
    """Whether a text is a whole number as this API writes them: a few digits, without a sign."""
    return text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS


class Nothing(Body):
    """The body of a request that has none."""


Answer = Model | Response | None
"""What a handler answers: a model, nothing, or a stream, which is an answer by itself."""
Handler = Callable[[N, Call[Any]], Awaitable[Answer]]  # each entry pairs a handler with the body it takes


@dataclass(frozen=True, slots=True)
class Entry(Generic[N]):
    """One route: what is asked, who answers."""

    method: str
    path: str
    handle: Handler[N]
    body: type[Body] = Nothing
    status: int = 200
    query: tuple[str, ...] = ()
    """The names its query may have; another is refused."""
    area: Area | None = Area.ADMIN
    """What whoever asks must have the right to; None: nothing, it is told to everybody on this machine."""
    stream: type[Model] | None = None
    """What each event of an answer carries that is a stream of them."""
    media: str = "application/json"
    """What an answer is that the handler writes itself."""
    patient: bool = False
    """It has a bound of its own instead of the usual deadline: it waits for peers, or works through a file.

    Once its caller has left it has the usual one.
    """


def application(
    entries: Iterable[Entry[N]], node: N, seconds: float, pages: ASGIApp | None = None, asked: Asked | None = None
) -> ASGIApp:
    """The whole API over `node`, with `seconds` for a usual request; every path outside /v1 goes to `pages`.

    Expects a `Guard` around it, which notes in the scope who asks. `asked` is told of requests that are answered.
    """
    asked = asked or Asked()
    routes = [
        Route(f"/v1{entry.path}", _endpoint(entry, node, seconds, asked), methods=[entry.method]) for entry in entries
    ]
    table = ByBeginning(routes)
    api = Starlette(routes=[table], exception_handlers={404: _no_route, 405: _no_method})

    async def chosen(scope: Scope, receive: Receive, send: Send) -> None:
        if pages is not None and not is_api(scope["path"]):
            await pages(scope, receive, send)
            return
        route = table.whole(scope)
        if route is None:
            await api(scope, receive, send)
            return
        # Past Starlette's layers for errors, a tenth of a read: an endpoint answers its own, none gets out of it.
        answer = await route.endpoint(Request(scope, receive, send))
        await answer(scope, receive, send)

    return chosen


def _endpoint(entry: Entry[N], node: N, seconds: float, asked: Asked) -> Callable[[Request], Awaitable[Response]]:
    counted = nullcontext() if entry.patient else asked

    async def endpoint(request: Request) -> Response:
        if not entry.patient:
            return await answered(request)
        async with trio.open_nursery() as watch:
            told = await answered(request, watch)
            watch.cancel_scope.cancel()
        return told

    async def answered(request: Request, watch: trio.Nursery | None = None) -> Response:
        try:
            with trio.fail_after(seconds) as deadline, counted:
                call = await _call(entry, request)
                if isinstance(call, Problem):
                    return problem_answer(call)
                if watch is not None:
                    deadline.deadline = math.inf  # for the node, not for whoever sends a body byte by byte
                    watch.start_soon(_until_left, request.receive, deadline, seconds)
                found = await entry.handle(node, call)
            return found if isinstance(found, Response) else model_answer(found, entry.status)
        except Refusal as refusal:
            return problem_answer(problem_of(refusal))
        except StoreError as error:
            log.warning("%s %s failed: %s", entry.method, entry.path, error)
            return problem_answer(problem(Code.UNREADABLE, str(error), "meshnode down, then meshnode up"))
        except trio.TooSlowError:
            hint = "repeat it with the same Idempotency-Key: nothing is done twice"
            return problem_answer(problem(Code.DEADLINE, f"not done within {seconds:g} s", hint))
        except Exception:  # supervisor: a failed request must not end the node
            log.exception("%s %s failed", entry.method, entry.path)
            return problem_answer(problem("internal", "the cause stands in the log", "meshnode logs"))

    return endpoint


async def _until_left(receive: Receive, deadline: trio.CancelScope, seconds: float) -> None:
    """What nobody waits for any more has the usual deadline from then on: it keeps the place of a caller who left."""
    while (await receive())["type"] != "http.disconnect":
        pass  # the rest of a body that nobody asked for
    deadline.deadline = trio.current_time() + seconds


async def _call(entry: Entry[N], request: Request) -> Call[Body] | Problem:
    """The request as its handler sees it, or the problem with it. Raises Refusal."""
    caller = _caller(request) if entry.area is not None else NOBODY
    if entry.area is not None and not caller.may(entry.area):
        raise Refusal(Code.OUT_OF_SCOPE, f"this needs the right to {entry.area}", "meshnode token create --help")
    scope, headers = request.scope, _headers(request)
    body = body_problem(request.method, headers)
    if body is not None:
        return body
    query = request.query_params if scope["query_string"] else NO_QUERY
    unknown = sorted(set(query) - set(entry.query))
    if unknown:
        raise Refusal(Code.BAD_REQUEST, f"unknown in the query: {', '.join(unknown)}")
    key = headers.get("idempotency-key", ("",))[0]
    if len(key) > MAX_KEY or not key.isprintable():
        raise Refusal(Code.BAD_REQUEST, f"an Idempotency-Key has at most {MAX_KEY} printable characters")
    raw = await read_body(request) if has_body(headers, scope["http_version"]) else b""
    asked = b"\0".join((request.method.encode(), scope["path"].encode(), raw))
    return Call(
        path=cast(Mapping[str, str], request.path_params),
        query=query,
        body=decode(raw, entry.body),
        key=key if not key or caller.is_owner else f"{caller.name} {key}",
        digest=hashlib.sha256(asked).digest(),
        caller=caller,
        last_event=headers.get("last-event-id", ("",))[0],
    )


def _headers(request: Request) -> Headers:
    """The headers as the guard has read them, or as they are where the dashboard asks."""
    found: Headers | None = request.scope.get(HEADERS)
    return headers_of(request.headers.raw) if found is None else found


def _caller(request: Request) -> Caller:
    """Who asks. Raises Refusal if nobody showed that."""
    caller: Caller | None = request.scope[IN_SCOPE]
    if caller is None:
        hint = "meshnode token create --help"
        raise Refusal(Code.NOT_AUTHENTICATED, "send a token: `Authorization: Bearer TOKEN`", hint)
    return caller


async def _no_route(request: Request, error: Exception) -> Response:
    detail = f"there is no {request.url.path}"
    hint = "a newer node may have it: compare versions with /v1/health"
    return _to_somebody(request, problem("no-route", detail, hint))


async def _no_method(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    allowed = (error.headers or {}).get("Allow", "")
    return _to_somebody(request, problem("method-not-allowed", f"{request.url.path} takes {allowed}"), Allow=allowed)


def _to_somebody(request: Request, told: Problem, **headers: str) -> Response:
    """The answer that tells a problem, to whoever showed who asks; others do not even learn what there is."""
    try:
        _caller(request)
    except Refusal as refusal:
        return problem_answer(problem_of(refusal))
    return problem_answer(told, headers)
