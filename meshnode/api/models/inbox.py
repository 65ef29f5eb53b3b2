"""What waits for the owner."""

from meshnode.api.models.shared import Agent, Model, Scope


class Waiting(Model):
    """One thing that waits for the owner, or for an organisation the owner signs for."""

    kind: str
    """`sign`, `vote`, `decide`, `attest`, `approve`, `confirm-income`, `confirm-payment` or `reaffirm`."""
    record: str
    scope: Scope
    agent: Agent
    """Who is awaited."""
    about: str
    since: str
    """When what waits was signed."""
    command: str


class Inbox(Model):
    """A page of what waits; `next` as in other lists."""

    items: list[Waiting]
    total: int
    """How much waits altogether; of work to confirm in one agreement the oldest 1,000, others come up behind them."""
    next: str | None = None
