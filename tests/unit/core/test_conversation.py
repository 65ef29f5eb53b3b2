"""How a conversation opens: who speaks is proven, what is shared is told to nobody else."""

from hashlib import sha256

import pytest

from meshnode.core.drafts import Draft
from meshnode.core.events import Listening
from meshnode.core.reports import PeerBroke, PeerWelcome
from meshnode.core.settings import CoreSettings
from meshproto.records.ids import AgentId, RecordId
from meshproto.wire import session as words
from meshproto.wire.codec import encode
from meshproto.wire.messages import (
    Auth,
    Compare,
    Credit,
    Get,
    Hello,
    LogWant,
    Optional,
    Part,
    Privates,
    Scopes,
    Unknown,
    Want,
)
from tests.support.core_rig import Rig, Writer, headers_of, ids_of, network_of

BOB = Writer("bob")
HELLO = Hello((1,), bytes(32), (), 1000, ())


def test_the_answerer_proves_itself_only_after_the_dialler() -> None:
    rig = Rig()
    peer = rig.dialled(BOB)
    assert [type(each) for each in peer.take()] == [Hello]
    peer.heard.append(Hello((1,), rig.node.parts.ground.sessions[1].nonce, (), 0, ()))
    peer.greet()
    assert [type(each) for each in peer.take()[1:]] == [Auth, Scopes]


def test_the_dialler_proves_itself_at_once() -> None:
    rig = Rig()
    peer = rig.dialled(BOB, outbound=True)
    peer.greet()
    assert [type(each) for each in peer.take()] == [Hello, Auth, Scopes]
    auth = rig.meet(Writer("carol"), outbound=True).last(Auth)
    assert auth.agent == rig.me.agent


def test_both_proofs_hold_for_this_session_and_role() -> None:
    rig = Rig()
    peer = rig.meet(BOB)
    auth = peer.last(Auth)
    assert words.is_hello(auth.key, peer.transcript, words.ANSWERER, auth.agent, auth.signature)
    session = rig.node.parts.ground.sessions[peer.conn]
    assert (session.agent, session.key) == (BOB.agent, BOB.key.public)


def test_hello_tells_where_the_node_listens_now() -> None:
    rig = Rig()
    rig.feed(Listening(("/new",)))
    assert rig.dialled(BOB).last(Hello).listening == ("/new",)


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ([HELLO, HELLO], "W-ORDER"),
        ([Auth(AgentId(b""), BOB.key.public, bytes(64))], "W-ORDER"),
        ([Hello((2, 3), bytes(32), (), 0, ())], "W-VERSION"),
        ([HELLO, Auth(BOB.agent, BOB.key.public, bytes(64))], "W-HELLO"),
        ([HELLO, Get((BOB.agent,))], "W-ORDER"),  # type: ignore[arg-type]  # an agent's id is a record's
        ([Compare(2, (), ())], "W-ORDER"),
        ([headers_of(BOB.genesis.runs[0])], "W-ORDER"),
    ],
)
def test_whoever_opens_a_conversation_wrongly_is_closed(first: list[Hello], code: str) -> None:
    rig = Rig()
    peer = rig.dialled(BOB)
    peer.say(*first)
    assert peer.bye == code
    assert peer.closed
    assert [each.breach.value for each in rig.told(PeerBroke)] == [code]


def test_private_parts_before_the_proof_are_out_of_order() -> None:
    rig = Rig()
    peer = rig.dialled(BOB)
    peer.say(Privates((), (), ()))
    assert peer.bye == "W-ORDER"


def test_our_own_nonce_thrown_back_is_refused() -> None:
    rig = Rig()
    peer = rig.dialled(BOB)
    peer.say(Hello((1,), peer.last(Hello).nonce, (), 0, ()))
    assert peer.bye == "W-HELLO"


def test_a_proof_from_another_session_is_refused() -> None:
    rig = Rig()
    stolen = rig.meet(BOB).proof()
    peer = rig.dialled(BOB)
    peer.say(Hello((1,), sha256(b"another").digest(), (), 0, ()), stolen)
    assert peer.bye == "W-HELLO"


def test_messages_that_may_be_ignored_are_welcome_at_any_time() -> None:
    rig = Rig()
    peer = rig.dialled(BOB)
    peer.say(Optional(200))
    assert not peer.closed


def test_who_does_not_prove_itself_in_time_is_closed() -> None:
    rig = Rig(settings=CoreSettings(hello_deadline=5_000))
    peer = rig.dialled(BOB)
    rig.wait(4_999)
    assert not peer.closed
    rig.wait(1)
    assert peer.bye == "W-IDLE"


def test_nothing_more_is_said_to_or_heard_from_a_peer_that_was_closed() -> None:
    rig = Rig()
    peer = rig.dialled(BOB)
    peer.say(Credit(1))
    peer.take()
    peer.say(HELLO)
    rig.wait(100_000)
    assert peer.take() == []


def test_tags_are_filled_up_and_shown_in_no_telling_order() -> None:
    rig = Rig()
    scopes = [rig.found(name=f"{at}") for at in range(3)]
    peer = rig.meet(BOB)
    (shown,) = peer.all(Scopes)
    assert len(shown.tags) == 8
    assert list(shown.tags) == sorted(shown.tags)
    assert {words.tag(scope, peer.transcript, words.ANSWERER) for scope in scopes} <= set(shown.tags)


def test_only_what_both_carry_is_shared() -> None:
    rig = Rig()
    ours, both = rig.found(name="ours"), rig.found(name="both")
    theirs, _ = network_of(BOB, name="theirs")
    peer = rig.meet(BOB, both, theirs)
    session = rig.node.parts.ground.sessions[peer.conn]
    assert session.shared == {peer.name_of(both): both}
    assert ours not in session.shared.values()
    assert rig.told(PeerWelcome) == [PeerWelcome(peer.conn, peer.name, BOB.agent, False, 1)]


def test_tags_are_shown_anew_when_a_network_is_joined() -> None:
    rig = Rig()
    peer = rig.meet(BOB, outbound=True)
    scope, _ = network_of(BOB)
    peer.show(scope)
    peer.take()
    rig.join(scope)
    said = peer.take()
    assert words.tag(scope, peer.transcript, words.DIALLER) in next(
        each.tags for each in said if isinstance(each, Scopes)
    )
    assert any(isinstance(each, Compare) for each in said), "what is shared now is compared at once"


def test_a_closed_network_is_shared_with_a_founder_once_he_is_known() -> None:
    rig = Rig()
    scope, genesis = network_of(rig.me, BOB, is_open=False)
    rig.put(genesis)
    rig.join(scope)
    rig.fold()
    peer = rig.meet(BOB, scope)
    session = rig.node.parts.ground.sessions[peer.conn]
    assert session.shared == {}
    open_net = rig.found(name="open")
    peer.show(scope, open_net)
    peer.push(BOB.genesis, Part.LAST)
    peer.push(BOB.grant(open_net, *ids_of(BOB.genesis)), Part.LAST)
    assert session.known
    assert set(session.shared.values()) == {open_net}
    rig.fold()
    assert set(session.shared.values()) == {scope, open_net}


def test_a_stranger_learns_whose_node_it_is_and_nothing_else() -> None:
    for outbound in (False, True):
        rig = Rig()
        scope = rig.found()
        rig.write(Draft(scope, "note", {"n": 1}))
        eve = rig.meet(Writer("eve"), outbound=outbound)
        (record,) = [tip.id for tip in rig.ledger.tips(rig.me.log(scope))]
        eve.say(Get((record, RecordId(scope), RecordId(rig.me.agent))), Want((LogWant(rig.me.log(scope), ()),), True))
        rig.wait(120_000)
        said = eve.take()
        assert {type(each) for each in said} == {Hello, Auth, Scopes, Unknown}
        told = b"".join(map(encode, said))
        assert (bytes(rig.me.agent) in told, bytes(scope) in told) == (True, False)
