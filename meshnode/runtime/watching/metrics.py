"""The numbers of a node for those who watch many nodes, in the text format of Prometheus.

Names never change their meaning. No label tells who somebody is: neither ids of people nor of networks or peers.
"""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from meshnode.runtime.watching.histogram import Histogram

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Kind = Literal["counter", "gauge", "histogram"]
Value = float | Histogram | Mapping[str, float]
"""A number, or one for each value of the metric's label."""


class Metric(NamedTuple):
    """One metric: its name, what sort of number it is, what it tells, and its one label if it has one."""

    name: str
    kind: Kind
    about: str
    label: str = ""


METRICS = (
    Metric("meshnode_build_info", "gauge", "1, with the version of the node.", "version"),
    Metric("meshnode_start_time_seconds", "gauge", "When the node started, in seconds since 1970."),
    Metric("meshnode_check_state", "gauge", "What each check of status says: 0 well, 1 warning, 2 failing.", "check"),
    Metric("meshnode_records", "gauge", "Records held."),
    Metric("meshnode_logs", "gauge", "Logs held: one for each key in each network."),
    Metric("meshnode_records_stored_total", "counter", "Records stored since the start, one's own and others'."),
    Metric(
        "meshnode_records_pending", "gauge", "Records held whose past is incomplete here, so that they do not count."
    ),
    Metric("meshnode_records_refused_total", "counter", "Records of peers not taken in, by reason.", "reason"),
    Metric(
        "meshnode_peer_breaches_total", "counter", "Times a peer broke a rule and was hung up on, by rule.", "reason"
    ),
    Metric("meshnode_forks_found_total", "counter", "Logs seen since the start in which a key signed a number twice."),
    Metric("meshnode_views_lag_records", "gauge", "Records that lists and searches do not show yet."),
    Metric("meshnode_peers_connected", "gauge", "Peers connected."),
    Metric("meshnode_peers_known", "gauge", "Peers in the book."),
    Metric("meshnode_dials_failed_total", "counter", "Dials that reached nobody."),
    Metric("meshnode_sync_rounds_total", "counter", "Comparisons with peers that came to an end."),
    Metric("meshnode_sync_lag_seconds", "gauge", "Longest time since a connected peer was last compared with."),
    Metric(
        "meshnode_held_by", "gauge", "Others that hold the newest record of this device, in the network with fewest."
    ),
    Metric("meshnode_network_received_bytes_total", "counter", "Bytes that came from peers."),
    Metric("meshnode_network_sent_bytes_total", "counter", "Bytes that went to peers."),
    Metric("meshnode_store_bytes", "gauge", "Size of the databases with their journals, by file.", "file"),
    Metric("meshnode_disk_free_bytes", "gauge", "Bytes free on the disk of the home."),
    Metric("meshnode_commit_seconds", "histogram", "How long a commit took until it was flushed to the disk."),
    Metric("meshnode_batches_total", "counter", "Batches committed; several share one commit."),
    Metric("meshnode_inbox_waiting", "gauge", "What waits for the owner: to sign, to vote on, to confirm, to approve."),
    Metric("meshnode_events_waiting", "gauge", "Events that wait for the core."),
    Metric("meshnode_loop_lag_seconds", "gauge", "Longest pause of the event loop in the last seconds."),
    Metric("meshnode_loop_stalls_total", "counter", "Pauses of the event loop longer than a tenth of a second."),
    Metric("process_cpu_seconds_total", "counter", "Processor time used, in seconds."),
    Metric("process_resident_memory_bytes", "gauge", "Memory used."),
    Metric("process_open_fds", "gauge", "Open files and sockets."),
)
"""All there are."""


def exposition(values: Mapping[str, Value]) -> str:
    """The text of all metrics that have a value; raises KeyError for a name nobody declared."""
    declared = {metric.name: metric for metric in METRICS}
    lines = []
    for name in sorted(values, key=list(declared).index):
        metric = declared[name]
        lines += [f"# HELP {name} {metric.about}", f"# TYPE {name} {metric.kind}", *_samples(metric, values[name])]
    return "\n".join([*lines, ""])


def _samples(metric: Metric, value: Value) -> Iterator[str]:
    if isinstance(value, Histogram):
        for bound, count in value.upto():
            yield f'{metric.name}_bucket{{le="{bound:g}"}} {count}'
        yield f'{metric.name}_bucket{{le="+Inf"}} {value.count}'
        yield f"{metric.name}_sum {_number(value.total)}"
        yield f"{metric.name}_count {value.count}"
    elif isinstance(value, Mapping):
        for labelled, number in sorted(value.items()):
            yield f'{metric.name}{{{metric.label}="{_escaped(labelled)}"}} {_number(number)}'
    else:
        yield f"{metric.name} {_number(value)}"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
