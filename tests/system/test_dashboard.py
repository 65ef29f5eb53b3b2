"""The dashboard of a real node: the link that `meshnode ui` prints, over the port on loopback."""

from collections.abc import Iterator

import pytest

from tests.support.homes import Household, Person
from tests.support.visitor import Visitor


@pytest.fixture
def household() -> Iterator[Household]:
    with Household() as people:
        yield people


def logged_in(person: Person) -> Visitor:
    """A browser that has opened the link of somebody's node."""
    return Visitor.logged_in(str(person.asks("ui", "--no-open")["url"]))


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
    again = Visitor(str(ana.asks("ui", "--no-open")["url"]))
    again.cookie = browser.cookie
    assert again.asks("/").status == 401


def test_an_open_stream_does_not_hold_up_the_end(household: Household) -> None:
    ana = household.person("ana")
    stream = logged_in(ana).asks("/live")
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert stream.readline() == b"retry: 2000\n"
    ana.does("down")
    assert stream.read() is not None
