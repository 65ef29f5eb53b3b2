import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from meshnode.runtime.inbox import Inbox
from meshnode.runtime.settings import INBOX_BYTES, INBOX_BYTES_PER_PEER, INBOX_EVENTS_PER_PEER


async def test_what_the_node_itself_reports_is_taken_before_what_peers_send() -> None:
    inbox: Inbox[str] = Inbox()
    await inbox.put(1, "from a peer")
    inbox.put_own("own")
    assert [inbox.take(peers=True), inbox.take(peers=True), inbox.take(peers=True)] == ["own", "from a peer", None]


async def test_peers_are_left_waiting_while_the_disk_is_behind() -> None:
    inbox: Inbox[str] = Inbox()
    await inbox.put(1, "from a peer")
    assert inbox.take(peers=False) is None
    assert inbox.take(peers=True) == "from a peer"


async def test_one_peer_waits_at_its_share_and_another_does_not(autojump_clock: MockClock) -> None:
    inbox: Inbox[int] = Inbox()
    for number in range(INBOX_EVENTS_PER_PEER):
        await inbox.put(1, number)
    with trio.move_on_after(1) as stuck:
        await inbox.put(1, -1)
    await inbox.put(2, 7)
    assert stuck.cancelled_caught


async def test_a_waiting_peer_goes_on_when_its_event_is_taken(nursery: trio.Nursery) -> None:
    inbox: Inbox[str] = Inbox()
    await inbox.put(1, "first", INBOX_BYTES_PER_PEER)
    nursery.start_soon(inbox.put, 1, "second", INBOX_BYTES_PER_PEER)
    await wait_all_tasks_blocked()
    assert len(inbox) == 1
    assert inbox.take(peers=True) == "first"
    await wait_all_tasks_blocked()
    assert inbox.take(peers=True) == "second"


async def test_all_peers_together_keep_the_bound(autojump_clock: MockClock) -> None:
    inbox: Inbox[int] = Inbox()
    taken = 0
    with trio.move_on_after(1):
        for conn in range(1000):
            await inbox.put(conn, conn, INBOX_BYTES_PER_PEER)
            taken += 1
    assert taken * INBOX_BYTES_PER_PEER <= INBOX_BYTES < (taken + 2) * INBOX_BYTES_PER_PEER


async def test_the_end_of_a_connection_stands_behind_its_other_events() -> None:
    inbox: Inbox[str] = Inbox()
    await inbox.put(1, "said", INBOX_BYTES_PER_PEER)
    inbox.put_last(1, "down")
    assert [inbox.take(peers=True), inbox.take(peers=True)] == ["said", "down"]
    await inbox.put(1, "room again", INBOX_BYTES_PER_PEER)


async def test_whoever_empties_it_is_told_of_each_event() -> None:
    inbox: Inbox[str] = Inbox()
    taken: list[str | None] = []
    inbox.filled = lambda: taken.append(inbox.take(peers=True))
    inbox.put_own("own")
    await inbox.put(1, "said")
    inbox.put_last(1, "down")
    assert taken == ["own", "said", "down"]
