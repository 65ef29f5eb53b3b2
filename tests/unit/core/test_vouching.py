"""Coming back: a member vouches, a recovery key is shown, and nobody else learns anything."""

import pytest

from meshnode.core.doors import KNOCKS_HEARD
from meshnode.core.drafts import Draft
from meshnode.core.effects import Done, Regained, ShutOut
from meshnode.core.events import Regain, Vouch
from meshnode.core.rows import JoinedEntry
from meshnode.core.standing import standing_of
from meshnode.core.vouching import VOUCH_MS, VOUCHES
from meshproto.records.ids import ScopeId
from meshproto.records.signatures import SigningKey
from meshproto.types import authority
from meshproto.types.recovery import recovery_digest
from meshproto.wire import session as words
from meshproto.wire.messages import Door, DoorState, Knock
from tests.support.closed_scene import closed, ended, enters, invited, shared
from tests.support.core_rig import Peer, Rig, Writer, network_of
from tests.support.core_scene import accept_of

HOLDER = SigningKey.from_seed(bytes(range(32)))
CAROL = Writer("carol", recovery=HOLDER)
SECRET = b"carol comes back"
LINE = words.invitation_key(SECRET)
WALL = Door(DoorState.UNKNOWN, b"", b"", b"")


def member() -> tuple[Rig, ScopeId, bytes]:
    """A node with a closed network in which Carol stands; and by what she does."""
    rig, scope = closed()
    carol = Writer("carol", recovery=HOLDER)
    return rig, scope, enters(rig, scope, carol, invited(rig, scope))


def vouches(rig: Rig, who: Writer = CAROL, *, suffices: bool = False) -> None:
    ticket = rig.ticket()
    rig.feed(Vouch(ticket, who.agent, LINE.public, suffices))
    assert rig.answers[ticket] == Done()


def blank(rig: Rig, *, outbound: bool = False) -> Peer:
    """A machine with a key that nobody knows, which says that it is Carol's."""
    machine = Writer("machine")
    machine.agent = CAROL.agent
    return rig.meet(machine, outbound=outbound)


def asks(peer: Peer, holder: SigningKey = HOLDER, line: bytes = LINE.public) -> list[Door]:
    """Knock with a recovery key; returns the doors that are answered."""
    before = len(peer.all(Door))
    proof = words.sign_regain(holder, peer.transcript, peer.role, peer.who.agent, line)
    peer.say(Knock(holder.public, proof))
    return peer.all(Door)[before:]


def asks_by_the_line(peer: Peer) -> list[Door]:
    before = len(peer.all(Door))
    proof = words.sign_knock(LINE, peer.transcript, peer.role, peer.who.agent)
    peer.say(Knock(words.door_tag(LINE.public, peer.transcript, peer.role), proof))
    return peer.all(Door)[before:]


def theirs(peer: Peer) -> bytes:
    """The role of the node, as the peer sees it."""
    return words.ANSWERER if peer.role == words.DIALLER else words.DIALLER


@pytest.mark.parametrize("outbound", [False, True])
def test_who_shows_a_recovery_key_regains_the_networks(outbound: bool) -> None:
    rig, scope, _ = member()
    rig.found(name="private")
    vouches(rig)
    peer = blank(rig, outbound=outbound)
    tag = words.door_tag(LINE.public, peer.transcript, theirs(peer))
    assert asks(peer) == [Door(DoorState.OPEN, tag, each, CAROL.agent) for each in (scope, ScopeId(CAROL.agent))]
    peer.show(scope)
    assert shared(rig, peer) == {scope}


def test_another_key_another_line_and_nobody_vouching_sound_alike() -> None:
    rig, scope, _ = member()
    assert asks(blank(rig)) == [WALL]
    vouches(rig)
    peer = blank(rig)
    assert asks(peer, SigningKey.from_seed(bytes(32))) == [WALL]
    assert asks(peer, line=bytes(32)) == [WALL]
    assert asks_by_the_line(peer) == [WALL]
    peer.show(scope)
    assert shared(rig, peer) == set()
    assert asks(rig.meet(Writer("dave"))) == [WALL]


def test_nobody_comes_back_as_somebody_who_is_not_known_or_no_person() -> None:
    rig, scope = closed()
    vouches(rig)
    assert asks(blank(rig)) == [WALL]
    network = Writer("network")
    network.agent = scope  # type: ignore[assignment]  # who claims to be a network
    vouches(rig, network)
    assert asks(rig.meet(network)) == [WALL]


def test_where_the_helper_keeps_a_recovery_key_the_line_suffices() -> None:
    rig, scope, _ = member()
    vouches(rig, suffices=True)
    peer = blank(rig)
    assert [each.network for each in asks_by_the_line(peer)] == [scope, CAROL.agent]
    other = blank(rig)
    other.say(Knock(words.door_tag(LINE.public, other.transcript, other.role), bytes(64)))
    assert other.last(Door) == WALL


def test_an_open_network_is_told_too_if_one_stands_there() -> None:
    rig = Rig()
    open_one, other = rig.found(), rig.found(name="other")
    carol = Writer("carol", recovery=HOLDER)
    rig.put(carol.genesis, carol.grant(open_one, accept_of(rig, open_one)))
    rig.fold()
    vouches(rig)
    assert [each.network for each in asks(blank(rig))] == [open_one, CAROL.agent]
    assert other in rig.node.parts.scopes.carried


def test_who_was_ended_does_not_come_back() -> None:
    rig, scope, accept = member()
    vouches(rig)
    peer = blank(rig)
    asks(peer)
    peer.show(scope)
    ended(rig, scope, accept)
    assert shared(rig, peer) == set()
    assert [each.network for each in asks(blank(rig))] == [CAROL.agent]


def test_whose_standing_is_contested_comes_back_all_the_same() -> None:
    rig, scope, _ = member()
    vouches(rig)
    peer = blank(rig)
    asks(peer)
    peer.show(scope)
    facts = authority.rotate(peer.who.key.public, CAROL.agent, [HOLDER], recovery=([recovery_digest(bytes(32))], 1))
    rig.put(peer.who.sign(Draft(ScopeId(CAROL.agent), "rotate", facts)))
    rig.fold()
    told = standing_of(scope, rig.me.agent, rig.folded)
    assert told is not None
    assert (CAROL.agent in told.readers, CAROL.agent in told.doubted) == (False, True)
    assert shared(rig, peer) == {scope}
    assert asks(blank(rig)) == [WALL]


def test_a_line_ends_and_few_hold_at_once() -> None:
    rig, _, _ = member()
    vouches(rig)
    rig.ticks += VOUCH_MS
    assert asks(blank(rig)) == [WALL]
    vouches(rig)
    for number in range(VOUCHES):
        rig.feed(Vouch(rig.ticket(), Writer(f"{number}").agent, bytes(32)))
    assert asks(blank(rig)) == [WALL]


def test_asking_is_counted_as_knocking_is() -> None:
    rig, _, _ = member()
    vouches(rig)
    peer = blank(rig)
    for _ in range(KNOCKS_HEARD + 1):
        asks(peer)
    assert peer.bye == "W-FLOOD"


BEN = Writer("ben")


def comes_back(rig: Rig, holder: SigningKey | None = HOLDER) -> int:
    ticket = rig.ticket()
    rig.feed(Regain(ticket, SECRET, "peer-ben", ("/ben",), holder))
    return ticket


def opens(peer: Peer, network: bytes, *, tag: bytes = b"") -> None:
    due = words.door_tag(LINE.public, peer.transcript, peer.role)
    peer.say(Door(DoorState.OPEN, tag or due, network, b"g" * 32))


@pytest.mark.parametrize("outbound", [False, True])
def test_one_asks_at_the_peer_of_the_line_and_carries_what_it_tells(outbound: bool) -> None:
    rig, (scope, _) = Rig(), network_of(BEN, is_open=False)
    other, peer = rig.meet(Writer("dave")), rig.meet(BEN, outbound=outbound)
    ticket = comes_back(rig)
    assert other.all(Knock) == []
    (knock,) = peer.all(Knock)
    ours = words.DIALLER if outbound else words.ANSWERER
    assert knock.tag == HOLDER.public
    assert words.is_regain(knock.tag, peer.transcript, ours, rig.me.agent, LINE.public, knock.proof)
    opens(peer, scope)
    opens(other, scope)
    opens(peer, bytes(32), tag=b"?" * 32)
    assert ticket not in rig.answers
    opens(peer, rig.me.agent)
    assert rig.answers[ticket] == Regained((scope,))
    assert [(row.network, row.host) for row in rig.ledger.rows(JoinedEntry)] == [(scope, "peer-ben")]
    peer.show(scope)
    assert shared(rig, peer) == {scope}


def test_without_a_key_one_asks_by_the_line_alone() -> None:
    rig = Rig()
    peer = rig.meet(BEN)
    comes_back(rig, None)
    (knock,) = peer.all(Knock)
    assert words.is_knock(LINE.public, peer.transcript, theirs(peer), rig.me.agent, knock.proof)


def test_a_wall_and_a_second_attempt_are_answered() -> None:
    rig = Rig()
    first = comes_back(rig)
    second = comes_back(rig)
    assert rig.answers[first] == ShutOut("again")
    peer = rig.meet(BEN)
    peer.say(WALL)
    assert rig.answers[second] == ShutOut("unknown")


def test_a_connection_that_breaks_is_asked_over_again() -> None:
    rig, (scope, _) = Rig(), network_of(BEN, is_open=False)
    ticket = comes_back(rig)
    other, first = rig.meet(Writer("dave")), rig.meet(BEN)
    opens(first, scope)
    other.leaves()
    first.leaves()
    again = rig.meet(BEN)
    assert len(again.all(Knock)) == 1
    opens(again, rig.me.agent)
    assert rig.answers[ticket] == Regained(())


def test_a_door_that_is_shut_upon_another_knock_says_nothing_of_coming_back() -> None:
    rig = Rig()
    peer = rig.meet(BEN)
    ticket = comes_back(rig)
    peer.say(Door(DoorState.USED, b"?" * 32, b"", b""))
    assert ticket not in rig.answers
    opens(peer, rig.me.agent)
    assert rig.answers[ticket] == Regained(())


def test_whoever_comes_back_where_one_stands_takes_nobody_for_a_host() -> None:
    rig, scope = closed()
    comes_back(rig)
    opens(rig.meet(BEN), scope)
    assert [row.host for row in rig.ledger.rows(JoinedEntry)] == [""]
