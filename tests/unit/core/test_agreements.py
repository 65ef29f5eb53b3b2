"""Agreements on a node's disk: who may write in them, what is kept of them, who may read them."""

import pytest

from meshnode.core.author import BEGINNING, Pen, sign_drafts
from meshnode.core.drafts import Draft
from meshnode.core.effects import NotWritten, Written
from meshnode.core.events import Block, Offer
from meshnode.core.rows import AgreementEntry
from meshnode.core.settings import CoreSettings
from meshnode.core.standing import circles_in, circles_read_through, standing_of
from meshproto.records.encoding import Value
from meshproto.records.ids import AgentId, ScopeId, ext, to_text
from meshproto.types import authority, identity
from meshproto.wire.messages import Agreements, Part
from tests.support.bargain_scene import NEW, accepted, amended, begun, proposed, terms
from tests.support.closed_scene import closed, invited, shared, written
from tests.support.core_rig import NOON, Dice, Rig, Writer, ids_of
from tests.support.core_scene import accept_of

BOB, CAROL, DAVE = Writer("bob"), Writer("carol"), Writer("dave")


def offered(rig: Rig, *signed: object) -> None:
    """Let records come by file, and fold them."""
    for each in signed:
        rig.feed(Offer(rig.ticket(), each))  # type: ignore[arg-type]  # records
    rig.fold()


def in_force(rig: Rig, *others: Writer, **more: Value) -> ScopeId:
    """An agreement that all have signed."""
    scope = proposed(rig, *others, **more)
    written(rig, Draft(scope, "countersign", identity.accept(scope)))
    offered(rig, *(accepted(each, scope) for each in others))
    return scope


def readers(rig: Rig, scope: ScopeId) -> set[bytes]:
    told = standing_of(scope, rig.me.agent, rig.folded)
    assert told is not None
    return {*map(bytes, told.readers)}


def test_an_agreement_is_carried_from_its_first_record_on() -> None:
    rig = Rig()
    scope = proposed(rig, BOB)
    carried = rig.node.parts.scopes.carried[scope]
    assert carried.founded
    assert [row.agreement for row in rig.ledger.rows(AgreementEntry)] == [scope]
    rig.reborn()
    assert rig.node.parts.scopes.carried[scope].founded
    assert isinstance(rig.write(Draft(scope, "countersign", identity.accept(scope))), Written)


def test_what_begins_no_agreement_is_not_signed() -> None:
    rig = Rig()
    facts = terms(rig.me)
    facts["approval"] = {"k": 9}
    assert rig.write(Draft(NEW, "agreement", facts)) == NotWritten("draft", "I-RULE approval.k")
    assert rig.write(Draft(NEW, "note", {})) == NotWritten("draft", "U-TYPE note")
    too_long: dict[str, Value] = {"text": "x" * 70_000}
    refused = rig.write(Draft(NEW, "agreement", terms(rig.me), too_long))
    assert isinstance(refused, NotWritten)
    assert refused.why == "draft"
    missing = rig.write(Draft(NEW, "agreement", terms(rig.me, Writer("nobody"))))
    assert isinstance(missing, NotWritten)
    assert missing.why == "missing"


def test_something_that_is_right_but_no_agreement_does_not_begin_one() -> None:
    rig = Rig()
    nothing = Draft(NEW, "checkpoint", {"engine": "meshnode/3"})
    assert rig.write(nothing) == NotWritten("draft", "it begins no agreement")


def test_who_takes_no_part_does_not_sign_there() -> None:
    rig = Rig()
    scope, signed = begun(BOB, CAROL)
    offered(rig, BOB.genesis, CAROL.genesis, signed)
    accept = Draft(scope, "countersign", identity.accept(scope))
    assert rig.write(accept) == NotWritten("party", to_text(scope))


def test_records_of_parties_are_kept_and_those_of_others_are_not() -> None:
    rig = Rig()
    scope = proposed(rig, BOB, CAROL)
    offered(rig, DAVE.genesis, accepted(BOB, scope), accepted(DAVE, scope))
    assert rig.ledger.log(BOB.log(scope)) is not None
    assert rig.ledger.log(DAVE.log(scope)) is None


def test_whom_a_later_version_names_waits_for_it_and_then_writes() -> None:
    rig = Rig()
    scope = proposed(rig, BOB)
    later = amended(rig.me, scope, scope, BOB, DAVE)
    (version,) = ids_of(later)
    signature = accepted(DAVE, scope, version)
    bob = rig.meet(BOB, scope)
    for each in (signature, DAVE.genesis, later):
        bob.push(each, Part.LAST)
    assert rig.ledger.log(DAVE.log(scope)) is not None
    rig.reborn()
    rig.fold()
    more = DAVE.sign(Draft(scope, "countersign", identity.accept(version)))
    offered(rig, more)
    assert rig.ledger.has(ids_of(more)[0])


def test_who_names_something_that_does_not_name_him_writes_nothing() -> None:
    rig = Rig()
    scope = proposed(rig, BOB)
    stranger = DAVE.sign(Draft(scope, "checkpoint", {"engine": "x"}), after=BEGINNING, deps=[scope, BOB.agent])
    offered(rig, DAVE.genesis, stranger)
    assert rig.ledger.log(DAVE.log(scope)) is None


def test_another_device_of_who_proposed_it_writes_too() -> None:
    rig = Rig()
    scope, signed = begun(BOB, rig.me)
    device = Writer("bobs phone")
    grant = BOB.sign(Draft(BOB.stream, "grant", authority.device(device.key.public)))
    draft = Draft(scope, "countersign", identity.accept(scope), auth=tuple(ids_of(grant)))
    accept = sign_drafts(Pen(BOB.agent, device.key, NOON, Dice()), [draft], BEGINNING)
    offered(rig, BOB.genesis, grant, signed, accept)
    assert rig.ledger.has(ids_of(accept)[0])


def test_a_first_version_by_a_key_that_does_not_speak_for_its_author_is_not_kept() -> None:
    rig = Rig()
    facts = terms(BOB, rig.me)
    forged = sign_drafts(Pen(BOB.agent, CAROL.key, NOON, Dice()), [Draft(NEW, "agreement", facts)], BEGINNING)
    offered(rig, BOB.genesis, forged)
    assert not rig.ledger.has(ids_of(forged)[0])


def test_the_first_version_comes_after_the_streams_of_people_and_before_the_rest() -> None:
    rig = Rig()
    scope = in_force(rig, BOB)
    item = rig.node.parts.scopes.item_of
    assert [item(each.log(scope)).rank for each in (rig.me, BOB)] == [2, 3]
    assert item(rig.me.log(rig.me.stream)).rank < 2


def test_who_takes_part_reads_and_so_does_who_acts_for_a_firm_that_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meshnode.core.flight.LOGS_REMEMBERED", 1)
    rig = Rig()
    first, second = in_force(rig, BOB), in_force(rig, CAROL)
    assert readers(rig, first) == {rig.me.agent, BOB.agent}
    assert readers(rig, second) == {rig.me.agent, CAROL.agent}
    assert {first, second} <= {*circles_in(rig.folded)}
    assert shared(rig, rig.meet(BOB, first, second)) == {first}


def test_members_of_a_network_to_which_it_is_shown_read_it() -> None:
    rig, net = closed()
    rig.put(BOB.genesis)
    accept = invited(rig, net)
    assert accept
    written(rig, Draft(net, "grant", authority.grant(BOB.agent, "core"), agent=net))
    scope = in_force(rig, CAROL, audience=[ext(net)])
    assert readers(rig, scope) == {rig.me.agent, BOB.agent, CAROL.agent}
    assert scope in circles_read_through(net, rig.folded)
    assert scope in circles_read_through(CAROL.agent, rig.folded)
    assert scope not in circles_read_through(DAVE.agent, rig.folded)
    assert accept_of(rig, net)


def test_an_audience_that_only_a_proposal_names_does_not_read() -> None:
    rig = Rig()
    net = rig.found(is_open=False)
    scope, signed = begun(BOB, rig.me, audience=[ext(net)])
    offered(rig, BOB.genesis, signed, CAROL.genesis)
    written(rig, Draft(net, "grant", authority.grant(CAROL.agent, "core"), agent=net))
    assert readers(rig, scope) == {BOB.agent, rig.me.agent}


def test_a_first_version_that_is_not_valid_says_nothing_of_readers() -> None:
    rig = Rig()
    net = rig.found()
    facts = terms(BOB, rig.me)
    facts["parties"] = [[each, ["provider"]] for each in sorted([bytes(BOB.agent), bytes(net)])]
    signed = sign_drafts(Pen(BOB.agent, BOB.key, NOON, Dice()), [Draft(NEW, "agreement", facts)], BEGINNING)
    offered(rig, BOB.genesis, signed)
    assert standing_of(ids_of(signed)[0], rig.me.agent, rig.folded) is None


def test_private_parts_are_kept_of_what_one_has_written_in_whoever_wrote_them() -> None:
    rig = Rig(settings=CoreSettings(keep_privates="own"))
    scope = in_force(rig, BOB)
    rig.feed(Block(rig.ticket(), AgentId(BOB.agent), True))
    work = BOB.notes(scope, text="in the agreement")
    offered(rig, work)
    now = rig.node.parts.ground.flight.log(BOB.log(scope))
    assert now is not None
    assert rig.node.parts.policy.is_safe(now, ids_of(work)[0])
    assert rig.ledger.private(ids_of(work)[0])


def test_naming_somebody_buys_only_so_much_storage() -> None:
    rig = Rig(settings=CoreSettings(unanswered_bytes=1_000))
    scope, signed = begun(BOB, rig.me)
    bob = rig.meet(BOB, scope)
    bob.say(Agreements((scope,)))  # type: ignore[arg-type]  # an id
    for each in (signed, BOB.genesis):
        bob.push(each)
    rig.fold()
    for _ in range(20):
        bob.push(BOB.notes(scope))
    held = rig.ledger.log(BOB.log(scope))
    assert held is not None
    assert 1_000 < held.size < 1_500
    written(rig, Draft(scope, "countersign", identity.accept(scope)))
    assert not rig.node.parts.scopes.is_full(scope)
