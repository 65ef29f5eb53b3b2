"""The API's own description is valid, complete, and says what the handlers' types say."""

import re
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from openapi_spec_validator import validate

from meshnode.api.models.shared import Model, Request
from meshnode.api.openapi import answer_of, document
from meshnode.api.problems import SHAPES
from meshnode.api.routes import ROUTES
from meshnode.runtime.callers import Area
from tests.support.naming import about

WHOLE = document(ROUTES, "1.2.3")
OPERATIONS = [(path, method, told) for path, methods in WHOLE["paths"].items() for method, told in methods.items()]
OPEN = {"/openapi.json", "/docs", "/docs/{file}"}
"""What everybody on this machine may see: it is the same on every node."""


def resolved(part: Any) -> Any:
    """A part of the document, or what it refers to."""
    if "$ref" not in part:
        return part
    found: Any = WHOLE
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


def test_the_document_is_valid() -> None:
    validate(WHOLE)
    assert (WHOLE["openapi"], WHOLE["info"]["version"]) == ("3.1.0", "1.2.3")


def test_every_route_is_in_it_under_a_name_of_its_own() -> None:
    told = {(method.upper(), path) for path, method, _ in OPERATIONS}
    assert told == {(entry.method, re.sub(r":\w+", "", entry.path)) for entry in ROUTES}
    names = [operation["operationId"] for *_, operation in OPERATIONS]
    assert len(set(names)) == len(names)


def test_a_route_is_described_with_all_that_goes_in_and_comes_out() -> None:
    refusals = {shape.status for shape in SHAPES.values()}
    for path, method, told in OPERATIONS:
        parameters = [*map(resolved, told["parameters"])]
        statuses = {int(status) for status in told["responses"]}
        with about(f"{method} {path}"):
            assert len(told["summary"]) > 5
            assert [each["name"] for each in parameters if len(each["description"]) <= 10 or not each["schema"]] == []
            assert {status for status in statuses if status >= 400} == refusals
            assert statuses - refusals
            assert ("IdempotencyKey" in str(told["parameters"])) == (method != "get")


def test_a_route_says_which_right_it_needs() -> None:
    for path, method, told in OPERATIONS:
        with about(f"{method} {path}"):
            if path in OPEN:
                assert told["security"] == []
            else:
                ((scheme, areas),) = told["security"][0].items()
                assert (scheme, set(areas) <= set(Area), len(areas)) == ("token", True, 1)


def test_the_body_of_a_route_is_the_one_its_handler_takes() -> None:
    for entry in ROUTES:
        with about(f"{entry.method} {entry.path}"):
            (taken,) = get_args(get_type_hints(entry.handle)["call"])
            assert taken is entry.body
            assert issubclass(taken, Request)
            assert entry.handle.__doc__


@pytest.mark.parametrize("code", sorted(SHAPES))
def test_every_code_is_described_under_its_status(code: str) -> None:
    told = WHOLE["components"]["responses"][f"Problem{SHAPES[code].status}"]
    assert f"- `{code}`: {SHAPES[code].title}." in told["description"]


def test_every_body_and_answer_is_described_and_so_are_the_words_under_their_fields() -> None:
    schemas = WHOLE["components"]["schemas"]
    assert not [name for name, schema in schemas.items() if len(schema.get("description", "")) < 5]
    assert schemas["Contribution"]["properties"]["claim"]["description"].startswith("`claimed`, `acknowledged`")
    assert "\n    " not in schemas["ContributionRequest"]["description"]


def test_a_list_says_what_is_on_its_pages() -> None:
    answer = WHOLE["paths"]["/contributions"]["get"]["responses"]["200"]
    page = resolved(answer["content"]["application/json"]["schema"])
    assert page["properties"]["items"]["items"] == {"$ref": "#/components/schemas/Contribution"}


def test_what_can_be_proposed_says_so_in_its_answer() -> None:
    answer = WHOLE["paths"]["/contributions"]["post"]["responses"]["201"]["content"]["application/json"]["schema"]
    assert {"$ref": "#/components/schemas/Proposed"} in answer["anyOf"]


def test_what_is_answered_with_nothing_says_so() -> None:
    assert "204" in WHOLE["paths"]["/blocks/{id}"]["delete"]["responses"]


def test_every_answer_is_a_model_or_named_as_something_else() -> None:
    ours = [entry for entry in ROUTES if entry.stream is None and entry.path not in OPEN]
    models = [answer_of(entry) for entry in ours if entry.media == "application/json"]
    origins = [getattr(kind, "__origin__", kind) for kind in models if kind is not type(None)]
    assert all(isinstance(kind, type) and issubclass(kind, Model) for kind in origins)


def test_the_document_survives_its_own_encoding() -> None:
    assert msgspec.json.decode(msgspec.json.encode(WHOLE)) == WHOLE
