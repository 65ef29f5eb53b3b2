"""`log` with the node stopped, in networks of several people: what it signs counts for the others."""

from collections.abc import Iterator

import pytest

from meshnode.cli.exits import Exit
from tests.support.homes import Household, Person, pair


@pytest.fixture
def household() -> Iterator[Household]:
    with Household() as people:
        yield people


def invited(ana: Person, ben: Person) -> None:
    """Ana's closed network, which Ben has joined by her invitation."""
    ana.does("network", "create", "studio")
    ben.does("network", "join", str(ana.asks("network", "invite", "studio")["line"]))
    ben.does("log", "Sketches", "2h", "--network", "studio")
    ana.sees(lambda person: person.titles() == ["Sketches"])


def standing(person: Person, name: str) -> str:
    """How somebody stands in the studio, as this person's node reckons."""
    if not any(each["name"] == "studio" for each in person.asks("network", "ls")["items"]):
        return "unknown"  # a second device hears of it after it was let in
    found = person.asks("network", "members", "studio", "--all")["items"]
    return next((str(each["state"]) for each in found if each["agent"]["name"] == name), "unknown")


def test_work_logged_offline_counts_in_a_closed_network_too(household: Household) -> None:
    ana, ben = household.person("ana"), household.person("ben")
    invited(ana, ben)
    ben.does("down")
    for title in ("On the train", "At home"):
        ben.does("log", title, "1h", "--network", "studio")
    ben.does("up")
    ana.sees(lambda person: person.titles() == ["At home", "On the train", "Sketches"])
    record = next(each["id"] for each in ana.asks("contribution", "ls")["items"] if each["title"] == "At home")
    for person in (ana, ben):
        assert person.asks("why", record)["standing"]["status"] == "yes"


def test_a_second_laptop_signs_offline_by_its_grant_and_its_owners_role(household: Household) -> None:
    ana, ben, second = household.person("ana"), household.person("ben"), household.person("second", starts=False)
    invited(ana, ben)
    pair(ben, second)
    second.sees(lambda person: standing(person, "Ben") == "active")
    second.does("log", "On the second", "1h", "--network", "studio")
    second.does("down")
    second.does("log", "While it is stopped", "1h", "--network", "studio")
    second.does("up")
    titles = ["On the second", "Sketches", "While it is stopped"]
    ana.sees(lambda person: person.titles() == titles)
    assert {each["status"] for each in ana.asks("contribution", "ls")["items"]} == {"yes"}


def test_who_was_removed_signs_nothing_offline_either(household: Household) -> None:
    ana, ben = household.person("ana"), household.person("ben")
    invited(ana, ben)
    ana.does("network", "remove", "studio", "Ben", "--yes")
    ben.sees(lambda person: standing(person, "Ben") == "removed")
    ben.does("down")
    ran = ben.tries("log", "Too late", "1h", "--network", "studio")
    assert (ran.code, "no role in studio" in ran.last) == (Exit.NOT_AUTHORISED, True)
