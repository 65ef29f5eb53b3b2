"""Refuses what a web page or another user could send, before anything is read, and finds out who asks.

A browser can be made to send requests to any local address. It always names the Host it believes in, and it says
where the request comes from; programs of the owner send neither Origin nor Sec-Fetch-Site. In this order: the target
is a path and the Host is one of ours, else 421; Origin and Sec-Fetch-Site are our own or absent, else 403; pages and
sessions are for programs of the owner alone, else 403; who asks is shown, else 401; they may do this, else 403; and
only then is the body looked at.
The last two are up to the route, so they stand in `edge.py`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from meshnode.api.codec import problem_answer
from meshnode.api.headers import answer_headers, is_api
from meshnode.api.problems import Problem, problem, problem_of
from meshnode.api.settings import MAX_BODY, MAX_HEADERS
from meshnode.api.socket_users import Address
from meshnode.runtime.callers import IN_SCOPE, OWNER, Caller, Credentials
from meshnode.runtime.refusals import Code, Refusal

HOSTS = frozenset({"localhost", "meshnode", "127.0.0.1", "[::1]"})
"""The names under which this node is addressed on its Unix socket."""
LOOPBACK = ("127.0.0.1", "localhost")
"""The names under which it is addressed on TCP, always with the port; a page behind a rebound DNS name has another."""
OWN_SITE = frozenset({"same-origin", "none"})
SAFE_METHODS = frozenset({"GET", "HEAD"})

Headers = Mapping[str, Sequence[str]]
"""Every value of each header, names in lower case."""
HEADERS = "meshnode.headers"
"""Where a request's ASGI scope holds its `Headers`."""
_BY_TOKEN = "others come to /v1, with a token that the owner made them: meshnode token create --help"


@dataclass(frozen=True, slots=True)
class Door:
    """One way into the node: under which names, from which origins, and how those who come show who they are."""

    is_ours: Callable[[str], bool]
    """Whether a Host, in lower case, is one of this door's."""
    origins: frozenset[str]
    asks: Callable[[Headers], Caller | None]
    """Who asks, by the headers. May raise Refusal."""
    is_owners: Callable[[Address], bool]
    """Whether a program of the owner made the connection that comes from an address."""


def socket_door() -> Door:
    """The Unix socket: the system has checked that the caller is the owner."""
    return Door(lambda host: _without_port(host) in HOSTS, frozenset(), lambda headers: OWNER, lambda there: True)


def tcp_door(port: int, credentials: Sequence[Credentials], is_owners: Callable[[Address], bool]) -> Door:
    """A port on loopback, where everybody on this machine can knock."""
    hosts = frozenset(f"{name}:{port}" for name in LOOPBACK)

    def asks(headers: Headers) -> Caller | None:
        told = {name: values[0] for name, values in headers.items() if len(values) == 1}
        found = (each.caller(told) for each in credentials)
        return next((caller for caller in found if caller is not None), None)

    return Door(hosts.__contains__, frozenset(f"http://{host}" for host in hosts), asks, is_owners)


class Guard:
    """An ASGI layer around the whole application, for what comes through one door."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app, self._door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with the problem."""
        if scope["type"] != "http":
            return  # There are no websockets here, and lifespan is the node's own.

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = answer_headers(scope["path"], message.get("headers", ()))
            await send(message)

        headers = headers_of(scope["headers"])
        refused = _elsewhere(scope["path"]) or _stranger(headers, self._door)
        if refused is None:
            refused = self._ask(scope, headers)
        if refused is None:
            await self._app(scope, receive, send_guarded)
        else:
            await problem_answer(refused)(scope, receive, send_guarded)

    def _ask(self, scope: Scope, headers: Headers) -> Problem | None:
        """Note in the scope who asks. Nobody is let through too: some things are for everybody, and the app knows."""
        try:
            caller = self._door.asks(headers)
        except Refusal as refusal:
            return problem_of(refusal)
        by_session = caller is not None and caller.ambient
        if (by_session or not is_api(scope["path"])) and not self._door.is_owners(scope["client"]):
            return problem("not-same-user", "the dashboard is for programs of the user whose node this is", _BY_TOKEN)
        if by_session and scope["method"] not in SAFE_METHODS and not _is_own(headers):
            return problem("cross-origin", "a session is only taken from a page of this node that says so")
        scope[IN_SCOPE], scope[HEADERS] = caller, headers
        return None


def headers_of(raw: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The headers of a request as an ASGI scope has them."""
    found: dict[str, list[str]] = {}
    for name, value in raw:
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return found


def has_body(headers: Headers, version: str) -> bool:
    """Whether a request may have a body; one of HTTP/1 says so."""
    return "content-length" in headers or "transfer-encoding" in headers or not version.startswith("1")


def body_problem(method: str, headers: Headers) -> Problem | None:
    """The problem with what a request says of its body, or None when that is in order."""
    length = headers.get("content-length", ["0"])[0]
    if "content-length" in headers and "transfer-encoding" in headers:
        # Two programs that read it differently would disagree on where the next request begins.
        return problem(Code.BAD_REQUEST, "the length of the body is told in two ways")
    if length.isdigit() and int(length) > MAX_BODY:
        return problem(Code.TOO_LARGE, f"a body may have at most {MAX_BODY} bytes")
    if method in SAFE_METHODS or (length == "0" and "transfer-encoding" not in headers):
        return None
    media = headers.get("content-type", [""])[0].split(";", 1)[0].strip().lower()
    return (
        None if media == "application/json" else problem("media-type", "the body is not declared as application/json")
    )


def _elsewhere(target: str) -> Problem | None:
    """The problem with a target that is no path: what is sent to a proxy, for whatever host it names."""
    if target.startswith("/"):
        return None
    return problem("misdirected", "the target is no path; this is no proxy", "ask for http://localhost/v1/…")


def _stranger(headers: Headers, door: Door) -> Problem | None:
    """The problem with where a request was sent, and from where."""
    hosts = headers.get("host", [])
    if len(hosts) != 1 or not door.is_ours(hosts[0].lower()):
        return problem("misdirected", "the Host header names something else", "ask for http://localhost/v1/…")
    if any(value not in OWN_SITE for value in headers.get("sec-fetch-site", [])):
        return problem("cross-origin", "requests of web pages are not served here")
    if any(value not in door.origins for value in headers.get("origin", [])):
        return problem("cross-origin", "requests of web pages are not served here")
    if sum(map(len, headers.values())) > MAX_HEADERS:
        return problem("header-fields", f"a request may have at most {MAX_HEADERS} headers")
    return None


def _is_own(headers: Headers) -> bool:
    """Whether a request says that a page of this node made it; that what it says is true was checked before."""
    return "origin" in headers or headers.get("sec-fetch-site") == ["same-origin"]


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host
