"""What the API answers about organisations, member by member: the shapes of `meshnode.api.models.organisations`."""

from typing import TypedDict

from meshnode.client.answers import Agent


class Mandate(TypedDict):
    """One entry by which somebody acts, acted or is to act for an organisation; `may` is null for all types."""

    agent: Agent
    fingerprint: str
    role: str
    state: str
    mandate: str
    since: str
    may: list[str] | None
    until: str
    project: str
    most: str
    may_delegate: bool


class Organisation(TypedDict):
    """An organisation, and how the owner stands in it."""

    id: str
    name: str
    purpose: str
    founded: bool
    quorum: str
    sensitive: list[str]
    dissolved: bool
    standing: str
    acts: bool
    people: list[Mandate]
    line: str
    reachable: str
    created: str


class Resigned(TypedDict):
    """The owner has given back every mandate; `heard` is false while nobody there has heard of it."""

    organisation: str
    heard: bool


class Reaffirmed(TypedDict):
    """A contested record that was accepted again, and how it stands now."""

    id: str
    target: str
    status: str
