"""The owner's work and memberships as verifiable credentials of the W3C."""

from typing import Any

from meshnode.api.models.shared import Model, Request


class CvRequest(Request):
    """What the presentation is to tell, and of which work; texts and names only if they are asked for."""

    network: str | None = None
    agreement: str | None = None
    project: str | None = None
    first: str | None = None
    """The first day of work told, `2026-01-01`."""
    last: str | None = None
    """The last."""
    texts: bool = False
    """Titles, texts, and the names of people, networks and projects."""
    challenge: str = ""
    """What whoever wants to see it gave, so that it was made for them and now."""
    domain: str = ""
    """Who that is."""


class Cv(Model):
    """A signed presentation."""

    presentation: dict[str, Any]
    """The document, as it is to be written to a file."""
    credentials: int
    contributions: int
    confirmations: int
    """What others signed about them."""
    key: str
    """The key that signed, by did:key."""
