"""A story over real processes: five nodes and six parties, eight weeks, two incomes, and what life brings.

A designer, a developer, a firm that answers to a client, an occasional introducer and a commons. Work comes late and is
corrected, money goes back, a member leaves, a profile is erased; all nodes print the same all the time.
"""

import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from meshnode.client.client import Client
from tests.support.homes import Household, Person
from tests.support.pacts import TITLE, comes, digests, does_what_waits, propose, shares_out, state

WEEKS = ("01-05", "01-12", "01-19", "01-26", "02-02", "02-09", "02-16", "02-23")
HOURS = {"ana": (8, 8, 7, 8, 8, 7, 8, 8), "bo": (5, 5, 5, 5, 5, 5, 5, 5)}
TERMS: dict[str, Any] = {
    "parties": [
        {"who": "me", "roles": ["provider"]},
        {"who": "Bo", "roles": ["provider"]},
        {"who": "Firm", "roles": ["provider", "holder"]},
        {"who": "Dee", "roles": ["provider"]},
        {"who": "Commons", "roles": ["commons"]},
        {"who": "Client", "roles": ["client"]},
    ],
    "from": "2026-01-01",
    "ack": {"min": 1, "by": "parties", "ratings": [[1, 2], [4, 5], [1, 1], [6, 5], [3, 2]]},
    "income_confirm": "client",
    "equation": {
        "cur": "EUR",
        "steps": [
            {"do": "reimburse", "match": {"kind": ["money"], "comp": ["deferred"]}},
            {"do": "fixed", "claim": "each", "pay": [["Firm", 50_000]]},
            {"do": "percent", "of": "gross", "pay": [["Dee", [1, 20]]]},
            {"do": "percent", "of": "remaining", "pay": [["Commons", [1, 10]]]},
            {"do": "pro_rata", "weights": [{"match": {"kind": ["work"]}, "unit": "HUR", "quality": True}]},
            {"do": "residual", "agent": "Commons"},
        ],
    },
}


@pytest.fixture
def household() -> Iterator[Household]:
    with Household() as people:
        yield people


class Story:
    """The people, and what all of them see."""

    def __init__(self, household: Household) -> None:
        self.ana, self.bo, self.cy, self.dee, self.client = self.people = [
            household.person(name) for name in ("ana", "bo", "cy", "dee", "client")
        ]
        self._meet()
        self.approvers = [self.ana, self.bo, self.cy, self.dee]
        self.agreement = propose(
            self.ana, TERMS, [(self.bo, 1), (self.cy, 1), (self.dee, 2), (self.client, 1)], "--answers", "Firm:Client"
        )
        parties = self.ana.asks("agreement", "show", self.agreement)["signatures"]
        self.agents = {str(each["agent"]["name"]): str(each["agent"]["id"]) for each in parties}

    def _meet(self) -> None:
        self.ana.does("network", "create", "studio", "--open")
        for each in self.people[1:]:
            each.does("network", "join", self.ana.line())
        for owner, name in ((self.cy, "Firm"), (self.dee, "Commons")):
            owner.does("org", "create", name)
            owner.does("network", "join", self.ana.line(), "--as", name)
        for each in self.people:
            each.sees(lambda person: len({one["agent"]["id"] for one in members(person)}) == 7)

    def node(self, person: Person) -> Client:
        return Client.of(person.home, 60)

    def works(self, person: Person, title: str, hours: str, on: str, *more: str) -> str:
        words = (title, hours, "--agreement", TITLE, "--on", f"2026-{on}")
        return str(person.asks("log", *words, *more)["id"])

    def all_have(self, *records: str) -> None:
        for record in records:
            comes(record, *self.people)

    def money_in(self, gross: str, *more: str) -> str:
        words = ("income", "add", TITLE, gross, "--from", "client", "--holder", "Firm", *more)
        income = str(self.cy.asks(*words)["id"])
        does_what_waits(self.client, "confirm-income")
        for each in self.people:
            each.sees(lambda person: self.node(person).money.income(income)["state"] == "confirmed")
        return income

    def all_agree(self) -> dict[str, str]:
        """Wait until all nodes hold the same, see that they print the same, and return what."""
        for each in self.people:
            each.sees(lambda person: state(person, self.agreement) == state(self.ana, self.agreement) != "")
        told = [digests(each, self.agents.values()) for each in self.people]
        assert all(each == told[0] for each in told)
        return told[0]

    def ledger(self, person: Person, agent: str, folder: Path) -> list[dict[str, str]]:
        """The statement of somebody as a table, as somebody's command writes it."""
        file = folder / f"{person.name}.csv"
        person.does("statement", agent, "--csv", str(file), "--force")
        with file.open(newline="") as sheet:
            return list(csv.DictReader(sheet))

    def adds_up(self, person: Person) -> None:
        """Everybody's statement says the same as the ledger, and the ledger of all is even."""
        balances = [*self.node(person).money.balances(TITLE)]
        opens = {each["agent"]["id"]: each["open"] for each in balances}
        for agent, open_ in opens.items():
            (account,) = self.node(person).money.statement(agent)["accounts"]
            moved = sum(each["change"]["open"] for each in account["entries"])
            assert account["closing"]["open"] == account["opening"]["open"] + moved == open_
        carried = [each["carry"]["amt"] for each in self.node(person).money.distributions(TITLE)][-1]
        assert sum(opens.values()) == -carried


def members(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = person.asks("network", "members", "studio")["items"]
    return found


def amounts(story: Story, person: Person, distribution: str) -> dict[str, int]:
    one = story.node(person).money.distribution(distribution)
    assert sum(line["amt"] + line["held"] for line in one["lines"]) + one["carry"]["amt"] == one["pool"]["amt"]
    return {line["agent"]["name"]: line["amt"] for line in one["lines"]}


def attested(story: Story, count: int) -> None:
    """Wait until everybody sees so many contributions acknowledged."""
    for each in story.people:
        each.sees(partial(_acknowledged, count=count))


def _acknowledged(person: Person, count: int) -> bool:
    items = person.asks("contribution", "ls", "--agreement", TITLE, "--limit", "200")["items"]
    return [each["claim"] for each in items].count("acknowledged") == count


def weeks_go_by(story: Story) -> None:
    """Ana and Bo work each week, the firm answers to the client, and Ana pays for the domain."""
    ana, bo, cy, *_ = story.people
    for week, day in enumerate(WEEKS):
        story.works(ana, f"Design, week {week + 1}", f"{HOURS['ana'][week]}h", day)
        story.works(bo, f"Code, week {week + 1}", f"{HOURS['bo'][week]}h", day)
    story.works(cy, "Accounts and calls", "31h15", "02-27", "--as", "Firm")
    paid = ana.asks("contribution", "add", "money", "Domain", "59.99 EUR", "--deferred", "--agreement", TITLE)
    does_what_waits(bo, "attest", "--rating", "4", least=10)  # Ana's eight, the firm's one, and the domain
    does_what_waits(ana, "attest", "--rating", "3", least=8)
    story.all_have(str(paid["id"]))
    attested(story, 18)


def first_money(story: Story) -> str:
    """What the client paid is shared out, and explained to the client down to signatures."""
    ana, client = story.ana, story.client
    story.money_in("12,100.00 EUR", "--tax", "2,100.00", "--on", "2026-03-02")
    one = shares_out(ana, story.approvers, "--to", "2026-03-02")
    shared = amounts(story, client, one)
    assert (shared["Dee"], sum(shared.values())) == (50_000, 1_000_000)
    assert shared["Firm"] > 50_000
    story.all_agree()
    explained = story.node(client).money.explanation(one, "Ana")["lines"][0]
    assert sum(cause["amount"] for cause in explained["causes"]) == shared["Ana"]
    signed = [each["signature"] for cause in explained["causes"] for each in cause["behind"]]
    assert signed
    assert all(each is not None and each["holds"] for each in signed)
    return one


def what_came_late(story: Story) -> tuple[str, str]:
    """Dee's calls come late, Bo corrects himself, and there is another income."""
    ana, bo, _, dee, _ = story.people
    late = story.works(dee, "Calls that nobody wrote down", "12h", "02-10")
    more = story.works(bo, "Repairs", "20h", "03-16")
    does_what_waits(ana, "attest", "--rating", "3", least=2)
    attested(story, 20)
    bo.does("contribution", "correct", more, "18h")
    story.all_have(late)
    story.all_agree()
    income = story.money_in("4,840.00 EUR", "--tax", "840.00", "--on", "2026-04-01")
    two = shares_out(dee, story.approvers, "--to", "2026-04-01")
    later = amounts(story, ana, two)
    assert later["Dee"] > 20_000  # what came late weighs in this pool, beside the share for the introduction
    assert later.get("Ana", 0) == 0
    behind = story.node(dee).money.explanation(two, "Bo")["lines"][0]["causes"][-1]["behind"]
    assert [(each["confirmed"], each["claim"], len(each["corrections"])) for each in behind] == [("64800", "64800", 1)]
    return income, two


def money_goes_back(story: Story, income: str) -> str:
    """The client gets some back, though Bo has left the network meanwhile."""
    ana, bo = story.ana, story.bo
    back = story.money_in("1,000.00 EUR", "--refunds", income)
    bo.does("network", "leave", "studio", "--yes")
    three = shares_out(ana, story.approvers, "--income", back)
    assert sum(amounts(story, bo, three).values()) == -100_000
    return three


def all_are_paid(story: Story) -> None:
    """The firm pays as the plan says, and everybody confirms it, who has left as well."""
    ana, bo, cy, dee, _ = story.people
    owed = {each["payee"]["name"]: each["amount"]["amt"] for each in story.node(cy).money.plan(TITLE)["items"]}
    assert sorted(owed) == ["Ana", "Bo", "Commons", "Dee"]
    for payee, cents in owed.items():
        amount = f"{cents // 100}.{cents % 100:02d} EUR"
        cy.does("settlement", "add", TITLE, amount, "--to", payee, "--as", "Firm")
    for each, count in ((ana, 1), (bo, 1), (dee, 2)):
        does_what_waits(each, "confirm-payment", least=count)
    for each in story.people:
        each.sees(lambda person: story.node(person).money.plan(TITLE)["items"] == [])


def dee_is_forgotten(story: Story, folder: Path) -> None:
    """Dee's name and words are erased everywhere, and no amount changes."""
    dee, before = story.dee, story.all_agree()
    texts = [str(each["id"]) for each in dee.asks("contribution", "ls", "--mine", "--agreement", TITLE)["items"]]
    dee.does("contribution", "erase", story.agents["Dee"], *texts, "--yes")
    for each in story.people:
        each.sees(lambda person: "Dee" not in [one["agent"]["name"] for one in signatures(person, story.agreement)])
    assert story.all_agree() == before
    sheet = story.ledger(story.client, story.agents["Dee"], folder)
    assert sheet[-1]["digest"] == before[story.agents["Dee"]]


def test_eight_weeks_of_a_studio(household: Household, tmp_path: Path) -> None:
    story = Story(household)
    weeks_go_by(story)
    one = first_money(story)
    income, two = what_came_late(story)
    three = money_goes_back(story, income)
    all_are_paid(story)
    dee_is_forgotten(story, tmp_path)
    for each in story.people:
        story.adds_up(each)
    bundle = tmp_path / "acme.bundle"
    story.client.does("export", "bundle", str(bundle), "--scope", TITLE)
    story.client.does("down")
    offline = story.client.asks("verify", str(bundle))
    assert household.person("auditor", starts=False).asks("verify", str(bundle)) == offline
    (pact,) = offline["agreements"]
    assert {each["id"]: each["state"] for each in pact["distributions"]} == dict.fromkeys(
        (one, two, three), "effective"
    )
    assert {each["open"] for each in pact["balances"]} == {0}
    assert offline["state"][story.agreement] == state(story.ana, story.agreement)


def signatures(person: Person, agreement: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = person.asks("agreement", "show", agreement)["signatures"]
    return found
