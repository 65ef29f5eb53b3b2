"""Organisations, and who signs for them."""

import msgspec

from meshnode.api.models.shared import Agent, Model, Request


class Mandate(Model):
    """One entry by which somebody acts, acted or is to act for an organisation."""

    agent: Agent
    fingerprint: str
    role: str
    """`founder` or `staff`."""
    state: str
    """`awaited` (a founder who has not accepted), or a word of 04-fold 8.2: `invited`, `active`, `left` …"""
    mandate: str
    """The grant, or the founder's accept; empty for `awaited`."""
    since: str
    may: list[str] | None
    """The types of records it is limited to, null for all."""
    until: str
    project: str
    """The project it is limited to, as records name it weakly; empty for all."""
    most: str
    """The amount up to which it reaches, as `500000 EUR` in minor units; empty for any."""
    may_delegate: bool


class Organisation(Model):
    """An organisation, and how the owner stands in it."""

    id: str
    name: str
    purpose: str
    founded: bool
    """Whether all founders have accepted: until then nothing is signed for it."""
    quorum: str
    """How large a share of the founders decides, such as `2/3`."""
    sensitive: list[str]
    """Types that it signs only by a decision of its founders."""
    dissolved: bool
    standing: str
    """`founder`, `staff`, `invited`, `ended` or `none`."""
    acts: bool
    """Whether the owner signs for it now."""
    people: list[Mandate]
    line: str
    """What founders and staff paste to accept where this organisation is not known yet; empty if it is not here."""
    reachable: str
    created: str


class OrganisationRequest(Request):
    """Found an organisation with the owner as a founder; `founders` are the others, by name or id."""

    name: str
    purpose: str = ""
    founders: list[str] = msgspec.field(default_factory=list)
    quorum: str = "2/3"
    sensitive: list[str] = msgspec.field(default_factory=list)


class AcceptRequest(Request):
    """Accept what an organisation offers; `organisation` is its name, id, or the line that somebody there printed."""

    organisation: str
    wait_ms: int = 10_000


class StaffRequest(Request):
    """Let somebody sign for an organisation; what is not given is not limited. `most` is in minor units."""

    agent: str
    may: list[str] | None = None
    until: str | None = None
    project: str | None = None
    most: int | None = None
    currency: str | None = None
    may_delegate: bool = False


class DismissRequest(Request):
    """End every mandate of somebody."""

    agent: str
    reason: str = "end"


class Resigned(Model):
    """The owner has given back every mandate; `heard` is false while nobody there has heard of it."""

    organisation: str
    heard: bool


class Reaffirmed(Model):
    """A contested record that was accepted again."""

    id: str
    """The record that says so."""
    target: str
    status: str
    """How the target stands now."""
