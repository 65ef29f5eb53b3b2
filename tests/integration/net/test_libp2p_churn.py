"""Connections come and go and leave nothing behind (P17). Upstream stops accepting after 250."""

import gc
from collections.abc import Callable

import psutil
import trio

from meshnode.net.libp2p.connection import Connection
from tests.support.attacks.raw_peer import connect, raw_peer
from tests.support.transports import eventually, libp2p, running

CI, LONG = 1_000, 100_000
FEW = 2
"""Connections that may linger in memory: trio remembers the task that ran last."""

GROWTH_BYTES = 8 * 1024 * 1024
"""What the memory of the process may grow by, however many connections there were."""
ROUNDS = 3
"""How often it may grow by more. What is left behind grows in each; what other tests left in pieces, in one at most."""


async def test_churn_leaves_no_slot_task_descriptor_or_memory_behind(
    long_campaigns: bool, tell: Callable[[str], None]
) -> None:
    alice = libp2p("alice", max_connections=16, reserved_for_known=0)
    async with running(alice) as address:
        await _churn(address, 100)
        await eventually(lambda: alice.counters()["connections"] == 0)
        before, growth = _holdings(), [GROWTH_BYTES]
        while growth[-1] >= GROWTH_BYTES and len(growth) <= ROUNDS:
            memory = psutil.Process().memory_info().rss
            await _churn(address, LONG if long_campaigns else CI)
            await eventually(lambda: alice.counters()["connections"] == alice.counters()["half_open"] == 0)
            await eventually(lambda: _no_more_than(before) and _connections_in_memory() <= FEW)
            growth.append(psutil.Process().memory_info().rss - memory)
        assert growth[-1] < GROWTH_BYTES, growth
        assert alice._gate._settled == {}
        assert alice._shared.allowance.left == alice._settings.window_total
    tell(f"churn: {LONG if long_campaigns else CI} connections left nothing behind")


async def _churn(address: str, connections: int) -> None:
    """Connect so many times, each time as somebody else, and leave in every way there is."""
    for number in range(connections):
        match number % 4:
            case 0:
                bob = libp2p(f"bob {number}", listen=())
                async with running(bob):
                    channel = await bob.dial(address)
                    await channel.send(b"x")
                    await channel.receive()
            case 1:
                async with raw_peer(address, f"carol {number}") as carol:
                    await carol.open(1)
            case 2:
                async with raw_peer(address, f"dave {number}"):
                    pass
            case 3:
                connect(address).cut()


def _no_more_than(before: tuple[int, int]) -> bool:
    """Whether no more is held than before; less may be, since earlier tests left things to the garbage collector."""
    return all(now <= was for now, was in zip(_holdings(), before, strict=True))


def _holdings() -> tuple[int, int]:
    return psutil.Process().num_fds(), trio.lowlevel.current_statistics().tasks_living


def _connections_in_memory() -> int:
    gc.collect()
    return sum(1 for each in gc.get_objects() if isinstance(each, Connection))
