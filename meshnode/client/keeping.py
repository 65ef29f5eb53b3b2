"""The shapes of what the node answers about what it keeps of others; a test keeps them equal to the API's models."""

from typing import TypedDict

from meshnode.client.answers import Agent, Scope


class Room(TypedDict):
    """How full one bound is; `about` is what the agent or network concerned is called."""

    name: str
    about: str
    id: str
    held: int
    limit: int
    unit: str
    state: str
    text: str
    fix: str


class Choice(TypedDict):
    """Somebody who is followed or blocked, or a network that is relayed."""

    agent: Agent | None
    network: Scope | None
    since: str
    partial: bool


class Keeping(TypedDict):
    """What is kept of others here."""

    private_parts: str
    networks: str
    retention_days: int
    rooms: list[Room]
    clearing: bool
