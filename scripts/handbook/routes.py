"""The pages about the local API, from its OpenAPI document: one for each subject, with the models that it needs."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import meshnode
from meshnode.api.openapi import ABOUT, document
from meshnode.api.problems import SHAPES, Problem
from meshnode.api.routes import ROUTES
from meshnode.runtime import callers, refusals
from meshnode.runtime.callers import Area
from meshnode.runtime.refusals import Code
from scripts.handbook.markdown import code, heading, paragraphs, slug, table, text
from scripts.handbook.words import under_members

NAMED = {"string": "text", "integer": "number", "number": "decimal", "boolean": "yes or no", "null": "nothing"}
"""What a type of JSON is called."""

Part = Mapping[str, Any]  # a part of the document, of whatever shape OpenAPI gives it


@cache
def whole() -> Part:
    """The document that the reference tells."""
    return document(ROUTES, meshnode.__version__)


def pages() -> dict[str, str]:
    """The page of each subject, by where it stands."""
    described, told = whole(), set[str]()
    found = {}
    for tag in described["tags"]:
        operations = [
            (method, path, operation)
            for path, methods in described["paths"].items()
            for method, operation in methods.items()
            if tag["name"] in operation["tags"]
        ]
        lines = [*heading(1, tag["name"].capitalize()), text(tag["description"]) + ".", ""]
        for method, path, operation in operations:
            lines += _operation(described, method, path, operation)
        models = [name for name in _models(described, [each for *_, each in operations]) if name not in told]
        told.update(models)
        if models:
            lines += heading(2, f"Models of {tag['name']}")
        for name in models:
            lines += model(described, name)
        found[f"reference/http/{slug(tag['name'])}.md"] = "\n".join(lines)
    return found


def about() -> str:
    """What holds for all routes."""
    return "\n".join(line for block in ABOUT.split("\n\n") for line in (" ".join(block.split()), ""))


def overview() -> str:
    """Every route in one line."""
    rows = [
        (f"[{code(f'{method.upper()} /v1{path}')}](#{target(method, path)})", f"{text(operation['summary'])}.")
        for path, methods in whole()["paths"].items()
        for method, operation in methods.items()
    ]
    return "\n".join(table(("Route", ""), rows))


def areas() -> str:
    """What a token may be good for."""
    words = under_members(Area, callers)
    return "\n".join(table(("Right", ""), [(code(each.value), text(words[each.name])) for each in Area]))


def problems() -> str:
    """Every code of a problem."""
    words = under_members(Code, refusals)
    names = {each.value: each.name for each in Code}
    rows = [
        (
            code(str(each)),
            str(shape.status),
            str(shape.exit),
            f"{shape.title}. {text(words.get(names.get(each, ''), ''))}",
        )
        for each, shape in SHAPES.items()
    ]
    lines = table(("Code", "HTTP status", "[Exit code](exit-codes.md)", "Means"), rows)
    return "\n".join([*lines, *model(whole(), Problem.__name__)])


def target(method: str, path: str) -> str:
    """The name by which other pages reach a route."""
    return f"route-{method}-{slug(path)}"


def model(described: Part, name: str) -> list[str]:
    """What stands about one model, under its name."""
    schema = described["components"]["schemas"][name]
    # No heading: two hundred of them would stand in the contents of every page.
    lines = [f"(model-{slug(name)})=", f"**{code(name)}**", "", *paragraphs(schema.get("description", ""))]
    return lines + fields(schema)


def fields(schema: Part) -> list[str]:
    """The fields of a model: what each is, and whether it may be left out."""
    needed = schema.get("required", ())
    rows = []
    for name, told in schema.get("properties", {}).items():
        absent = "" if name in needed else f" Left out: {_default(told)}."
        rows.append((code(name), kind(told), text(told.get("description", "")) + absent))
    return table(("Field", "Is", ""), rows)


def kind(schema: Part) -> str:
    """What a value is, in words, with the models it refers to as links."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#model-{slug(name)})"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(kind(each) for each in schema["anyOf"]))
    if "enum" in schema:
        return " or ".join(code(str(each)) for each in schema["enum"])
    if schema.get("type") == "array":
        inner = schema.get("items") or (schema.get("prefixItems") or [{}])[0]
        return f"list: {kind(inner)}"
    if schema.get("type") == "object":
        inner = schema.get("additionalProperties")
        return f"object: {kind(inner)}" if isinstance(inner, dict) else "object"
    return NAMED.get(str(schema.get("type")), "anything")


def _default(schema: Part) -> str:
    given = schema.get("default")
    if given is None:
        return "nothing"
    if isinstance(given, bool):
        return "yes" if given else "no"
    return code(str(given)) if given else "empty"


def _operation(described: Part, method: str, path: str, operation: Part) -> list[str]:
    lines = heading(2, code(f"{method.upper()} /v1{path}"), target(method, path))
    lines += [f"{text(operation['summary'])}.", ""]
    lines += paragraphs(operation.get("description", ""))
    lines += [f"Needs: {_right(operation)}.", ""]
    named = [_resolved(described, each) for each in operation["parameters"]]
    lines += table(
        ("Parameter", "In", "Is", ""),
        [(code(each["name"]), each["in"], kind(each["schema"]), text(each["description"])) for each in named],
    )
    body = operation.get("requestBody")
    if body is not None:
        lines += [f"Takes: {' or '.join(_contents(body))}{'' if body['required'] else ', which may be left out'}.", ""]
    for status, answer in operation["responses"].items():
        if int(status) < 400:
            given = " or ".join(_contents(answer)) or "nothing"
            lines += [f"Answers: {status}, {given}; or one of the [problems](../problems.md).", ""]
    return lines


def _right(operation: Part) -> str:
    if not operation["security"]:
        return "nothing; everybody on this machine may ask"
    return f"the right {code(operation['security'][0]['token'][0])}"


def _contents(part: Part) -> Iterator[str]:
    for media, told in part.get("content", {}).items():
        yield f"{kind(told['schema'])} ({code(media)})" if told.get("schema") else code(media)


def _resolved(described: Part, part: Part) -> Part:
    found: Any = described
    if "$ref" not in part:
        return part
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    resolved: Part = found
    return resolved


def _models(described: Part, parts: Iterable[object]) -> list[str]:
    """The models these parts refer to, however deep, in the order in which they are met."""
    found: dict[str, None] = {}
    waiting = list(parts)
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, dict):
            name = str(part.get("$ref", ""))
            if name.startswith("#/components/schemas/") and (short := name.rpartition("/")[2]) not in found:
                found[short] = None
                waiting.append(described["components"]["schemas"][short])
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return list(found)
