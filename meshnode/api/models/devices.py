"""The owner's devices, and how one lets in another."""

from meshnode.api.models.shared import Agent, Model, Request


class Device(Model):
    """One key that signs, or signed, for the owner."""

    name: str
    key: str
    """The public key, hexadecimal."""
    grant: str | None
    """The record that let it in; none for the first device, or the one that recovered the identity."""
    state: str
    """`active`, `revoked`, `replaced` by a recovery or rotation, or `rival`: another root claims as much."""
    ended_by: str | None
    """The record that ended it."""
    since: str
    this: bool
    """Whether it is the one that answers."""


class DeviceStanding(Model):
    """Whether this device may sign."""

    state: str
    """`active`, `waiting` to be let in, `revoked`, `replaced`, or `unknown` to its owner's other devices."""
    words: str
    """What it shows while it waits, for the device that lets it in; else empty."""
    key: str


class Pairing(Model):
    """A pairing that is open, or is not."""

    line: str
    """What is pasted at the new device; told once, when the pairing is opened."""
    is_open: bool
    asking: list[str]
    """The words of the devices that ask to be let in."""
    seconds: int
    """How long a pairing stays open."""


class PairingRequest(Request):
    """Open a pairing; `name` is how the new device will be called."""

    name: str = ""


class ConfirmRequest(Request):
    """Let in the device that shows these words."""

    words: str


class RecoveryLine(Model):
    """What somebody who lost every device is given to come back."""

    agent: Agent
    line: str
    """What is pasted at `meshnode id recover`."""
    networks: list[str]
    """The names of the networks it leads back to."""


class RecoveryLineRequest(Request):
    """Whom to help: a name, or an id or part of one."""

    who: str


class RevokeRequest(Request):
    """End a device: `lost`, `compromise` or `end`."""

    reason: str = "lost"
