"""What the API answers about networks, member by member: the shapes of `meshnode.api.models.networks`."""

from typing import TypedDict

from meshnode.client.answers import Agent
from meshnode.client.decision_answers import CharterChange


class Move(TypedDict):
    """A network that people of another one are invited into; `why` is `split` or `merge`."""

    why: str
    by: Agent
    network: str
    name: str
    line: str
    joined: bool


class Network(TypedDict):
    """A network; `line` is what others paste to join, empty for a notebook."""

    id: str
    name: str
    join: str
    standing: str
    notebook: bool
    members: list[Agent]
    connected: int
    line: str
    reachable: str
    created: str
    roles: list[str]
    dissolved: bool
    moves: list[Move]
    through: list[Agent]
    withheld_by: list[Agent]
    steers: bool


class NetworkDetail(TypedDict):
    """A network with its charter and how it came about."""

    network: Network
    purpose: str
    charter: CharterChange
    needed: int
    unaccepted: list[Agent]
    forked_from: str
    dissolved_by: str
    open_decisions: int


class Left(TypedDict):
    """A network was left; `heard` is false while nobody who stays has heard of it."""

    network: str
    heard: bool


class Invite(TypedDict):
    """An invitation; `line` and `link` are told once, when it is made."""

    id: str
    network: str
    role: str
    uses: int
    used: int
    state: str
    until: str
    line: str
    link: str
    reachable: str
    expires: str


class Member(TypedDict):
    """One standing of somebody in a network; `record` is empty for who is known by resonance."""

    agent: Agent
    fingerprint: str
    role: str
    state: str
    flags: list[str]
    record: str
    since: str
    line: str


class Joined(TypedDict):
    """A network that was joined; `peer` is who answered, empty while nobody has."""

    network: Network
    peer: str
    milliseconds: int
    received: int
    known: bool
