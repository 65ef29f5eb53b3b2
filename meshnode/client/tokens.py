"""Tokens, by which programs are let in on loopback.

Reached as `Client.tokens`; errors and idempotency keys as there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from meshnode.client.calls import Call, Group, Link, asks, delete, given, listed, segment, write

if TYPE_CHECKING:  # The shapes are for type checkers; making them would cost every command some milliseconds.
    from meshnode.client import token_answers as t


class Tokens(Group[Link]):
    """Tokens, by which programs are let in on loopback."""

    @asks
    def every(self) -> Call[list[t.Token]]:
        """The tokens that were made and not taken back, oldest first."""
        return listed("/tokens")

    @asks
    def create(
        self, name: str, may: Sequence[str] = ("read",), seconds: int | None = None, *, key: str = ""
    ) -> Call[t.Token]:
        """Make a token with the right to `may` (`read`, `work`, `money`, `admin`); its `secret` is told only here."""
        return write("/tokens", given(name=name, may=[*may], seconds=seconds), key)

    @asks
    def revoke(self, token: str) -> Call[t.Token]:
        """Take a token back, by its id or name."""
        return delete(f"/tokens/{segment(token)}")
