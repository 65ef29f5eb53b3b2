"""What is taken in goes by what the founders of a network have decided, not by its genesis alone."""

from meshnode.core.decisions import charter_now
from meshnode.core.drafts import Draft
from meshnode.core.effects import NotWritten, Written
from meshnode.core.events import Offer
from meshproto.records.encoding import Value
from meshproto.records.ids import ScopeId
from meshproto.types import authority, identity
from tests.support.core_rig import Rig, Writer
from tests.support.core_scene import accept_of, scene


def test_who_is_let_into_an_open_network_by_name_counts_by_accepting_that() -> None:
    rig, scope, peer, _ = scene()
    cy = Writer("cy")
    rig.put(cy.genesis)
    rig.fold()
    granted = rig.write(Draft(scope, "grant", authority.grant(cy.agent, "steward"), agent=scope))
    assert isinstance(granted, Written)
    peer.push(cy.sign(Draft(scope, "countersign", identity.accept(granted.ids[0])), deps=[accept_of(rig, scope)]))
    log = rig.ledger.log(cy.log(scope))
    assert log is not None
    assert log.counted


def decided(rig: Rig, scope: ScopeId, **charter: Value) -> None:
    """Let the only founder change the charter."""
    prev = charter_now(scope, rig.folded)
    assert prev is not None
    facts = authority.resolution("charter", prev=prev.stop, charter=charter)
    made = rig.write(Draft(scope, "resolution", facts))
    assert isinstance(made, Written)
    assert isinstance(rig.write(Draft(scope, "countersign", identity.accept(made.ids[0]))), Written)
    rig.fold()


def test_a_closed_network_that_was_opened_takes_in_who_joins() -> None:
    rig, cy = Rig(), Writer("cy")
    scope = rig.found(is_open=False)
    rig.fold()
    rig.put(cy.genesis)
    joins = cy.grant(scope, accept_of(rig, scope))
    ticket = rig.ticket()
    rig.feed(Offer(ticket, joins))
    assert rig.ledger.log(cy.log(scope)) is None
    decided(rig, scope, join="open")
    rig.feed(Offer(rig.ticket(), joins))
    log = rig.ledger.log(cy.log(scope))
    assert log is not None
    assert log.counted


def test_what_a_charter_allows_bounds_what_is_signed_and_what_it_once_allowed_what_is_kept() -> None:
    rig, bob = Rig(), Writer("bob")
    scope = rig.found(log_records=6)
    rig.fold()
    rig.put(bob.genesis)
    rig.feed(Offer(rig.ticket(), bob.grant(scope, accept_of(rig, scope))))
    decided(rig, scope, log_records=3)
    assert rig.write(Draft(scope, "note", {})) == NotWritten("quota", f"3 records or {1024**3} bytes in one log")
    rig.feed(Offer(rig.ticket(), bob.notes(scope, 5)))
    assert rig.ledger.tips(bob.log(scope))[0].seq == 6
    decided_by = rig.node.parts.scopes
    assert (decided_by.allowance(scope)[0], decided_by.own_allowance(scope)[0]) == (6, 3)
    rig.feed(Offer(rig.ticket(), bob.notes(scope)))
    assert rig.ledger.tips(bob.log(scope))[0].seq == 6, "more was never allowed"


def test_logs_that_were_full_are_compared_again_once_more_is_allowed() -> None:
    rig, bob = Rig(), Writer("bob")
    scope = rig.found(log_records=3)
    rig.fold()
    rig.put(bob.genesis)
    rig.feed(Offer(rig.ticket(), bob.sign(joined(bob, scope), note(scope), note(scope), deps=[accept_of(rig, scope)])))
    index = rig.node.parts.scopes.carried[scope].index
    full = index.get(bob.log(scope))
    decided(rig, scope, log_records=9)
    assert index.get(bob.log(scope)) != full
    rig.feed(Offer(rig.ticket(), bob.notes(scope)))
    assert rig.ledger.tips(bob.log(scope))[0].seq == 4


def joined(who: Writer, scope: ScopeId) -> Draft:
    return Draft(scope, "grant", identity.join(who.agent))


def note(scope: ScopeId) -> Draft:
    return Draft(scope, "note", {})
