"""Who is logged in: links that open the dashboard once, and the sessions they begin.

    asked for on the Unix socket → waiting (LINK_SECONDS) → opened: session (SESSION_SECONDS) → ended
                                         ↘ expired                        ↘ logged out

A link's token and a session's secret are kept as SHA-256 alone, and in memory alone: whoever reads this process's
memory later, or a copy of it, finds nothing to log in by, and every session ends with the node.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Mapping

from starlette.requests import cookie_parser

from meshnode.dashboard.settings import LINK_SECONDS, MAX_LINKS, MAX_SESSIONS, SECRET_BYTES, SESSION_SECONDS
from meshnode.runtime.callers import Area, Caller

_ID_LETTERS = 8
"""Letters of a session's digest by which lines of the log name it."""


class Sessions:
    """The links that wait and the sessions that run; the node's credentials for browsers."""

    def __init__(self, port: int, now: Callable[[], float] = time.monotonic) -> None:
        """`port` is the one that browsers come to: they send the cookies of all ports of a machine to each of them.

        So the name tells several nodes' cookies apart; that nobody else can use one is up to the guard.
        """
        self.port = port
        self._cookie = f"meshnode-{port}"
        self._now = now
        self._links: dict[bytes, float] = {}
        self._sessions: dict[bytes, float] = {}

    @property
    def link_seconds(self) -> float:
        """How long a link waits to be opened."""
        return LINK_SECONDS

    def make_link(self) -> str:
        """A new token, good for one login within LINK_SECONDS."""
        token = secrets.token_urlsafe(SECRET_BYTES)
        _keep(self._links, _digest(token), self._now() + LINK_SECONDS, MAX_LINKS)
        return token

    def open_link(self, token: str) -> str | None:
        """Use a token up, and begin a session: its secret, or None if the token is unknown, used or expired."""
        until = self._links.pop(_digest(token), None)
        if until is None or until <= self._now():
            return None
        secret = secrets.token_urlsafe(SECRET_BYTES)
        _keep(self._sessions, _digest(secret), self._now() + SESSION_SECONDS, MAX_SESSIONS)
        return secret

    def caller(self, headers: Mapping[str, str]) -> Caller | None:
        """The owner in a browser, by the cookie among a request's headers; None without one that counts."""
        digest = _digest(self._secret(headers))
        until = self._sessions.get(digest)
        if until is None:
            return None
        if until <= self._now():
            del self._sessions[digest]
            return None
        return Caller(f"session:{digest.hex()[:_ID_LETTERS]}", frozenset(Area), ambient=True)

    def leave(self, headers: Mapping[str, str]) -> None:
        """End the session whose cookie is among a request's headers."""
        self._sessions.pop(_digest(self._secret(headers)), None)

    def set_cookie(self, secret: str) -> str:
        """The header that gives a browser its session: for this host alone, out of the reach of scripts and others."""
        return f"{self._cookie}={secret}; Max-Age={SESSION_SECONDS:.0f}; Path=/; HttpOnly; SameSite=Strict"

    def clear_cookie(self) -> str:
        """The header that takes it back."""
        return f"{self._cookie}=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict"

    def _secret(self, headers: Mapping[str, str]) -> str:
        # Read as browsers write them: what another program of this machine set, however odd, hides nothing.
        return cookie_parser(headers.get("cookie", "")).get(self._cookie, "")


def _keep(where: dict[bytes, float], digest: bytes, until: float, most: int) -> None:
    """Remember one more, and forget the oldest beyond `most`."""
    while len(where) >= most:
        del where[next(iter(where))]
    where[digest] = until


def _digest(secret: str) -> bytes:
    # Looked up by its digest, a secret is never compared letter by letter: how long that takes tells nothing of it.
    return hashlib.sha256(secret.encode()).digest()
