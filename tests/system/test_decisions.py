"""Founders decide over real processes, by the commands they type: together what none of them may do alone."""

from collections.abc import Iterator
from functools import partial

import pytest

from meshnode.cli.exits import Exit
from tests.support.homes import Household, Person


@pytest.fixture
def household() -> Iterator[Household]:
    with Household() as people:
        yield people


def roles(person: Person) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for each in person.asks("network", "members", "council", "--all")["items"]:
        found.setdefault(each["agent"]["name"], set()).add(f"{each['role']} {each['state']}")
    return found


def state(person: Person, decision: str) -> str:
    found = {each["id"]: each["state"] for each in person.asks("decision", "ls", "council", "--all")["items"]}
    return str(found.get(decision, ""))


def knows(person: Person, decision: str, accepts: int = 1) -> bool:
    """Whether a proposal has come, with so many accepts."""
    found = [each for each in person.asks("decision", "ls", "council", "--all")["items"] if each["id"] == decision]
    return bool(found) and sum(vote["vote"] == "accept" for vote in found[0]["votes"]) >= accepts


def council(household: Household, *names: str) -> list[Person]:
    """People who have founded a closed network together, of whom three quarters decide."""
    first, *others = people = [household.person(name) for name in names]
    first.does("network", "create", "council")
    line = str(first.asks("network", "invite", "council", "--uses", str(len(others)))["line"])
    for person in others:
        person.does("network", "join", line)
    first.sees(lambda person: set(roles(person)) == {each.name for each in people})
    added = [word for person in others for word in ("--add-founder", person.name)]
    decision = str(first.asks("decision", "propose", "council", "--quorum", "3/4", *added)["id"])
    for person in others:
        person.sees(lambda person: knows(person, decision))
        person.does("decision", "vote", decision)
    for person in people:
        person.sees(lambda person: set(roles(person)) == {each.name for each in people})
        person.sees(lambda person: all("founder active" in each for each in roles(person).values()))
    return people


def test_two_founders_remove_each_other_and_with_three_of_four_both_are_removed(household: Household) -> None:
    ana, ben, carol, dan = council(household, "ana", "ben", "carol", "dan")
    for one, other in ((ana, "Ben"), (ben, "Ana")):
        alone = one.tries("network", "remove", "council", other, "--yes")
        assert alone.code == Exit.NOT_AUTHORISED
        assert f"decision propose 'council' --remove '{other}'" in alone.err
    against_ben = str(ana.asks("decision", "propose", "council", "--remove", "Ben")["id"])
    against_ana = str(ben.asks("decision", "propose", "council", "--remove", "Ana")["id"])
    early = ana.tries("decision", "carry-out", against_ben)
    assert (early.code, "1 of 3 accepts" in early.err) == (Exit.CONFLICT, True)
    for decision in (against_ben, against_ana):
        carol.sees(partial(knows, decision=decision))
        carol.does("decision", "vote", decision)
    for decision in (against_ben, against_ana):
        dan.sees(partial(knows, decision=decision, accepts=2))
        assert "In force" in dan.does("decision", "vote", decision)
    for person in (carol, dan):
        person.sees(lambda person: roles(person)["Ana"] == {"founder removed"})
        person.sees(lambda person: roles(person)["Ben"] == {"founder removed", "core removed"})
        assert [state(person, each) for each in (against_ben, against_ana)] == ["done", "done"]
    for person in (ana, ben):
        person.sees(lambda person: "founder removed" in roles(person)[person.name])
        assert person.tries("log", "Still here", "1h", "--network", "council").code == Exit.NOT_AUTHORISED
    carol.does("log", "Without them", "1h", "--network", "council")
    dan.sees(lambda person: "Without them" in person.titles())


def test_a_decision_outlives_a_restart_and_a_founder_who_was_away(household: Household) -> None:
    ana, ben, carol = council(household, "ana", "ben", "carol")
    carol.does("down")
    decision = str(ana.asks("decision", "propose", "council", "--join", "open", "--because", "Let people in")["id"])
    ben.sees(lambda person: knows(person, decision))
    assert "2 of 3 accepts so far, waiting for Carol" in ben.does("decision", "vote", decision)
    ben.does("down")
    ben.does("up")
    carol.does("up")
    carol.sees(lambda person: knows(person, decision, 2))
    assert "In force" in carol.does("decision", "vote", decision)
    for person in (ana, ben):
        person.sees(lambda person: state(person, decision) == "done")
    eve = household.person("eve")
    line = next(each["line"] for each in ana.asks("network", "ls")["items"] if each["name"] == "council")
    eve.does("network", "join", line)
    eve.does("log", "From the street", "1h", "--network", "council")
    ana.sees(lambda person: person.titles() == ["From the street"])
