import resource

import pytest

from meshnode.api.settings import MAX_CONNECTIONS
from meshnode.app.descriptors import BESIDES, FEWEST, connections_that_fit, examine_files

PEERS = 64
WANTED = 2 * MAX_CONNECTIONS + PEERS + BESIDES


class Limits:
    """What the system allows this process, and what it was asked for."""

    def __init__(self, soft: int, hard: int, *, refuses: bool = False) -> None:
        self.soft, self.hard, self.refuses = soft, hard, refuses

    def get(self, kind: int) -> tuple[int, int]:
        assert kind == resource.RLIMIT_NOFILE
        return self.soft, self.hard

    def set(self, kind: int, limits: tuple[int, int]) -> None:
        assert kind == resource.RLIMIT_NOFILE
        if self.refuses:
            raise ValueError("not allowed to raise maximum limit")
        self.soft, self.hard = limits


def given(monkeypatch: pytest.MonkeyPatch, limits: Limits) -> Limits:
    monkeypatch.setattr(resource, "getrlimit", limits.get)
    monkeypatch.setattr(resource, "setrlimit", limits.set)
    return limits


@pytest.mark.parametrize("hard", [4_096, resource.RLIM_INFINITY])
def test_the_limit_is_raised_to_what_is_needed_and_no_further(monkeypatch: pytest.MonkeyPatch, hard: int) -> None:
    limits = given(monkeypatch, Limits(1_024, hard))
    assert connections_that_fit(2, PEERS) == MAX_CONNECTIONS
    assert limits.soft == WANTED


def test_a_limit_that_suffices_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = given(monkeypatch, Limits(20_000, 20_000))
    assert connections_that_fit(2, PEERS) == MAX_CONNECTIONS
    assert limits.soft == 20_000


@pytest.mark.parametrize("limits", [Limits(512, 1_024), Limits(1_024, 4_096, refuses=True)])
def test_where_fewer_files_may_be_open_fewer_connections_are_served_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch, limits: Limits, caplog: pytest.LogCaptureFixture
) -> None:
    given(monkeypatch, limits)
    fit = connections_that_fit(2, PEERS)
    assert fit == (1_024 - PEERS - BESIDES) // 2
    assert f"serves {fit} connections" in caplog.text


def test_some_connections_are_served_however_few_files_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, Limits(64, 64))
    assert connections_that_fit(1, PEERS) == FEWEST


def test_the_doctor_says_whether_there_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, Limits(1_024, 1_024))
    found = examine_files(2, PEERS)
    assert (found.state, found.fix) == ("warn", f"ulimit -Hn {WANTED}")
    given(monkeypatch, Limits(1_024, 4_096))
    assert examine_files(2, PEERS).state == "ok"
