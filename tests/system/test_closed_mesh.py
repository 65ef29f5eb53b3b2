"""A closed mesh of real nodes, by the commands a user types, and somebody curious outside it."""

from collections.abc import Iterator

import pytest

from meshnode.cli.exits import Exit
from tests.support.homes import Household, Person


@pytest.fixture
def household() -> Iterator[Household]:
    with Household() as people:
        yield people


def invites(person: Person, *options: str) -> str:
    return str(person.asks("network", "invite", "studio", *options)["line"])


def roles(person: Person) -> dict[str, str]:
    found = person.asks("network", "members", "studio", "--all")["items"]
    return {each["agent"]["name"]: f"{each['role']} {each['state']}" for each in found}


def test_people_come_in_by_invitation_and_the_curious_stay_outside(household: Household) -> None:
    ana, ben, eve = household.person("ana"), household.person("ben"), household.person("eve")
    ana.does("network", "create", "studio", "--purpose", "Design")
    ana.does("log", "Kick-off", "1h", "--network", "studio")
    assert ben.does("network", "join", invites(ana)).startswith("✓ Joined studio · direct to Ana (")
    ben.does("log", "Sketches", "2h", "--network", "studio")
    ana.sees(lambda person: person.titles() == ["Kick-off", "Sketches"])
    assert ben.titles() == ["Kick-off", "Sketches"]
    network = next(each["id"] for each in ana.asks("network", "ls")["items"] if each["name"] == "studio")
    address = ana.asks("status")["listening"][0]
    outside = eve.tries("network", "join", f"{network}@{address}", "--timeout", "2")
    assert outside.code == Exit.UNREACHABLE
    eve.does("sync")
    (shown,) = [each for each in eve.asks("network", "ls")["items"] if each["id"] == network]
    assert (shown["name"], shown["members"]) == ("", [])
    assert eve.titles() == []


def test_an_invitation_is_used_up_or_withdrawn_and_says_so(household: Household) -> None:
    ana, ben, carol = household.person("ana"), household.person("ben"), household.person("carol")
    ana.does("network", "create", "studio")
    line = invites(ana)
    ben.does("network", "join", line)
    ana.sees(lambda person: roles(person).get("Ben") == "core active")
    used = carol.tries("network", "join", line)
    assert (used.code, "this invitation is used up" in used.err) == (Exit.CONFLICT, True)
    line = invites(ana, "--role", "observer", "--expires", "24h")
    record = ana.asks("network", "invites", "studio")["items"][-1]["id"]
    ana.does("network", "withdraw", "studio", record)
    ended = carol.tries("network", "join", line)
    assert (ended.code, "was withdrawn" in ended.err) == (Exit.NOT_AUTHORISED, True)


def test_who_is_removed_hears_no_more_and_who_leaves_is_known_to_have_left(household: Household) -> None:
    ana, ben, carol = household.person("ana"), household.person("ben"), household.person("carol")
    ana.does("network", "create", "studio")
    ben.does("network", "join", invites(ana))
    carol.does("network", "join", invites(ana))
    ana.sees(lambda person: roles(person) == {"Ana": "founder active", "Ben": "core active", "Carol": "core active"})
    ana.does("network", "remove", "studio", "Ben", "--yes")
    carol.sees(lambda person: roles(person).get("Ben") == "core removed")  # before, she may still pass things on to him
    ana.does("log", "After Ben", "1h", "--network", "studio")
    carol.sees(lambda person: person.titles() == ["After Ben"])
    ben.sees(lambda person: roles(person).get("Ben") == "core removed")
    assert ben.titles() == []
    assert ben.tries("log", "Still here", "1h", "--network", "studio").code == Exit.NOT_AUTHORISED
    assert carol.does("network", "leave", "studio", "--yes") == "✓ Left studio\n"
    ana.sees(lambda person: roles(person).get("Carol") == "core left")
