"""What a stream of events tells."""

from meshnode.api.models.shared import Agent, Model, Scope


class Happening(Model):
    """A record that arrived, or how one that had arrived stands now. Its texts are not told: ask for it by its id."""

    arrival: int
    """The number with which the record arrived at this node, and from which a stream can be resumed."""
    id: str
    type: str
    agent: Agent
    scope: Scope
    at: str
    status: str
    """`pending`, `yes`, `aside`, `invalid`, `foreign` …, as in the record's standing."""
    state: str
    """By type: `claimed`, `retracted`, `current`, `superseded`; else empty."""
    flags: list[str]
    """Of `conflict`, `corrected`, `erased`, `forked`."""
    part: str
    """Where its private part is: `held`, `missing`, `erased` … as in the record's answer."""
