"""A designer, a developer and a client of no network agree over real processes, by the commands they type."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from meshnode.cli.exits import Exit
from tests.support.homes import Household, Person


@pytest.fixture
def household() -> Iterator[Household]:
    with Household() as people:
        yield people


def stands(person: Person, agreement: str, state: str) -> bool:
    """Whether an agreement is here with its title, in a state."""
    found = person.asks("agreement", "ls", "--all")["items"]
    return any(each["id"] == agreement and each["state"] == state and each["title"] for each in found)


def digest(person: Person, agreement: str) -> str:
    """What an agreement is worth by all that is folded here: every signature as it stands."""
    shown = person.asks("agreement", "show", agreement)
    signed = sorted((each["agent"]["id"], each["state"], each["record"]) for each in shown["signatures"])
    return f"{shown['seen']} {shown['state']} {signed}"


def test_three_agree_and_a_fourth_who_knows_two_of_them_learns_nothing(household: Household, tmp_path: Path) -> None:
    ana, ben, dan, shop = (household.person(name) for name in ("ana", "ben", "dan", "shop"))
    ana.does("network", "create", "studio")
    line = str(ana.asks("network", "invite", "studio", "--uses", "2")["line"])
    for person in (ben, dan):
        person.does("network", "join", line)
    ana.does("id", "card", "add", str(shop.asks("id", "card")["line"]), "--yes")
    ana.sees(lambda person: len(person.asks("network", "members", "studio")["items"]) == 3)
    text = tmp_path / "contract.txt"
    text.write_text("What we agree on, in full.")
    terms = ("--title", "Web shop", "--party", "Ben", "--client", "Shop", "--worth", "5000 EUR", "--doc", str(text))
    made = ana.asks("agreement", "new", *terms, "--answers", "me:Shop", "--preset", "waterfall")
    agreement = str(made["id"])
    for person in (ben, shop):
        person.sees(partial(stands, agreement=agreement, state="proposed"))
        assert "1 thing waits for you: " in person.does("status")
        shown = person.does("agreement", "show", agreement)
        assert "Ana answers to Shop for delivery" in shown
        assert made["doc"] in shown
        assert "✓ Signed" in person.does("agreement", "sign", agreement, "--yes")
    for person in (ana, ben, shop):
        person.sees(partial(stands, agreement=agreement, state="in_force"))
    assert digest(ana, agreement) == digest(ben, agreement) == digest(shop, agreement)
    assert dan.asks("agreement", "ls", "--all")["items"] == []
    assert dan.tries("agreement", "show", agreement).code == Exit.FAILURE
    ben.does("down")
    change = str(ana.asks("agreement", "amend", agreement, "--worth", "8000 EUR")["version"])
    shop.sees(partial(waits, version=change))
    shop.does("agreement", "sign", change, "--yes")
    ben.does("up")
    ben.sees(partial(waits, version=change))
    ben.does("agreement", "sign", change, "--yes")
    for person in (ana, ben, shop):
        person.sees(lambda person: person.asks("agreement", "show", agreement)["version"] == change)
    assert digest(ana, agreement) == digest(ben, agreement) == digest(shop, agreement)


def waits(person: Person, version: str) -> bool:
    """Whether a version waits for somebody's signature."""
    return any(version in each["awaits"] for each in person.asks("agreement", "ls")["items"])
