"""What people do at a dashboard in a browser, step by step."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect

from tests.support.browser import Scheme, Watched, window
from tests.support.studio import Studio


@contextmanager
def at_home(
    browser: Browser,
    nodes: Studio,
    name: str = "ana",
    *,
    width: int = 1440,
    scheme: Scheme = "light",
    scripts: bool = True,
) -> Iterator[Watched]:
    """A window with somebody's first page, as its owner sees it."""
    with window(browser, nodes.urls[name], width=width, scheme=scheme, scripts=scripts) as watched:
        watched.page.goto(nodes.link(name))
        expect(watched.page.get_by_role("heading", name="Today", level=1)).to_be_visible()
        yield watched


def logs(page: Page, title: str, amount: str = "2h", where: str = "") -> None:
    """Log work on the page Today."""
    form = page.locator("form[action='/today/log']")
    form.get_by_label("What did you do?").fill(title)
    form.get_by_label("How much").fill(amount)
    if where:
        form.locator("select").select_option(label=where)
    form.get_by_role("button", name="Sign and save").click()


def tabs_to(page: Page, selector: str, most: int = 80) -> None:
    """Press the tabulator until something has the focus; so a keyboard alone gets there."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"the keyboard does not get to {selector}")
