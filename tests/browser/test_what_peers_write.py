"""What peers write is shown as plain text, wherever it stands: it neither executes nor turns what stands around it."""

from collections.abc import Sequence

import pytest
from playwright.sync_api import Browser, expect

from tests.support.studio import Studio
from tests.support.visits import at_home

pytestmark = [pytest.mark.campaign("browser"), pytest.mark.xdist_group("browser")]

PAYLOADS = (
    "<img src=x onerror=window.owned=1>",
    "'\"><script>window.owned=1</script>",
    "{{ 7 * 7 }}${7*7}<svg onload=window.owned=1>",
    "javascript:window.owned=1//</title></style></textarea>",
    "\u202egnp.exe \u2066hidden\u200f\x1b[2J\u009b31m",
)
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\x1b\u009b")


@pytest.mark.parametrize("text", PAYLOADS)
def test_nothing_that_peers_write_executes_or_turns_text_around(nodes: Studio, browser: Browser, text: str) -> None:
    paths = written(nodes, text)
    with at_home(browser, nodes) as watched:
        page = watched.page
        for path in paths:
            page.goto(nodes.urls["ana"] + path)
            assert page.evaluate("window.owned") is None, path
            assert page.locator("main img[src], main script, main svg[onload], main [onerror]").count() == 0, path
            assert page.locator("main a[href^='javascript']").count() == 0, path
            assert not TURNING & set(page.content()), path
        page.goto(nodes.urls["ana"])
        expect(page.locator("#feed")).to_contain_text(visible(text))  # it is there, and reads as it was written
        assert watched.complaints == []


def visible(text: str) -> str:
    """The beginning of a text that no page leaves out."""
    return text[:12] if text.isprintable() else "gnp.exe"


def written(nodes: Studio, text: str) -> Sequence[str]:
    """Ben puts a text wherever a peer may; returns when Ana has it, with the pages on which it stands."""
    project = nodes.posts("ben", "/projects", {"title": text, "description": text, "network": "Harbour studio"})
    entry = nodes.posts("ben", "/contributions", {"title": text, "text": text, "seconds": 3600, "project": project})
    parties = [{"who": "me", "roles": ["provider", "holder"]}, {"who": "Ana", "roles": ["provider"]}]
    terms = {"title": text, "summary": text, "parties": parties, "from": "2026-01-01"}
    made = nodes.posts("ben", "/agreements", terms)
    nodes.does("ben", "PUT", "/me/profile", {"bio": text, "contact": text})
    seen = {"contribution": nodes.landing, "note": text}
    nodes.does("cleo", "POST", "/attestations", seen)
    nodes.come(entry, made, to=["ana"])
    pages = ("/", "/work?who=all", "/agreements", "/people", "/mesh", "/sync", "/money", "/money/statement")
    return (*pages, f"/records/{entry}", f"/records/{made}", f"/agreements/{made}", f"/records/{nodes.landing}")
