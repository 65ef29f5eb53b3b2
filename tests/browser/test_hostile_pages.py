"""Pages of others in the owner's own browser, who is logged in: they can neither read nor change anything at the node.

Each tries everything at every address: one of another site, one of another port of this machine (to which a browser
sends the cookies of our port, too), one without an origin, and one whose name leads to this machine by now.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Frame, Page, Response

from meshnode.api.openapi import document
from meshnode.api.routes import ROUTES
from meshnode.dashboard.drawing import asset
from meshnode.dashboard.table import ACTIONS, PAGES
from tests.support.attacks.hostile import READ, SOCKET, WRITE, Server, somebody_else
from tests.support.browser import Watched
from tests.support.studio import ALONE, Studio
from tests.support.visits import at_home

pytestmark = [pytest.mark.campaign("browser"), pytest.mark.xdist_group("browser")]

FILES = [asset(name) for name in ("icon.svg", "dashboard.js", "dashboard.css")]
STATUSES = "urls => Promise.all(urls.map((url) => fetch(url).then((answer) => answer.status)))"
PLACES = {"another site": "evil.example", "another port": "127.0.0.1"}


def filled(path: str) -> str:
    """A path with something in place of the names in it."""
    return re.sub(r"\{\w+\}", "x", path)


API = [
    (method.upper(), "/v1" + filled(path)) for path, ways in document(ROUTES, "0")["paths"].items() for method in ways
]
READING = [filled(page.path) for page in PAGES] + ["/live", *FILES]
READING += [path for method, path in API if method == "GET"]
WRITING = [filled(action.path) for action in ACTIONS] + ["/out"]
WRITING += sorted({path for method, path in API if method != "GET"})


@pytest.fixture(scope="module")
def other() -> Iterator[Server]:
    with somebody_else() as server:
        yield server


@contextmanager
def lured(nodes: Studio, browser: Browser, url: str) -> Iterator[tuple[Watched, list[Response]]]:
    """The owner, logged in, who went on to another page; and what the node answers from then on, where that is told."""
    answers: list[Response] = []
    with at_home(browser, nodes, ALONE) as watched:
        watched.page.goto(url)
        here = (nodes.urls[ALONE], nodes.urls[ALONE].replace("127.0.0.1", "rebound.example"))
        watched.context.on("response", lambda each: answers.append(each) if each.url.startswith(here) else None)
        yield watched, answers


def told(nodes: Studio) -> tuple[object, ...]:
    """What somebody could have changed."""
    client = nodes.clients[ALONE]
    return (
        client.node.status()["arrival"],
        client.work.timers(),
        client.networks.every(),
        client.people.me(),
        [each["name"] for each in client.tokens.every()],
        client.peers.every(),
    )


def attacks(frame: Page | Frame, base: str, token: str = "") -> list[str]:
    """Everything at every address; returns what could be read."""
    frame.evaluate(WRITE, {"base": base, "paths": WRITING, "token": token})
    read: list[str] = frame.evaluate(READ, {"base": base, "paths": READING, "token": token})
    return read


@pytest.fixture(scope="module")
def token(nodes: Studio) -> str:
    """One with every right: not even that helps a page."""
    made = nodes.clients[ALONE].tokens.create("stolen", ["read", "work", "money", "admin"], 3600)
    assert made["secret"]
    return made["secret"]


@pytest.mark.parametrize("place", PLACES)
def test_a_page_of_another_origin_reads_and_changes_nothing(
    nodes: Studio, browser: Browser, other: Server, token: str, place: str
) -> None:
    before = told(nodes)
    with lured(nodes, browser, f"http://{PLACES[place]}:{other.server_port}/") as (watched, answers):
        assert attacks(watched.page, nodes.urls[ALONE], token) == []
        assert watched.page.evaluate(SOCKET, nodes.urls[ALONE].replace("http", "ws") + "/live") == "refused"
        assert {each.status for each in answers} == {403}
    assert told(nodes) == before


def test_a_page_without_an_origin_reads_and_changes_nothing(
    nodes: Studio, browser: Browser, other: Server, token: str
) -> None:
    before = told(nodes)
    with lured(nodes, browser, f"http://127.0.0.1:{other.server_port}/") as (watched, answers):
        sandbox = watched.page.frames[1]
        assert sandbox.evaluate("origin") == "null"
        assert attacks(sandbox, nodes.urls[ALONE], token) == []
        assert {each.status for each in answers} == {403}
    assert told(nodes) == before


def test_a_name_that_leads_here_by_now_is_not_answered_for(nodes: Studio, browser: Browser, token: str) -> None:
    """A page that was loaded from elsewhere asks its own host, which its name server has changed to this machine."""
    before = told(nodes)
    base = nodes.urls[ALONE].replace("127.0.0.1", "rebound.example")
    with lured(nodes, browser, base + "/") as (watched, answers):
        assert watched.page.evaluate("origin") == base
        watched.page.evaluate(WRITE, {"base": base, "paths": WRITING, "token": token})
        statuses = watched.page.evaluate(STATUSES, [base + path for path in READING])
        assert set(statuses) == {421}
        assert {each.status for each in answers} == {421}
    assert told(nodes) == before


def test_the_address_of_every_interface_is_not_answered_for(nodes: Studio, browser: Browser, other: Server) -> None:
    before = told(nodes)
    base = f"http://0.0.0.0:{nodes.port(ALONE)}"
    with lured(nodes, browser, f"http://evil.example:{other.server_port}/") as (watched, _):
        assert watched.page.evaluate(READ, {"base": base, "paths": READING[:20], "token": ""}) == []
        watched.page.evaluate(WRITE, {"base": base, "paths": WRITING[:5], "token": ""})
        answer = watched.page.goto(base + "/")
        assert answer is not None
        assert answer.status == 421
        assert set(watched.page.evaluate(STATUSES, [base + path for path in READING])) == {421}
    assert told(nodes) == before


@pytest.mark.parametrize("place", PLACES)
def test_a_page_of_another_origin_can_neither_frame_ours_nor_lead_into_it(
    nodes: Studio, browser: Browser, other: Server, place: str
) -> None:
    with lured(nodes, browser, f"http://{PLACES[place]}:{other.server_port}/") as (watched, _):
        page = watched.page
        page.evaluate(FRAME, nodes.urls[ALONE] + "/")
        page.wait_for_function("document.querySelectorAll('[data-loaded]').length === 2")
        assert all(not frame.url.startswith(nodes.urls[ALONE]) for frame in page.frames[2:])
        with page.expect_navigation() as navigation:
            page.evaluate("url => { location.href = url; }", nodes.urls[ALONE] + "/")
        assert navigation.value is not None
        assert navigation.value.status == 403
        assert "Dora" not in page.content()


FRAME = """url => {
    for (const [name, attribute] of [["iframe", "src"], ["object", "data"]]) {
        const each = document.createElement(name);
        each.onload = each.onerror = () => { each.dataset.loaded = "yes"; };
        each[attribute] = url;
        document.body.append(each);
    }
}"""


def test_at_a_careless_server_each_of_these_attempts_succeeds(browser: Browser, nodes: Studio, other: Server) -> None:
    with (
        somebody_else() as careless,
        lured(nodes, browser, f"http://evil.example:{other.server_port}/") as (watched, _),
    ):
        base = f"http://127.0.0.1:{careless.server_port}"
        paths = ["/plain", "/live", *FILES]
        watched.page.evaluate(WRITE, {"base": base, "paths": ["/write"], "token": "x"})
        read = watched.page.evaluate(READ, {"base": base, "paths": paths, "token": "x"})
        assert {each.rpartition(" ")[0] for each in read} == {
            *("asked", "asked with a token", "image", "script", "style", "stream")
        }
        # Seven ways of scripts and three of forms; each that asks first comes after an OPTIONS.
        wrote = [each for each in careless.asked if each.endswith("/write") and not each.startswith("OPTIONS")]
        assert sorted(wrote) == ["DELETE /write"] + ["POST /write"] * 8 + ["PUT /write"]
        watched.page.evaluate(FRAME, base + "/framed")
        watched.page.wait_for_function("document.querySelectorAll('[data-loaded]').length === 2")
        assert [frame.url for frame in watched.page.frames if frame.url.endswith("/framed")] == [base + "/framed"] * 2
