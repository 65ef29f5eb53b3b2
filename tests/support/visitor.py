"""Asks for the pages of a node that runs as a process, as a browser does that shows them."""

from http.client import HTTPConnection, HTTPResponse
from typing import Self
from urllib.parse import urlsplit

from tests.support.patience import DEADLINE


class Visitor:
    """Somebody at one node's port."""

    def __init__(self, url: str) -> None:
        self._place = urlsplit(url).netloc
        self.cookie = ""

    @classmethod
    def logged_in(cls, link: str) -> Self:
        """One who has opened the link that lets a browser in."""
        visitor = cls(link)
        answer = visitor.asks(urlsplit(link).path)
        assert (answer.status, answer.headers["location"]) == (303, "/")
        visitor.cookie = answer.headers["set-cookie"].split(";")[0]
        return visitor

    def asks(self, path: str, method: str = "GET", body: str = "", **headers: str) -> HTTPResponse:
        """One request; an underscore in the name of a header stands for a hyphen."""
        connection = HTTPConnection(self._place, timeout=DEADLINE)
        sent = {"Cookie": self.cookie, **{name.replace("_", "-"): value for name, value in headers.items()}}
        connection.request(method, path, body or None, {name: value for name, value in sent.items() if value})
        return connection.getresponse()

    def reads(self, path: str) -> str:
        """The HTML of a page that must be there."""
        answer = self.asks(path)
        assert answer.status == 200
        return answer.read().decode()
