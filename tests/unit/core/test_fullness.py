"""Every bound that the owner can do something about is told, with how full it is."""

from meshnode.core.drafts import Draft
from meshnode.core.events import JoinScope
from meshnode.core.settings import CoreSettings
from meshproto.records.ids import RecordId
from meshproto.wire.messages import Part
from tests.support.core_rig import Rig, Writer, network_of
from tests.support.core_scene import scene


def told(rig: Rig) -> dict[str, tuple[int, int]]:
    return {each.name: (each.held, each.limit) for each in rig.node.fullness()}


def test_what_one_has_written_is_told_beside_what_the_charter_allows() -> None:
    rig = Rig()
    scope = rig.found(log_records=10, log_bytes=5_000)
    rig.write(Draft(scope, "note", {}))
    found = told(rig)
    assert found["allowance"] == (2, 10)
    own = rig.ledger.log(rig.me.log(scope))
    assert own is not None
    assert found["allowance-bytes"] == (own.size, 5_000)


def test_where_one_has_written_nothing_no_allowance_is_used_up() -> None:
    rig = Rig()
    scope, _ = network_of(Writer("bob"))
    rig.feed(JoinScope(rig.ticket(), scope))
    assert not {"allowance", "allowance-bytes"} & told(rig).keys()


def test_an_author_is_told_of_who_has_nearly_reached_the_bound() -> None:
    rig, _, _, bob = scene(CoreSettings(parts_per_author=100))
    rig.node.parts.bounds.take(RecordId(b"r" * 32), bob.agent, 89)
    assert "author" not in told(rig)
    rig.node.parts.bounds.take(RecordId(b"s" * 32), bob.agent, 1)
    assert told(rig)["author"] == (90, 100)
    assert [each.name for each in rig.node.fullness() if each.is_nearly_full] == ["author"]


def test_a_relayed_network_is_told_with_its_size_and_its_strangers() -> None:
    rig, bob, eve = Rig(), Writer("bob"), Writer("eve")
    scope, genesis = network_of(bob)
    rig.feed(JoinScope(rig.ticket(), scope, relay=True))
    assert told(rig)["relayed"][0] == 0
    peer = rig.meet(bob, scope)
    for signed in (bob.genesis, genesis, bob.accept(scope), eve.genesis, eve.notes(scope, 3)):
        peer.push(signed, Part.LAST)
    found = told(rig)
    assert found["relayed"][0] == sum(head.size for head in rig.ledger.logs_of_scope(scope))
    assert found["strangers"] == (3, 10_000)
    assert "allowance" not in found
