"""Reads the metrics off a running node."""

from collections.abc import Mapping
from pathlib import Path

import psutil

from meshnode.core.rows import JoinedEntry, PeerEntry
from meshnode.runtime.answers.waiting import waiting
from meshnode.runtime.node import RunningNode
from meshnode.runtime.office import Office
from meshnode.runtime.watching.health import Watch
from meshnode.runtime.watching.home_watch import free_bytes
from meshnode.runtime.watching.metrics import Value
from meshproto.records.ids import log_id

STATES = {"ok": 0, "warn": 1, "fail": 2}
REFUSED, BREACH = "not_stored.", "breaches."
"""How the counters begin that tell a reason."""
FILES = {"records": "records.db*", "views": "views.db*"}


async def gauges(office: Office, watch: Watch, version: str, records: int, logs: int) -> dict[str, Value]:
    """The value of every metric; `records` and `logs` are counted by the caller, for that takes its time."""
    return {
        "meshnode_build_info": {version: 1},
        "meshnode_start_time_seconds": office.node.started_at / 1000,
        "meshnode_check_state": _checks(watch),
        **_held(office, watch.home, records, logs),
        **_network(office),
        **await _work(office, watch),
        **_process(),
    }


def _checks(watch: Watch) -> dict[str, float]:
    """The state of each check; of several with one name the worst."""
    found: dict[str, float] = {}
    for each in watch.findings:
        found[each.name] = max(found.get(each.name, 0), STATES[each.state])
    return found


def _held(office: Office, home: Path, records: int, logs: int) -> dict[str, Value]:
    counters = office.node.counters()
    found: dict[str, Value] = {
        "meshnode_records": records,
        "meshnode_logs": logs,
        "meshnode_records_stored_total": counters.get("records_stored", 0),
        "meshnode_records_pending": office.lookups.pending(),
        "meshnode_records_refused_total": _by_reason(counters, REFUSED),
        "meshnode_forks_found_total": counters.get("forks_found", 0),
        "meshnode_views_lag_records": office.lag(),
        "meshnode_store_bytes": {
            name: sum(file.stat().st_size for file in home.glob(pattern)) for name, pattern in FILES.items()
        },
    }
    free = free_bytes(home)
    return found if free is None else {**found, "meshnode_disk_free_bytes": free}


def _network(office: Office) -> dict[str, Value]:
    node, counters, now = office.node, office.node.counters(), office.node.now()
    connected = node.presence.connected.values()
    found: dict[str, Value] = {
        "meshnode_peers_connected": len(connected),
        "meshnode_peers_known": len(office.truth.rows(PeerEntry)),
        "meshnode_peer_breaches_total": _by_reason(counters, BREACH),
        "meshnode_dials_failed_total": counters.get("dials_failed", 0),
        "meshnode_sync_rounds_total": counters.get("rounds_done", 0),
        "meshnode_sync_lag_seconds": max((max(0, now - each.compared) for each in connected), default=0) / 1000,
        "meshnode_network_received_bytes_total": counters.get("net.bytes_in", 0),
        "meshnode_network_sent_bytes_total": counters.get("net.bytes_out", 0),
    }
    held = fewest_holders(office)
    return found if held is None else {**found, "meshnode_held_by": held}


async def _work(office: Office, watch: Watch) -> dict[str, Value]:
    counters = office.node.counters()
    return {
        "meshnode_commit_seconds": office.node.commit_times,
        "meshnode_batches_total": counters["batches"],
        "meshnode_inbox_waiting": len(await waiting(office)),
        "meshnode_events_waiting": counters["inbox"],
        "meshnode_loop_lag_seconds": watch.lag,
        "meshnode_loop_stalls_total": counters.get("loop_stalls", 0),
    }


def _process() -> dict[str, Value]:
    process = psutil.Process()
    with process.oneshot():
        used = process.cpu_times()
        return {
            "process_cpu_seconds_total": used.user + used.system,
            "process_resident_memory_bytes": process.memory_info().rss,
            "process_open_fds": process.num_fds(),
        }


def fewest_holders(office: Office) -> int | None:
    """How many others hold this device's newest record, where fewest do; None if it has signed in no network."""
    node = office.node
    joined = [row for row in office.truth.rows(JoinedEntry) if not (row.left or row.relayed)]
    networks = [row.network for row in joined if row.network != office.notebook]
    tips = [office.truth.tips(log_id(network, node.identity.key.public)) for network in networks]
    return min((len(_holders(node, [tip.id for tip in own])) for own in tips if own), default=None)


def _holders(node: RunningNode, newest: list[bytes]) -> set[bytes]:
    return {agent for record in newest for agent in node.holders(record)}


def _by_reason(counters: Mapping[str, int], beginning: str) -> dict[str, float]:
    return {name.removeprefix(beginning): number for name, number in counters.items() if name.startswith(beginning)}
