"""What people do on the pages of real nodes: every action there is, and a whole task by keyboard alone."""

import re
from collections.abc import Callable, Mapping

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from meshnode.dashboard.table import ACTIONS
from tests.support.studio import Studio
from tests.support.visits import at_home, logs, tabs_to

pytestmark = [pytest.mark.campaign("browser"), pytest.mark.xdist_group("browser")]


def presses(page: Page, nodes: Studio, name: str, path: str, button: Callable[[Page], Locator]) -> None:
    """Go to a page of somebody's and press something there."""
    page.goto(nodes.urls[name] + path)
    button(page).click()


def named(word: str) -> Callable[[Page], Locator]:
    """A button by what stands on it."""
    return lambda page: page.get_by_role("button", name=word)


def start_a_timer(nodes: Studio, page: Page) -> None:
    page.get_by_label("What are you doing?").fill("Under the clock")
    page.get_by_role("button", name="Start").click()
    clock = page.locator(".timer", has_text="Under the clock").locator(".clock")
    before = clock.inner_text()
    expect(clock).not_to_have_text(before)  # it runs
    page.locator(".timer", has_text="Under the clock").get_by_role("button", name="Discard").click()
    expect(page.get_by_text("Under the clock")).to_have_count(0)


def stop_a_timer(nodes: Studio, page: Page) -> None:
    page.get_by_label("What are you doing?").fill("Measured by the clock")
    page.get_by_role("button", name="Start").click()
    page.locator(".timer", has_text="Measured by the clock").get_by_role("button", name="Stop and log").click()
    expect(page.locator("#feed")).to_contain_text("Measured by the clock")
    expect(page.locator("#timers")).not_to_contain_text("Measured by the clock")


def log_work(nodes: Studio, page: Page) -> None:
    logs(page, "Pressed, and signed", "33 min", "Website")
    expect(page.locator("#feed li").first).to_contain_text("Pressed, and signed")
    expect(page.locator("#feed li").first).to_contain_text("33 min")


def confirm_an_income(nodes: Studio, page: Page) -> None:
    presses(page, nodes, "acme", "/money", named("Confirm it"))
    expect(page.locator("#incomes")).not_to_contain_text("declared")
    expect(page.get_by_role("button", name="Confirm it")).to_have_count(0)


def confirm_a_payment(nodes: Studio, page: Page) -> None:
    presses(page, nodes, nodes.payee, "/money", named("It came"))
    expect(page.get_by_role("button", name="It came")).to_have_count(0)
    nodes.stands(nodes.payment, "confirmed", ["ana"])  # and the one who paid hears of it


def approve_a_distribution(nodes: Studio, page: Page) -> None:
    presses(page, nodes, "cleo", f"/money/distributions/{nodes.open_share}", named("Approve it"))
    expect(page.locator("#approvals")).not_to_contain_text("not yet")
    nodes.stands(nodes.open_share, "effective", ["ana"])


def sign_an_agreement(nodes: Studio, page: Page) -> None:
    page.get_by_role("link", name="Sign Workshop series").click()
    page.get_by_text("What exactly is signed").click()
    expect(page.get_by_text("should it read otherwise by the time it is signed")).to_be_visible()
    page.get_by_role("button", name="Sign it").click()
    expect(page.locator("#signatures")).not_to_contain_text("not yet")
    page.get_by_role("link", name="Today").click()
    expect(page.get_by_role("link", name="Sign Workshop series")).to_have_count(0)
    nodes.stands(nodes.workshop, "in_force", ["ben"])


def compare_now(nodes: Studio, page: Page) -> None:
    presses(page, nodes, "ana", "/sync", named("Compare now"))
    expect(page.get_by_role("heading", name="Who holds what")).to_be_visible()


def confirm_work(nodes: Studio, page: Page) -> None:
    page.get_by_role("link", name="Confirm Tests for invoices").click()
    page.get_by_label("A note, if you like").fill("Seen it run")
    page.get_by_role("button", name="Confirm it").click()
    expect(page.get_by_text("confirmed by 1 of 1")).to_be_visible()
    expect(page.get_by_text("Seen it run")).to_be_visible()


DONE: Mapping[str, tuple[str, Callable[[Studio, Page], None]]] = {
    "/today/timer": ("ben", start_a_timer),
    "/today/timer/stop": ("cleo", stop_a_timer),
    "/today/log": ("ben", log_work),
    "/money/incomes/{id}/confirm": ("acme", confirm_an_income),
    "/money/payments/{id}/confirm": ("", confirm_a_payment),  # whoever was paid
    "/money/distributions/{id}/approve": ("cleo", approve_a_distribution),
    "/agreements/{id}/sign": ("ana", sign_an_agreement),
    "/sync/now": ("ana", compare_now),
    "/records/{id}/attest": ("ana", confirm_work),
}
"""Who does what by each action of the dashboard. A new action needs a line here."""


@pytest.mark.parametrize("path", [action.path for action in ACTIONS])
def test_every_action_is_done_on_its_page(nodes: Studio, browser: Browser, path: str) -> None:
    assert path in DONE, "nobody tries this action: see DONE"
    name, does = DONE[path]
    wanted = re.compile(r"http://[^/]+" + re.sub(r"\{\w+\}", "[^/]+", path))
    with at_home(browser, nodes, name or nodes.payee) as watched:
        with watched.page.expect_response(wanted) as answer:
            does(nodes, watched.page)
        assert (answer.value.request.method, answer.value.status) == ("POST", 200)
        assert watched.complaints == []


def test_work_that_counts_for_nothing_is_said_so_and_the_next_is_logged_after_it(
    nodes: Studio, browser: Browser
) -> None:
    with at_home(browser, nodes, "ben") as watched:
        page = watched.page
        form = page.locator("form[action='/today/log']")
        form.get_by_label("On").fill(nodes.day(120))
        logs(page, "Long before", "1h", "Acme site")
        expect(form.get_by_role("status")).to_contain_text("Signed and saved. But mind: it was done before")
        expect(page.locator("#feed")).to_contain_text("Long before")
        expect(form.get_by_label("What did you do?")).to_have_value("")
        logs(page, "And the next", "1h", "Website")
        expect(page.locator("#feed")).to_contain_text("And the next")
        expect(form.locator(".said")).to_be_empty()
        assert watched.complaints == []


def test_an_agreement_is_declined(nodes: Studio, browser: Browser) -> None:
    with at_home(browser, nodes) as watched:
        page = watched.page
        page.get_by_role("link", name="Sign A projector of our own").click()
        page.get_by_role("button", name="Decline").click()
        expect(page.locator("#signatures")).to_contain_text("declined")


def test_work_of_others_is_rejected(nodes: Studio, browser: Browser) -> None:
    wish = {"title": "Never happened", "seconds": 3600, "agreement": "Acme site", "day": nodes.day(2)}
    record = nodes.posts("ben", "/contributions", wish)
    nodes.come(record, to=["ana"])
    with at_home(browser, nodes) as watched:
        presses(watched.page, nodes, "ana", f"/records/{record}", named("Reject it"))
        expect(watched.page.locator("section", has_text="What is said of it")).to_contain_text("reject")


def test_work_is_logged_with_the_keyboard_alone(nodes: Studio, browser: Browser) -> None:
    with at_home(browser, nodes) as watched:
        page = watched.page
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        tabs_to(page, "form[action='/today/log'] input[name='title']")
        page.keyboard.type("Typed, not clicked")
        page.keyboard.press("Tab")
        page.keyboard.type("1h15")
        page.keyboard.press("Enter")
        expect(page.locator("#feed")).to_contain_text("Typed, not clicked")
        expect(page.locator("#feed")).to_contain_text("1.25 h")


def test_an_agreement_is_found_read_and_signed_with_the_keyboard_alone(nodes: Studio, browser: Browser) -> None:
    terms = {
        "title": "Typed through",
        "parties": [{"who": "me", "roles": ["provider", "holder"]}, {"who": "Cleo", "roles": ["provider"]}],
        "from": nodes.day(0),
        "equation": {"cur": "EUR", "steps": [{"do": "equal"}]},
    }
    made = nodes.posts("ben", "/agreements", terms)
    nodes.come(made, to=["cleo"])
    with at_home(browser, nodes, "cleo") as watched:
        page = watched.page
        tabs_to(page, "nav a[href='/agreements']")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Agreements", level=1)).to_be_visible()
        tabs_to(page, f"main a[href='/agreements/{made}']")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Typed through")).to_be_visible()
        tabs_to(page, "form.signing summary")
        page.keyboard.press("Enter")
        expect(page.get_by_text("should it read otherwise")).to_be_visible()
        tabs_to(page, "form.signing button[value='accept']")
        page.keyboard.press("Enter")
        expect(page.locator("#signatures")).not_to_contain_text("not yet")
    nodes.stands(made, "in_force", ["ben"])


WATCH_FOCUS = """() => {
    window.unseen = [];
    document.addEventListener("focusin", (event) => {
        const style = getComputedStyle(event.target);
        const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
        // Within a field of the browser's own, the browser shows it.
        if (event.target.matches(":focus") && !outlined && style.boxShadow === "none") {
            unseen.push(event.target.outerHTML.slice(0, 120));
        }
    });
}"""
TABS = 15
"""How often the tabulator is pressed on each page."""


def test_the_keyboard_shows_where_it_is(nodes: Studio, browser: Browser) -> None:
    with at_home(browser, nodes) as watched:
        unseen: dict[str, list[str]] = {}
        for name, path in nodes.pages().items():
            watched.page.goto(nodes.urls["ana"] + path)
            watched.page.evaluate(WATCH_FOCUS)
            for _ in range(TABS):
                watched.page.keyboard.press("Tab")
            unseen[name] = watched.page.evaluate("unseen")
    assert {name: found for name, found in unseen.items() if found} == {}


def test_what_cannot_be_understood_is_said_beside_the_form(nodes: Studio, browser: Browser) -> None:
    with at_home(browser, nodes) as watched:
        page = watched.page
        logs(page, "Something", "33")
        expect(page.get_by_text("33 of what?")).to_be_visible()
        page.get_by_label("How much").fill("33 min")
        page.get_by_role("button", name="Sign and save").click()
        expect(page.locator("#feed")).to_contain_text("33 min")


def test_who_logs_out_is_out(nodes: Studio, browser: Browser) -> None:
    with at_home(browser, nodes, "nordlys") as watched:
        watched.page.get_by_role("button", name="Log out").click()
        expect(watched.page.get_by_role("heading", name="Not logged in")).to_be_visible()
