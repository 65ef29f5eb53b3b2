"""Tokens: what lets a program in on loopback."""

from msgspec import field

from meshnode.api.models.shared import Model, Request

USUAL_SECONDS = 90 * 24 * 3600
"""How long a token counts unless somebody says otherwise: a season."""


class TokenRequest(Request):
    """Make a token called `name`, with the right to the areas `may`, for so many seconds."""

    name: str
    may: list[str] = field(default_factory=lambda: ["read"])
    """Of `read`, `work`, `money` and `admin`; none includes another."""
    seconds: int = USUAL_SECONDS


class Token(Model):
    """A token. `secret` is told once, when it is made: only its SHA-256 is stored."""

    id: str
    name: str
    may: list[str]
    created: str
    expires: str
    state: str
    """`active` or `expired`; one that was taken back is gone."""
    used: str | None = None
    """When it was last used, to the minute; absent if it never was."""
    secret: str | None = None
