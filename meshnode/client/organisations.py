"""Organisations: founding, and who signs for them.

Reached as `Client.organisations`; errors and idempotency keys as there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.client.calls import (
    LONG,
    Call,
    Group,
    Link,
    asks,
    get,
    given,
    listed,
    new_key,
    post,
    segment,
    wait,
    write,
    write_items,
)

if TYPE_CHECKING:  # The shapes are for type checkers; making them would cost every command some milliseconds.
    from meshnode.client import organisation_answers as o


class Organisations(Group[Link]):
    """Organisations: founding, and who signs for them."""

    @asks
    def every(self) -> Call[list[o.Organisation]]:
        """The organisations known here, those of the owner first."""
        return listed("/organisations")

    @asks
    def one(self, organisation: str) -> Call[o.Organisation]:
        """One organisation, by name or id, with everybody who acts or acted for it."""
        return get(f"/organisations/{segment(organisation)}")

    @asks
    def create(self, /, name: str, *, key: str = "", **fields: object) -> Call[o.Organisation]:
        """Found an organisation; it acts once all its founders have accepted."""
        return write("/organisations", given(name=name, **fields), key)

    @asks
    def accept(self, organisation: str, *, wait_ms: int = 10_000, key: str = "") -> Call[o.Organisation]:
        """Accept what an organisation offers, by its name, id or line."""
        body = {"organisation": organisation}
        return wait("/organisations/accepts", body, wait_ms, key=key or new_key())

    @asks
    def hire(self, /, organisation: str, agent: str, *, key: str = "", **fields: object) -> Call[o.Mandate]:
        """Let somebody sign for an organisation; it holds once they accept."""
        body = given(agent=agent, **fields)
        return write(f"/organisations/{segment(organisation)}/staff", body, key)

    @asks
    def dismiss(self, organisation: str, agent: str, reason: str = "end", *, key: str = "") -> Call[list[o.Mandate]]:
        """End every mandate of somebody."""
        body = {"agent": agent, "reason": reason}
        return write_items(f"/organisations/{segment(organisation)}/dismissals", body, key)

    @asks
    def resign(self, organisation: str) -> Call[o.Resigned]:
        """Give back every mandate the owner has of an organisation."""
        path = f"/organisations/{segment(organisation)}/resignation"
        return post(path, {}, usual=LONG)
