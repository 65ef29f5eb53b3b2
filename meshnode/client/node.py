"""The node itself: how it is, what it must check, whom it compares with.

Reached as `Client.node`; errors and idempotency keys as there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.client.calls import LONG, Call, Group, Link, asks, get, given, post, wait

if TYPE_CHECKING:  # The shapes are for type checkers; making them would cost every command some milliseconds.
    from meshnode.client import answers as a
    from meshnode.client import operation_answers as op


class Node(Group[Link]):
    """The node itself: how it is, what it must check, whom it compares with."""

    @asks
    def health(self) -> Call[a.Health]:
        """Whether the node keeps its promises."""
        return get("/health")

    @asks
    def status(self) -> Call[a.NodeStatus]:
        """How the node is."""
        return get("/node")

    @asks
    def stop(self) -> Call[a.Stopping]:
        """Ask the node to stop; it answers before it has stopped."""
        return post("/node/stop", {})

    @asks
    def trust(self) -> Call[a.Health]:
        """Say that no newer copy of this home exists, so that it may sign."""
        return post("/node/trust", {})

    @asks
    def login_link(self) -> Call[a.LoginLink]:
        """Make a link that lets a browser in to the dashboard, once."""
        return post("/login-links", {})

    @asks
    def doctor(self) -> Call[a.Doctor]:
        """Every check of the running node."""
        return get("/doctor")

    @asks
    def config(self) -> Call[op.Config]:
        """Every setting in force, where it was said, and what the next start would take."""
        return get("/config")

    @asks
    def bug_report(self) -> Call[op.BugReport]:
        """What somebody needs who is to find a bug, without names, texts, ids, addresses and paths."""
        return get("/bug-report")

    @asks
    def metrics(self) -> Call[str]:
        """The numbers of the node in the text format of Prometheus."""
        return Call("GET", "/metrics", is_text=True)

    @asks
    def state(self, *, digests: bool = True) -> Call[a.StateAnswer]:
        """The state of every scope, with its digest unless that would take too long."""
        return get("/state", {} if digests else {"digests": "false"})

    @asks
    def sync(self, peer: str | None = None, *, wait_ms: int = 10_000) -> Call[a.SyncAnswer]:
        """Compare with peers now, and wait for it."""
        return wait("/sync", given(peer=peer), wait_ms)

    @asks
    def sync_file(self, path: str) -> Call[a.SyncedFile]:
        """Take in what a bundle holds and write it anew with everything held here."""
        return post("/sync/file", {"path": path}, usual=LONG)
