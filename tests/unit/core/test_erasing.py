"""Erasure: whose order counts, for what, and when."""

import pytest

from meshnode.core.author import Pen, sign_drafts
from meshnode.core.events import Draft, SignedRecords
from meshnode.core.reports import Erased
from meshproto.records.encoding import Value
from meshproto.records.ids import RecordId, ScopeId, ext
from meshproto.types import repair
from meshproto.wire.messages import Part, Privates
from tests.support.core_rig import NOON, Peer, Rig, Writer, ids_of
from tests.support.core_scene import member, scene


def order(who: Writer, scope: ScopeId, *targets: bytes, part: str = "private") -> SignedRecords:
    return who.sign(Draft(scope, "erasure", repair.erasure(targets, part=part)))


def tell(peer: Peer, signed: SignedRecords) -> RecordId:
    """Push records with their private parts; returns the id of the first."""
    peer.push(signed)
    if signed.privates:
        peer.say(Privates(signed.privates, (), ()))
    return ids_of(signed)[0]


def erased(rig: Rig, record: RecordId) -> bool:
    return rig.ledger.erased(record) and rig.ledger.private(record) is None


@pytest.mark.parametrize("part", ["private", "agent_private"])
def test_the_author_may_have_a_part_erased(part: str) -> None:
    rig, scope, peer, bob = scene()
    record = tell(peer, bob.notes(scope, text="secret"))
    assert rig.ledger.private(record) is not None
    told = tell(peer, order(bob, scope, record, part=part))
    assert erased(rig, record)
    assert rig.told(Erased) == [Erased(told, (record,))]


def test_whoever_is_named_in_a_record_may_have_its_part_erased() -> None:
    rig, scope, peer, bob = scene()
    carol = Writer("carol")
    member(rig, peer, carol, scope)
    deep: dict[str, Value] = {"who": [{"x": 1, "agent": carol.agent}]}
    record = tell(peer, bob.sign(Draft(scope, "note", deep, {"text": "about Carol"})))
    tell(peer, order(carol, scope, record))
    assert erased(rig, record)


@pytest.mark.parametrize("case", ["another's", "other scope", "blobs", "by ext", "none held"])
def test_other_orders_erase_nothing(case: str) -> None:
    rig, scope, peer, bob = scene()
    carol = Writer("carol")
    member(rig, peer, carol, scope)
    record = tell(peer, bob.notes(scope, text="mine"))
    match case:
        case "another's":
            tell(peer, order(carol, scope, record))
        case "other scope":
            tell(peer, order(bob, bob.stream, record))
        case "blobs":
            tell(peer, order(bob, scope, record, part="blobs"))
        case "by ext":
            tell(peer, order(bob, bob.stream, ext(record)))
        case _:
            tell(peer, order(bob, scope, bytes([9]) * 32))
    assert rig.ledger.private(record) is not None
    assert rig.told(Erased) == []


def test_a_malformed_order_erases_nothing() -> None:
    rig, scope, peer, bob = scene()
    record = tell(peer, bob.notes(scope, text="mine"))
    tell(peer, bob.sign(Draft(scope, "erasure", {"part": "private", "targets": record})))
    tell(peer, bob.sign(Draft(scope, "erasure", {"part": 5, "targets": [record]})))
    assert rig.ledger.private(record) is not None


def test_an_order_that_comes_first_is_carried_out_when_its_target_comes() -> None:
    rig, scope, peer, bob = scene()
    carol = Writer("carol")
    member(rig, peer, carol, scope)
    secret = bob.sign(Draft(scope, "note", {"agent": carol.agent}, {"text": "about Carol"}))
    (record,) = ids_of(secret)
    told = tell(peer, order(carol, scope, record))
    tell(peer, carol.sign(Draft(scope, "note", {"x": record})))
    peer.push(secret)
    assert rig.ledger.erased(record)
    assert rig.told(Erased) == [Erased(told, (record,))]
    peer.say(Privates(secret.privates, (), ()))
    assert rig.ledger.private(record) is None
    assert not peer.closed


def test_an_order_for_a_record_without_a_private_part_changes_nothing() -> None:
    rig, scope, peer, bob = scene()
    plain = bob.notes(scope)
    peer.push(plain)
    tell(peer, order(bob, scope, *ids_of(plain)))
    assert rig.told(Erased) == []


@pytest.mark.parametrize("stranger", [False, True])
def test_nobody_may_order_in_the_name_of_another(stranger: bool) -> None:
    rig, scope, peer, bob = scene()
    mallory = Writer("mallory")
    peer.push(mallory.genesis, Part.LAST)
    if not stranger:
        member(rig, peer, mallory, scope)
    tell(peer, mallory.notes(scope))
    record = tell(peer, bob.notes(scope, text="mine"))
    draft = Draft(scope, "erasure", repair.erasure([record]))
    forged = sign_drafts(Pen(bob.agent, mallory.key, NOON, mallory.dice), [draft], mallory.ends[scope])
    told = tell(peer, forged)
    assert rig.ledger.has(told)
    assert rig.ledger.private(record) is not None
    assert rig.told(Erased) == []
