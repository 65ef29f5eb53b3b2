import pytest

from meshnode.api.guard import verdict
from meshnode.api.settings import MAX_BODY

HOST = (b"host", b"localhost")
JSON = (b"content-type", b"application/json; charset=utf-8")
BODY = (b"content-length", b"2")


def code(method: str, *headers: tuple[bytes, bytes]) -> str:
    problem = verdict(method, headers)
    return problem.code if problem else ""


@pytest.mark.parametrize("host", [b"localhost", b"localhost:4480", b"127.0.0.1:4480", b"[::1]:4480", b"LOCALHOST"])
def test_the_nodes_own_names_are_served(host: bytes) -> None:
    assert code("GET", (b"host", host)) == ""


@pytest.mark.parametrize(
    "hosts", [(), (b"evil.example",), (b"localhost.evil.example",), (b"localhost", b"evil.example")]
)
def test_any_other_host_is_misdirected(hosts: tuple[bytes, ...]) -> None:
    assert code("GET", *[(b"host", host) for host in hosts]) == "misdirected"


@pytest.mark.parametrize(
    "header",
    [
        (b"origin", b"https://evil.example"),
        (b"origin", b"null"),
        (b"sec-fetch-site", b"cross-site"),
        (b"sec-fetch-site", b"same-site"),
        (b"Origin", b"https://evil.example"),
    ],
)
def test_what_a_web_page_sends_is_refused(header: tuple[bytes, bytes]) -> None:
    assert code("GET", HOST, header) == "cross-origin"


def test_what_the_user_typed_into_a_browser_is_served() -> None:
    assert code("GET", HOST, (b"sec-fetch-site", b"none")) == ""


def test_a_body_must_be_declared_as_json() -> None:
    assert code("POST", HOST, BODY, JSON) == ""
    assert code("POST", HOST, BODY) == "media-type"
    assert code("POST", HOST, BODY, (b"content-type", b"text/plain")) == "media-type"
    assert code("POST", HOST, (b"transfer-encoding", b"chunked")) == "media-type"
    assert code("DELETE", HOST, (b"content-length", b"0")) == ""


def test_a_body_beyond_the_limit_is_refused_before_it_is_read() -> None:
    length = (b"content-length", str(MAX_BODY + 1).encode())
    assert code("POST", HOST, JSON, length) == "too-large"
