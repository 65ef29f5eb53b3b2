"""`log`, `start`, `stop` and `share`, against a fake node."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from meshnode.api.models.work import Stopped, Timer
from meshnode.cli.exits import Exit
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode, contribution, network
from tests.support.fakes.sample_people import AT, text_id


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


def test_log_sends_what_was_meant(node: FakeNode) -> None:
    words = (
        "Landing page",
        "3h30",
        "--project",
        "acme-site",
        "--network",
        "studio",
        "--kind",
        "care",
        "--note",
        "with Ben",
    )
    assert run("log", *words, home=node).code == Exit.OK
    expected = {"title": "Landing page", "seconds": 12_600, "project": "acme-site", "network": "studio", "kind": "care"}
    assert node.asked[0].body == {**expected, "text": "with Ben"}


def test_log_says_what_was_signed_and_that_it_is_only_here(node: FakeNode) -> None:
    ran = run("log", "Landing page", "3:30", "--project", "acme-site", home=node)
    short = f"{text_id('Landing ')[:15]}…"
    assert ran.out == (
        f"✓ Signed and saved   {short}   work · 3.5 h · acme-site\n"
        "  in your notebook, only here: share it into a network to have it held by others\n"
    )


def test_log_into_a_network_names_it(node: FakeNode) -> None:
    node.networks.append(network("studio"))
    assert run("log", "x", "1h", home=node).out.endswith("work · 1 h   in studio\n")


def test_log_in_json_gives_the_whole_id(node: FakeNode) -> None:
    answer = objects(run("log", "Landing page", "1h", "--json", home=node))[0]
    assert (answer["schema"], answer["id"], answer["type"]) == ("meshnode.log/1", text_id("Landing "), "contribution")


def test_log_on_another_day_sends_its_date(node: FakeNode) -> None:
    before = date.today()  # noqa: DTZ011 - the person's own day
    run("log", "x", "1h", "--on", "yesterday", home=node)
    days = {before, date.today()}  # noqa: DTZ011 - the person's own day, which may have ended meanwhile
    assert node.asked[0].body["day"] in {(day - timedelta(days=1)).isoformat() for day in days}


@pytest.mark.parametrize("words", [("90",), ("soon",), ("1h", "--on", "someday")])
def test_log_refuses_unclear_times_before_it_asks_anybody(node: FakeNode, words: tuple[str, ...]) -> None:
    ran = run("log", "x", *words, home=node)
    assert (ran.code, ran.last.endswith("log --help"), node.asked) == (Exit.USAGE, True, [])


def test_work_that_lies_ahead_is_refused(node: FakeNode) -> None:
    ahead = date.today() + timedelta(days=2)  # noqa: DTZ011 - the person's own day, which may end meanwhile
    ran = run("log", "x", "1h", "--on", ahead.isoformat(), home=node)
    assert (ran.code, "lies ahead" in ran.last, node.asked) == (Exit.USAGE, True, [])


def test_more_than_a_day_has_is_logged_with_the_command_that_corrects_it(node: FakeNode) -> None:
    assert "!" not in run("log", "x", "24h", home=node).out
    out = run("log", "x", "25h", home=node).out
    assert "! 25 h are more than a day has\n  If that is a slip:  " in out
    assert out.endswith(f" contribution correct {text_id('x')[:15]}… 2h30\n")


def test_a_timer_is_started_and_stopped(node: FakeNode) -> None:
    started = run("start", "Landing page", "--project", "acme-site", home=node)
    assert started.out.startswith("✓ Timer started   Landing page   (counts at most 12 h)\n")
    assert "✓ Signed and saved" in (ran := run("stop", home=node)).out
    assert ran.out.endswith("Landing page · 1.5 h\n")


def test_start_alone_lists_the_timers(node: FakeNode) -> None:
    assert run("start", home=node).out.startswith("No timer is running.\n")
    run("start", "Landing page", "--project", "acme-site", home=node)
    lines = run("start", home=node).out.splitlines()
    assert lines[1].startswith("1      Landing page  acme-site  2026-03-09 ")
    assert objects(run("start", "--json", home=node))[0]["items"][0]["title"] == "Landing page"


def test_a_timer_that_ran_too_long_says_so(node: FakeNode) -> None:
    timer = Timer("1", "Night", "", "", AT, 43_200, True, 43_200)
    node.answers["POST", "/timers/stop"] = Stopped(timer, contribution("Night", 43_200), 90_000, 43_200, True)
    ran = run("stop", home=node)
    assert "! it ran for 25 h; more than 12 h is not believed" in ran.out
    assert f"contribution correct {text_id('Night')[:15]}… 8h" in ran.out


def test_a_timer_may_be_dropped(node: FakeNode) -> None:
    run("start", "x", home=node)
    assert run("stop", "--discard", home=node).out == "✓ Timer dropped   x   1.5 h not logged\n"


def test_stopping_without_a_timer_says_how_to_start_one(node: FakeNode) -> None:
    ran = run("stop", home=node)
    assert (ran.code, ran.last.endswith('start "What you do"')) == (Exit.FAILURE, True)


def test_stop_in_json(node: FakeNode) -> None:
    run("start", "x", home=node)
    answer = objects(run("stop", "--json", home=node))[0]
    assert (answer["schema"], answer["counted_seconds"]) == ("meshnode.stop/1", 5400)


def test_share_takes_an_entry_into_a_network(node: FakeNode) -> None:
    assert run("share", "q3xw4yeq", "--network", "studio", home=node).code == Exit.OK
    assert (node.asked[0].path, node.asked[0].body) == ("/contributions/q3xw4yeq/share", {"network": "studio"})


def test_whoever_names_nothing_to_share_learns_where_that_stands(node: FakeNode) -> None:
    ran = run("share", "--network", "studio", home=node)
    assert ran.code == Exit.USAGE
    assert ran.last.endswith(" contribution ls --network notebook")
