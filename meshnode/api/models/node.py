"""The node itself: health, status, doctor, state, sync, log file."""

from meshnode.api.models.shared import Agent, Check, Model, Request


class Health(Model):
    """Whether the node keeps its promises, in one word, with the reasons when it does not."""

    status: str
    """`ok`, `degraded` or `stopping`."""
    version: str
    api: str
    pid: int
    reasons: list[Check]
    """Only what is not `ok`."""


class NetworkStanding(Model):
    """One network in the status."""

    id: str
    name: str
    standing: str
    """`founder`, `active`, `relaying` (carried for its members), `left` or `none`."""
    members: int
    connected: int
    """Peers connected now that share this network."""


class NodeStatus(Model):
    """What `meshnode status` shows."""

    version: str
    pid: int
    started: str
    home: str
    agent: Agent
    fingerprint: str
    peer: str
    """The libp2p peer id of this node."""
    listening: list[str]
    discovery: bool
    socket: str
    url: str
    """Where the API and the dashboard answer on loopback, `http://127.0.0.1:PORT`; empty if that is switched off."""
    peers_connected: int
    peers_known: int
    networks: list[NetworkStanding]
    records: int
    logs: int
    pending: int
    """Records whose past is incomplete here."""
    arrival: int
    """The local number of the newest record, and the newest one the views have taken in."""
    projected: int
    running_timers: int
    bytes_on_disk: int
    keys: str
    """How the keys are kept: `passphrase`, `clear`, or `partly` after a change of the passphrase was cut short."""
    health: Health
    counters: dict[str, int]


class Doctor(Model):
    """Every check with its state, and a fix for what is not green."""

    checks: list[Check]


class ScopeState(Model):
    """The state of one scope, as every node that holds the same records computes it."""

    id: str
    kind: str
    name: str
    records: int
    valid: int
    pending: int
    digest: str
    """Hexadecimal SHA-256 over the valid records' state; empty if the scope is held in part, or none was asked for."""
    partial: bool = False
    """There was no room for all of this network, which is only relayed."""


class StateAnswer(Model):
    """The state of every scope held here."""

    scopes: list[ScopeState]


class SyncRequest(Request):
    """Compare with peers now; wait at most `wait_ms` for the comparison to end."""

    peer: str | None = None
    wait_ms: int = 10_000


class SyncedPeer(Model):
    """One peer after a comparison."""

    peer: str
    agent: Agent | None
    state: str
    """`in sync`, `behind` (still transferring when the wait ended) or `unreachable`."""
    received: int
    milliseconds: int


class SyncAnswer(Model):
    """What a comparison with peers brought."""

    peers: list[SyncedPeer]
    received: int
    """Records that arrived during the wait."""


class SyncFileRequest(Request):
    """Exchange a bundle: what the file holds is taken in, then the file is written anew with everything held here."""

    path: str


class SyncedFile(Model):
    """What an exchange by file did."""

    path: str
    received: int
    """Records in the file that were new here."""
    written: int
    """Records that stand in the file now."""


class LogFile(Model):
    """Where node.log stands; it is read from the disk, not through the API."""

    path: str


class Stopping(Model):
    """The node has begun to stop."""

    stopping: bool = True
