"""Who may begin a log in a closed network: whoever names what lets him in."""

import pytest

from meshnode.core.author import End
from meshnode.core.drafts import Draft
from meshnode.core.entitled import entitled_by
from meshnode.core.reports import NotStored
from meshproto.records.encoding import Value
from meshproto.records.ids import ScopeId
from meshproto.types import authority, identity
from meshproto.wire.messages import Part
from tests.support.closed_scene import KEY, appointed, closed, enters, invited, written
from tests.support.core_rig import Peer, Rig, Writer, ids_of, records_of
from tests.support.core_scene import accept_of


def shares() -> tuple[Rig, ScopeId, Peer, bytes]:
    """A closed network with a member whose word is taken, and the invitation by which he came."""
    rig, scope = closed()
    bob = Writer("bob")
    grant = invited(rig, scope, uses=9)
    enters(rig, scope, bob, grant)
    return rig, scope, rig.meet(bob, scope), grant


def comes(rig: Rig, peer: Peer, who: Writer, draft: Draft, *deps: bytes) -> bool:
    rig.put(who.genesis)
    peer.push(who.sign(draft, deps=deps), Part.LAST)
    return rig.ledger.log(who.log(draft.scope)) is not None


def why(rig: Rig) -> str:
    return rig.told(NotStored)[-1].why


def test_who_accepts_an_invitation_with_its_proof_may_begin_and_nobody_without() -> None:
    rig, scope, peer, grant = shares()
    carol, dave = Writer("carol"), Writer("dave")
    right = Draft(scope, "countersign", authority.accept_invitation(grant, carol.agent, KEY))
    stolen = Draft(scope, "countersign", authority.accept_invitation(grant, carol.agent, KEY))
    assert comes(rig, peer, carol, right)
    assert not comes(rig, peer, dave, stolen)
    assert why(rig) == "author"
    without = Draft(scope, "countersign", identity.accept(grant))
    assert not comes(rig, peer, Writer("erin"), without)


def test_who_was_appointed_may_accept_and_write_by_that() -> None:
    rig, scope, peer, _ = shares()
    carol, dave = Writer("carol"), Writer("dave")
    rig.put(carol.genesis)
    grant = appointed(rig, scope, carol, "core")
    assert not comes(rig, peer, dave, Draft(scope, "countersign", identity.accept(grant)))
    assert comes(rig, peer, carol, Draft(scope, "countersign", identity.accept(grant)))
    frank = Writer("frank")
    rig.put(frank.genesis)
    by_name = appointed(rig, scope, frank, "core")
    assert comes(rig, peer, frank, Draft(scope, "note", {}, auth=(by_name,)))


def test_what_lets_somebody_in_is_waited_for() -> None:
    rig, scope, peer, _ = shares()
    carol = Writer("carol")
    rig.put(carol.genesis)
    facts = authority.grant(carol.agent, "core")
    granted = rig.me.sign(
        Draft(scope, "grant", facts, agent=scope, auth=(accept_of(rig, scope),)),
        after=end_of_own(rig, scope),
    )
    signed = carol.sign(Draft(scope, "countersign", identity.accept(ids_of(granted)[0])))
    peer.push(signed, Part.LAST)
    assert why(rig) == "waiting"
    peer.push(granted, Part.LAST)
    assert rig.ledger.log(carol.log(scope)) is not None


def end_of_own(rig: Rig, scope: ScopeId) -> End:
    tip = rig.ledger.tips(rig.me.log(scope))[0]
    return End(tip.seq, tip.id)


def test_an_act_for_the_network_begins_a_log_by_what_its_steward_was_given() -> None:
    rig, scope, peer, grant = shares()
    carol, dave = Writer("carol"), Writer("dave")
    rig.put(carol.genesis)
    steward = appointed(rig, scope, carol, "steward")
    facts = authority.invitation(carol.key.public)
    assert comes(rig, peer, carol, Draft(scope, "grant", facts, agent=scope, auth=(steward,)))
    assert not comes(rig, peer, dave, Draft(scope, "grant", facts, agent=scope, auth=(grant,)))


def test_founders_whom_a_resolution_names_may_begin() -> None:
    rig, scope, peer, _ = shares()
    carol, dave = Writer("carol"), Writer("dave")
    rig.put(carol.genesis)
    charter: dict[str, Value] = {"founders": [*sorted([rig.me.agent, carol.agent])]}
    decided = written(rig, Draft(scope, "resolution", authority.resolution("charter", charter=charter)))
    assert comes(rig, peer, carol, Draft(scope, "countersign", identity.accept(decided)))
    assert not comes(rig, peer, dave, Draft(scope, "countersign", identity.accept(decided)))


def test_who_gives_back_what_he_never_accepted_may_begin() -> None:
    rig, scope, peer, _ = shares()
    carol = Writer("carol")
    rig.put(carol.genesis)
    grant = appointed(rig, scope, carol, "core")
    assert comes(rig, peer, carol, Draft(scope, "revoke", authority.revoke([grant], reason="resign")))


@pytest.mark.parametrize("named", ["nothing", "genesis", "foreign", "broken", "work"])
def test_what_speaks_of_nobody_lets_nobody_in(named: str) -> None:
    rig, scope, peer, _ = shares()
    carol = Writer("carol")
    other = rig.found(name="other")
    broken = rig.me.sign(Draft(scope, "grant", {"to": carol.agent}), after=end_of_own(rig, scope))
    rig.put(broken)
    names = {
        "nothing": (),
        "genesis": (scope,),
        "foreign": (other,),
        "broken": tuple(ids_of(broken)),
        "work": (rig.me.agent,),
    }
    assert not comes(rig, peer, carol, Draft(scope, "note", {}, auth=names[named]))
    assert why(rig) == "author"


def test_an_accept_lets_its_author_begin_with_another_device_too() -> None:
    rig, scope, peer, _ = shares()
    accept, facts = rig.ledger.id_at(peer.who.log(scope), 0, 1), rig.ledger.network(scope)
    assert accept is not None
    assert facts is not None
    second, flight = Writer("second"), rig.node.parts.ground.flight
    second.agent = peer.who.agent
    (record,) = records_of(second.sign(Draft(scope, "note", {}, auth=(accept,))))
    assert entitled_by(record, facts, flight) is True
