"""The nodes and the browser of all these tests; both take seconds to begin, so they are begun once."""

from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import Chromium, chromium
from tests.support.patience import DEADLINE
from tests.support.studio import Studio, studio

expect.set_options(timeout=DEADLINE * 1000)

WEEKS = 6
STUDIO = pytest.StashKey[Studio]()


@pytest.fixture(scope="session")
def nodes(request: pytest.FixtureRequest) -> Iterator[Studio]:
    """Five people with nodes that run as processes and have found each other."""
    with studio(weeks=WEEKS) as found:
        request.config.stash[STUDIO] = found
        yield found


@pytest.fixture(scope="session")
def begun() -> Iterator[Chromium]:
    """The browser, as soon as somebody borrows it."""
    with chromium() as found:
        yield found


@pytest.fixture
def browser(begun: Chromium) -> Iterator[Browser]:
    """The browser for one test, which may have it for so long and no longer."""
    with begun.borrowed() as found:
        yield found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell of a failed test what the nodes wrote to their logs."""
    report = yield
    if report.failed and STUDIO in item.config.stash:
        report.sections.append(("logs of the nodes", item.config.stash[STUDIO].tails()))
    return report
