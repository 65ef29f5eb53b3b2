"""`meshnode org …` and `meshnode reaffirm`, against a fake node."""

from collections.abc import Iterator
from typing import Any

import pytest

from meshnode.api.models import organisations as o
from meshnode.api.models.shared import Page, Signer
from meshnode.api.models.work import Written
from meshnode.cli.exits import Exit
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode, contribution
from tests.support.fakes.sample_firms import mandate, organisation
from tests.support.fakes.sample_people import ADDRESS, ANA, BEN, STUDIO, text_id


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


def test_a_firm_of_one_may_go_on_and_hire(node: FakeNode) -> None:
    ran = run("org", "create", "Blue", home=node)
    assert ran.out.startswith(f"✓ Organisation created   Blue   {text_id('Blue')[:15]}…\n  Let somebody sign for it:")
    assert ran.out.rstrip().endswith("org staff add Blue NAME")


def test_a_firm_of_two_prints_the_line_by_which_the_other_accepts(node: FakeNode) -> None:
    node.answers["POST", "/organisations"] = organisation("Blue", founded=False)
    ran = run("org", "create", "Blue", "--founder", "Ben", "--sensitive", "grant", "--quorum", "3/4", home=node)
    assert "The other founders accept with (reachable: this LAN):" in ran.out
    assert f"meshnode org accept {text_id('Blue')}@{ADDRESS}" in ran.out
    assert node.asked[0].body == {"name": "Blue", "founders": ["Ben"], "sensitive": ["grant"], "quorum": "3/4"}


def test_who_accepts_is_told_what_for_and_for_whom_one_waits(node: FakeNode) -> None:
    assert run("org", "accept", "Blue", home=node).out.startswith("✓ You are a founder of Blue\n  Sign for it:")
    node.answers["POST", "/organisations/accepts"] = organisation("Blue", founded=False)
    assert "awaited: Ben" in run("org", "accept", "Blue", home=node).out
    found = organisation("Blue")
    found.standing = "staff"
    node.answers["POST", "/organisations/accepts"] = found
    assert run("org", "accept", "Blue", home=node).out.startswith("✓ You sign for Blue\n")


def test_organisations_are_listed_with_how_one_stands(node: FakeNode) -> None:
    assert run("org", "ls", home=node).out.startswith("No organisations yet.\n  Found one:")
    gone, waiting = organisation("Gone"), organisation("New", founded=False)
    gone.dissolved, gone.standing = True, "none"
    node.organisations += [organisation("Blue"), gone, waiting]
    rows = [line.split() for line in run("org", "ls", home=node).out.splitlines()]
    assert [row[:4] for row in rows[1:]] == [
        ["Blue", "founder", "2", "people"],
        ["Gone", "–", "dissolved", f"{text_id('Gone')[:15]}…"],
        ["New", "founder", "waits", "for"],
    ]


def test_an_organisation_is_shown_with_its_people_and_their_reach(node: FakeNode) -> None:
    found = organisation("Blue")
    narrow: dict[str, Any] = {"may": ["contribution"], "until": "2027-01-01", "project": "00", "most": "500000 EUR"}
    narrow["may_delegate"] = True
    found.people.append(mandate(BEN, "active", **narrow))
    node.answers["GET", "/organisations/Blue"] = found
    ran = run("org", "show", "Blue", home=node)
    assert "  Boats\n" in ran.out
    assert "  sensitive  grant\n" in ran.out
    reach = "contribution, until 2027-01-01, for one project, up to 5000.00 EUR, may pass it on"
    (line,) = [each for each in ran.out.splitlines() if "contribution" in each]
    assert reach.startswith(line.split("active  ")[1].split("…")[0].strip())


def test_staff_is_offered_within_limits(node: FakeNode) -> None:
    words = (
        "--may",
        "contribution",
        "--until",
        "2027-01-01",
        "--max",
        "5000 EUR",
        "--may-delegate",
        "--project",
        "acme",
    )
    ran = run("org", "staff", "add", "Blue", "Ben", *words, home=node)
    assert ran.out.startswith("✓ Offered to Ben: to sign for Blue; it holds once accepted\n  They accept with")
    assert node.asked[0].body == {
        "agent": "Ben",
        "may": ["contribution"],
        "until": "2027-01-01",
        "project": "acme",
        "most": 500_000,
        "currency": "EUR",
        "may_delegate": True,
    }


MISSING = [("add", "Blue"), ("end", "Blue", "--yes"), ("add", "Blue", "Ben", "--max", "5000"), ("end", "Blue", "Ben")]


@pytest.mark.parametrize("words", MISSING)
def test_what_is_missing_is_asked_for(node: FakeNode, words: tuple[str, ...]) -> None:
    assert run("org", "staff", *words, home=node).code == Exit.USAGE


def test_ended_mandates_are_listed_when_asked_for(node: FakeNode) -> None:
    found = organisation("Blue")
    found.people.append(mandate(BEN, "removed"))
    node.answers["GET", "/organisations/Blue"] = found
    ran = run("org", "staff", "ls", "Blue", home=node)
    assert "removed" not in ran.out
    assert "1 ended mandate more:" in ran.out
    assert "removed" in run("org", "staff", "ls", "Blue", "--all", home=node).out


def test_somebody_is_dismissed(node: FakeNode) -> None:
    ran = run("org", "staff", "end", "Blue", "Ben", "--yes", "--reason", "cause", home=node)
    assert ran.out == "✓ Ben does not sign for Blue any more; what was signed stays\n"
    assert node.asked[0].body == {"agent": "Ben", "reason": "cause"}
    node.answers["POST", "/organisations/Blue/dismissals"] = Page[o.Mandate]([])
    assert run("org", "staff", "end", "Blue", "Ben", "--yes", home=node).out.startswith("✓ Ben does not sign")


def test_who_leaves_is_told_whether_anybody_has_heard(node: FakeNode) -> None:
    assert "Nobody there has heard of it yet" in run("org", "leave", "Blue", "--yes", home=node).out
    assert run("org", "leave", "Blue", home=node).code == Exit.USAGE


def test_a_contested_record_is_stood_by(node: FakeNode) -> None:
    ran = run("reaffirm", "x", home=node)
    assert ran.out == f"✓ Reaffirmed   {text_id('x')[:15]}…   valid   by record {text_id('accept')[:15]}…\n"


def test_what_is_signed_for_an_organisation_says_who_signed(node: FakeNode) -> None:
    signer = Signer(BEN, "staff", text_id("mandate"))
    node.answers["POST", "/contributions"] = Written(text_id("x"), "contribution", STUDIO, ANA, signer)
    ran = run("log", "x", "1h", "--as", "Blue", home=node)
    assert f"as Ana López (you), signed by Ben (staff, mandate {text_id('mandate')[:15]}…)" in ran.out
    assert node.asked[0].body["as"] == "Blue"
    entry = contribution("Hull", 3600, BEN)
    entry.signed_by = Signer(ANA, "founder", text_id("mandate"))
    node.contributions.append(entry)
    assert run("contribution", "ls", home=node).out.splitlines()[1].endswith("Ben (you)")
    assert "Ben, signed by you (founder, mandate" in run("contribution", "show", entry.id, home=node).out


def test_signing_for_an_organisation_takes_the_running_node(node: FakeNode) -> None:
    node.hang_up()
    node.announce(2**30)
    ran = run("log", "x", "1h", "--as", "Blue", home=node)
    assert ran.code == Exit.NOT_RUNNING
    assert "signing for an organisation takes the running node" in ran.err


def test_every_answer_is_one_object(node: FakeNode) -> None:
    for words in (("staff", "add", "Blue", "Ben"), ("staff", "end", "Blue", "Ben", "--yes"), ("show", "Blue")):
        assert [each["schema"] for each in objects(run("org", *words, "--json", home=node))] == [
            f"meshnode.org.{words[0]}/1"
        ]
