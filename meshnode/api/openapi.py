"""The API's own description: an OpenAPI 3.1 document, made from the table of routes, the models and their docstrings.

A handler's return type is what its route answers, its docstring what it does: what the type checker and the reader see
is what is told, so there is nothing to keep in step.
"""

import inspect
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar, get_type_hints

import msgspec
from starlette.responses import Response

from meshnode.api.docstrings import first_sentence, words_of_fields
from meshnode.api.edge import Entry, Nothing
from meshnode.api.models.decisions import Proposed
from meshnode.api.models.shared import Model
from meshnode.api.parameters import KEY, OF_ONE_ROUTE, PATH, QUERY, Parameter, Schema
from meshnode.api.problems import MEDIA_TYPE, SHAPES, Problem
from meshnode.runtime.callers import Area

N = TypeVar("N")
Part = dict[str, Any]  # a part of the document, of whatever shape OpenAPI gives it

OPENAPI = "3.1.0"
REFERENCE = "#/components/schemas/{name}"
MODELS = "meshnode.api.models."
SAFE = ("GET", "HEAD")
ABOUT = """The API of a meshnode node, for its owner and the programs the owner lets in.

**Where.** On a Unix socket (`api.sock` in the node's data folder), which only the owner can open and which has every
right; and on `http://127.0.0.1:4480`, where each request shows a token (`meshnode token create --help`) in the header
`Authorization: Bearer TOKEN`. The Host must be one of the node's own names with its port, and requests of web pages
from elsewhere are refused.

**Writing.** Bodies are JSON of at most 1 MiB; a field nobody knows is refused. With an `Idempotency-Key` a request can
be repeated: it is done once. When an answer did not come, or says that the outcome is unknown, repeat it with the same
key.

**Problems** are answered as RFC 9457 tells, with a stable `code`, a `detail` for people and a `hint`, mostly a command.

**Lists** that may be long come in pages: `next` is the `cursor` of the following one, null on the last.

**Events.** `GET /events` is a stream of server-sent events. A record that arrived comes as `event: record` with its
number as `id:`, and is told at least once, in order; keep the last number and send it as `Last-Event-ID`, or `?after=`,
to go on there after any break. How a record came to stand otherwise comes as `event: changed` without a number, and
only to those who listen. `data:` is a `Happening`. An `id:` alone says how far the node has come; every 15 s it does.

Times are RFC 3339 in UTC; money is in whole units of 10^-exp of a currency; ids can be given abbreviated."""


def document(entries: Iterable[Entry[N]], version: str) -> Part:
    """The OpenAPI document of these routes, served by a node of this version."""
    table = list(entries)
    kinds = _kinds(table)
    schemas, components = msgspec.json.schema_components(kinds, ref_template=REFERENCE)
    told = dict(zip(kinds, schemas, strict=True))
    _add_words(kinds, components)
    paths: dict[str, Part] = {}
    for entry in table:
        paths.setdefault(_path(entry), {})[entry.method.lower()] = _operation(entry, told)
    whole = {
        "openapi": OPENAPI,
        "info": {"title": "meshnode", "summary": "The local API of a node.", "description": ABOUT, "version": version},
        "servers": [{"url": "/v1"}],
        "tags": _tags(table),
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": {_problem_name(status): _problems(status) for status in _statuses()},
            "parameters": {"IdempotencyKey": _parameter("Idempotency-Key", "header", KEY)},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"A token with the right to the area that a route names: {', '.join(Area)}.",
                }
            },
        },
    }
    return _shortened(whole)


def answer_of(entry: Entry[N]) -> object:
    """What a route answers with: a model, None, or a Response that is no JSON of ours."""
    return get_type_hints(entry.handle)["return"]


def _kinds(entries: Sequence[Entry[N]]) -> list[Any]:
    """Every body and answer once, in the order of the table."""
    found: dict[Any, None] = {Problem: None, Proposed: None}
    for entry in entries:
        answer = answer_of(entry)
        found |= dict.fromkeys((entry.body,) if entry.body is not Nothing else ())
        found |= dict.fromkeys((answer,) if answer is not type(None) and not _is_written(answer) else ())
        found |= dict.fromkeys((entry.stream,) if entry.stream is not None else ())
    return list(found)


def _operation(entry: Entry[N], told: Mapping[object, Schema]) -> Part:
    summary, more = first_sentence(inspect.getdoc(entry.handle) or "")
    operation: Part = {
        "operationId": f"{_subject(entry)}.{entry.handle.__name__}",
        "tags": [_subject(entry)],
        "summary": summary,
        "parameters": _parameters(entry),
        "responses": {**_success(entry, told), **_refusals()},
        "security": [] if entry.area is None else [{"token": [entry.area.value]}],
    }
    more = more.removesuffix("Raises Refusal.").strip()  # which is what the problems tell
    if more:
        operation["description"] = more
    if entry.body is not Nothing:
        needed = any(field.required for field in msgspec.structs.fields(entry.body))
        operation["requestBody"] = {"required": needed, "content": _json(told[entry.body])}
    return operation


def _success(entry: Entry[N], told: Mapping[object, Schema]) -> Part:
    answer = answer_of(entry)
    if answer is type(None):
        return {"204": {"description": "Done."}}
    if entry.stream is not None:
        return {
            str(entry.status): {"description": "Events.", "content": _content("text/event-stream", told[entry.stream])}
        }
    if _is_written(answer):
        return {str(entry.status): {"description": "A file.", "content": {entry.media: {}}}}
    schema = told[answer]
    if "propose" in entry.query:
        schema = {"anyOf": [schema, told[Proposed]]}
    return {str(entry.status): {"description": "Done.", "content": _json(schema)}}


def _is_written(answer: object) -> bool:
    """Whether a handler writes its answer itself, which is no model then."""
    return isinstance(answer, type) and issubclass(answer, Response)


def _refusals() -> Part:
    return {str(status): {"$ref": f"#/components/responses/{_problem_name(status)}"} for status in _statuses()}


def _statuses() -> list[int]:
    return sorted({shape.status for shape in SHAPES.values()})


def _problem_name(status: int) -> str:
    return f"Problem{status}"


def _problems(status: int) -> Part:
    """Every code with this status: which of them a route gives depends on what is asked."""
    codes = {str(code): shape.title for code, shape in SHAPES.items() if shape.status == status}
    told = "\n".join(f"- `{code}`: {title}." for code, title in codes.items())
    schema = {
        "allOf": [
            {"$ref": REFERENCE.format(name="Problem")},
            {"properties": {"status": {"const": status}, "code": {"enum": list(codes)}}},
        ]
    }
    found: Part = {"description": told, "content": _content(MEDIA_TYPE, schema)}
    if status == 401:
        found["headers"] = {"WWW-Authenticate": {"description": "How to show who asks.", "schema": {"type": "string"}}}
    return found


def _parameters(entry: Entry[N]) -> list[Part]:
    found = [
        _parameter(name, "path", OF_ONE_ROUTE.get((entry.path, name), PATH[name]))
        for name in re.findall(r"\{(\w+)", entry.path)
    ]
    found += [_parameter(name, "query", OF_ONE_ROUTE.get((entry.path, name), QUERY[name])) for name in entry.query]
    if entry.method not in SAFE:
        found.append({"$ref": "#/components/parameters/IdempotencyKey"})
    return found


def _parameter(name: str, place: str, told: Parameter) -> Part:
    return {
        "name": name,
        "in": place,
        "description": told.text,
        "required": place == "path",
        "schema": dict(told.schema),
    }


def _tags(entries: Iterable[Entry[N]]) -> list[Part]:
    subjects = {_subject(entry): sys.modules[entry.handle.__module__].__doc__ or "" for entry in entries}
    return [{"name": name, "description": first_sentence(words)[0]} for name, words in subjects.items()]


def _subject(entry: Entry[N]) -> str:
    """What a route is about: the file of its handler."""
    return entry.handle.__module__.rpartition(".")[2]


def _path(entry: Entry[N]) -> str:
    return re.sub(r"\{(\w+):\w+\}", r"{\1}", entry.path)


def _json(schema: Schema) -> Part:
    return _content("application/json", schema)


def _content(media: str, schema: Schema) -> Part:
    return {media: {"schema": schema}}


def _add_words(kinds: Iterable[Any], components: Mapping[str, Part]) -> None:
    """Put the words that stand under fields into the schemas of their models."""
    for kind in _models(kinds):
        schema = components.get(kind.__name__) or components.get(f"{kind.__module__}.{kind.__name__}")
        if schema is None:
            continue
        schema["description"] = inspect.cleandoc(kind.__doc__ or "")
        names = {field.name: field.encode_name for field in msgspec.structs.fields(kind)}
        for field, words in words_of_fields(kind).items():
            told = schema["properties"][names[field]]
            # Beside a reference the words are the field's, not those of what it refers to.
            told["description"] = words


def _models(kinds: Iterable[Any]) -> list[type[msgspec.Struct]]:
    """Every model in these types, however deep."""
    found: dict[Any, None] = {}
    waiting = list(kinds)
    while waiting:
        kind = waiting.pop()
        if kind in found:
            continue
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            found[kind] = None
            waiting += get_type_hints(kind).values()
        else:
            waiting += getattr(kind, "__args__", ())
            origin = getattr(kind, "__origin__", None)
            waiting += [origin] if isinstance(origin, type) and issubclass(origin, Model) else []
    return list(found)


def _shortened(whole: Part) -> Part:
    """The document with models of the same name told apart by their file instead of their whole path."""
    text = msgspec.json.encode(whole).replace(MODELS.encode(), b"")
    shorter: Part = msgspec.json.decode(text)
    return shorter
