"""Records as such: raw bytes, why, verification, search, forks, erasure, imports and exports."""

from typing import Any

import msgspec

from meshnode.api.models.shared import AS, Agent, Check, Model, Quantity, Request, Scope, Signer


class Standing(Model):
    """How a record stands, and what causes it."""

    status: str
    label: str
    """Per type, such as `claimed`; empty where there is none."""
    reason: str
    causes: list[str]
    """The ids that cause it."""


class RecordAnswer(Model):
    """One record with everything that proves it."""

    id: str
    type: str
    raw: str
    """The signed header bytes, base64."""
    header: dict[str, Any]  # the decoded header, for people; its shape is that of the protocol text
    signature: str
    """The signature that covers it, hexadecimal, with the id it was made over."""
    signed: str
    scope: Scope
    agent: Agent
    at: str
    standing: Standing
    part: str
    private: dict[str, Any] | None
    held_by: list[Agent]
    signed_by: Signer | None = None
    """Who signed, where that was not the agent itself."""


class Branch(Model):
    """One of the records with the same number, and the branch it began."""

    id: str
    at: str
    """When it was signed, by its author's clock."""
    last: str
    """The last record of the branch, or the last one before a later record joined the branches."""
    until: str
    """When that was signed."""
    records: int


class Fork(Model):
    """One number in one log that one key gave to several records."""

    log: str
    key: str
    scope: Scope
    agent: Agent
    seq: int
    branches: list[Branch]
    cause: str
    """`two-writers` or `old-copy`, as far as claimed times tell; `knowingly` if one record has another in its past."""
    text: str
    """The fork in words, with its cause."""
    fix: str
    """What one can do; empty once it is healed."""
    healed: bool
    """A later record has joined the branches."""


class Why(Model):
    """Why a record stands as it does, in words."""

    id: str
    standing: Standing
    text: str
    fix: str
    fork: Fork | None = None
    """The fork it belongs to, if another record has the same number in the same log."""
    agent: Agent | None = None
    signed_by: Signer | None = None
    """Who signed, where that was not the agent itself."""


class Verified(Model):
    """The checks of one record, made from its bytes."""

    id: str
    ok: bool
    checks: list[Check]


class Found(Model):
    """One record that a search found."""

    id: str
    type: str
    title: str
    text: str
    snippet: str
    """The piece of the text that has the words, or its beginning."""
    marks: list[tuple[int, int]]
    """Where they stand in the snippet: begin and end of each, in characters."""
    scope: Scope
    agent: Agent
    at: str


class ErasureRequest(Request):
    """Order that the private parts of records be removed everywhere; `basis` says by what right."""

    targets: list[str]
    basis: str = "consent"
    as_: str | None = AS


class Erased(Model):
    """The orders that were signed."""

    id: str
    """The order; where the targets stand in several scopes, the first of the orders."""
    ids: list[str]
    targets: list[str]
    copies: list[str]
    """Other contributions of the owner that say the same, as `share` makes them, and still have their text."""


class ImportRequest(Request):
    """Take in records from elsewhere; with `dry_run` nothing is written."""

    kind: str
    """`git`, `csv` or `bundle`."""
    path: str
    options: dict[str, str | int | bool | list[str]] = msgspec.field(default_factory=dict)
    dry_run: bool = False


class RefusedRow(Model):
    """Something of the source that was not taken, and why."""

    line: int
    """The line of the file; 0 where there is none, as in a git history: then `reason` says the place."""
    reason: str


class SampleEntry(Model):
    """One of the first entries of a preview."""

    place: str
    """`line 2`, `commit 1a2b3c4d5e6f`, or a day."""
    title: str
    day_from: str
    day_to: str
    quantity: Quantity
    seconds: int | None
    """The quantity, where it is a time."""
    project: str
    """The project's name at the source; empty for none."""


class ImportAnswer(Model):
    """What an import did, or would do."""

    batch: str
    """The name under which `import undo` takes it back; empty when there is nothing to take back."""
    kind: str
    source: str
    dry_run: bool
    written: int
    already: int
    """What an earlier import had brought."""
    skipped: int
    """What is not the owner's, or was left out by an option."""
    seconds: int
    refused: list[RefusedRow]
    notes: list[str]
    held_back: bool = False
    """Nothing may be written before the refused rows are accepted as left out, or `undecided` is decided."""
    undecided: dict[str, int] = msgspec.field(default_factory=dict)
    """Projects that the source names and that are not here, with the number of their entries."""
    sample: list[SampleEntry] = msgspec.field(default_factory=list)
    """The first entries of a preview, or of what was held back."""


class ImportBatch(Model):
    """One import of the past."""

    batch: str
    kind: str
    source: str
    at: str
    records: int
    undone: bool


class Undone(Model):
    """How much of an import was taken back."""

    batch: str
    retracted: int
    already: int


class ExportRequest(Request):
    """Write a bundle of everything held (or of one scope), or the proof of a fork."""

    kind: str
    """`bundle` or `fork`."""
    path: str
    scope: str | None = None
    log: str | None = None


class Exported(Model):
    """A file that was written."""

    path: str
    kind: str
    bytes: int
    records: int
    root: str
    """The Merkle root over the ids, hexadecimal; empty for a fork proof."""
