"""The shapes of what the node answers, as types for programs; a test keeps them equal to the API's models.

Ids are their text form, times RFC 3339 in UTC, days `YYYY-MM-DD`, lengths of time whole seconds.
"""

from typing import Generic, TypedDict, TypeVar

T = TypeVar("T")

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]
"""What JSON can say."""


class Page(TypedDict, Generic[T]):
    """Some of a list; `next` is the cursor of the following page, None on the last."""

    items: list[T]
    next: str | None


class Agent(TypedDict):
    """A person, an organisation or a network; `name` is empty while nothing told it, or after it was erased.

    `forked`: a log of theirs has branches that nothing has joined yet. `blocked`: by the owner of this node. `face_of`:
    the networks for which this organisation acts outside.
    """

    id: str
    name: str
    me: bool
    forked: bool
    blocked: bool
    face_of: str


class Signer(TypedDict):
    """The person whose key signed in the name of an organisation or network, and by which mandate."""

    agent: Agent
    role: str
    mandate: str


class Scope(TypedDict):
    """Where a record stands; `kind` is `stream`, `notebook`, `network` or `agreement`."""

    id: str
    kind: str
    name: str


class Quantity(TypedDict):
    """n·10^-s of a UN/ECE Rec 20 unit."""

    n: int
    s: int
    u: str


class Check(TypedDict):
    """One thing that was looked at; `state` is `ok`, `warn` or `fail`."""

    name: str
    state: str
    text: str
    fix: str


class Health(TypedDict):
    """Whether the node keeps its promises: `ok`, `degraded` or `stopping`, and the reasons."""

    status: str
    version: str
    api: str
    pid: int
    reasons: list[Check]


class NetworkStanding(TypedDict):
    """One network in the status."""

    id: str
    name: str
    standing: str
    members: int
    connected: int


class NodeStatus(TypedDict):
    """How the node is."""

    version: str
    pid: int
    started: str
    home: str
    agent: Agent
    fingerprint: str
    peer: str
    listening: list[str]
    discovery: bool
    socket: str
    url: str
    peers_connected: int
    peers_known: int
    networks: list[NetworkStanding]
    records: int
    logs: int
    pending: int
    arrival: int
    projected: int
    running_timers: int
    bytes_on_disk: int
    keys: str
    health: Health
    counters: dict[str, int]


class LoginLink(TypedDict):
    """An address that logs in the browser that opens it first, within so many seconds."""

    url: str
    seconds: int


class Doctor(TypedDict):
    """Every check."""

    checks: list[Check]


class ScopeState(TypedDict):
    """The state of one scope; `digest` is alike on every node that holds the same records."""

    id: str
    kind: str
    name: str
    records: int
    valid: int
    pending: int
    digest: str
    partial: bool


class StateAnswer(TypedDict):
    """The state of every scope."""

    scopes: list[ScopeState]


class SyncedPeer(TypedDict):
    """One peer after a comparison; `state` is `in sync`, `behind` or `unreachable`."""

    peer: str
    agent: Agent | None
    state: str
    received: int
    milliseconds: int


class SyncAnswer(TypedDict):
    """What a comparison with peers brought."""

    peers: list[SyncedPeer]
    received: int


class SyncedFile(TypedDict):
    """What an exchange by file did: records that were new here, and records that stand in the file now."""

    path: str
    received: int
    written: int


class LogFile(TypedDict):
    """Where node.log stands."""

    path: str


class Stopping(TypedDict):
    """The node has begun to stop."""

    stopping: bool


class Profile(TypedDict):
    """What the owner tells about themselves."""

    name: str
    bio: str
    contact: str
    languages: list[str]
    skills: list[str]


class RecoveryHolder(TypedDict):
    """One recovery key: `words`, `file`, `guardian`, or `unknown` to this machine."""

    kind: str
    label: str
    digest: str


class Me(TypedDict):
    """The owner of the node."""

    id: str
    name: str
    fingerprint: str
    key: str
    peer: str
    created: str
    recovery: bool
    recovery_digests: list[str]
    recovery_need: int
    recovery_holders: list[RecoveryHolder]
    rivals: list[str]
    profile: Profile
    notebook: Scope
    home: str
    device: str
    device_state: str
    devices: int
    keys: str


class Peer(TypedDict):
    """A peer; `state` is `direct`, `idle` or `backing off`, `source` is `you`, `mdns`, `peers` or `itself`."""

    id: str
    agent: Agent | None
    addresses: list[str]
    state: str
    address: str
    since: str | None
    next_try: str | None
    last_error: str
    source: str


class Ping(TypedDict):
    """How long one question and its answer took."""

    peer: str
    milliseconds: float


class Standing(TypedDict):
    """How a record stands: status, label per type, reason code, and the ids that cause it."""

    status: str
    label: str
    reason: str
    causes: list[str]


class RecordAnswer(TypedDict):
    """One record with everything that proves it."""

    id: str
    type: str
    raw: str
    header: dict[str, Plain]
    signature: str
    signed: str
    scope: Scope
    agent: Agent
    at: str
    standing: Standing
    part: str
    private: dict[str, Plain] | None
    held_by: list[Agent]
    signed_by: Signer | None


class Branch(TypedDict):
    """One of the records with the same number, and the branch it began, up to `last`, signed at `until`."""

    id: str
    at: str
    last: str
    until: str
    records: int


class Fork(TypedDict):
    """One number in one log that one key gave to several records.

    `cause` is `two-writers`, `old-copy` or `knowingly`; `fix` is empty once it is healed.
    """

    log: str
    key: str
    scope: Scope
    agent: Agent
    seq: int
    branches: list[Branch]
    cause: str
    text: str
    fix: str
    healed: bool


class Why(TypedDict):
    """Why a record stands as it does, in words."""

    id: str
    standing: Standing
    text: str
    fix: str
    fork: Fork | None
    agent: Agent | None
    signed_by: Signer | None


class Verified(TypedDict):
    """The checks of one record."""

    id: str
    ok: bool
    checks: list[Check]


class Holder(TypedDict):
    """Somebody who says that they hold a log up to a number; `checked` if a spot check of it was answered rightly."""

    agent: Agent
    seq: int
    checked: bool
    at: str


class LogState(TypedDict):
    """One log: what one key wrote in one place, up to the record `tip`, and how far others hold it."""

    id: str
    scope: Scope
    agent: Agent
    key: str
    seq: int
    tip: str
    branches: int
    held: list[Holder]


class Found(TypedDict):
    """One record that a search found."""

    id: str
    type: str
    title: str
    text: str
    snippet: str
    marks: list[tuple[int, int]]
    scope: Scope
    agent: Agent
    at: str


class Erased(TypedDict):
    """The orders that were signed (`id` is the first of them), what they erase, and what else says the same."""

    id: str
    ids: list[str]
    targets: list[str]
    copies: list[str]


class RefusedRow(TypedDict):
    """One row that an import left out; `line` is 0 where the source has no lines, then `reason` says the place."""

    line: int
    reason: str


class SampleEntry(TypedDict):
    """One of the first entries of a preview."""

    place: str
    title: str
    day_from: str
    day_to: str
    quantity: Quantity
    seconds: int | None
    project: str


class ImportAnswer(TypedDict):
    """What an import did, or with `dry_run` would do."""

    batch: str
    kind: str
    source: str
    dry_run: bool
    written: int
    already: int
    skipped: int
    seconds: int
    refused: list[RefusedRow]
    notes: list[str]
    held_back: bool
    undecided: dict[str, int]
    sample: list[SampleEntry]


class ImportBatch(TypedDict):
    """One import of the past."""

    batch: str
    kind: str
    source: str
    at: str
    records: int
    undone: bool


class Undone(TypedDict):
    """What taking an import back did."""

    batch: str
    retracted: int
    already: int


class Exported(TypedDict):
    """A file that was written."""

    path: str
    kind: str
    bytes: int
    records: int
    root: str


class Written(TypedDict):
    """A record that was signed and is flushed."""

    id: str
    type: str
    scope: Scope
    agent: Agent | None
    signed_by: Signer | None
    warnings: list[str]


class Timer(TypedDict):
    """A running timer; `seconds` is what it would count now, never more than the cap."""

    id: str
    title: str
    project: str
    network: str
    started: str
    seconds: int
    capped: bool
    cap_seconds: int
    agent: Agent | None


class Project(TypedDict):
    """A project."""

    id: str
    title: str
    slug: str
    description: str
    state: str
    scope: Scope
    agent: Agent
    starts: str
    ends: str
    part_of: str
    at: str
    conflict: bool
    contributions: int
    seconds: int
