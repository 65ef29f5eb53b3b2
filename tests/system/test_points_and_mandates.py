"""Two people and a firm share by hours and points over real processes; the firm pays by a clerk with a mandate.

Work from before the agreement is taken into it, everybody gives points, and what the clerk pays beyond the mandate
waits until the founder stands by it.
"""

from collections.abc import Iterator

import pytest

from meshnode.cli.exits import Exit
from tests.support.homes import Household, Person
from tests.support.pacts import TITLE, comes, digests, does_what_waits, shares_out, state, waiting


@pytest.fixture
def household() -> Iterator[Household]:
    with Household() as people:
        yield people


def met(household: Household) -> list[Person]:
    """Ana and Bo, Fay with a firm of which Cy is a clerk who may sign up to 1,000.00 EUR, all of one network."""
    ana, bo, fay, cy = people = [household.person(name) for name in ("ana", "bo", "fay", "cy")]
    ana.does("network", "create", "studio", "--open")
    for each in (bo, fay, cy):
        each.does("network", "join", ana.line())
    fay.does("org", "create", "Firm")
    fay.does("network", "join", ana.line(), "--as", "Firm")
    for each in people:
        each.sees(lambda person: len(person.asks("network", "members", "studio")["items"]) == 5)
    fay.does("org", "staff", "add", "Firm", "Cy", "--max", "1000 EUR")
    cy.does("org", "accept", str(fay.asks("org", "show", "Firm")["line"]))
    fay.sees(lambda person: [each["state"] for each in person.asks("org", "show", "Firm")["people"]] == ["active"] * 2)
    return people


def agreed(ana: Person, bo: Person, cy: Person) -> str:
    """By the preset of points, worth no more than the clerk may sign."""
    parties = ("--party", "Bo", "--party", "Firm:holder", "--worth", "900 EUR")
    words = ("--title", TITLE, "--preset", "points", "--from", "2026-01-01", "--approval", "2", *parties)
    made = str(ana.asks("agreement", "new", *words)["id"])
    does_what_waits(bo, "sign", "--yes")
    does_what_waits(cy, "sign", "--yes")
    for each in (ana, bo, cy):
        each.sees(lambda person: person.asks("agreement", "show", made)["state"] == "in_force")
    return made


def worked(ana: Person, bo: Person) -> None:
    """Two hours in Ana's notebook from before they signed, six of Bo's; each confirms the other's."""
    before = str(ana.asks("log", "Sketches", "2h", "--on", "2026-01-05")["id"])
    ana.does("contribution", "take", before, TITLE)
    bo.does("log", "Code", "6h", "--agreement", TITLE, "--on", "2026-01-06")
    does_what_waits(bo, "attest")
    does_what_waits(ana, "attest")


def gave_points(ana: Person, bo: Person, fay: Person) -> None:
    """All points of both go to the other; what cannot count is refused with what to do."""
    for words, why in {
        "Bo 120": "Give 20 less",
        "Ana 10": "points to oneself do not count",
        "Bo 10, Bo 5": "Bo is named twice",
        "Boo 10": "did you mean 'Bo'?",
    }.items():
        refused = ana.tries("ballot", TITLE, words)
        assert (refused.code != Exit.OK, why in refused.err) == (True, True), refused.err
    assert "10 of 100 left to give" in ana.does("ballot", TITLE, "Bo 90")
    given = [str(ana.asks("ballot", TITLE, "Bo 100")["id"]), str(bo.asks("ballot", TITLE, "Ana 100")["id"])]
    comes(given[0], ana, bo, fay)
    comes(given[1], ana, bo, fay)
    assert [each["counts"] for each in bo.asks("ballot", TITLE)["items"]].count(True) == 2


def test_points_taken_work_and_a_payment_by_mandate(household: Household) -> None:
    ana, bo, fay, cy = met(household)
    agreement = agreed(ana, bo, cy)
    worked(ana, bo)
    gave_points(ana, bo, fay)
    large = str(cy.asks("income", "add", TITLE, "3,000.00 EUR", "--as", "Firm", "--on", "2026-02-01")["id"])
    does_what_waits(fay, "reaffirm")  # it was more than the clerk may sign
    comes(large, ana, bo, fay, cy)
    for each in (ana, bo):
        each.sees(lambda person: [one["state"] for one in person.asks("income", "ls", TITLE)["items"]] == ["confirmed"])
    one = shares_out(ana, [ana, bo], "--to", "2026-02-01")
    lines = {each["agent"]["name"]: each["amt"] for each in bo.asks("distribution", "show", TITLE)["lines"]}
    # Of seven tenths two and six hours of eight, of three tenths a hundred points each.
    assert lines == {"Ana": 52_500 + 45_000, "Bo": 157_500 + 45_000}
    fay.sees(lambda person: state(person, agreement) == state(ana, agreement) != "")

    assert "beyond the mandate" not in cy.does("settlement", "add", TITLE, "975.00 EUR", "--to", "Ana", "--as", "Firm")
    told = cy.does("settlement", "add", TITLE, "2,025.00 EUR", "--to", "Bo", "--as", "Firm")
    assert "goes beyond the mandate of who signed it" in told
    assert waiting(cy, "reaffirm") == []
    does_what_waits(ana, "confirm-payment")
    does_what_waits(bo, "confirm-payment")
    does_what_waits(fay, "reaffirm")
    for each in (ana, bo, fay, cy):
        each.sees(lambda person: person.asks("plan", TITLE)["items"] == [])
        each.sees(lambda person: state(person, agreement) == state(ana, agreement))
    agents = [str(each["agent"]["id"]) for each in ana.asks("balance", TITLE)["items"]]
    assert all(digests(each, agents) == digests(ana, agents) for each in (bo, fay, cy))
    assert one in {each["id"] for each in cy.asks("distribution", "ls", TITLE)["items"]}
