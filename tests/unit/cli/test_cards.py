"""`meshnode id card`, against a fake node."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from meshnode.api.models.cards import OwnCard
from meshnode.cli.exits import Exit
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode
from tests.support.fakes.sample_cards import CARD, WORDS, sample_contact
from tests.support.fakes.sample_people import ANA, BEN


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


def test_ones_own_card_is_printed_as_the_command_for_whoever_it_is_for(node: FakeNode) -> None:
    ran = run("id", "card", home=node)
    assert ran.out.startswith(
        "The card of Ana López (you); it is no secret and opens no door (reachable: the internet):"
    )
    assert ran.out.endswith(f"      meshnode id card add {CARD}\n")
    assert "█" in run("id", "card", "--qr", home=node).out
    assert objects(run("id", "card", "show", "--json", home=node))[0]["line"] == CARD


def test_the_card_of_a_firm_is_asked_for_by_its_name(node: FakeNode) -> None:
    run("id", "card", "--as", "Blue", home=node)
    assert node.asked[0].query == {"as": "Blue"}


def test_a_card_is_written_to_a_new_file_and_read_from_it(node: FakeNode, tmp_path: Path) -> None:
    file = tmp_path / "ana.card"
    assert run("id", "card", "--file", str(file), home=node).code == Exit.OK
    assert file.read_text() == f"{CARD}\n"
    again = run("id", "card", "--file", str(file), home=node)
    assert (again.code, "File exists" in again.last) == (Exit.FAILURE, True)
    assert run("id", "card", "add", "--yes", "--file", str(file), home=node).code == Exit.OK
    assert node.asked[-1].body["line"] == f"{CARD}\n"


def test_a_card_too_long_for_a_line_goes_into_a_file_and_one_too_long_for_a_code_is_called_so(node: FakeNode) -> None:
    node.answers["GET", "/card"] = OwnCard(ANA, CARD, False, [], "")
    assert "--file FILE" in run("id", "card", home=node).last
    node.answers["GET", "/card"] = OwnCard(ANA, "card1." + "A" * 3_500, True, [], "")
    ran = run("id", "card", "--qr", home=node)
    assert "it says of no address" in ran.out
    assert "too long for a QR code" in ran.out + ran.err


def test_somebodys_card_is_shown_in_plain_words_before_it_is_taken_in(node: FakeNode) -> None:
    ran = run("id", "card", "add", CARD, home=node, terminal=True, stdin="y\n")
    for words in (
        "The card of Ben",
        "a person",
        WORDS,
        "Boats",
        "ben@example.org",
        "1, within the internet",
        "not yet",
    ):
        assert words in ran.out
    assert "Ben   known here from now on" in ran.out
    assert [each.body["dry_run"] for each in node.asked] == [True, False]
    assert run("id", "card", "add", CARD, home=node, terminal=True, stdin="n\n").code == Exit.FAILURE
    assert node.asked[-1].body["dry_run"]


def test_a_card_is_only_looked_at_with_read(node: FakeNode) -> None:
    ran = run("id", "card", "read", CARD, home=node)
    assert ran.out.startswith("✓ The card of Ben   it proves itself\n")
    assert [each.body["dry_run"] for each in node.asked] == [True]


def test_the_card_of_a_firm_says_who_signed_it(node: FakeNode) -> None:
    seen = sample_contact(taken=False)
    seen.kind, seen.agent, seen.signer = "organization", ANA, BEN
    seen.addresses, seen.known = [], True
    node.answers["POST", "/cards"] = seen
    out = run("id", "card", "read", CARD, home=node).out
    for words in ("an organisation", "by Ben, who signs for it", "none: your node cannot look for theirs", "already"):
        assert words in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add",), "either the line of a card is needed"),
        (("add", CARD, "--qr"), "takes neither --qr nor --as"),
        (("show", CARD), "`read` or `add`"),
        (("read", "--file", "/nowhere/card"), "could not be read"),
        (("read", "--file", "/bin/ls"), "holds no contact card"),
    ],
)
def test_what_makes_no_sense_is_refused_before_the_node_is_asked(
    node: FakeNode, words: tuple[str, ...], said: str
) -> None:
    ran = run("id", "card", *words, home=node)
    assert (ran.code, said in ran.last, node.asked) == (Exit.USAGE, True, [])


def test_peer_add_says_what_a_card_is_for(node: FakeNode) -> None:
    ran = run("peer", "add", CARD, home=node)
    assert f"id card add {CARD}" in ran.last
