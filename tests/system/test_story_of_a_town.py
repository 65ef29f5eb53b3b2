"""A story over real processes: a town, three residents, a civil servant and a firm make something for everybody.

No money comes in. What they did is confirmed, thanked for and given to all under a licence of the commons; then the
agreement ends, and everybody's node tells the same.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from meshnode.cli.exits import Exit
from tests.support.homes import Household, Person
from tests.support.pacts import comes, does_what_waits, state

TITLE = "Playground"
LICENCE = "CC-BY-SA-4.0"


@pytest.fixture
def household() -> Iterator[Household]:
    with Household() as people:
        yield people


def members(person: Person) -> set[str]:
    return {each["agent"]["name"] for each in person.asks("network", "members", "village")["items"]}


def met(household: Household) -> list[Person]:
    """Three residents, a civil servant who signs for the town, and somebody with a firm, all of one network."""
    rosa, sam, tom, clara, fay = people = [household.person(name) for name in ("rosa", "sam", "tom", "clara", "fay")]
    rosa.does("network", "create", "village", "--open")
    for each in (sam, tom, clara, fay):
        each.does("network", "join", rosa.line())
    for owner, name in ((clara, "Town"), (fay, "Builders")):
        owner.does("org", "create", name)
        owner.does("network", "join", rosa.line(), "--as", name)
    for each in people:
        each.sees(lambda person: {"Sam", "Tom", "Clara", "Fay", "Town", "Builders"} <= members(person))
    return people


def agreed(people: list[Person]) -> str:
    rosa, *others = people
    parties = [word for name in ("Sam", "Tom", "Town", "Builders") for word in ("--party", name)]
    words = ("--title", TITLE, "--preset", "commons", "--licence", LICENCE, "--from", "2026-03-01")
    made = str(rosa.asks("agreement", "new", *words, *parties)["id"])
    for each in others:
        does_what_waits(each, "sign", "--yes")
    all_see(people, lambda person: shown(person, made)["state"] == "in_force")
    return made


def all_see(people: list[Person], what: Callable[[Person], object]) -> None:
    for each in people:
        each.sees(what)


def shown(person: Person, agreement: str) -> dict[str, Any]:
    found: dict[str, Any] = person.asks("agreement", "show", agreement)
    return found


def claims(person: Person) -> list[str]:
    items = person.asks("contribution", "ls", "--agreement", TITLE, "--limit", "100")["items"]
    return sorted(each["claim"] for each in items)


def test_a_playground_is_made_and_belongs_to_everybody(household: Household) -> None:
    rosa, sam, tom, clara, fay = people = met(household)
    agreement = agreed(people)
    assert LICENCE in [each["licence"] for each in shown(clara, agreement)["rights"]]
    here = ("--agreement", TITLE, "--gift", "--licence", LICENCE)
    plan = str(rosa.asks("log", "A plan of the place", "6h", "--on", "2026-03-07", *here)["id"])
    box = str(sam.asks("log", "The sandbox", "8h", "--on", "2026-03-14", "--with", "Tom:500", *here)["id"])
    sand = ("contribution", "add", "material", "Sand", "900 kg", "--value", "120.00 EUR", "--as", "Town")
    clara.does(*sand, *here)
    fay.does("contribution", "add", "deliver", "The slide", "1 piece", "--as", "Builders", *here)
    all_see(people, lambda person: len(claims(person)) == 4)
    does_what_waits(rosa, "attest", least=3)
    does_what_waits(tom, "attest")
    all_see(people, lambda person: claims(person) == ["acknowledged"] * 4)

    refused = rosa.tries("distribution", "new", TITLE, "--yes")
    assert "this agreement shares no money" in refused.err
    thanks = str(clara.asks("contribution", "thank", box, "The children love it", "--as", "Town")["id"])
    kudos = str(sam.asks("contribution", "thank", plan, "--kudos")["id"])
    for record in (thanks, kudos):
        comes(record, *people)
    told = tom.asks("contribution", "thanks")["items"]
    assert {(one["agent"]["name"], tuple(sorted(who["name"] for who in one["to"])), one["text"]) for one in told} == {
        ("Town", ("Sam", "Tom"), "The children love it"),
        ("Sam", ("Rosa",), ""),
    }

    rosa.does("agreement", "end", TITLE, "--until", "2026-04-30")
    for each in (sam, tom, clara, fay):
        does_what_waits(each, "sign", "--yes")
    all_see(people, lambda person: shown(person, agreement)["state"] == "ended")
    all_see(people, lambda person: state(person, agreement) == state(rosa, agreement) != "")
    assert "Nothing was shared yet." in fay.does("balance", TITLE)
    late = rosa.tries("inbox")
    assert late.code == Exit.OK
    assert "Nothing waits for you." in late.out
