"""The API's own documentation: the OpenAPI document, and a page on which it can be read and tried, without the web."""

from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources
from pathlib import PurePath

import msgspec
import trio
from starlette.responses import Response

from meshnode.api.edge import Call, Entry, Nothing
from meshnode.api.headers import PAGE_POLICY
from meshnode.api.openapi import document
from meshnode.api.site import Site
from meshnode.runtime.refusals import Code, Refusal

ASSETS = resources.files("meshnode.api") / "assets"
MEDIA = {".css": "text/css", ".js": "text/javascript", ".png": "image/png", ".txt": "text/plain", "": "text/plain"}
PAGE = "index.html"


def documented(entries: Callable[[], Sequence[Entry[Site]]]) -> tuple[Entry[Site], ...]:
    """The routes that tell of all routes, themselves included."""

    @cache
    def written(version: str) -> bytes:
        return msgspec.json.encode(document(entries(), version))

    async def openapi(site: Site, call: Call[Nothing]) -> Response:
        """This document."""
        # Made when it is first asked for, which takes a moment, and then kept.
        return Response(await trio.to_thread.run_sync(written, site.version), media_type="application/json")

    return (
        Entry("GET", "/openapi.json", openapi, area=None),
        Entry("GET", "/docs", page, area=None, media="text/html"),
        Entry("GET", "/docs/{file}", asset, area=None, media="text/plain"),
    )


async def page(site: Site, call: Call[Nothing]) -> Response:
    """A page on which this documentation can be read and tried."""
    return _file(PAGE, "text/html")


async def asset(site: Site, call: Call[Nothing]) -> Response:
    """A part of that page: scripts, styles, licences. Raises Refusal."""
    name = call.path["file"]
    if name not in {each.name for each in ASSETS.iterdir()} or name == PAGE:
        raise Refusal(Code.NOT_FOUND, f"the documentation has no file {name!r}", "see /v1/docs")
    return _file(name, MEDIA[PurePath(name).suffix])


def _file(name: str, media: str) -> Response:
    headers = {"Content-Security-Policy": PAGE_POLICY}
    return Response((ASSETS / name).read_bytes(), media_type=media, headers=headers)
