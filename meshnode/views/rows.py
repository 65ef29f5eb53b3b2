"""The rows that people's tables hold, and nothing about how they are stored.

Every row that speaks about one record begins with that record's id, in a column called `record`. So a view is kept up
to date by one rule: when the fold, a private part or an erasure changes what is known of a record, all its rows are
deleted by `record` in every table of `TABLES`, and what `projection.rows_of` returns is inserted. Nothing else is ever
updated in place; applying the same change twice is harmless, and a rebuilt view equals the kept one.

The fields of a row are the columns of its table, in order; `bytes` are 32-byte ids unless said otherwise, and `None`
is SQL's NULL. Text comes from private parts, so it is empty while that part is missing and after it was erased.
"""

from enum import StrEnum
from typing import NamedTuple


class Part(StrEnum):
    """What this node has of a record's private part."""

    NONE = "none"
    HELD = "held"
    MISSING = "missing"
    ERASED = "erased"


class EntryRow(NamedTuple):
    """One record of any type, as `status`, `why` and the plain lists show it. Table `entries`, key `record`."""

    record: bytes
    scope: bytes
    """The home of the record: its scope, or its own id for a genesis."""
    log: bytes
    key: bytes
    seq: int
    agent: bytes
    at: int
    """The claimed time, milliseconds UTC."""
    type: str
    status: str
    """A name of `meshproto.fold.standing.Status` in lower case: `pending`, `yes`, `invalid`, `foreign` …"""
    state: str
    """By type: `claimed`, `retracted`, `current`, `superseded`; else empty."""
    flags: str
    """`conflict`, `corrected`, `erased`, `forked`, separated by spaces."""
    reason: str
    """A reason code, or empty."""
    part: str
    """A value of `Part`."""


class ContributionRow(NamedTuple):
    """One contribution. Table `contributions`, key `record`."""

    record: bytes
    scope: bytes
    agent: bytes
    at: int
    status: str
    """As in `entries`."""
    kind: str
    claim: str
    """`claimed`, `acknowledged`, `rejected` or `retracted`; empty while the record is pending or invalid."""
    corrected: bool
    project: bytes | None
    """The first record of the project, so that later edits of it keep its contributions; 33 bytes for `ext`."""
    unit: str
    """The UN/ECE Rec 20 code of the quantity, as signed."""
    quantity: int
    """After corrections, in 10^-scale units."""
    scale: int
    seconds: int | None
    """The quantity in whole seconds when the unit is one of time (for sums), else None."""
    day_from: str
    """`YYYY-MM-DD`, or empty."""
    day_to: str
    title: str
    text: str
    ext_scheme: str
    """`git`, `toggl` …: where the work came from; empty when it was written here."""
    ext_ref: bytes | None
    restates: bytes | None
    """What `of` names: an earlier record, or 33 bytes of `ext`."""
    batch: str
    """The import this came with, as its private part tells; empty otherwise."""
    value: int | None
    """What it is said to be worth, after corrections, in minor units; None if nothing is said."""
    currency: str
    stream: str
    comp: str
    licence: str
    authors: int
    """How many have a share in it, the author among them."""
    details: bytes
    """Facts that have no column, as `claims.read_more` takes them; may be empty."""
    part: str
    named: bytes
    """How records of other scopes name it: what `restates` of a copy holds there."""


class ShareRow(NamedTuple):
    """One share of a contribution that several made. Table `shares`, key (`record`, `agent`)."""

    record: bytes
    agent: bytes
    part: int
    """Of 1000."""


class EvidenceRow(NamedTuple):
    """One file that shows a contribution. Table `evidence`, key (`record`, `sha256`)."""

    record: bytes
    sha256: bytes


class ProjectRow(NamedTuple):
    """One edit of a project. Table `projects`, key `record`.

    What a project looks like is its row with `head` that has the greatest (`at`, `record`); several are a conflict.
    """

    record: bytes
    project: bytes
    """The id of the project's first record: the name under which everybody refers to it."""
    scope: bytes
    agent: bytes
    at: int
    state: str
    title: str
    description: str
    slug: str
    """`title` as `--project` takes it: lower case, letters, digits and hyphens."""
    part_of: bytes | None
    starts: str
    ends: str
    head: bool
    """Nobody has superseded this edit, and it is valid."""
    part: str


class PersonRow(NamedTuple):
    """One agent of kind person or organisation, as its genesis says. Table `people`, key `record` (= the agent)."""

    record: bytes
    kind: str
    name: str
    """From the genesis; a profile's name stands above it."""
    at: int
    status: str
    part: str


class ProfileRow(NamedTuple):
    """One edit of a profile. Table `profiles`, key `record`. Displayed like a project: one head per agent."""

    record: bytes
    agent: bytes
    scope: bytes
    at: int
    name: str
    bio: str
    contact: str
    languages: str
    """Space-separated BCP 47 tags."""
    skills: str
    """Space-separated URIs or codes."""
    head: bool
    part: str


class NetworkRow(NamedTuple):
    """One network. Table `networks`, key `record` (= the network)."""

    record: bytes
    name: str
    join: str
    """`open` or `invite`."""
    at: int
    status: str
    part: str


class MemberRow(NamedTuple):
    """One standing of an agent in a network or organisation: a founder's accept, or a grant. Table `members`.

    Key `record`.
    """

    record: bytes
    network: bytes
    """Or organisation."""
    agent: bytes
    role: str
    """`founder` or the role of the grant."""
    standing: str
    """`invited`, `active`, `left` or `removed`."""
    at: int


class AgreementRow(NamedTuple):
    """One version of an agreement. Table `agreements`, key `record`."""

    record: bytes
    scope: bytes
    """The agreement: its first version."""
    agent: bytes
    """Who proposed it."""
    at: int
    status: str
    state: str
    """A word of 09-agreements 2.2."""
    title: str
    summary: str
    part: str


class VoteRow(NamedTuple):
    """What somebody said of a resolution of founders, or of a record in an agreement. Table `votes`, key `record`."""

    record: bytes
    target: bytes
    agent: bytes
    decision: str
    """`accept`, `decline` or `object`."""
    at: int


class AttestedRow(NamedTuple):
    """That somebody said something of a contribution, while it counts. Table `attested`, key `record`."""

    record: bytes
    subject: bytes
    agent: bytes


class RestingRow(NamedTuple):
    """A record that rests on a resolution of founders, and so carries it out. Table `resting`, key `record`."""

    record: bytes
    resolution: bytes
    type: str
    at: int


class SourceRow(NamedTuple):
    """Something outside that a living contribution stands for, so that no import brings it twice.

    Table `sources`, key (`record`, `ref`); looked up by (`agent`, `scheme`) and what `ref` begins with.
    """

    record: bytes
    agent: bytes
    scheme: str
    """`git`, `toggl`, `clockify`, `csv`."""
    ref: bytes
    """1 to 64 bytes."""


class RecognitionRow(NamedTuple):
    """One thanks to one agent. Table `recognitions`, key (`record`, `receiver`)."""

    record: bytes
    scope: bytes
    agent: bytes
    receiver: bytes
    first: bool
    """Whether this row stands for all of the record."""
    target: bytes | None
    """The record thanked for, None for thanks in general."""
    kind: str
    skill: str
    text: str
    at: int


class SearchRow(NamedTuple):
    """What full-text search finds of one record. Table `search`, key `record`; only `title` and `text` are indexed."""

    record: bytes
    type: str
    scope: bytes
    agent: bytes
    at: int
    title: str
    text: str


class ForkRow(NamedTuple):
    """One record of a pair or more with the same key, scope and number. Table `forks`, key `record`."""

    record: bytes
    log: bytes
    scope: bytes
    key: bytes
    seq: int
    agent: bytes
    at: int
    knew: bool
    """It has a rival in its past, so whoever signed it knew of that."""


class HealingRow(NamedTuple):
    """One branch that a later record of its log joins by naming its end. Table `healings`, key (`record`, `named`)."""

    record: bytes
    log: bytes
    seq: int
    named: bytes
    """The last record of that branch when it was joined."""


Row = (
    EntryRow
    | ContributionRow
    | ShareRow
    | EvidenceRow
    | ProjectRow
    | PersonRow
    | ProfileRow
    | NetworkRow
    | MemberRow
    | AgreementRow
    | VoteRow
    | AttestedRow
    | RestingRow
    | SourceRow
    | RecognitionRow
    | SearchRow
    | ForkRow
    | HealingRow
)
"""What `projection.rows_of` returns: everything that hangs on one record."""

TABLES: dict[type[Row], str] = {
    EntryRow: "entries",
    ContributionRow: "contributions",
    ShareRow: "shares",
    EvidenceRow: "evidence",
    ProjectRow: "projects",
    PersonRow: "people",
    ProfileRow: "profiles",
    NetworkRow: "networks",
    MemberRow: "members",
    AgreementRow: "agreements",
    VoteRow: "votes",
    AttestedRow: "attested",
    RestingRow: "resting",
    SourceRow: "sources",
    RecognitionRow: "recognitions",
    SearchRow: "search",
    ForkRow: "forks",
    HealingRow: "healings",
}
"""The table of each kind of row."""
