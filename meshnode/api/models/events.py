"""What a stream of events tells."""

from collections.abc import Mapping

from meshnode.api.models.shared import Agent, Model, Scope

EVENTS: Mapping[str, str] = {
    "record": "A record arrived. It has an id, the number of its arrival, from which the stream can be resumed for "
    "ever.",
    "changed": "A record that had arrived stands otherwise now, has its text now, or lost it. It has no id, may be "
    "told twice, and is told only to whoever listens at that moment.",
}
"""The events of the stream by their names, each with what it means."""


class Happening(Model):
    """A record that arrived, or how one that had arrived stands now. Its texts are not told: ask for it by its id."""

    arrival: int
    """The number with which the record arrived at this node, and from which a stream can be resumed."""
    id: str
    """The record's, by which everything else about it is asked for."""
    type: str
    """What sort of record it is, such as `contribution`."""
    agent: Agent
    """Who says it."""
    scope: Scope
    """Where it stands: a network, an agreement, or somebody's own stream."""
    at: str
    """When its author says that it was signed."""
    status: str
    """`pending`, `yes`, `aside`, `invalid`, `foreign` …, as in the record's standing."""
    state: str
    """By type: `claimed`, `retracted`, `current`, `superseded`; else empty."""
    flags: list[str]
    """Of `conflict`, `corrected`, `erased`, `forked`."""
    part: str
    """Where its private part is: `held`, `missing`, `erased` … as in the record's answer."""
