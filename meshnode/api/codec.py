"""JSON in and out; the only file of the API that knows how bytes become types and back."""

import re
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from functools import partial
from typing import Any, TypeVar, get_args

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from meshnode.api.models.shared import Model
from meshnode.api.models.shared import Request as Body
from meshnode.api.problems import MEDIA_TYPE, Problem
from meshnode.api.settings import MAX_BODY
from meshnode.runtime.refusals import Code, Refusal
from meshnode.views.names import like

T = TypeVar("T", bound=Body)
CHALLENGE = 'Bearer realm="meshnode"'
"""What RFC 9110 asks for with every 401: how to show who asks."""
HTTP_UNAUTHORIZED = 401
_UNKNOWN = re.compile(r"unknown field `([^`]*)`")
encode = msgspec.json.Encoder().encode
"""Write a model as JSON, on one line."""


def decode(raw: bytes, wanted: type[T]) -> T:
    """Read a body as the wanted type; an empty one counts as `{}`. Raises Refusal naming the field."""
    try:
        return msgspec.json.decode(raw or b"{}", type=wanted)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal(Code.BAD_REQUEST, _UNKNOWN.sub(partial(_with_near, wanted), str(error))) from error


def _with_near(wanted: type, found: re.Match[str]) -> str:
    """A field that nobody knows, with one of the wanted type that is like it."""
    return found[0] + like(found[1], sorted({*_names_in(wanted)}))


def _names_in(wanted: Any) -> Iterator[str]:
    """The names of all fields that stand somewhere in a type; no type of a request holds itself."""
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        for each in msgspec.structs.fields(wanted):
            yield each.encode_name
            yield from _names_in(each.type)
    for each in get_args(wanted):
        yield from _names_in(each)


async def read_body(request: Request) -> bytes:
    """Collect a body of at most MAX_BODY bytes. Raises Refusal."""
    parts: list[bytes] = []
    size = 0
    try:
        # Closed explicitly: left to the garbage collector, a stream given up half way warns.
        async with aclosing(request.stream()) as stream:
            async for part in stream:
                size += len(part)
                if size > MAX_BODY:
                    raise Refusal(Code.TOO_LARGE, f"a body may have at most {MAX_BODY} bytes")
                parts.append(part)
    except ClientDisconnect as error:
        raise Refusal(Code.BAD_REQUEST, "the connection ended inside the body") from error
    return b"".join(parts)


def model_answer(model: Model | None, status: int = 200) -> Response:
    """The response that carries a model, or an empty one."""
    if model is None:
        return Response(status_code=204)
    return Response(encode(model), status_code=status, media_type="application/json")


def problem_answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The response that carries a problem."""
    found = dict(headers or {})
    if problem.status == HTTP_UNAUTHORIZED:
        found["WWW-Authenticate"] = CHALLENGE
    return Response(encode(problem), status_code=problem.status, media_type=MEDIA_TYPE, headers=found)
