"""A home is copied and both copies sign: everybody finds out, says why, proves it, punishes nobody, goes on as one.

Real nodes, by the commands a user types. Ben hears one copy of Ana's home, Carol the other; then these two meet.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from meshnode.cli.exits import Exit
from meshnode.client.client import Client
from meshnode.client.network_answers import Network
from tests.support.homes import Household, Person


@pytest.fixture
def household() -> Iterator[Household]:
    with Household() as people:
        yield people


@dataclass
class Cast:
    """Ana, her copy, and two who each hear one of them. All nodes are down."""

    ana: Person
    copy: Person
    ben: Person
    carol: Person


def test_two_copies_that_sign_are_found_out_told_proven_and_healed(household: Household, tmp_path: Path) -> None:
    cast = copied(household)
    first = sign_in_turns(cast)
    hear(cast.carol, cast.copy, "Copy 2")
    hear(cast.ben, cast.ana, "Ana 2")
    meet(cast.ben, cast.carol)
    for witness in (cast.ben, cast.carol):
        check_what_is_told(witness, first)
    check_the_proof(cast.ben, household, tmp_path)
    check_nobody_is_punished(cast.ben, cast.carol)
    heal(cast)
    check_all_are_alike(cast)


def copied(household: Household) -> Cast:
    """Three members of a network, and a copy of Ana's home that is told to sign."""
    ana, ben, carol = (household.person(name) for name in ("ana", "ben", "carol"))
    ana.does("network", "create", "studio", "--open")
    for person in (ben, carol):
        person.does("network", "join", ana.line())
    for person in (ana, ben, carol):
        person.sees(lambda person: len(network(person)["members"]) == 3)
    for person in (ana, ben, carol):
        person.does("down")
    assert ana.pastes(f"cp -r {ana.home} {ana.home}-copy").code == 0
    return Cast(ana, household.person("ana-copy", starts=False), ben, carol)


def sign_in_turns(cast: Cast) -> str:
    """Both copies sign while nobody hears them; returns Ana's record with the number that was given out twice."""
    refused = cast.copy.tries("log", "Too early", "1h", "--network", "studio")
    assert (refused.code, "copied or restored" in refused.err) == (Exit.CONFLICT, True)
    cast.copy.does("up", "--i-have-the-newest-copy")
    first = cast.ana.asks("log", "Ana 1", "1h", "--network", "studio")["id"]
    cast.copy.does("log", "Copy 1", "1h", "--network", "studio")
    cast.ana.does("log", "Ana 2", "1h", "--network", "studio")
    cast.copy.does("log", "Copy 2", "1h", "--network", "studio")
    return str(first)


def hear(witness: Person, author: Person, title: str) -> None:
    """Let one meet the other until it has a record, and go home again."""
    for person in (witness, author):
        person.does("up")
    witness.tries("peer", "add", address(author))
    witness.sees(lambda person: title in person.titles())
    for person in (witness, author):
        person.does("down")


def meet(one: Person, other: Person) -> None:
    """Let two who hold different branches exchange them."""
    for person in (one, other):
        person.does("up")
    one.does("peer", "add", address(other))
    for person in (one, other):
        person.sees(lambda person: person.titles() == ["Ana 1", "Ana 2", "Copy 1", "Copy 2"])


def check_what_is_told(witness: Person, first: str) -> None:
    """Status, doctor and why say who, what and from what cause; the author is shown as forked."""
    words = "Ana signed 2 records with the number 2 in studio: two copies of one home at work at the same time"
    for command in ("status", "doctor"):
        assert f"! fork: {words}" in witness.does(command)
    why = witness.does("why", first)
    assert "It is valid" in why
    assert f"! forked: {words}" in why
    assert why.count("   2 records, ") == 2, why
    assert " Ana (forked)\n" in witness.does("contribution", "show", first)
    (fork,) = Client.of(witness.home).records.forks()
    assert (fork["cause"], fork["healed"], first in [each["id"] for each in fork["branches"]]) == (
        "two-writers",
        False,
        True,
    )


def check_the_proof(witness: Person, household: Household, folder: Path) -> None:
    """The hint that status prints writes a proof; anybody can check it without a node; no forged one passes."""
    hint = next(line for line in witness.does("status").splitlines() if " export fork " in line)
    command, name = hint.split("`")[1], hint.split(" export fork ")[1].split()[0]
    assert witness.pastes(f"cd {folder} && {command}").code == Exit.OK
    stranger = household.person("stranger", starts=False)
    proof = folder / name
    shown = stranger.does("verify", str(proof))
    assert shown.startswith("✓ A genuine proof of a fork")
    assert "it proves no bad intent" in shown
    raw, forged = proof.read_bytes(), folder / "forged.proof"
    for place in range(0, len(raw), len(raw) // 8):
        forged.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        assert stranger.tries("verify", str(forged)).code == Exit.VERIFICATION
    assert not stranger.home.exists()


def check_nobody_is_punished(one: Person, other: Person) -> None:
    """Who holds the other branch keeps the connection, and what either writes arrives."""
    for writer, reader in ((one, other), (other, one)):
        title = f"{writer.name} goes on"
        writer.does("log", title, "1h", "--network", "studio")
        reader.sees(lambda person, title=title: title in person.titles())  # type: ignore[misc]  # bound here
    for person, peer in ((one, other), (other, one)):
        (standing,) = [each for each in person.asks("peer", "ls")["items"] if each["id"] == peer_id(peer)]
        assert (standing["state"], standing["last_error"], standing["next_try"]) == ("direct", "", None)
        counters = person.asks("status")["counters"]
        assert counters["forks_found"] == 1
        assert [name for name in counters if name.startswith("breaches.")] == []


def heal(cast: Cast) -> None:
    """Ana's node hears of the other branch; the next thing she signs joins them, and the copy goes on from there."""
    cast.ana.does("up")
    cast.ana.tries("peer", "add", address(cast.ben))
    cast.ana.sees(lambda person: "Copy 2" in person.titles())
    cast.ana.sees(lambda person: "stop the other copy of this home" in person.does("status"))
    cast.ana.does("log", "Heals", "1h", "--network", "studio")
    for person in (cast.ana, cast.ben, cast.carol):
        person.sees(lambda person: "Heals" in person.titles() and "fork" not in person.does("status"))
    cast.ana.does("down")
    cast.copy.does("up")
    cast.copy.tries("peer", "add", address(cast.ben))
    cast.copy.sees(lambda person: "Heals" in person.titles())
    cast.copy.does("log", "The copy goes on", "1h", "--network", "studio")
    cast.ben.sees(lambda person: "The copy goes on" in person.titles())
    assert "fork" not in cast.ben.does("status")
    cast.copy.does("down")
    cast.ana.does("up")
    cast.ana.tries("peer", "add", address(cast.ben))


def check_all_are_alike(cast: Cast) -> None:
    """Every node computes the same state of the network."""
    for person in (cast.ana, cast.carol):
        person.sees(lambda person: digest(person) == digest(cast.ben))
    assert len(cast.ben.titles()) == 8


def network(person: Person) -> Network:
    """The network as this person's node tells it."""
    return next(each for each in Client.of(person.home).networks.every() if each["name"] == "studio")


def digest(person: Person) -> str:
    """The state of the network as this person's node computes it."""
    return next(each["digest"] for each in Client.of(person.home).node.state()["scopes"] if each["name"] == "studio")


def address(person: Person) -> str:
    """Where a person's node is reached now: a new place after each start."""
    return str(person.asks("status")["listening"][0])


def peer_id(person: Person) -> str:
    """The name of a person's node."""
    return str(person.asks("status")["peer"])
