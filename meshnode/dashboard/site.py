"""The dashboard as one ASGI application: the door, the pages, what forms do, files, news.

What the guard in front of it has checked already: that the Host is ours, and that whatever changes something is JSON
and comes from a page of ours (Origin, Sec-Fetch-Site). A form of another site can send neither, so no form needs a
token of its own; SameSite=Strict keeps the cookie at home besides. Where the system tells whose a connection
is, whoever comes here runs as the owner.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

import trio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from meshnode.dashboard.answers import as_file, as_html, as_problem, fields_of, file_answer, gone_on
from meshnode.dashboard.asking import Asking, Problem, Refused
from meshnode.dashboard.frame import frame_of
from meshnode.dashboard.live import Streams
from meshnode.dashboard.sessions import Sessions
from meshnode.dashboard.settings import RENDERERS
from meshnode.dashboard.table import ACTIONS, PAGES
from meshnode.dashboard.view import Action, Given, Page, Sent, Unclear
from meshnode.dashboard.whole import said_of
from meshnode.runtime.callers import IN_SCOPE, Caller
from meshnode.runtime.node import RunningNode

log = logging.getLogger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]
KEY = "idempotency-key"


@dataclass(frozen=True, slots=True)
class House:
    """What the pages stand on."""

    api: ASGIApp
    """The API, as it stands behind its guard: who asks is in the scope."""
    sessions: Sessions
    node: RunningNode
    threads: trio.CapacityLimiter = field(default_factory=lambda: trio.CapacityLimiter(RENDERERS))


def pages(house: House) -> ASGIApp:
    """Everything outside `/v1`."""
    streams = Streams(house.node)
    routes = [
        Route("/in/{token}", _enter(house)),
        Route("/out", _leave(house), methods=["POST"]),
        Route("/static/{digest}/{name}", _file),
        Route("/live", _known(house, _news(streams))),
        *(Route(page.path, _known(house, _page(house, page, streams))) for page in PAGES),
        *(Route(action.path, _known(house, _action(house, action)), methods=["POST"]) for action in ACTIONS),
    ]
    return Starlette(routes=routes, exception_handlers={404: _no_page(house), 405: _no_page(house)})


def _known(house: House, endpoint: Endpoint) -> Endpoint:
    """Let in who is logged in; show all others how to log in. A supervisor of every request."""

    async def guarded(request: Request) -> Response:
        if _caller(request) is None:
            return await as_html(house.threads, "login.html", {"title": "Not logged in"}, 401)
        try:
            return await endpoint(request)
        except Refused as refused:
            return await _refused(house, request, refused.problem)
        except Unclear as unclear:
            return as_problem(Problem(400, "This cannot be understood", str(unclear), "", "bad-request"))
        except Exception:  # supervisor: a failed page must not end the node
            log.exception("%s %s failed", request.method, request.url.path)
            problem = Problem(
                500, "The page could not be made", "the cause stands in the log", "meshnode logs", "internal"
            )
            return await _refused(house, request, problem)

    return guarded


def _page(house: House, page: Page, streams: Streams) -> Endpoint:
    async def show(request: Request) -> Response:
        news = streams.seen  # before anything is read: what happens meanwhile is news for this page
        ask = Asking(house.api, _asks(request))
        given = Given(ask, cast(Mapping[str, str], request.path_params), request.query_params, house.node.now())
        view = await page.show(given)
        wanted = request.query_params.get("figure")
        if wanted is not None:
            return as_file(view, wanted, request.query_params.get("as", "json"))
        values = {**await frame_of(ask, page.place, given.now), **view.values}
        values |= {"title": view.title, "figures": {each.name: each for each in view.figures}, "at": view.at}
        values["sheets"] = {each.name: each for each in view.sheets}
        values |= {"news": news, "cut": said_of(ask.cut)}
        return await as_html(house.threads, view.template, values)

    return show


def _action(house: House, action: Action) -> Endpoint:
    async def do(request: Request) -> Response:
        fields = await fields_of(request)
        ask = Asking(house.api, _asks(request))
        path = cast(Mapping[str, str], request.path_params)
        return gone_on(await action.do(Sent(ask, path, fields, request.headers.get(KEY, ""))))

    return do


def _enter(house: House) -> Endpoint:
    async def enter(request: Request) -> Response:
        """Open a link: it works once, and leaves the address bar by the redirect."""
        secret = house.sessions.open_link(request.path_params["token"])
        if secret is None:
            return await as_html(house.threads, "login.html", {"title": "This link is used up"}, 401)
        log.info("a browser logged in to the dashboard")
        answer = RedirectResponse("/", 303)
        answer.headers["set-cookie"] = house.sessions.set_cookie(secret)
        return answer

    return enter


def _leave(house: House) -> Endpoint:
    async def leave(request: Request) -> Response:
        house.sessions.leave(request.headers)
        answer = gone_on("/")
        answer.headers["set-cookie"] = house.sessions.clear_cookie()
        return answer

    return leave


def _news(streams: Streams) -> Endpoint:
    async def news(request: Request) -> Response:
        if not streams.has_room:
            return Response(status_code=204)  # A browser does not ask again then.
        return StreamingResponse(streams.run(), media_type="text/event-stream")

    return news


async def _file(request: Request) -> Response:
    """A style sheet, a script, a picture: the same for everybody, so nobody is asked who they are."""
    return file_answer(request.path_params["name"], request.url.path)


def _no_page(house: House) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def none(request: Request, error: Exception) -> Response:
        problem = Problem(404, "There is no such page", f"nothing stands at {request.url.path}", "", "no-route")
        if _caller(request) is None:
            return await as_html(house.threads, "login.html", {"title": "Not logged in"}, 401)
        return await _refused(house, request, problem)

    return none


async def _refused(house: House, request: Request, problem: Problem) -> Response:
    """A problem: as JSON for forms, as a page for people."""
    if request.method != "GET":
        return as_problem(problem)
    frame = await frame_of(Asking(house.api, _asks(request)), "", house.node.now())
    values = {**frame, "title": problem.title, "problem": problem, "figures": {}, "at": {}}
    return await as_html(house.threads, "problem.html", values, problem.status)


def _caller(request: Request) -> Caller | None:
    return cast(Caller | None, request.scope.get(IN_SCOPE))


def _asks(request: Request) -> Caller:
    caller = _caller(request)
    assert caller is not None, "only who is logged in comes here"
    return caller
