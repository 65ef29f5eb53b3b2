"""The owner's work and memberships as verifiable credentials.

Reached as `Client.credentials`; errors as there. Checking one takes no node: `meshnode cv verify`.
"""

from __future__ import annotations

from typing import Any, TypedDict

from meshnode.client.calls import LONG, Call, Group, Link, asks, given, post


class Cv(TypedDict):
    """A signed presentation."""

    presentation: dict[str, Any]
    credentials: int
    contributions: int
    confirmations: int
    key: str


class Credentials(Group[Link]):
    """The owner's work and memberships as verifiable credentials."""

    @asks
    def present(self, /, **wanted: str | bool | None) -> Call[Cv]:
        """Sign a presentation; what is `wanted` as in `CvRequest`."""
        return post("/credentials", given(**wanted), usual=LONG)
