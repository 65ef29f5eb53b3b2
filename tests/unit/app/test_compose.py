"""How a node is put together: whom its transport takes for known."""

import pytest

from meshnode.app.compose import knows
from meshnode.core.ports import Batch
from meshnode.core.rows import PeerEntry
from meshnode.net.transport import PeerId
from meshnode.store.store import open_store

CASES = [
    (PeerEntry("eve", source="inbound"), False),
    (PeerEntry("eve", source="inbound", added=True), True),
    (PeerEntry("eve", source="member"), True),
    (PeerEntry("eve", source="hand"), True),
    (PeerEntry("somebody else", source="hand"), False),
]


@pytest.mark.parametrize(("entry", "known"), CASES)
def test_whoever_came_by_itself_and_shared_no_network_is_not_known(entry: PeerEntry, known: bool) -> None:
    store = open_store(None)
    store.writer.commit(Batch(1, local=(entry,)))
    assert knows(store.reader(), PeerId("eve")) is known
    store.close()
