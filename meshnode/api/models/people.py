"""The owner, networks, joins and peers."""

import msgspec

from meshnode.api.models.shared import AS, Agent, Model, Request, Scope


class Profile(Model):
    """What the owner tells about themselves."""

    name: str
    bio: str
    contact: str
    languages: list[str]
    skills: list[str]


class RecoveryHolder(Model):
    """One recovery key: `words`, `file`, `guardian`, or `unknown` to this machine; and what its owner calls it."""

    kind: str
    label: str
    digest: str


class Me(Model):
    """The owner of this node."""

    id: str
    name: str
    fingerprint: str
    """Four words that two people can compare aloud."""
    key: str
    """The public key that signs here, hexadecimal."""
    peer: str
    created: str
    recovery: bool
    """Whether recovery words were committed to at the beginning."""
    recovery_digests: list[str]
    """What was committed to for each recovery key, hexadecimal: it tells whether words are the right ones."""
    profile: Profile
    notebook: Scope
    home: str
    recovery_need: int
    """How many of the recovery keys are needed together."""
    recovery_holders: list[RecoveryHolder]
    rivals: list[str]
    """Rotations of which none is stronger than the other, so that what their keys sign is contested; usually none."""
    device: str
    """What this device is called; empty for the first one."""
    device_state: str
    """`active`, `revoked`, `replaced` or `unknown`: whether what it signs counts."""
    devices: int
    """How many devices sign for the owner now."""
    keys: str
    """How the keys are kept: `passphrase`, `clear`, or `partly` after a change of the passphrase was cut short."""


class ProfileRequest(Request):
    """What is absent stays as it is."""

    name: str | None = None
    bio: str | None = None
    contact: str | None = None
    languages: list[str] | None = None
    skills: list[str] | None = None
    as_: str | None = AS


class Peer(Model):
    """A node this one knows."""

    id: str
    """The libp2p peer id; its beginning or end will do where one is asked for."""
    agent: Agent | None
    addresses: list[str]
    state: str
    """`direct`, `idle` (known, not connected) or `backing off`."""
    address: str
    """Where it is connected now, or empty."""
    since: str | None
    next_try: str | None
    last_error: str
    """Why it could not be reached or kept; of several addresses, each with its reason."""
    source: str
    """Who told of it: `you`, `mdns`, `peers` or `itself`."""


class PeerRequest(Request):
    """Remember a peer by a full address, or several, and dial it; wait at most `wait_ms` for the connection."""

    address: str
    more: list[str] = msgspec.field(default_factory=list)
    """Further addresses of the same peer."""
    wait_ms: int = 5_000


class Ping(Model):
    """How long it takes to a peer and back, by the transport: what either side has to do meanwhile plays no part."""

    peer: str
    milliseconds: float
