"""The shapes of what the node answers about the owner's devices, recovery and contact cards."""

from typing import TypedDict

from meshnode.client.answers import Agent


class Device(TypedDict):
    """One key that signs, or signed, for the owner; `state` is `active`, `revoked`, `replaced` or `rival`."""

    name: str
    key: str
    grant: str | None
    state: str
    ended_by: str | None
    since: str
    this: bool


class DeviceStanding(TypedDict):
    """Whether this device may sign; `words` is what it shows while it waits to be let in."""

    state: str
    words: str
    key: str


class Pairing(TypedDict):
    """A pairing that is open, or is not; `asking` are the words of the devices that ask to be let in."""

    line: str
    is_open: bool
    asking: list[str]
    seconds: int


class RecoveryLine(TypedDict):
    """What somebody who lost every device is given to come back, and the networks it leads to."""

    agent: Agent
    line: str
    networks: list[str]


class OwnCard(TypedDict):
    """A contact card to give to others; `fits` says whether it can be pasted."""

    agent: Agent
    line: str
    fits: bool
    addresses: list[str]
    reachable: str


class Contact(TypedDict):
    """What a contact card says; `signer` made it, `taken` says whether it was taken in."""

    agent: Agent
    kind: str
    fingerprint: str
    signer: Agent
    bio: str
    contact: str
    made: str
    addresses: list[str]
    reachable: str
    known: bool
    taken: bool
