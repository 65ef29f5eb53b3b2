"""Named situations in agreements, each in a calm town that watches every byte (town.py)."""

import pytest

from meshproto.records.ids import LogId, RecordId
from meshproto.wire.codec import decode, encode
from meshproto.wire.messages import (
    Agreements,
    Compare,
    Get,
    Have,
    Held,
    LogTip,
    LogWant,
    Message,
    Privates,
    Proof,
    Scopes,
    Spot,
    Unknown,
    Want,
    WantPrivates,
)
from tests.simulation.bargain import Bargain
from tests.simulation.people import join
from tests.simulation.world import Host, Line


def test_an_agreement_reaches_its_parties_and_nobody_else() -> None:
    town = Bargain("ana", "bo", "cy", "dee")
    ana, bo, cy, dee = town.people
    scope = town.proposes(ana, bo, cy)
    town.run(5_000)
    assert [town.knows(each, scope) for each in (ana, bo, cy, dee)] == [True, True, True, False]
    town.signs(bo, scope)
    town.signs(cy, scope)
    town.run(5_000)
    assert {town.state(each, scope) for each in (ana, bo, cy)} == {"in_force"}
    work = town.works(bo, scope)
    town.run(5_000)
    assert all(each.ledger.private(work) for each in (ana, bo, cy))
    assert town.level(scope, ana, bo, cy)
    assert not town.knows(dee, scope)


def test_a_client_of_no_network_is_reached_by_a_card() -> None:
    town = Bargain("ana", "bo", "dee", outside=["client"])
    ana, bo, dee = town.people
    (client,) = town.outsiders
    town.introduces(ana, client)
    town.run(1_000)
    scope = town.proposes(ana, bo, client)
    town.run(5_000)
    for each in (bo, client):
        town.signs(each, scope)
    town.run(60_000)
    assert {town.state(each, scope) for each in (ana, bo, client)} == {"in_force"}
    assert town.level(scope, ana, bo, client)
    assert not client.ledger.has(town.network)
    assert not town.knows(dee, scope)


def test_signatures_of_two_halves_meet_when_a_partition_heals() -> None:
    town = Bargain("ana", "bo", "cy", "dee")
    ana, bo, cy, dee = town.people
    scope = town.proposes(ana, bo, cy)
    town.run(5_000)
    town.world.part([[ana, bo], [cy, dee]])
    town.signs(bo, scope)
    town.signs(cy, scope)
    town.run(30_000)
    assert {town.state(each, scope) for each in (ana, bo, cy)} == {"proposed"}
    town.world.part([])
    town.run(90_000)
    assert {town.state(each, scope) for each in (ana, bo, cy)} == {"in_force"}
    assert town.level(scope, ana, bo, cy)
    assert not town.knows(dee, scope)


def test_whom_a_later_version_names_gets_it_from_who_proposed_it_and_then_from_anybody() -> None:
    town = Bargain("ana", "bo", "cy")
    ana, bo, cy = town.people
    scope = town.proposes(ana, bo)
    town.run(2_000)
    town.signs(bo, scope)
    town.run(2_000)
    version = town.amends(bo, scope, scope, bo, ana, cy)
    town.run(5_000)
    assert [town.state(each, version) for each in (ana, bo, cy)] == ["proposed"] * 3
    for each in (ana, cy):
        town.signs(each, scope, version)
    town.run(5_000)
    assert {town.state(each, version) for each in town.people} == {"in_force"}
    town.world.part([[bo], [ana, cy]])
    work = town.works(ana, scope)
    town.run(60_000)
    assert cy.ledger.has(work)


def test_members_of_a_network_who_are_no_parties_are_answered_as_if_there_were_no_agreement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    town = Bargain("ana", "bo", "nosy")
    ana, bo, _ = town.people
    scope = town.proposes(ana, bo)
    town.run(2_000)
    town.signs(bo, scope)
    town.works(ana, scope)
    town.run(2_000)
    ids = tuple(RecordId(each) for each, home in town.world.homes.items() if home == scope)
    logs = sorted(LogId(head.log) for head in ana.ledger.logs_of_scope(scope))
    assert len(logs) == 2
    questions: list[Message] = [
        Get(ids),
        Want(tuple(LogWant(log, ()) for log in logs), privates=True),
        WantPrivates(ids),
        Spot(b"n" * 32, ids[0], ids[-1]),
        Have(tuple(LogTip(log, 9, RecordId(b"i" * 32)) for log in logs)),
        Agreements((RecordId(b"x" * 32),)),
    ]
    answers = asked(town, questions, monkeypatch)
    other = Bargain("ana", "bo", "nosy")
    other.run(4_900)
    assert answers == asked(other, questions, monkeypatch)
    assert {type(each) for each in answers} >= {Unknown, Privates, Proof, Want}


def test_who_knows_the_id_of_an_agreement_and_is_no_party_shares_nothing() -> None:
    town = Bargain("ana", "bo", "nosy")
    ana, bo, nosy = town.people
    scope = town.proposes(ana, bo)
    town.run(2_000)
    nosy.bend = lambda message: [encode(message)]  # What he says is his own affair.
    join(nosy, scope, ana)
    town.run(60_000)
    assert not town.knows(nosy, scope)
    assert ana.node is not None
    sessions = [each for each in ana.node.parts.ground.open_sessions() if each.peer == nosy.name]
    assert sessions
    assert all(scope not in each.shared.values() for each in sessions)


def asked(town: Bargain, questions: list[Message], monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """What the first of the people says to the last one who asks all this."""
    ana, nosy = town.people[0], town.people[-1]
    heard: list[Message] = []
    watch = town.world.watch_bodies

    def note(host: Host, line: Line, message: Message, bodies: list[bytes]) -> None:
        watch(host, line, message, bodies)
        if nosy in line.ends and host is ana:
            heard.extend(map(decode, bodies))

    monkeypatch.setattr(town.world, "watch_bodies", note)
    for line in nosy.lines.values():
        if ana in line.ends:
            town.world.inject(nosy, line, *map(encode, questions))
    town.run(400)
    return [each for each in heard if not isinstance(each, Compare | Scopes | Held)]
