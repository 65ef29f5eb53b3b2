"""Named situations in closed networks, each in a calm town that watches every byte (town.py)."""

import pytest

from meshnode.core.effects import LetIn, NotWritten, ShutOut
from meshnode.core.events import Regain, Vouch
from meshnode.core.settings import CoreSettings
from meshproto.fold.standing import Status
from meshproto.records.ids import LogId, RecordId
from meshproto.wire.codec import decode, encode
from meshproto.wire.messages import (
    Auth,
    Bye,
    Door,
    Get,
    Have,
    Hello,
    Knock,
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
from meshproto.wire.session import invitation_key
from tests.simulation import citizen
from tests.simulation.citizen import Citizen
from tests.simulation.club import Club
from tests.simulation.people import contribute, holder_of, put_up
from tests.simulation.scenes import sync
from tests.simulation.world import TICKETS, Host, Line

SECRET = b"sixteen letters."


def said_to(club: Club, other: Host, monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """From now on: what honest nodes say to somebody."""
    heard: list[Message] = []
    watch = club.world.watch_bodies

    def note(host: Host, line: Line, message: Message, bodies: list[bytes]) -> None:
        watch(host, line, message, bodies)
        assert isinstance(host, Citizen)  # all are
        if other in line.ends and host is not other:
            heard.extend(map(decode, bodies))

    monkeypatch.setattr(club.world, "watch_bodies", note)
    return heard


def asked(club: Club, questions: list[Message], monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """What the first of the people answers to a stranger who asks all this."""
    alice, nosy = club.people[0], club.people[-1]
    club.meet(nosy, alice)
    club.run(2_000)
    heard = said_to(club, nosy, monkeypatch)
    for line in nosy.lines.values():
        club.world.inject(nosy, line, *map(encode, questions))
    club.run(200)
    return heard


def test_whoever_asks_is_answered_as_by_a_node_without_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    club = Club("alice", "bob", "nosy")
    alice = club.people[0]
    grant = club.invites(alice, SECRET)
    club.knocks(club.people[1], alice, SECRET, grant)
    club.works(alice, 3)
    club.run(2_000)
    ids = tuple(RecordId(each) for each, home in club.world.homes.items() if home == club.network)
    logs = [LogId(head.log) for head in alice.ledger.logs_of_scope(club.network)]
    questions: list[Message] = [
        Get(ids),
        Want(tuple(LogWant(log, ()) for log in sorted(logs)), privates=True),
        WantPrivates(ids),
        Spot(b"n" * 32, ids[0], ids[-1]),
        Knock(b"t" * 32, b"p" * 64),
        Have(tuple(LogTip(log, 9, RecordId(b"i" * 32)) for log in logs)),
    ]
    answers = asked(club, questions, monkeypatch)
    assert answers == asked(Club("alice", "bob", "nosy", founds=False), questions, monkeypatch)
    assert {type(each) for each in answers} == {Unknown, Privates, Proof, Door, Want}


def test_a_recorded_conversation_is_worth_nothing_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    club = Club("alice", "bob", "nosy")
    alice, bob, nosy = club.people
    club.knocks(bob, alice, SECRET, club.invites(alice, SECRET, uses=2))
    club.run(2_000)
    recorded = [decode(each) for each in club.world.overheard]
    (proof,) = [each for each in recorded if isinstance(each, Auth) and each.agent == bob.identity.agent]
    shown = [encode(each) for each in recorded if isinstance(each, Scopes | Knock)]
    nosy.bend = lambda message: [encode(proof) if isinstance(message, Auth) else encode(message)]
    heard = said_to(club, nosy, monkeypatch)
    club.meet(nosy, alice)
    club.run(500)
    assert [type(each) for each in heard] == [Hello, Bye]
    nosy.bend = None
    club.run(200_000)
    for line in nosy.lines.values():
        club.world.inject(nosy, line, *shown)
    club.run(2_000)
    assert {type(each) for each in heard} == {Hello, Bye, Auth, Scopes, Door}
    assert {each.network for each in heard if isinstance(each, Door)} == {b""}


def test_a_wrong_secret_opens_nothing() -> None:
    club = Club("alice", "bob")
    alice, bob = club.people
    club.invites(alice, SECRET)
    ticket = club.knocks(bob, alice, b"other letters...")
    club.run(2_000)
    assert bob.answers[ticket] == ShutOut("unknown")
    assert not bob.ledger.has(club.network)


def test_a_removed_member_is_refused_everywhere_within_a_round_of_hearing_it() -> None:
    settings = CoreSettings(live=False)
    club = Club("alice", "bob", "carol", "dave", settings=settings)
    alice, bob, carol, dave = club.people
    club.all_enter()
    for host in (carol, dave):
        club.meet(host, bob)
    club.run(5_000)
    club.world.part([[alice], [bob, carol, dave]])
    club.ends(alice, *club.roles_of(bob, alice))
    early = club.works(bob)
    club.run(60_000)
    assert all(club.shares(host, bob) and host.ledger.has(early[0]) for host in (carol, dave))
    club.world.part([])
    sync(carol)
    club.run(3_000)
    assert not club.is_in(bob, carol), "it has heard of it, dave perhaps not"
    assert [club.shares(host, bob) for host in (carol, dave)] == [False, club.is_in(bob, dave)]
    club.run(settings.sync_interval * 5 // 4)
    assert not any(club.shares(host, bob) for host in (alice, carol, dave))
    refused = contribute(bob, club.network, "too late")
    club.run(60_000)
    assert club.level(alice, carol, dave)
    assert isinstance(bob.answers[refused], NotWritten) or not alice.ledger.has(bob.answers[refused].ids[0])  # type: ignore[union-attr]  # then it is Written


def test_an_act_that_raced_a_removal_stands_alike_on_every_node() -> None:
    club = Club("alice", "bob", "carol")
    alice, bob, carol = club.people
    club.all_enter()
    club.meet(bob, carol)
    club.run(2_000)
    club.world.part([[alice], [bob, carol]])
    club.ends(alice, *club.roles_of(bob, alice))
    (work,) = club.works(bob)
    club.run(2_000)
    club.world.part([])
    club.run(60_000)
    assert club.level(alice, carol)
    standings = [host.standing(work) for host in (alice, carol)]
    assert standings[0] == standings[1]
    assert standings[0] is not None
    assert standings[0].status is Status.CONTESTED


def test_two_stewards_race_over_one_invitation_and_all_see_the_same() -> None:
    club = Club("alice", "bob", "carol", "dave")
    alice, bob, carol, dave = club.people
    club.knocks(bob, alice, b"b" * 16, club.invites(alice, b"b" * 16))
    club.run(2_000)
    club.appoints(alice, bob, "steward")
    grant = club.invites(alice, SECRET)
    club.run(2_000)
    club.world.part([[alice, carol], [bob, dave]])
    tickets = [club.knocks(carol, alice, SECRET, grant), club.knocks(dave, bob, SECRET, grant)]
    club.run(5_000)
    assert [carol.answers[tickets[0]], dave.answers[tickets[1]]] == [LetIn(club.network)] * 2
    club.world.part([])
    club.run(60_000)
    assert club.level(alice, bob, carol, dave)
    assert {door.used for host in club.people for door in host.told[club.network].doors if door.grant == grant} == {2}


def test_who_was_invited_twice_stays_when_one_of_it_is_ended() -> None:
    club = Club("alice", "bob", "carol")
    alice, bob, carol = club.people
    club.knocks(bob, alice, b"b" * 16, club.invites(alice, b"b" * 16))
    club.run(2_000)
    club.appoints(alice, bob, "steward")
    club.meet(carol, alice)
    club.meet(carol, bob)
    club.knocks(carol, alice, SECRET, club.invites(alice, SECRET))
    club.run(2_000)
    first = club.roles_of(carol, alice)
    club.world.part([[alice], [bob, carol]])
    club.ends(alice, *first)
    club.appoints(bob, carol, "observer")
    assert len(club.roles_of(carol, bob)) == 2
    club.world.part([])
    club.run(60_000)
    assert club.level(alice, bob, carol)
    assert [club.is_in(carol, at) for at in club.people] == [True] * 3


def test_who_left_comes_back_by_another_invitation() -> None:
    club = Club("alice", "bob")
    alice, bob = club.people
    club.all_enter()
    bob.leave(club.network)
    club.run(5_000)
    assert not club.is_in(bob, alice)
    assert not club.shares(bob, alice)
    (missed,) = club.works(alice)
    club.run(60_000)
    assert not bob.ledger.has(missed)
    club.knocks(bob, alice, SECRET, club.invites(alice, SECRET))
    club.run(5_000)
    assert bob.ledger.has(missed)
    assert club.level(alice, bob)


def test_who_comes_in_is_called_by_name_within_a_moment_of_it_by_everybody() -> None:
    for seed in range(30):
        club = Club("alice", "bob", "carol", seed=seed)
        club.all_enter()
        club.run(1_000)
        for host in club.people:
            assert [host.ledger.private(each.identity.agent) is not None for each in club.people] == [True] * 3, seed


@pytest.mark.parametrize("seed", range(5))
def test_a_founder_who_lost_everything_gets_all_of_a_network_from_the_one_who_vouches(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(citizen, "SLICE", 1)  # So her standing there is folded long before his.
    club = Club("alice", "bob", seed=seed)
    alice, bob = club.people
    club.all_enter()
    works = (*club.works(alice, 3), *club.works(bob, 30))
    club.run(2_000)
    alice.stop("is lost")
    alice.life += 1
    club.world.faults.fold, club.world.faults.delay = (1, 2), (100, 300)
    blank = put_up(club.world, "blank", alice.identity.agent, (), alice.settings)
    assert isinstance(blank, Citizen)  # all are in a town
    bob.hear(Vouch(next(TICKETS), alice.identity.agent, invitation_key(SECRET).public))
    club.world.vouched[bob.name] = {alice.identity.agent: None}
    club.world.given[alice.identity.agent] = {blank.name: None}
    blank.hear(Regain(next(TICKETS), SECRET, bob.name, (bob.address,), holder_of(club.world, "alice")))
    assert club.world.run(club.world.now + 60_000, lambda: all(map(blank.ledger.has, works)))
    assert club.world.run(club.world.now + 60_000, lambda: club.level(blank, bob))
