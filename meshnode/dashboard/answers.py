"""What goes back to a browser, and what a form sends: the edge of the dashboard."""

import json
from collections.abc import Callable, Mapping
from contextlib import aclosing
from typing import Any

import trio
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from meshnode.dashboard.asking import Problem
from meshnode.dashboard.drawing import ASSETS, asset, draw, fresh_key
from meshnode.dashboard.figures import Figure, Sheet, as_csv, as_json, as_svg
from meshnode.dashboard.settings import MAX_FORM
from meshnode.dashboard.view import Done, Unclear, View

FOREVER = "private, max-age=31536000, immutable"
"""How long files are kept whose address changes with their content."""
MAKERS: Mapping[str, tuple[str, Callable[[Figure | Sheet], str]]] = {
    "csv": ("text/csv; charset=utf-8", lambda figure: as_csv(figure.table)),
    "json": ("application/json", as_json),
}
"""What a table can be taken along as; a drawing besides as SVG."""


async def as_html(
    threads: trio.CapacityLimiter, template: str, values: Mapping[str, Any], status: int = 200
) -> Response:
    """A page, put into words beside the event loop, which has others to serve."""
    html = await trio.to_thread.run_sync(draw, template, values, limiter=threads)
    return Response(html, status, media_type="text/html")


def as_file(view: View, name: str, kind: str) -> Response:
    """A drawing or a list of a page to take along."""
    things: list[Figure | Sheet] = [*view.figures, *view.sheets]
    found = next((each for each in things if each.name == name), None)
    named = {"Content-Disposition": f'attachment; filename="meshnode-{name}.{kind}"'}
    if isinstance(found, Figure) and kind == "svg":
        return Response(as_svg(found), 200, named, "image/svg+xml")
    if found is None or kind not in MAKERS:
        return Response(status_code=404)
    media, make = MAKERS[kind]
    return Response(make(found), 200, named, media)


def as_problem(problem: Problem) -> Response:
    """What a form is told that could not do it."""
    return JSONResponse(problem._asdict(), problem.status)


def gone_on(done: str | Done) -> Response:
    """What a form is told that did it: where to go on; or what to say, and the key of what is sent after that."""
    if isinstance(done, str) or not done.says:
        return JSONResponse({"go": done if isinstance(done, str) else done.go})
    return JSONResponse({"go": done.go, "says": done.says, "key": fresh_key()})


def file_answer(name: str, path: str) -> Response:
    """A file that pages load, if it is still the one that is asked for."""
    if name not in ASSETS or asset(name) != path:
        return Response(status_code=404)
    media, content = ASSETS[name]
    return Response(content, 200, {"Cache-Control": FOREVER}, media)


async def fields_of(request: Request) -> Mapping[str, str]:
    """What a form sent: a JSON object of texts. Raises Unclear."""
    raw = b""
    try:
        async with aclosing(request.stream()) as stream:  # given up half way, it would warn
            async for part in stream:
                raw += part
                if len(raw) > MAX_FORM:
                    raise Unclear(f"that is too much: at most {MAX_FORM >> 10} KiB")
        found = json.loads(raw)
    except (ClientDisconnect, ValueError, RecursionError) as error:
        raise Unclear("the form did not arrive whole; send it again") from error
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise Unclear("a form sends texts by their names")
    return found
