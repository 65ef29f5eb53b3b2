"""The scenarios of membership and mandates that need people to be parted: real nodes, by the commands a user types.

Others stand elsewhere: mutual removal in test_decisions.py, forks in test_forks.py, a clerk's signatures before and
during his dismissal in tests/transcripts/firm.md.
"""

from collections.abc import Iterator

import pytest

from meshnode.cli.exits import Exit
from tests.support.homes import Household, Person
from tests.support.pacts import TITLE, comes, does_what_waits, propose, shares_out


@pytest.fixture
def household() -> Iterator[Household]:
    with Household() as people:
        yield people


def roles(person: Person, network: str = "studio") -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for each in person.asks("network", "members", network, "--all")["items"]:
        found.setdefault(each["agent"]["name"], set()).add(f"{each['role']} {each['state']}")
    return found


def stands(person: Person, who: str, *wanted: str) -> bool:
    """Whether somebody stands so, as a person sees it."""
    return roles(person).get(who) == set(wanted)


def statuses(person: Person) -> dict[str, str]:
    """The titles of all contributions, with what each is worth."""
    return {each["title"]: each["status"] for each in person.asks("contribution", "ls")["items"]}


def studio(household: Household, *names: str) -> list[Person]:
    """A closed network that the first of some people has founded, and in which all the others are."""
    first, *others = people = [household.person(name) for name in names]
    first.does("network", "create", "studio")
    line = str(first.asks("network", "invite", "studio", "--uses", str(max(1, len(others))))["line"])
    for person in others:
        person.does("network", "join", line)
    for person in people:
        person.sees(lambda person: len(roles(person)) == len(people))
    return people


def is_steward(by: Person, who: Person) -> None:
    """Make somebody a steward who is in the network."""
    by.does("network", "appoint", "studio", who.name, "--role", "steward")
    who.sees(lambda person: "steward invited" in roles(person)[who.name])
    who.does("network", "accept", "studio")
    by.sees(lambda person: "steward active" in roles(person)[who.name])


def knows(person: Person, other: Person) -> None:
    """Take in somebody's contact card."""
    person.does("id", "card", "add", str(other.asks("id", "card")["line"]), "--yes")


def rest(*people: Person) -> None:
    for person in people:
        person.does("down")


def wake(*people: Person) -> None:
    for person in people:
        person.does("up")


def meet(first: Person, *others: Person) -> None:
    """Let one node look for others, who have been elsewhere since."""
    for person in others:
        first.does("peer", "add", str(person.asks("status")["listening"][0]))


def test_3_who_was_invited_by_two_stewards_stays_when_one_takes_it_back(household: Household) -> None:
    ana, ben = studio(household, "ana", "ben")
    is_steward(ana, ben)
    carol = household.person("carol")
    for steward in (ana, ben):
        knows(steward, carol)
    rest(ben)
    ana.does("network", "appoint", "studio", "Carol", "--role", "core")
    rest(ana)
    wake(ben)
    line = str(ben.asks("network", "appoint", "studio", "Carol", "--role", "occasional")["line"])
    carol.does("network", "join", line)
    ben.sees(lambda person: "occasional active" in roles(person)["Carol"])
    rest(ben, carol)
    wake(ana)
    ana.does("network", "remove", "studio", "Carol", "--yes")
    assert stands(ana, "Carol", "core removed")
    wake(ben, carol)
    meet(ben, ana, carol)
    for person in (ana, ben, carol):
        person.sees(lambda person: stands(person, "Carol", "core removed", "occasional active"))
    carol.does("log", "Still here", "1h", "--network", "studio")
    ana.sees(lambda person: statuses(person) == {"Still here": "yes"})


def test_4_and_5_what_a_steward_did_while_he_was_removed(household: Household) -> None:
    ana, ben, dan = studio(household, "ana", "ben", "dan")
    is_steward(ana, ben)
    dan.sees(lambda person: "steward active" in roles(person)["Ben"])
    carol, eli = household.person("carol"), household.person("eli")
    carol.does("network", "join", str(ben.asks("network", "invite", "studio")["line"]))
    for person in (ana, dan):
        person.sees(lambda person: stands(person, "Carol", "core active"))
    rest(ana)
    ben.does("network", "remove", "studio", "Carol", "--yes")
    eli.does("network", "join", str(ben.asks("network", "invite", "studio")["line"]))
    eli.does("log", "Eli's work", "1h", "--network", "studio")
    dan.sees(lambda person: "Eli's work" in person.titles())
    dan.sees(lambda person: stands(person, "Carol", "core removed"))
    rest(ben, carol, dan, eli)
    wake(ana)
    ana.does("network", "remove", "studio", "Ben", "--yes")
    wake(dan)
    meet(dan, ana)
    for person in (ana, dan):
        person.sees(lambda person: stands(person, "Ben", "core removed", "steward removed"))
        person.sees(lambda person: stands(person, "Carol", "core removed"))
        person.sees(lambda person: stands(person, "Eli", "resonance "))  # by her work alone, no more by the invitation
        person.sees(lambda person: statuses(person) == {"Eli's work": "contested"})
    record = ana.asks("contribution", "ls")["items"][0]
    assert record["claim"] == "claimed", "it stays a claim"
    assert ana.tries("network", "remove", "studio", "Eli", "--yes").code == Exit.CONFLICT


def test_21_what_an_ended_device_signed_in_two_networks_stays_for_those_who_know_one(household: Household) -> None:
    ana, ben = studio(household, "ana", "ben")
    carol = household.person("carol")
    ana.does("network", "create", "choir")
    carol.does("network", "join", str(ana.asks("network", "invite", "choir")["line"]))
    laptop = household.person("laptop", starts=False)
    line = ana.asks("id", "device", "add", "--name", "laptop")["line"]
    words = laptop.asks("init", "--device", line)["words"]
    laptop.does("up")
    ana.does("id", "device", "confirm", words)
    laptop.sees(lambda person: {"studio", "choir"} <= {each["name"] for each in person.asks("network", "ls")["items"]})
    for network, other in (("studio", ben), ("choir", carol)):
        for number in range(3):
            laptop.does("log", f"In {network} {number}", "1h", "--network", network)
        other.sees(lambda person: len(statuses(person)) == 3)
    ana.sees(lambda person: len(statuses(person)) == 6)
    ana.does("id", "device", "revoke", "laptop", "--yes")
    laptop.sees(lambda person: person.asks("id", "device", "ls")["this"]["state"] == "revoked")
    assert laptop.tries("log", "Too late", "1h", "--network", "choir").code == Exit.NOT_AUTHORISED
    for network, other in (("studio", ben), ("choir", carol)):
        ana.does("log", f"After it in {network}", "1h", "--network", network)
        other.sees(lambda person: len(statuses(person)) == 4)
        assert statuses(other) == {title: "yes" for title in statuses(ana) if network in title}


def test_8_and_24_a_dismissed_clerk_who_resigns_as_if_before_touches_no_signature(household: Household) -> None:
    ana, ben, carol = studio(household, "ana", "ben", "carol")
    ana.does("org", "create", "Blue")
    firm = str(ana.asks("org", "show", "Blue")["line"])
    ana.does("org", "staff", "add", "Blue", "Carol")
    carol.does("org", "accept", firm)
    ana.does("network", "appoint", "studio", "Blue", "--role", "core")
    ana.does("network", "join", "studio", "--as", "Blue")
    carol.sees(lambda person: "core active" in roles(person).get("Blue", ()))
    carol.does("log", "Known", "1h", "--network", "studio", "--as", "Blue")
    for person in (ana, ben):
        person.sees(lambda person: statuses(person) == {"Known": "yes"})
    rest(carol)
    ana.does("org", "staff", "end", "Blue", "Carol", "--yes")
    rest(ana, ben)
    wake(carol)
    carol.does("log", "Unheard of", "1h", "--network", "studio", "--as", "Blue")
    assert carol.tries("org", "leave", "Blue", "--yes").code == Exit.OK
    refused = carol.tries("log", "Afterwards", "1h", "--network", "studio", "--as", "Blue")
    assert (refused.code, "your mandate to sign for Blue was ended" in refused.err) == (Exit.NOT_AUTHORISED, True)
    wake(ana, ben)
    meet(ana, ben, carol)
    for person in (ana, ben, carol):
        person.sees(lambda person: statuses(person) == {"Known": "yes", "Unheard of": "contested"})


def test_22_who_is_removed_from_a_network_goes_on_in_the_agreement_and_is_paid(household: Household) -> None:
    ana, ben, carol = studio(household, "ana", "ben", "carol")
    shop = household.person("shop")
    for one, other in ((ana, shop), (shop, ana), (ben, shop)):
        knows(one, other)
    terms = {
        "parties": [
            {"who": "me", "roles": ["provider", "holder"]},
            {"who": "Ben", "roles": ["provider"]},
            {"who": "Shop", "roles": ["client"]},
        ],
        "from": "2026-01-01",
        "income_confirm": "client",
        "equation": {"cur": "EUR", "steps": [{"do": "pro_rata", "weights": [{"unit": "HUR"}]}]},
    }
    propose(ana, terms, [(ben, 1), (shop, 1)])
    ben.does("log", "Code", "2h", "--agreement", TITLE, "--on", "2026-01-06")
    does_what_waits(ana, "attest")
    ana.does("network", "remove", "studio", "Ben", "--yes")
    for person in (carol, ben):
        person.sees(lambda person: stands(person, "Ben", "core removed"))
    ana.does("log", "Among ourselves", "1h", "--network", "studio")
    carol.sees(lambda person: "Among ourselves" in person.titles())
    ana.does("income", "add", TITLE, "100.00 EUR", "--tax", "0.00", "--from", "client")
    does_what_waits(shop, "confirm-income")
    shares_out(ana, [ana, ben])
    paid = str(ana.asks("settlement", "add", TITLE, "100.00 EUR", "--to", "Ben")["id"])
    does_what_waits(ben, "confirm-payment")
    comes(paid, shop)
    assert ben.asks("plan", TITLE)["items"] == []
    assert ben.titles() == ["Code"]
    assert carol.titles() == ["Among ourselves"]
