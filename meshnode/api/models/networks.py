"""Networks, who stands in them, and how one gets in."""

from msgspec import field

from meshnode.api.models.charters import CharterChange
from meshnode.api.models.shared import AS, Agent, Model, Request


class Network(Model):
    """A network, its members, and how others join it."""

    id: str
    name: str
    join: str
    """`open` (anyone who has the line) or `invite`."""
    standing: str
    """`founder`, `active`, `relaying` (carried for its members), `left`, `leaving` (nobody has heard of it yet),
    `removed`, or `none` (not yet)."""
    notebook: bool
    members: list[Agent]
    connected: int
    line: str
    """The line others paste to join an open network; empty for others, which need an invitation."""
    reachable: str
    """How far this node's addresses reach: `this machine`, `this LAN` or `the internet`."""
    created: str
    roles: list[str]
    """The roles the owner has there."""
    dissolved: bool
    moves: list["Move"] = field(default_factory=list)
    """Where its people move on to: networks that were split off it, or that it is merged into."""
    through: list[Agent] = field(default_factory=list)
    """The organisations that stand there and for which the owner acts."""
    withheld_by: list[Agent] = field(default_factory=list)
    """Who stands there, is connected, and shares it with this node no longer, if nobody does: perhaps the owner was
    removed, or this device ended, while it was away."""
    steers: bool = False
    """Whether the owner may let others in and appoint them, as founders and stewards do, and who acts for these."""


class Move(Model):
    """A network that people of another one are invited into."""

    why: str
    """`split` or `merge`."""
    by: Agent
    network: str
    name: str
    """Empty while the owner has not joined it."""
    line: str
    """The line by which they join it."""
    joined: bool


class NetworkDetail(Model):
    """A network with its charter and how it came about."""

    network: Network
    purpose: str
    charter: CharterChange
    needed: int
    """How many founders carry a decision."""
    unaccepted: list[Agent]
    """Founders who have not accepted that yet."""
    forked_from: str
    """The id of the network it was split off, if that is known here; else empty."""
    dissolved_by: str
    """The decision that ended it; empty if none did."""
    open_decisions: int


class SplitRequest(Request):
    """Found a network for the people of another one; `join` as in that one unless given, `only` some of the people."""

    name: str
    purpose: str = ""
    join: str | None = None
    only: list[str] = field(default_factory=list)


class NetworkRequest(Request):
    """Found a network; `join` is `open` or `invite`."""

    name: str
    join: str = "open"
    purpose: str = ""
    as_: str | None = AS


class JoinRequest(Request):
    """Join by an invitation, an open network by its line, or one known here by name; wait `wait_ms` for its records."""

    line: str
    wait_ms: int = 10_000
    as_: str | None = AS


class Joined(Model):
    """A network that was joined."""

    network: Network
    peer: str
    """The peer that answered; empty when none did yet (the node keeps trying)."""
    milliseconds: int
    received: int
    known: bool
    """It was carried here before, so that nobody had to answer: one joined it by name, perhaps for an organisation."""


class Left(Model):
    """A network was left; `heard` is false while nobody who stays has heard of it, and the node sees to that."""

    network: str
    heard: bool


class InviteRequest(Request):
    """Invite so many people, for so many seconds."""

    role: str = "core"
    uses: int = 1
    seconds: int = 7 * 24 * 3600


class Invite(Model):
    """An invitation. `line` and `link` are told once, when it is made: they are stored nowhere."""

    id: str
    network: str
    role: str
    uses: int
    used: int
    state: str
    """`open`, `used`, `removed`, `left` or `void`."""
    until: str
    """The last day on which it opens the door."""
    line: str = ""
    link: str = ""
    reachable: str = ""
    expires: str = ""


class Member(Model):
    """One standing of somebody in a network."""

    agent: Agent
    fingerprint: str
    """Four words by which two people can compare aloud who this is."""
    role: str
    """`founder`, `steward`, `core`, `occasional`, `client`, `observer`, `relay`; `resonance`: known by work alone."""
    state: str
    """`invited`, `active`, `left`, `removed` or `void`; empty for resonance."""
    flags: list[str]
    """`excess`: came in by an invitation that more people used than it was for."""
    record: str
    """The grant or accept; empty for resonance."""
    since: str
    line: str = ""
    """The line by which who is not in the network yet comes and accepts; told where a role was offered just now."""


class AppointRequest(Request):
    """Give a role by name: to a member, or to an agent known here."""

    agent: str
    role: str
    delegate: bool = False
    """A steward may appoint others."""


class RemoveRequest(Request):
    """End every role that somebody has in a network, in its name."""

    agent: str
    reason: str = "end"
