"""Words what the core reports: a log line that makes sense alone, and a counter.

`info` tells the operator's story, `debug` the developer's, `warning` asks for action. Names, texts and keys never
stand in a line; peers and agents are told by their ids.
"""

import logging
from collections import Counter
from typing import assert_never

from meshnode.core.reports import (
    ClaimFailed,
    DeviceAsks,
    DialFailed,
    Erased,
    ForkFound,
    ForkHealed,
    Halted,
    LetGo,
    MayNotSign,
    MaySign,
    News,
    NotStored,
    Overflow,
    PeerBroke,
    PeerGone,
    PeerWelcome,
    RoundDone,
    ScopeClosed,
    ScopeReady,
    Stored,
)
from meshproto.records.ids import short

log = logging.getLogger(__name__)
MAX_NAMES = 256
"""Counters with a reason in their name kept at most; a peer can make up reasons, so the rest are counted as one."""


class Reports:
    """Log lines and counters since the start."""

    def __init__(self) -> None:
        self._counted: Counter[str] = Counter()

    def counters(self) -> dict[str, int]:
        """What was counted, by name."""
        return dict(sorted(self._counted.items()))

    def count(self, name: str, by: int = 1) -> None:
        """Add to a counter."""
        if name not in self._counted and len(self._counted) >= MAX_NAMES:
            name = "other"
        self._counted[name] += by

    def show(self, name: str, value: int) -> None:
        """Set a counter that tells a measure, not how often."""
        self._counted[name] = value

    def tell(self, news: News) -> None:
        """Count one piece of news and write its line."""
        self._count(news)
        level, line, *values = _line(news)
        log.log(level, line, *values)

    def _count(self, news: News) -> None:
        match news:
            case Stored(_, records, privates):
                self.count("records_stored", records)
                self.count("privates_stored", privates)
            case NotStored(_, _, _, why):
                self.count(f"not_stored.{why}")
            case LetGo(why, parts):
                self.count(f"let_go.{why}", parts)
            case PeerBroke(_, _, breach):
                self.count(f"breaches.{breach.value}")
            case Overflow(table):
                self.count(f"overflow.{table}")
            case _:
                self.count(_COUNTERS[type(news)])


_COUNTERS: dict[type[News], str] = {
    PeerWelcome: "peers_welcomed",
    PeerGone: "peers_gone",
    ForkFound: "forks_found",
    ForkHealed: "forks_healed",
    Erased: "erasures",
    ScopeReady: "scopes_ready",
    ScopeClosed: "scopes_closed",
    RoundDone: "rounds_done",
    DeviceAsks: "devices_asking",
    ClaimFailed: "claims_failed",
    MayNotSign: "may_not_sign",
    MaySign: "may_sign",
    DialFailed: "dials_failed",
    Halted: "halted",
}


def _line(news: News) -> tuple[int, str, *tuple[object, ...]]:
    """The level, the words and their values."""
    match news:
        case PeerWelcome(_, peer, agent, known, shared):
            return _info("peer %s speaks for %s (%s), %d networks shared", peer, _id(agent), _known(known), shared)
        case PeerGone(_, peer, reason):
            return _info("peer %s is gone: %s", peer, reason)
        case PeerBroke(_, peer, breach, detail, backoff):
            words = "peer %s is closed: %s %s; not spoken to for %d s"
            return logging.WARNING if breach.blames else logging.INFO, words, peer, breach, detail, backoff // 1000
        case Stored(conn, records, privates):
            return _debug("stored %d records and %d private parts from %s", records, privates, _from(conn))
        case NotStored(conn, log_id, seq, why):
            return _debug("not stored: log %s number %d from %s: %s", log_id.hex(), seq, _from(conn), why)
        case LetGo(why, parts):
            return _debug("let %d private parts go: %s", parts, why)
        case RoundDone(_, peer, differed):
            return _debug("compared with %s: %d logs differed", peer, differed)
        case DialFailed(peer, reason, backoff):
            return _debug("cannot reach %s: %s; next try in %d s", peer, reason, backoff // 1000)
        case DeviceAsks(key):
            return _info("a device with key %s asks to be let in", key.hex())
        case Overflow(table):
            return _debug("full, so something was dropped: %s", table)
        case _:
            return _rare(news)


def _rare(
    news: ForkFound | ForkHealed | Erased | ScopeReady | ScopeClosed | ClaimFailed | MayNotSign | MaySign | Halted,
) -> tuple[int, str, *tuple[object, ...]]:
    match news:
        case ForkFound(log_id, agent, seq, ids):
            words = "fork: the key of %s signed two records number %d in log %s: %s and %s"
            return logging.WARNING, words, _id(agent), seq, log_id.hex(), short(ids[0]), short(ids[1])
        case ForkHealed(log_id, healing):
            return _info("the fork of our own log %s is healed by %s", log_id.hex(), short(healing))
        case Erased(order, targets):
            return _info("erased %d private parts, as %s orders", len(targets), short(order))
        case ScopeReady(scope):
            return _info("network %s can be written in", short(scope))
        case ScopeClosed(conn, scope):
            return _info("network %s is not shared with us any more by %s", short(scope), _from(conn))
        case ClaimFailed(peer, agent, log_id):
            words = "peer %s (%s) could not show log %s that it said it holds"
            return logging.WARNING, words, peer, _id(agent), log_id.hex()
        case MayNotSign(asked):
            words = "this home was copied or restored: nothing is signed until one of %d peers has answered"
            return logging.WARNING, words, asked
        case MaySign(forced):
            return _info("this home may sign again (%s)", "the owner says so" if forced else "peers have answered")
        case Halted(error):
            return logging.ERROR, "the store failed, the node stops: %s", error
        case _:
            assert_never(news)


def _info(words: str, *values: object) -> tuple[int, str, *tuple[object, ...]]:
    return logging.INFO, words, *values


def _debug(words: str, *values: object) -> tuple[int, str, *tuple[object, ...]]:
    return logging.DEBUG, words, *values


def _id(agent: bytes) -> str:
    return short(agent) if agent else "nobody"


def _known(known: bool) -> str:
    return "known" if known else "not known yet"


def _from(conn: int | None) -> str:
    return "here" if conn is None else f"connection {conn}"
