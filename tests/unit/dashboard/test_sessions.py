"""Links that log in once, and the sessions they begin."""

import pytest

from meshnode.dashboard.sessions import Sessions
from meshnode.dashboard.settings import LINK_SECONDS, MAX_LINKS, MAX_SESSIONS, SESSION_SECONDS
from meshnode.runtime.callers import Area

NAME = "meshnode-4480"


class Hand:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def sessions(clock: Hand) -> Sessions:
    return Sessions(4480, clock)


def carrying(secret: str | None) -> dict[str, str]:
    return {"cookie": f"other=1; {NAME}={secret}; third=2"}


def test_a_link_begins_a_session_that_may_do_everything_but_only_from_own_pages(sessions: Sessions) -> None:
    caller = sessions.caller(carrying(sessions.open_link(sessions.make_link())))
    assert caller is not None
    assert (caller.areas, caller.ambient) == (frozenset(Area), True)
    assert caller.name.startswith("session:")


def test_a_link_opens_once(sessions: Sessions) -> None:
    token = sessions.make_link()
    assert sessions.open_link(token) is not None
    assert sessions.open_link(token) is None


def test_a_link_expires(sessions: Sessions, clock: Hand) -> None:
    token = sessions.make_link()
    clock.time += LINK_SECONDS
    assert sessions.open_link(token) is None


def test_a_made_up_token_opens_nothing(sessions: Sessions) -> None:
    sessions.make_link()
    assert sessions.open_link("") is None
    assert sessions.open_link("x" * 43) is None


def test_a_session_ends_after_its_time(sessions: Sessions, clock: Hand) -> None:
    secret = sessions.open_link(sessions.make_link())
    clock.time += SESSION_SECONDS - 1
    assert sessions.caller(carrying(secret)) is not None
    clock.time += 1
    assert sessions.caller(carrying(secret)) is None
    clock.time -= 1
    assert sessions.caller(carrying(secret)) is None, "what has ended does not begin again"


def test_who_logs_out_is_out_and_nobody_else(sessions: Sessions) -> None:
    one, other = (sessions.open_link(sessions.make_link()) for _ in range(2))
    sessions.leave(carrying(one))
    assert sessions.caller(carrying(one)) is None
    assert sessions.caller(carrying(other)) is not None


@pytest.mark.parametrize("headers", [{}, {"cookie": ""}, {"cookie": f"{NAME}="}, {"cookie": "=;;\x00;="}])
def test_without_a_cookie_that_counts_nobody_asks(sessions: Sessions, headers: dict[str, str]) -> None:
    sessions.make_link()
    assert sessions.caller(headers) is None


def test_the_cookie_of_another_node_on_this_machine_is_not_ours(sessions: Sessions) -> None:
    secret = sessions.open_link(sessions.make_link())
    assert sessions.caller({"cookie": f"meshnode-4481={secret}"}) is None


def test_whatever_other_programs_of_this_machine_set_leaves_the_session_alone(sessions: Sessions) -> None:
    ours = carrying(sessions.open_link(sessions.make_link()))["cookie"]
    for theirs in ("a[b]=1", 'theme="dark', "x=é", "=", "{json}", "a b=c"):
        assert sessions.caller({"cookie": f"{theirs}; {ours}"}) is not None, theirs


def test_the_cookie_stays_on_this_host_and_out_of_the_reach_of_scripts(sessions: Sessions) -> None:
    parts = sessions.set_cookie("abc").split("; ")
    assert parts[0] == f"{NAME}=abc"
    assert {"Path=/", "HttpOnly", "SameSite=Strict"} < set(parts)
    assert not any(part.startswith("Domain") for part in parts)


def test_links_and_sessions_are_bounded_and_the_oldest_give_way(sessions: Sessions) -> None:
    links = [sessions.make_link() for _ in range(MAX_LINKS + 1)]
    assert sessions.open_link(links[0]) is None
    secrets = [sessions.open_link(each) for each in links[1:]]
    secrets += [sessions.open_link(sessions.make_link()) for _ in range(MAX_SESSIONS + 1 - MAX_LINKS)]
    assert [sessions.caller(carrying(each)) is not None for each in secrets] == [False] + [True] * MAX_SESSIONS


def test_no_secret_is_kept_as_it_is(sessions: Sessions) -> None:
    token, waiting = sessions.make_link(), sessions.make_link()
    secret = sessions.open_link(token)
    kept = repr(vars(sessions))
    assert not any(each and each in kept for each in (token, waiting, secret))
