"""Open files: the system lets a process have so many, and a connection is one of them.

Without room for another, a node can neither take a connection nor open a file. So it asks for as many as it may need,
and where it gets fewer, it takes fewer connections at a time.
"""

import logging
import resource

from meshnode.api.settings import MAX_CONNECTIONS
from meshnode.runtime.watching.finding import Finding

log = logging.getLogger(__name__)

BESIDES = 256
"""Descriptors for everything but connections: databases with their readers and logs, locks, threads, dials under way.
A node at work has about sixty."""
FEWEST = 16
"""Connections at each door below which the local API is of no use; then it is better to run out."""


def connections_that_fit(doors: int, peers: int) -> int:
    """Raise the limit of open files as far as is needed and allowed; how many connections fit at each door of the API.

    `peers` is how many connections to peers there may be.
    """
    wanted = doors * MAX_CONNECTIONS + peers + BESIDES
    allowed = _raised(wanted)
    fit = max(FEWEST, min(MAX_CONNECTIONS, (allowed - peers - BESIDES) // max(1, doors)))
    if fit < MAX_CONNECTIONS:
        words = "only %d files may be open at a time: the local API serves %d connections at each door instead of %d"
        log.warning(words, allowed, fit, MAX_CONNECTIONS)
    return fit


def examine_files(doors: int, peers: int) -> Finding:
    """Whether as many files may be open as a node may need."""
    wanted, allowed = doors * MAX_CONNECTIONS + peers + BESIDES, _limits()[1]
    if allowed < wanted:
        text = f"only {allowed} files may be open at a time, a busy node needs {wanted}: it takes fewer connections"
        return Finding("files", "warn", text, f"ulimit -Hn {wanted}")
    return Finding("files", "ok", f"{wanted} files may be open at a time")


def _raised(wanted: int) -> int:
    """The soft limit, after it was raised to what is wanted where that is allowed."""
    soft, hard = _limits()
    if soft < wanted and soft < hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
        except (OSError, ValueError) as error:  # some systems allow less than they say
            log.debug("cannot raise the limit of open files: %s", error)
    return min(_limits()[0], wanted)


def _limits() -> tuple[int, int]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 1 << 30
    return (most if soft == resource.RLIM_INFINITY else soft), (most if hard == resource.RLIM_INFINITY else hard)
