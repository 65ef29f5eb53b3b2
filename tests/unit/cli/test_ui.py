"""`meshnode ui`: the link, and whether a browser opens it."""

import webbrowser
from collections.abc import Iterator

import pytest

from meshnode.api.problems import problem
from meshnode.cli.exits import Exit
from meshnode.runtime.refusals import Code
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode

LINK = "http://127.0.0.1:4480/in/once"


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a browser was asked to open; it always does."""
    found: list[str] = []

    def opens(url: str) -> bool:
        found.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", opens)
    return found


def test_the_link_is_opened_where_there_is_a_desktop(node: FakeNode, opened: list[str]) -> None:
    ran = run("ui", home=node, environ={"DISPLAY": ":0"})
    assert (ran.code, opened) == (Exit.OK, [LINK])
    assert ran.out.startswith(f"✓ Opening the dashboard in your browser\n  {LINK}\n  It works once, within 60 seconds.")


def test_without_a_desktop_or_when_told_so_the_link_is_only_printed(node: FakeNode, opened: list[str]) -> None:
    ran = run("ui", "--no-open", home=node, environ={"DISPLAY": ":0"})
    assert ran.out.startswith(f"✓ Open this in a browser on this machine\n  {LINK}\n")
    assert run("ui", home=node).out == ran.out
    assert opened == []


def test_a_browser_that_does_not_open_it_is_no_failure(node: FakeNode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda url: False)
    ran = run("ui", "--json", home=node, environ={"BROWSER": "none"})
    assert objects(ran) == [{"schema": "meshnode.ui/1", "url": LINK, "seconds": 60, "opened": False}]


def test_a_node_that_shows_no_pages_says_why(node: FakeNode) -> None:
    node.answers["POST", "/login-links"] = problem(Code.CONFLICT, "it does not answer on loopback", "meshnode up")
    ran = run("ui", home=node)
    assert (ran.code, "it does not answer on loopback" in ran.last) == (Exit.CONFLICT, True)
