"""Every page of a studio's nodes in a real browser: both colour schemes, wide and narrow, with scripts and without."""

from collections.abc import Mapping

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types of its own
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import Scheme, Watched, window
from tests.support.studio import Studio
from tests.support.visits import at_home

pytestmark = [pytest.mark.campaign("browser"), pytest.mark.xdist_group("browser")]

NOT_THERE = "Failed to load resource: the server responded with a status of 404"
LOOKS: Mapping[tuple[Scheme, int], bool] = {
    ("light", 1440): True,
    ("dark", 360): True,
    ("light", 360): False,
    ("dark", 1440): False,
    ("light", 768): False,
}
"""How pages are looked at, and whether axe looks too: once in each scheme, as it takes longest."""


def addresses(nodes: Studio) -> dict[str, str]:
    """Every page, and an address at which there is none."""
    return {**nodes.pages(), "nowhere": "/nowhere"}


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_every_page_is_in_order(nodes: Studio, browser: Browser, scheme: Scheme, width: int) -> None:
    """Nothing to be scrolled sideways, nothing for axe to find, nothing asked elsewhere, no policy broken."""
    found: dict[str, list[str]] = {}
    with at_home(browser, nodes, scheme=scheme, width=width) as watched:
        for name, path in addresses(nodes).items():
            watched.page.goto(nodes.urls["ana"] + path, wait_until="load")
            found[name] = _oddities(watched, width)
            if LOOKS[scheme, width]:
                found[name] += _accessible(watched.page)
    assert {name: each for name, each in found.items() if each} == {}


BEYOND = """() => [...document.querySelectorAll('.list > li > *')].filter(
    each => each.scrollWidth > each.clientWidth + 1
).map(each => each.textContent)"""
"""What of a row of a list needs more room than it has."""


def _oddities(watched: Watched, width: int) -> list[str]:
    """What a page of ours must not do; emptied for the next one."""
    wide = watched.page.evaluate("document.documentElement.scrollWidth")
    found = [f"{wide} pixels wide"] if wide > width else []
    found += [f"beyond its place: {each}" for each in watched.page.evaluate(BEYOND)]
    found += [each for each in watched.complaints if not each.startswith(NOT_THERE)]
    found += [f"asked {each}" for each in watched.elsewhere]
    watched.complaints.clear()
    watched.elsewhere.clear()
    return found


def _accessible(page: Page) -> list[str]:
    """What axe finds, with everything opened."""
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {[node['html'][:120] for node in each['nodes'][:3]]}" for each in found]


BAD = """() => {
    const wide = document.createElement("div");
    wide.style.cssText = "position: absolute; left: 0; top: 0; width: 3000px; height: 1px";
    const nameless = document.createElement("img");
    const elsewhere = document.createElement("img");
    document.body.append(wide, nameless, elsewhere);
    return new Promise((done) => {
        elsewhere.onerror = done;
        elsewhere.src = "http://evil.example:1/";
    });
}"""


def test_a_page_that_was_not_in_order_would_be_noticed(nodes: Studio, browser: Browser) -> None:
    with at_home(browser, nodes) as watched:
        watched.page.evaluate(BAD)
        found = " ".join([*_accessible(watched.page), *_oddities(watched, 1440)])
    for each in ("image-alt", "3000 pixels wide", "Content Security Policy", "asked http://evil.example:1/"):
        assert each in found


def test_every_page_can_be_read_without_scripts(nodes: Studio, browser: Browser) -> None:
    read: dict[str, str] = {}
    with at_home(browser, nodes, scripts=False) as watched:
        for name, path in addresses(nodes).items():
            watched.page.goto(nodes.urls["ana"] + path)
            expect(watched.page.get_by_role("heading", level=1)).to_be_visible()
            expect(watched.page.get_by_role("navigation", name="Pages")).to_be_visible()
            read[name] = watched.page.locator("main").inner_text()
    wanted = {
        "today": "Wireframes for the atlas",
        "work": "Landing page",
        "everybody": "Cleo",
        "money": "3,850.00",
        "distribution": "Who gets what",
        "why": "Booking form",
        "statement": "Share of a distribution",
        "agreements": "Nordlys app",
        "rights": "Ana answers to Acme for delivery",
        "agreement": "What we do for Acme",
        "to-sign": "Six evenings on signing",
        "people": "How closely each belongs to Harbour studio",
        "cv": "Networks",
        "mesh": "Harbour studio",
        "sync": "Who holds what",
        "settings": "Programs that may use this node",
        "record": "Everything that can be checked here holds",
    }
    assert {name: text for name, text in wanted.items() if text not in read[name]} == {}


def test_a_figure_can_be_taken_along_without_scripts(nodes: Studio, browser: Browser) -> None:
    with at_home(browser, nodes, scripts=False) as watched:
        page = watched.page
        page.goto(nodes.urls["ana"] + "/money")
        expect(page.get_by_role("img", name="EUR came from")).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("link", name="CSV of Where the money goes").click()
        assert download.value.suggested_filename == "meshnode-flows-eur.csv"


def test_the_address_of_a_link_is_forgotten_and_the_link_is_used_up(nodes: Studio, browser: Browser) -> None:
    link = nodes.link("ana")
    with window(browser, nodes.urls["ana"]) as watched:
        watched.page.goto(link)
        assert watched.page.url == nodes.urls["ana"] + "/"
        (cookie,) = watched.context.cookies()
        assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/")
        assert watched.page.evaluate("document.cookie") == ""
    with window(browser, nodes.urls["ana"]) as other:
        other.page.goto(link)
        expect(other.page.get_by_text("meshnode ui")).to_be_visible()
        other.page.goto(nodes.urls["ana"])
        expect(other.page.get_by_role("heading", name="Not logged in")).to_be_visible()


def test_an_amount_opens_down_to_its_signatures(nodes: Studio, browser: Browser) -> None:
    with at_home(browser, nodes) as watched:
        page = watched.page
        page.goto(nodes.urls["ana"] + nodes.pages()["why"])
        page.locator("summary", has_text="Booking form").click()
        expect(page.locator("details[open] > p > .holds").first).to_contain_text("it holds")
        page.locator("details[open] > p > .holds a").first.click()
        expect(page.get_by_text("Everything that can be checked here holds.")).to_be_visible()
