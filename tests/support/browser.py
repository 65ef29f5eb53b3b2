"""A real browser: Debian's Chromium, watched for what a page of ours must never do."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from tests.support.patience import DEADLINE

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Scheme = Literal["light", "dark"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, closed afterwards."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watched:
    """A window with what it complained of and what it asked others for."""

    page: Page
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)
    """Errors of scripts, and what the policy of the page forbade."""
    elsewhere: list[str] = field(default_factory=list)
    """Addresses that are not the node's."""

    def hears(self, message: ConsoleMessage) -> None:
        """Something was written to the console."""
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def sees(self, request: Request, origin: str) -> None:
        """Something was asked for."""
        if not request.url.startswith((origin + "/", "data:", "blob:", "about:")):
            self.elsewhere.append(request.url)


@contextmanager
def window(
    browser: Browser, origin: str, *, width: int = 1440, scheme: Scheme = "light", scripts: bool = True
) -> Iterator[Watched]:
    """A fresh window without any cookie; `origin` is the only place it should ask."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts
    )
    context.set_default_timeout(DEADLINE * 1000)
    page = context.new_page()
    watched = Watched(page, context)
    page.on("console", watched.hears)
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    page.on("request", lambda request: watched.sees(request, origin))
    try:
        yield watched
    finally:
        context.close()
