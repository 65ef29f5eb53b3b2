"""What is kept of others here, who is followed or blocked, and how full each bound is."""

from meshnode.api.models.shared import Agent, Model, Request, Scope


class Room(Model):
    """How full one bound is."""

    name: str
    """`others` (private parts of all others), `author` (of one), `relayed` (records of a network that is only relayed),
    `strangers` (records of a network's non-members), `allowance` and `allowance-bytes` (what the owner has written in a
    network, as against its charter: beyond, `X-QUOTA` everywhere)."""
    about: str
    """What the agent or network concerned is called; empty where it concerns all."""
    id: str
    held: int
    limit: int
    unit: str
    """`bytes` or `records`."""
    state: str
    """`ok` or `warn`."""
    text: str
    fix: str


class Choice(Model):
    """Somebody who is followed or blocked, or a network that is relayed: one of the two."""

    agent: Agent | None
    network: Scope | None
    since: str
    partial: bool = False
    """There was no room for all of this network: it is held in part, and shows no digest."""


class ChoiceRequest(Request):
    """Who is meant, by name or id; a network also by the line to join it. Wait at most `wait_ms` for its founding."""

    who: str
    wait_ms: int = 5_000


class Keeping(Model):
    """What is kept of others here, by the settings; and how full each bound is."""

    private_parts: str
    """Whose texts are kept: `all`, `followed`, `own` or `none`."""
    networks: str
    """Which networks are exchanged: `all`, `followed`, `own` or `none`."""
    retention_days: int
    """After how many days texts of those not followed are let go; 0: never."""
    rooms: list[Room]
    clearing: bool
    """Whether texts that were erased, or are of somebody who is blocked, are still being removed from the files here.
    Once it is false, no byte of them stands in any."""
