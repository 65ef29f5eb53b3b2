"""How every test runs: Hypothesis profiles, budgets of the campaigns, and who may run beside whom.

`scripts/test` decides the pace by the environment: MESHNODE_QUICK=1 for a look while writing, MESHNODE_LONG=1 for the
great campaigns, neither for what CI runs.
"""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from trio.testing import MockClock

from tests.support.campaigns import Pace, seconds_for
from tests.support.namespaces import why_not_here

IDLE_SECONDS = 5.0
"""Real seconds without anything happening, after which a clock that stands still goes on to what is waited for."""

TOLD = "told"
"""The property of a test's report that carries what it tells."""

PACE = Pace.of_environment(os.environ)

OWN_TESTS = tuple(Path(__file__).parent / folder for folder in ("unit/core", "protocol"))
"""The tests that must take every branch of core and meshproto without help by those of whole nodes."""

ONLY_OWN = os.environ.get("MESHNODE_COVERAGE") == "core"
"""Whether coverage looks at nothing but them."""

settings.register_profile("quick", max_examples=20, deadline=None, derandomize=True)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("long", max_examples=5_000, deadline=None, print_blob=True)
settings.load_profile(PACE.value)


@pytest.fixture(scope="session")
def campaign_seconds() -> Callable[[str], float]:
    """How many seconds the campaign of that name may take: `campaign_seconds("simulation")`."""
    return lambda name: seconds_for(name, PACE)


@pytest.fixture(scope="session")
def long_campaigns() -> bool:
    """Whether this is a run of the great campaigns, whose sizes the issue and the design name."""
    return PACE is Pace.LONG


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Say at the end of the run, whoever ran the test, what a campaign has done: `tell("2000 stories ended well")`."""
    return lambda text: record_property(TOLD, text)


@pytest.fixture
def still_clock() -> MockClock:
    """A clock that stands still while anything happens: its time passes only if a test waits for it with nothing to do.

    So it shows what happens without any wait, on a busy machine as on an idle one: its time is still 0 then.
    """
    return MockClock(rate=0.0, autojump_threshold=IDLE_SECONDS)


@pytest.fixture(autouse=True)
def _quiet_machine(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let a test marked `alone` wait until no other worker runs a test, and the others wait for it."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        yield
        return
    alone = request.node.get_closest_marker("alone") is not None
    with (Path(tempfile.gettempdir()) / f"meshnode-tests-{run}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield


@pytest.fixture(autouse=True)
def _unmeasured(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs that such a test starts are not measured either."""
    if _is_unmeasured(request.node):
        monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)


def _is_unmeasured(item: pytest.Item) -> bool:
    """Whether coverage looks away: from campaigns, which would do half as much, from tests that measure time, and from
    those that say so because they would take many times as long."""
    if ONLY_OWN and not any(item.path.is_relative_to(folder) for folder in OWN_TESTS):
        return True
    return any(item.get_closest_marker(name) for name in ("campaign", "alone", "no_cover"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Campaigns first, since they are the longest; tests that want the machine for themselves last."""
    if why_not_here():
        left_out = [item for item in items if item.get_closest_marker("namespaces")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    for item in items:
        if _is_unmeasured(item):
            item.add_marker("no_cover")
    items.sort(key=lambda item: (item.get_closest_marker("alone") is not None, not item.get_closest_marker("campaign")))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at which pace this was, and what this machine did not allow."""
    terminalreporter.write_line(f"pace: {PACE.value}; {PACE.explained}")
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for text in (text for name, text in report.user_properties if name == TOLD):
            terminalreporter.write_line(f"{text} ({report.duration:.0f} s)")
    if reason := why_not_here():
        terminalreporter.write_line(f"not run here: tests across network namespaces, because {reason}")
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is not None:
        (Path(tempfile.gettempdir()) / f"meshnode-tests-{run}.lock").unlink(missing_ok=True)
