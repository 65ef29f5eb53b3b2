"""Money over real processes, by the commands that people type: from an agreement to a confirmed payment."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.homes import Household, Person
from tests.support.pacts import TITLE, comes, digests, does_what_waits, propose, shares_out, state


@pytest.fixture
def household() -> Iterator[Household]:
    with Household() as people:
        yield people


def test_two_people_and_a_client_from_an_agreement_to_a_confirmed_payment(household: Household, tmp_path: Path) -> None:
    ana, ben, cy = people = [household.person(name) for name in ("ana", "ben", "cy")]
    ana.does("network", "create", "studio", "--open")
    for each in (ben, cy):
        each.does("network", "join", ana.line())
    ana.sees(lambda person: len(person.asks("network", "members", "studio")["items"]) == 3)
    terms = {
        "parties": [
            {"who": "me", "roles": ["provider", "holder"]},
            {"who": "Ben", "roles": ["provider"]},
            {"who": "Cy", "roles": ["client"]},
        ],
        "from": "2026-01-01",
        "income_confirm": "client",
        "equation": {"cur": "EUR", "steps": [{"do": "pro_rata", "weights": [{"unit": "HUR"}]}]},
    }
    agreement = propose(ana, terms, [(ben, 1), (cy, 1)])
    ana.does("log", "Design", "4h", "--agreement", TITLE, "--on", "2026-01-05")
    ben.does("log", "Code", "2h", "--agreement", TITLE, "--on", "2026-01-06")
    does_what_waits(ben, "attest")
    does_what_waits(ana, "attest")
    income = str(ana.asks("income", "add", TITLE, "1,210.00 EUR", "--tax", "210.00", "--from", "client")["id"])
    does_what_waits(cy, "confirm-income")
    ana.sees(lambda person: person.asks("income", "show", income)["state"] == "confirmed")
    for each in people:
        each.sees(lambda person: [one["claim"] for one in claims(person)] == ["acknowledged"] * 2)
    shared = shares_out(ana, [ana, ben])
    explained = ben.does("distribution", "explain", shared, "--person", "Ben")
    assert "1/3 of 1,000.00 is 333.333333…, rounded down to 333.33" in explained
    assert "DOES NOT HOLD" not in explained
    paid = str(ana.asks("settlement", "add", TITLE, "333.33 EUR", "--to", "Ben")["id"])
    does_what_waits(ben, "confirm-payment")
    comes(paid, cy)
    agents = [str(each.asks("whoami")["id"]) for each in people]
    for each in people:
        each.sees(lambda person: person.asks("plan", TITLE)["items"] == [])
        each.sees(lambda person: state(person, agreement) == state(ana, agreement) != "")
        assert digests(each, agents) == digests(ana, agents)
    ben.does("statement", "--csv", str(tmp_path / "ben.csv"), "--html", str(tmp_path / "ben.html"))
    with (tmp_path / "ben.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["kind"], row["open after"]) for row in rows[:-1]] == [
        ("opening", "0.00"),
        ("share", "333.33"),
        ("received", "0.00"),
        ("closing", "0.00"),
    ]
    assert rows[-1]["digest"] == digests(ana, agents)[agents[1]]
    assert rows[-1]["digest"] in (tmp_path / "ben.html").read_text()


def claims(person: Person) -> list[dict[str, str]]:
    found: list[dict[str, str]] = person.asks("contribution", "ls", "--agreement", TITLE)["items"]
    return found
