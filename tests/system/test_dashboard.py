"""The dashboard of a real node: the link that `meshnode ui` prints, over the port on loopback."""

from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest

from tests.support.homes import Household, Person
from tests.support.patience import DEADLINE


@pytest.fixture
def household() -> Iterator[Household]:
    with Household() as people:
        yield people


class Browser:
    """Asks for pages at one node's port, as a browser does that shows them."""

    def __init__(self, url: str) -> None:
        self._place = urlsplit(url).netloc
        self.cookie = ""

    def asks(self, path: str, method: str = "GET", body: str = "", **headers: str) -> HTTPResponse:
        connection = HTTPConnection(self._place, timeout=DEADLINE)
        sent = {"Cookie": self.cookie, **{name.replace("_", "-"): value for name, value in headers.items()}}
        connection.request(method, path, body or None, {name: value for name, value in sent.items() if value})
        return connection.getresponse()

    def reads(self, path: str) -> str:
        answer = self.asks(path)
        assert answer.status == 200
        return answer.read().decode()


def logged_in(person: Person) -> Browser:
    """A browser that has opened the link of somebody's node."""
    url = str(person.asks("ui", "--no-open")["url"])
    browser = Browser(url)
    answer = browser.asks(urlsplit(url).path)
    assert (answer.status, answer.headers["location"]) == (303, "/")
    browser.cookie = answer.headers["set-cookie"].split(";")[0]
    return browser


def test_the_link_logs_a_browser_in_until_the_node_stops(household: Household) -> None:
    ana = household.person("ana")
    browser = logged_in(ana)
    ana.does("log", "Landing page", "3h30")
    assert "Landing page" in browser.reads("/")
    own = {"Content_Type": "application/json", "Sec_Fetch_Site": "same-origin"}
    sent = browser.asks("/today/log", "POST", '{"title": "From the page", "amount": "1h"}', **own)
    assert sent.status == 200
    assert "From the page" in ana.does("contribution", "ls")
    foreign = browser.asks(
        "/today/log", "POST", '{"title": "x", "amount": "1h"}', **{**own, "Sec_Fetch_Site": "cross-site"}
    )
    assert foreign.status == 403
    assert browser.asks("/", Host="evil.example").status == 421
    ana.does("down")
    ana.does("up")
    again = Browser(str(ana.asks("ui", "--no-open")["url"]))
    again.cookie = browser.cookie
    assert again.asks("/").status == 401


def test_an_open_stream_does_not_hold_up_the_end(household: Household) -> None:
    ana = household.person("ana")
    stream = logged_in(ana).asks("/live")
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert stream.readline() == b"retry: 2000\n"
    ana.does("down")
    assert stream.read() is not None
