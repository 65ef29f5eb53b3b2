"""The dashboard in a real browser: every page of a studio's nodes, in both colour schemes, wide and narrow.

All of it rests on one studio, which takes some seconds to set up.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types of its own
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import Scheme, Watched, chromium, window
from tests.support.meshes import Mesh
from tests.support.patience import DEADLINE
from tests.support.served import Served, served
from tests.support.studio import Studio, studio

expect.set_options(timeout=DEADLINE * 1000)

pytestmark = [pytest.mark.campaign("browser"), pytest.mark.alone]  # a browser beside other campaigns waits too long

NAMES = (
    *("today", "work", "everybody", "money", "distribution", "why", "agreements", "agreement", "to sign", "mesh"),
    *("sync", "record", "nowhere"),
)


@pytest.fixture(scope="module")
def nodes() -> Iterator[Served]:
    with (
        TemporaryDirectory(prefix="mn-") as folder,
        served(lambda: studio(Mesh(Path(folder)), weeks=6)) as found,
    ):
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def paths(nodes: Served) -> dict[str, str]:
    """Every page by a name."""
    table = nodes.table
    assert isinstance(table, Studio)
    shared = f"/money/distributions/{table.shared}"
    return {
        "today": "/",
        "work": "/work",
        "everybody": "/work?who=all",
        "money": "/money",
        "distribution": shared,
        "why": f"{shared}/why",
        "agreements": "/agreements",
        "agreement": f"/agreements/{table.site}",
        "to sign": f"/agreements/{table.workshop}",
        "mesh": "/mesh",
        "sync": "/sync",
        "record": f"/records/{table.shared}",
        "nowhere": "/nowhere",
    }


def logged_in(watched: Watched, nodes: Served, name: str = "ana") -> Page:
    """The first page, as its owner sees it."""
    watched.page.goto(nodes.link(name))
    expect(watched.page.get_by_role("heading", name="Today", level=1)).to_be_visible()
    return watched.page


def go(page: Page, nodes: Served, name: str) -> None:
    page.goto(nodes.urls["ana"] + paths(nodes)[name])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(nodes: Served, browser: Browser, scheme: Scheme) -> None:
    found: dict[str, list[str]] = {}
    with window(browser, nodes.urls["ana"], scheme=scheme) as watched:
        page = logged_in(watched, nodes)
        for name in NAMES:
            go(page, nodes, name)
            for details in page.locator("details").all():
                details.evaluate("each => { each.open = true; }")
            answer = Axe().run(page)
            found[name] = [
                f"{each['id']}: {[node['html'][:120] for node in each['nodes'][:3]]}"
                for each in answer.response["violations"]
            ]
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_no_page_needs_to_be_scrolled_sideways(nodes: Served, browser: Browser, width: int) -> None:
    with window(browser, nodes.urls["ana"], width=width) as watched:
        page = logged_in(watched, nodes)
        for name in NAMES:
            go(page, nodes, name)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def test_no_page_asks_elsewhere_or_does_what_its_policy_forbids(nodes: Served, browser: Browser) -> None:
    with window(browser, nodes.urls["ana"]) as watched:
        page = logged_in(watched, nodes)
        for name in NAMES:
            go(page, nodes, name)
            page.wait_for_load_state("load")
        not_there = "Failed to load resource: the server responded with a status of 404"
        assert [each for each in watched.complaints if not each.startswith(not_there)] == []
        assert watched.elsewhere == []


def test_every_page_can_be_read_without_scripts(nodes: Served, browser: Browser) -> None:
    with window(browser, nodes.urls["ana"], scripts=False) as watched:
        page = logged_in(watched, nodes)
        for name in NAMES:
            go(page, nodes, name)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
        go(page, nodes, "money")
        expect(page.get_by_role("img", name="EUR came from")).to_be_visible()


def test_the_address_of_a_link_is_forgotten_and_the_link_is_used_up(nodes: Served, browser: Browser) -> None:
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


def test_work_is_logged_with_the_keyboard_alone(nodes: Served, browser: Browser) -> None:
    with window(browser, nodes.urls["ana"]) as watched:
        page = logged_in(watched, nodes)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        field = page.get_by_label("What did you do?")
        for _ in range(40):
            page.keyboard.press("Tab")
            if field.evaluate("each => each === document.activeElement"):
                break
        page.keyboard.type("Typed, not clicked")
        page.keyboard.press("Tab")
        page.keyboard.type("1h15")
        page.keyboard.press("Enter")
        expect(page.locator("#feed")).to_contain_text("Typed, not clicked")
        expect(page.locator("#feed")).to_contain_text("1.25 h")


def test_what_cannot_be_understood_is_said_beside_the_form(nodes: Served, browser: Browser) -> None:
    with window(browser, nodes.urls["ana"]) as watched:
        page = logged_in(watched, nodes)
        page.get_by_label("What did you do?").fill("Something")
        page.get_by_label("How much").fill("33")
        page.get_by_role("button", name="Sign and save").click()
        expect(page.get_by_text("33 of what?")).to_be_visible()
        page.get_by_label("How much").fill("33 min")
        page.get_by_role("button", name="Sign and save").click()
        expect(page.locator("#feed")).to_contain_text("33 min")


def test_two_browsers_at_two_nodes_see_each_others_work(nodes: Served, browser: Browser) -> None:
    with window(browser, nodes.urls["ben"]) as bens, window(browser, nodes.urls["cleo"]) as cleos:
        ben, cleo = logged_in(bens, nodes, "ben"), logged_in(cleos, nodes, "cleo")
        for page, other, title in ((ben, cleo, "From Ben's browser"), (cleo, ben, "From Cleo's browser")):
            page.get_by_label("What did you do?").fill(title)
            page.get_by_label("How much").fill("2h")
            page.locator("form[action='/today/log'] select").select_option(label="Website")
            page.get_by_role("button", name="Sign and save").click()
            expect(other.locator("#feed")).to_contain_text(title)  # by itself: nothing was loaded anew by hand


def test_the_timer_runs_and_is_logged(nodes: Served, browser: Browser) -> None:
    with window(browser, nodes.urls["cleo"]) as watched:
        page = logged_in(watched, nodes, "cleo")
        page.get_by_label("What are you doing?").fill("Under the clock")
        page.get_by_role("button", name="Start").click()
        clock = page.locator("#timers .clock")
        expect(clock).to_be_visible()
        before = clock.inner_text()
        expect(clock).not_to_have_text(before)
        page.get_by_role("button", name="Stop and log").click()
        expect(page.locator("#feed")).to_contain_text("Under the clock")
        expect(clock).to_have_count(0)


def test_what_waits_is_done_on_the_pages(nodes: Served, browser: Browser) -> None:
    with window(browser, nodes.urls["ana"]) as watched:
        page = logged_in(watched, nodes)
        page.get_by_role("link", name="Confirm Tests for invoices").click()
        page.get_by_role("button", name="Confirm it").click()
        expect(page.get_by_text("confirmed by 1 of 1")).to_be_visible()
        page.get_by_role("link", name="Today").click()
        page.get_by_role("link", name="Sign Workshop series").click()
        page.get_by_text("What exactly is signed").click()
        expect(page.get_by_text("should it read otherwise by the time it is signed")).to_be_visible()
        page.get_by_role("button", name="Sign it").click()
        expect(page.locator("#signatures")).not_to_contain_text("not yet")
        page.get_by_role("link", name="Today").click()
        expect(page.get_by_text("Nothing waits for you.")).to_be_visible()


def test_an_amount_opens_down_to_its_signatures(nodes: Served, browser: Browser) -> None:
    with window(browser, nodes.urls["ana"]) as watched:
        page = logged_in(watched, nodes)
        go(page, nodes, "why")
        page.locator("summary", has_text="Booking form").click()
        expect(page.locator("details[open] > p > .holds").first).to_contain_text("it holds")
        page.locator("details[open] > p > .holds a").first.click()
        expect(page.get_by_text("Everything that can be checked here holds.")).to_be_visible()


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=document.title='owned'>",
        "'\"><script>document.title='owned'</script>",
        "{{ 7 * 7 }}${7*7}<svg onload=document.title='owned'>",
        "\u202egnp.exe \u2066hidden\u200f\x1b[2J",
    ],
)
def test_nothing_that_peers_write_executes_or_turns_text_around(nodes: Served, browser: Browser, text: str) -> None:
    """What Ben writes, Ana's browser shows as plain text, wherever it stands."""
    nodes.does(_writes, nodes, text)
    with window(browser, nodes.urls["ana"]) as watched:
        page = logged_in(watched, nodes)
        for path in ("/", "/work?who=all", "/agreements", "/mesh", "/sync", "/money"):
            page.goto(nodes.urls["ana"] + path)
            assert "owned" not in page.title()
            assert page.locator("main img[src], main script").count() == 0
            assert not set("\u202e\u2066\u200f\x1b") & set(page.content()), path
        page.goto(nodes.urls["ana"])
        page.locator("#feed a").first.click()
        expect(page.get_by_text("Verified just now")).to_be_visible()
        assert "owned" not in page.title()
        assert watched.complaints == []


async def _writes(nodes: Served, text: str) -> None:
    """Ben puts a text wherever a peer may; returns when Ana has it."""
    table = nodes.table
    assert table is not None
    ben = table["ben"]
    project = await ben.does("POST", "/projects", {"title": text, "description": text, "network": "Harbour studio"})
    body = {"title": text, "text": text, "seconds": 3600, "project": project["id"]}
    entry = await ben.does("POST", "/contributions", body)
    parties = [{"who": "me", "roles": ["provider"]}, {"who": "Ana", "roles": ["provider"]}]
    terms = {"title": text, "summary": text, "parties": parties, "from": "2026-01-01"}
    made = await ben.does("POST", "/agreements", terms)
    await ben.does("PUT", "/me/profile", {"bio": text, "contact": text})
    for record in (entry["id"], made["id"]):
        await table.come(record, "ana")


def test_who_logs_out_is_out(nodes: Served, browser: Browser) -> None:
    with window(browser, nodes.urls["acme"]) as watched:
        page = logged_in(watched, nodes, "acme")
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_role("heading", name="Not logged in")).to_be_visible()
