"""Charters of networks and organisations, and what is changed in them."""

from meshnode.api.models.shared import Agent, Model


class Unit(Model):
    """A unit of a network's own, with its number of decimals."""

    code: str
    exp: int


class CharterChange(Model):
    """What a decision changes in a charter; what is None stays as it is."""

    founders: list[Agent] | None = None
    quorum: str | None = None
    """Such as `2/3`: the share of the founders whose accepts carry a decision."""
    join: str | None = None
    log_records: int | None = None
    log_bytes: int | None = None
    sensitive: list[str] | None = None
    """Types that are signed in the name of the scope only by a decision."""
    face: Agent | None = None
    """The organisation that acts for a network outside it."""
    units: list[Unit] | None = None
