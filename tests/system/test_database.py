"""`db` beside a real node: what needs it stopped says so, and nothing is lost by any of it."""

from collections.abc import Iterator

import pytest

from tests.support.homes import Household, Person


@pytest.fixture
def ana() -> Iterator[Person]:
    with Household() as household:
        yield household.person("ana")


def test_databases_are_looked_after_with_the_node_stopped(ana: Person) -> None:
    for number in range(5):
        ana.does("log", f"Entry {number}", "1h")
    assert [each["state"] for each in ana.asks("db", "check")["checks"]] == ["ok", "ok"]
    for what in ("rebuild", "vacuum"):
        ran = ana.tries("db", what)
        assert (ran.code, "down" in ran.last) == (11, True)
    ana.does("down")
    assert [each["name"] for each in ana.asks("db", "check")["checks"]] == ["records", "views"]
    assert [each["name"] for each in ana.asks("db", "vacuum")["files"]] == ["records.db", "views.db"]
    assert "✓ Views thrown away" in ana.does("db", "rebuild")
    ana.does("up")
    ana.sees(lambda ana: ana.titles() == [f"Entry {number}" for number in range(5)])
    assert [each["state"] for each in ana.asks("db", "check")["checks"]] == ["ok", "ok"]
