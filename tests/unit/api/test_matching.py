import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from meshnode.api.matching import ByBeginning


def told(name: str, path: str, method: str = "GET") -> Route:
    async def answer(request: Request) -> Response:
        return PlainTextResponse(f"{name} {' '.join(request.path_params.values())}".strip())

    return Route(path, answer, methods=[method])


APP = Starlette(
    routes=[
        ByBeginning(
            [
                told("list", "/v1/records"),
                told("sums", "/v1/records/sums"),
                told("one", "/v1/records/{id}"),
                told("erase", "/v1/records/{id}", "DELETE"),
                told("why", "/v1/records/{id}/why"),
                told("write", "/v1/records", "POST"),
                told("undo", "/v1/imports/{batch:path}", "DELETE"),
            ]
        )
    ]
)


async def ask(method: str, path: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(APP), base_url="http://localhost") as client:
        return await client.request(method, path)


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [
        ("GET", "/v1/records", "list"),
        ("HEAD", "/v1/records", ""),
        ("POST", "/v1/records", "write"),
        ("GET", "/v1/records/sums", "sums"),
        ("GET", "/v1/records/x", "one x"),
        ("DELETE", "/v1/records/x", "erase x"),
        ("GET", "/v1/records/x/why", "why x"),
        ("DELETE", "/v1/imports/git/a/b", "undo git/a/b"),
    ],
)
async def test_the_route_of_a_path_is_found(method: str, path: str, answer: str) -> None:
    found = await ask(method, path)
    assert (found.status_code, found.text) == (200, answer)


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/", "/v1/record", "/records/x", "/v1//records", "/v1/records/x/y", "//"]
)
async def test_a_path_that_nothing_begins_like_has_no_route(path: str) -> None:
    assert (await ask("GET", path)).status_code == 404


async def test_a_path_that_another_method_takes_says_so() -> None:
    found = await ask("PUT", "/v1/records/x/why")
    assert (found.status_code, sorted(found.headers["allow"].split(", "))) == (405, ["GET", "HEAD"])


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("DELETE", "/v1/records", "GET, HEAD, POST"), ("POST", "/v1/records/x", "DELETE, GET, HEAD")],
)
async def test_whoever_takes_another_method_is_told_all_that_a_path_takes(method: str, path: str, allowed: str) -> None:
    answer = await ask(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
