"""The shapes of what a stream of events tells; a test keeps them equal to the API's models."""

from typing import TypedDict

from meshnode.client.answers import Agent, Scope


class Happening(TypedDict):
    """A record that arrived, or how one that had arrived stands now; its texts are asked for by its id."""

    arrival: int
    id: str
    type: str
    agent: Agent
    scope: Scope
    at: str
    status: str
    state: str
    flags: list[str]
    part: str
