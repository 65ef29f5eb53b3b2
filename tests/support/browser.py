"""A real browser: Debian's Chromium, watched for what a page of ours must never do, and for ever waiting."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

import psutil
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    Request,
    sync_playwright,
)

from tests.support.patience import DEADLINE

CHROMIUM = "/usr/bin/chromium"
HOSTILE_HOSTS = ("evil.example", "rebound.example")
"""Names of hosts that lead to this machine, in this browser alone, as those of somebody's own name server may."""
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=" + ", ".join(f"MAP {host} 127.0.0.1" for host in HOSTILE_HOSTS),
]
PATIENCE = 200.0
"""Seconds a test may take with the browser. Some of Playwright's waits have no end of their own, and a test that never
ends takes the whole run with it; this is less than the run's own patience, so that the test says what it waited for."""
SHOWN = 1_500
"""Characters of a page that are told when a test fails in front of it."""
Scheme = Literal["light", "dark"]


class Chromium:
    """The browser, started when it is wanted, and again where it was ended."""

    def __init__(self, playwright: Playwright) -> None:
        self._playwright = playwright
        self._browser: Browser | None = None

    @contextmanager
    def borrowed(self) -> Iterator[Browser]:
        """The browser, for PATIENCE seconds: then it is ended, and whatever waits for it fails."""
        if self._browser is None or not self._browser.is_connected():
            self._browser = self._playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        timer = threading.Timer(PATIENCE, end_browsers)
        timer.start()
        try:
            yield self._browser
        finally:
            timer.cancel()

    def close(self) -> None:
        """End it."""
        if self._browser is not None:
            self._browser.close()


def end_browsers() -> None:
    """End the browsers that this process started."""
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "chrom" in process.name():
                process.kill()


@contextmanager
def chromium() -> Iterator[Chromium]:
    """The browser, ended afterwards."""
    with sync_playwright() as playwright:
        browser = Chromium(playwright)
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

    def told(self) -> str:
        """What the window shows, for whoever reads why a test failed."""
        try:
            text = self.page.locator("body").inner_text(timeout=5_000)
        except Error as error:
            text = f"nothing: {error.message}"
        return f"the browser was at {self.page.url} and showed:\n{text[:SHOWN]}\ncomplaints: {self.complaints[:5]}"


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
    except BaseException as error:
        error.add_note(watched.told())
        raise
    finally:
        with suppress(Error):  # ended already
            context.close()
