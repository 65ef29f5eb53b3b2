"""How full every bounded table of the core is, beside its bound: for people, for counters, and for tests."""

from collections.abc import Iterable
from typing import NamedTuple

from meshnode.core.bounds import SLACK
from meshnode.core.ground import HEARD_MAX
from meshnode.core.parts import Parts
from meshproto.wire.limits import MAX_CREDIT


class Gauge(NamedTuple):
    """One table: what it is called, how much is in it, and how much may be."""

    name: str
    filled: int
    limit: int


def gauges(parts: Parts) -> list[Gauge]:
    """Read all gauges. Tables kept per connection show their fullest."""
    settings, sessions = parts.ground.settings, list(parts.ground.sessions.values())
    conns = [session.conn for session in sessions]
    return [
        Gauge("pool_bytes", parts.pool.bytes, settings.pool_bytes),
        Gauge("waits_max", len(parts.closure), settings.waits_max + settings.waits_per_log),
        Gauge("missing", len(parts.getter), settings.waits_max),
        Gauge("privates_queue", len(parts.privates), settings.privates_queue),
        Gauge("announced_max", parts.gossip.announced, settings.announced_max),
        Gauge("peers_known", len(parts.book.entries()), settings.peers_known),
        Gauge("scopes_max", len(parts.scopes.carried), settings.scopes_max),
        Gauge("idle_streams", parts.intake.idle, settings.idle_streams),
        Gauge("parts_of_others", parts.bounds.total, settings.parts_of_others + settings.parts_of_others // SLACK),
        Gauge("parts_per_author", parts.bounds.fullest, settings.parts_per_author),
        Gauge("held_others", parts.held.others, settings.held_others),
        Gauge("fill_queue", _most(parts.fill.listed(conn) for conn in conns), settings.fill_queue),
        Gauge("fill_logs", _most(parts.fill.wanted(conn) for conn in conns), settings.fill_logs),
        Gauge("serve_queue", _most(parts.serve.queued(conn) for conn in conns), settings.serve_queue),
        Gauge("privates_asked", _most(parts.privates.asked(conn) for conn in conns), settings.privates_asked),
        Gauge("held_untold", _most(parts.held.untold(conn) for conn in conns), settings.held_untold),
        Gauge("heard", _most(len(session.heard) for session in sessions), HEARD_MAX),
        Gauge("granted", _most(session.granted for session in sessions), settings.credit),
        Gauge("may_send", _most(session.may_send for session in sessions), MAX_CREDIT),
    ]


def _most(counts: Iterable[int]) -> int:
    return max(counts, default=0)
