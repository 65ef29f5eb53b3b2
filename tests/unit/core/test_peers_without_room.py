"""The peer book when as many connections are wanted as are allowed."""

from meshnode.core.events import AddressesFound, DialResult
from meshnode.core.settings import CoreSettings
from tests.support.core_rig import Rig


def test_a_peer_there_is_no_room_for_waits_its_turn_instead_of_being_asked_about_for_ever() -> None:
    rig = Rig(settings=CoreSettings(peers_connected=1))
    rig.feed(AddressesFound("bob", ("/b",), "mdns"))
    rig.feed(AddressesFound("carol", ("/c",), "mdns"))
    rig.wait(0)
    assert rig.dials == [("bob", "/b/p2p/bob")]
    for _ in range(10):
        rig.feed(DialResult("bob", "/b/p2p/bob", False, "refused"))
        rig.wait(10_000)
    assert ("carol", "/c/p2p/carol") in rig.dials
