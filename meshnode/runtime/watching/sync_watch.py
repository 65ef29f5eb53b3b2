"""Whether the node is level with those it is connected to, as far as comparing with them tells."""

from collections.abc import Collection

from meshnode.runtime.presence import Connected
from meshnode.runtime.watching.finding import Finding

FIRST_MS = 4_000
"""How long the first comparison with a peer may take before that is told: the node was away, and catches up."""
ROUNDS_MISSED = 4
"""Comparisons that may fail to come to an end before that is told; one is lost easily on a bad line."""
FIX = "meshnode sync"


def level(connected: Collection[Connected], now: int, interval_ms: int) -> Finding:
    """What is to be said of the peers that share a network; `interval_ms` lies between two comparisons with one."""
    sharing = [each for each in connected if each.shared]
    first = [each for each in sharing if not each.rounds and now - each.since > FIRST_MS]
    late = [each for each in sharing if each.rounds and now - each.compared > ROUNDS_MISSED * interval_ms]
    if late:
        minutes = max(now - each.compared for each in late) // 60_000
        text = f"{_peers(len(late))} could not be compared with for {minutes} min: records of others may be missing"
        return Finding("sync", "warn", text, FIX)
    if first:
        received = sum(each.received for each in first)
        text = f"behind: the comparison with {_peers(len(first))} is not over yet, {received:,} records came so far"
        return Finding("sync", "warn", text, "wait a moment: what is shown may be incomplete")
    return Finding("sync", "ok", f"level with {_peers(len(sharing))}" if sharing else "nobody to compare with")


def _peers(number: int) -> str:
    return "1 peer" if number == 1 else f"{number} peers"
