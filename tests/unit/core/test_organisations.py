"""Organisations in the core: who reads them, what goes with them, and for whom a log speaks."""

import pytest

from meshnode.core.author import Pen, sign_genesis
from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.effects import NotWritten, Written
from meshnode.core.events import JoinScope, Offer
from meshnode.core.mandates import Mandates
from meshnode.core.ports import Identity
from meshnode.core.standing import circles_read_through, standing_of
from meshproto.records.ids import RecordId, ScopeId, to_text
from meshproto.records.signatures import SigningKey
from meshproto.types import authority, identity
from meshproto.wire.messages import Get, Headers, LogWant, Part, Unknown, Want
from tests.support.bargain_scene import NEW, accepted, proposed, terms
from tests.support.closed_scene import shared, written
from tests.support.core_rig import NOON, Dice, Peer, Rig, Writer, headers_of, ids_of, records_of
from tests.support.core_scene import accept_of


def genesis_of(*founders: Writer, name: str = "firm") -> tuple[ScopeId, SignedRecords]:
    """The genesis of an organisation, signed with a key of its own."""
    key = SigningKey.from_seed(name.encode().ljust(32, b"."))
    facts = identity.organisation(founders=[each.agent for each in founders], nonce=name.encode().ljust(16, b"."))
    return sign_genesis(Pen(b"", key, NOON, Dice()), facts)


def founded(rig: Rig, *others: Writer) -> ScopeId:
    """Let the node found an organisation, and the other founders accept it."""
    rig.put(*(each.genesis for each in others))
    firm, genesis = genesis_of(rig.me, *others)
    outcome = rig.write(Draft(firm, "countersign", identity.accept(firm)), ready=genesis)
    assert isinstance(outcome, Written), outcome
    rig.put(*(each.accept(firm) for each in others))
    rig.fold()
    return firm


def half_founded(rig: Rig, other: Writer) -> tuple[ScopeId, ScopeId]:
    """Let the node found an organisation that another founder has not accepted, and a network."""
    rig.put(other.genesis)
    firm, genesis = genesis_of(rig.me, other)
    rig.write(Draft(firm, "countersign", identity.accept(firm)), ready=genesis)
    net = rig.found()
    rig.fold()
    return firm, net


def hired(rig: Rig, firm: ScopeId, who: Writer) -> RecordId:
    """Let the node give somebody a mandate."""
    rig.put(who.genesis)
    rig.fold()
    return written(rig, Draft(firm, "grant", authority.grant(who.agent, "staff"), agent=firm))


def accepts(rig: Rig, firm: ScopeId, who: Writer, grant: RecordId) -> RecordId:
    """Let somebody accept it, as the node hears of it by a file."""
    signed = who.sign(Draft(firm, "countersign", identity.accept(grant)), deps=[accept_of(rig, firm)])
    rig.put(signed)
    rig.fold()
    return ids_of(signed)[-1]


def readers(rig: Rig, scope: ScopeId) -> set[bytes]:
    told = standing_of(scope, rig.me.agent, rig.folded)
    assert told is not None
    assert not told.doors or scope
    return set(told.readers)


def test_founders_and_staff_read_an_organisation_and_whom_it_names() -> None:
    rig, bob, carol = Rig(), Writer("bob"), Writer("carol")
    firm = founded(rig, bob)
    assert readers(rig, firm) == {rig.me.agent, bob.agent}
    hired(rig, firm, carol)
    assert readers(rig, firm) == {rig.me.agent, bob.agent, carol.agent}


def test_an_organisation_is_shared_with_whom_it_names_and_hidden_from_others() -> None:
    rig, carol, eve = Rig(), Writer("carol"), Writer("eve")
    firm = founded(rig)
    hired(rig, firm, carol)
    rig.put(eve.genesis)
    peer, stranger = rig.meet(carol, firm), rig.meet(eve, firm)
    assert (shared(rig, peer), shared(rig, stranger)) == ({firm}, set())
    log = rig.me.log(firm)
    for each in (peer, stranger):
        each.take()
        each.say(Want((LogWant(log, ()),), False))
    assert peer.all(Headers)
    assert stranger.take() == [Unknown(log)]


def test_what_an_organisation_may_read_so_may_those_who_act_for_it() -> None:
    rig, carol = Rig(), Writer("carol")
    firm = founded(rig)
    net = rig.found(is_open=False)
    rig.fold()
    role = written(rig, Draft(net, "grant", authority.grant(firm, "core"), agent=net))
    written(rig, Draft(net, "countersign", identity.accept(role), agent=firm))
    grant = hired(rig, firm, carol)
    assert carol.agent not in readers(rig, net)
    accepts(rig, firm, carol, grant)
    assert readers(rig, net) == {rig.me.agent, firm, carol.agent}
    assert circles_read_through(firm, rig.folded) == [net]
    written(rig, Draft(firm, "revoke", authority.revoke([grant]), agent=firm))
    assert carol.agent not in readers(rig, net)


def test_with_a_network_go_the_streams_of_an_organisation_and_of_its_people() -> None:
    rig, bob = Rig(), Writer("bob")
    firm = founded(rig, bob)
    net = rig.found()
    rig.fold()
    index = rig.node.parts.scopes.carried[net].index
    assert index.get(bob.log(firm)) is None
    written(rig, Draft(net, "grant", identity.join(firm), agent=firm))
    streams = (rig.me.log(firm), bob.log(firm), bob.log(bob.stream), rig.me.log(rig.me.stream))
    assert all(index.get(log) is not None for log in streams)
    rig.reborn()
    again = rig.node.parts.scopes.carried[net].index
    assert all(again.get(log) == index.get(log) for log in streams)


def test_nothing_is_signed_for_an_organisation_before_all_founders_have_accepted() -> None:
    rig, bob = Rig(), Writer("bob")
    firm, net = half_founded(rig, bob)
    for draft in (
        Draft(net, "grant", identity.join(firm), agent=firm),
        Draft(firm, "grant", authority.grant(bob.agent, "staff"), agent=firm),
    ):
        assert rig.write(draft) == NotWritten("unfounded", to_text(bob.agent))


def test_nothing_is_signed_for_an_organisation_before_its_founding_is_folded() -> None:
    rig, bob = Rig(), Writer("bob")
    firm, net = half_founded(rig, bob)
    rig.put(bob.accept(firm))
    joins, hires = (
        Draft(net, "grant", identity.join(firm), agent=firm),
        Draft(firm, "grant", authority.grant(bob.agent, "staff"), agent=firm),
    )
    for draft in (joins, hires):
        assert rig.write(draft) == NotWritten("unfounded", to_text(bob.agent)), "it could not name what is not folded"
    rig.fold()
    for draft in (joins, hires):
        written(rig, draft)


def test_an_organisation_speaks_in_an_open_network_once_it_has_joined() -> None:
    rig = Rig()
    firm, net = founded(rig), rig.found()
    rig.fold()
    thanks = Draft(net, "recognition", {"kind": "thanks", "to": [rig.me.agent]}, agent=firm)
    assert rig.write(thanks) == NotWritten("stranger", to_text(net))
    written(rig, Draft(net, "grant", identity.join(firm), agent=firm))
    assert isinstance(rig.write(thanks), Written)
    assert set(rig.ledger.agents_of_log(rig.me.log(net))) == {rig.me.agent, firm}


def member(rig: Rig) -> tuple[ScopeId, Peer, Writer]:
    """An open network with a member who is connected."""
    bob, net = Writer("bob"), rig.found()
    peer = rig.meet(bob, net)
    peer.push(bob.genesis, Part.LAST)
    peer.push(bob.grant(net, accept_of(rig, net)), Part.LAST)
    return net, peer, bob


def firm_of(bob: Writer, name: str = "firm") -> tuple[ScopeId, SignedRecords, SignedRecords]:
    """An organisation founded elsewhere: its genesis and its founder's accept."""
    firm, genesis = genesis_of(bob, name=name)
    return firm, genesis, bob.accept(firm)


def for_firm(bob: Writer, net: ScopeId, firm: ScopeId, accept: SignedRecords) -> SignedRecords:
    """A record in a network by which an organisation joins it."""
    return bob.sign(Draft(net, "grant", identity.join(firm), agent=firm, auth=(ids_of(accept)[0],)))


def test_a_log_speaks_for_an_organisation_as_soon_as_that_can_be_seen() -> None:
    rig = Rig()
    net, peer, bob = member(rig)
    firm, genesis, accept = firm_of(bob)
    peer.push(for_firm(bob, net, firm, accept), Part.LAST)
    assert list(rig.ledger.agents_of_log(bob.log(net))) == [bob.agent]
    peer.push(genesis, Part.LAST)
    peer.push(accept, Part.LAST)
    assert set(rig.ledger.agents_of_log(bob.log(net))) == {bob.agent, firm}
    assert list(rig.ledger.scopes_of(firm)) == sorted([firm, net])
    index = rig.node.parts.scopes.carried[net].index
    assert index.get(bob.log(firm)) is not None


def test_who_looks_for_an_organisation_in_vain_hears_of_it_where_it_is_named() -> None:
    rig = Rig()
    net, peer, bob = member(rig)
    firm, genesis, accept = firm_of(bob)
    rig.feed(JoinScope(rig.ticket(), firm))
    peer.push(genesis, Part.LAST)
    peer.push(accept, Part.LAST)
    assert not rig.ledger.has(ids_of(accept)[0]), "it keeps to itself that it carries the firm"
    peer.push(bob.sign(Draft(net, "grant", authority.grant(firm, "core"))), Part.LAST)
    peer.push(accept, Part.LAST)
    assert rig.ledger.has(ids_of(accept)[0])


def test_an_author_that_is_only_claimed_draws_no_stream_out_of_a_node() -> None:
    rig = Rig()
    net, peer, bob = member(rig)
    carol = Writer("carol")
    rig.put(carol.genesis)
    peer.push(bob.sign(Draft(net, "recognition", {"kind": "thanks", "to": [bob.agent]}, agent=carol.agent)), Part.LAST)
    assert list(rig.ledger.agents_of_log(bob.log(net))) == [bob.agent]
    peer.take()
    peer.say(Want((LogWant(carol.log(carol.stream), ()),), False))
    assert peer.take() == [Unknown(carol.log(carol.stream))]


def test_voices_are_remembered_up_to_a_bound_and_lost_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meshnode.core.ingest.VOICES_REMEMBERED", 1)
    monkeypatch.setattr("meshnode.core.flight.NETWORKS_REMEMBERED", 1)
    rig = Rig()
    net, peer, bob = member(rig)
    firms = []
    for name in ("one", "two"):
        firm, genesis, accept = firm_of(bob, name)
        for signed in (genesis, accept, for_firm(bob, net, firm, accept)):
            rig.put(signed) if signed is genesis else peer.push(signed, Part.LAST)
        firms.append(firm)
    assert set(rig.ledger.agents_of_log(bob.log(net))) == {bob.agent, *firms}


def test_the_genesis_of_whom_an_organisation_names_may_be_read_by_its_people() -> None:
    rig, bob, carol = Rig(), Writer("bob"), Writer("carol")
    firm = founded(rig, bob)
    net = rig.found(is_open=False)
    rig.fold()
    hired(rig, firm, carol)
    role = written(rig, Draft(net, "grant", authority.grant(carol.agent, "core"), agent=net))
    rig.put(carol.sign(Draft(net, "countersign", identity.accept(role)), deps=[accept_of(rig, net)]))
    rig.fold()
    peer = rig.meet(bob, firm)
    peer.take()
    peer.say(Get((RecordId(carol.agent),)))
    (said,) = peer.all(Headers)
    assert said.headers == headers_of(carol.genesis.runs[0]).headers


def test_the_keys_of_a_person_are_the_root_and_every_device() -> None:
    rig = Rig()
    device = SigningKey.from_seed(b"d" * 32)
    written(rig, Draft(rig.me.stream, "grant", authority.device(device.public)))
    mandates = Mandates(Identity(rig.me.agent, rig.me.key), rig.folded)
    assert mandates.keys_of(rig.me.agent) == {rig.me.key.public, device.public}
    assert mandates.keys_of(b"?" * 32) == frozenset()


def test_a_record_signed_for_somebody_else_says_so_before_it_is_read_from_the_disk() -> None:
    rig = Rig()
    firm = founded(rig)
    signed = rig.me.sign(Draft(firm, "checkpoint", {"engine": "meshnode/2"}, agent=firm))
    assert [each.agent for each in records_of(signed)] == [firm]


def test_who_shares_an_agreement_reads_the_founders_of_a_firm_that_is_named_in_it() -> None:
    rig, bob, carol = Rig(), Writer("bob"), Writer("carol")
    firm, genesis = genesis_of(carol, name="named")
    for each in (bob.genesis, carol.genesis, genesis):
        rig.feed(Offer(rig.ticket(), each))
    rig.put(accepted(carol, proposed(rig, carol)))  # In another agreement she stands, so that others are not told.
    facts = terms(rig.me, bob)
    facts["named"] = [firm]
    outcome = rig.write(Draft(NEW, "agreement", facts))
    assert isinstance(outcome, Written), outcome
    rig.fold()
    peer = rig.meet(bob, ScopeId(outcome.ids[0]))
    peer.take()
    peer.say(Get((RecordId(firm),)), Get((RecordId(carol.agent),)))
    assert [len(each.headers) for each in peer.all(Headers)] == [1, 1]


def test_the_people_of_a_firm_that_takes_part_read_the_agreement() -> None:
    rig, bob, carol = Rig(), Writer("bob"), Writer("carol")
    firm = founded(rig)
    grant = hired(rig, firm, bob)
    rig.put(carol.genesis)
    facts = terms(rig.me, carol)
    facts["parties"] = [[each, ["provider"]] for each in sorted([bytes(firm), bytes(carol.agent)])]
    outcome = rig.write(Draft(NEW, "agreement", facts, agent=firm))
    assert isinstance(outcome, Written), outcome
    rig.fold()
    scope = ScopeId(outcome.ids[0])
    assert readers(rig, scope) == {rig.me.agent, firm, carol.agent}
    accepts(rig, firm, bob, grant)
    assert readers(rig, scope) == {rig.me.agent, firm, carol.agent, bob.agent}
    assert shared(rig, rig.meet(bob, scope)) == {scope}
    assert scope in circles_read_through(firm, rig.folded)
    assert rig.write(Draft(scope, "countersign", identity.accept(scope))) == NotWritten("party", to_text(scope))
    assert isinstance(rig.write(Draft(scope, "countersign", identity.accept(scope), agent=firm)), Written)
