"""Pieces that several resources use."""

from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")


class Request(msgspec.Struct, forbid_unknown_fields=True):
    """A body of a request; a field nobody knows is refused, because it would silently mean nothing."""


AS: Any = msgspec.field(default=None, name="as")  # a field's default is of its own type
"""The field `as` of a request: the organisation for which it is signed, by name or id; absent for the owner."""


class AsRequest(Request):
    """A request that says nothing but for whom it is signed."""

    as_: str | None = AS


class Model(msgspec.Struct):
    """A part of an answer."""


class Page(Model, Generic[T]):
    """Some of a list; `next` is the cursor of the following page, null on the last."""

    items: list[T]
    next: str | None = None


class Agent(Model):
    """Somebody: a person, an organisation or a network."""

    id: str
    name: str
    """Empty while nothing told it, or after it was erased."""
    me: bool = False
    forked: bool = False
    """A log of theirs has branches that nothing has joined yet (`/v1/forks`)."""
    blocked: bool = False
    """The owner has blocked them (`/v1/blocks`)."""
    face_of: str = ""
    """The networks for which this organisation acts outside, as far as they are known here; told with agreements and
    money."""


class Signer(Model):
    """The person whose key signed in the name of an organisation or network."""

    agent: Agent
    role: str
    """`founder`, `staff` or `steward`."""
    mandate: str
    """The record by which the author let this person act: a grant, or a founder's accept."""


class Scope(Model):
    """Where a record stands."""

    id: str
    kind: str
    """`stream` (an agent's own), `notebook` (only mine), `network` or `agreement`."""
    name: str


class Quantity(Model):
    """n·10^-s of a UN/ECE Rec 20 unit, as signed."""

    n: int
    """The figures, without a point: 125 of 12.5."""
    s: int
    """How many of them stand behind the point: 1 of 12.5, 0 of whole numbers."""
    u: str
    """The code of the unit: `SEC` seconds, `HUR` hours, `KMT` kilometres, `KGM` kilograms, `C62` pieces …"""


class Check(Model):
    """One thing that was looked at. Everything that is not `ok` says why and what to do."""

    name: str
    state: str
    """`ok`, `warn` or `fail`."""
    text: str
    fix: str = ""
