"""The logs that are stored here, and who else says that they hold them."""

from meshnode.api.models.shared import Agent, Model, Scope


class Holder(Model):
    """Somebody who says that they hold a log up to a number."""

    agent: Agent
    seq: int
    checked: bool
    """Whether the last spot check of this was answered rightly."""
    at: str
    """When they said so."""


class LogState(Model):
    """One log: what one key wrote in one place, and how far others hold it."""

    id: str
    scope: Scope
    agent: Agent
    key: str
    seq: int
    """The number of its last record."""
    tip: str
    """That record."""
    branches: int
    """More than one is a fork."""
    held: list[Holder]
