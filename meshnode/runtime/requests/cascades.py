"""Money that goes on from one agreement into another: a share or payment there is an income here.

That is how a network is paid: its face, an organisation, is a party elsewhere, and what the face gets becomes an
income of the network's own agreement.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from meshnode.runtime.office import Office
from meshnode.runtime.requests import decided
from meshnode.runtime.requests.taking_part import scopes_here
from meshnode.views.dealings import Dealing, dealings, ids_of
from meshproto.records.ids import ScopeId, ext

SOURCES = ("distribution", "settlement")
"""What an income may be part of."""


class Source(NamedTuple):
    """What an income came by."""

    record: bytes
    scope: ScopeId
    type: str


class Cascade:
    """How agreements that are here hang together; looked up once for one answer."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def origin(self, link: bytes) -> Source | None:
        """What an income is part of by its link; None if that is not here."""
        return self._sources.get(link) if link else None

    def passed_on(self, record: bytes) -> list[tuple[ScopeId, Dealing]]:
        """The incomes that are part of a distribution or payment, each with its agreement."""
        link = ext(record)
        return [(scope, each) for scope, each in self._incomes if each.facts["part_of"] == link]

    @cached_property
    def _sources(self) -> dict[bytes, Source]:
        found = {}
        for scope in scopes_here(self._office):
            with self._office.folded.steady():
                ids = {each: type_ for type_ in SOURCES for each in ids_of(scope, type_, self._office.folded)}
            found.update({ext(each): Source(each, scope, type_) for each, type_ in ids.items()})
        return found

    @cached_property
    def _incomes(self) -> list[tuple[ScopeId, Dealing]]:
        found = []
        for scope in scopes_here(self._office):
            with self._office.folded.steady():
                incomes = dealings(scope, "income", self._office.folded)
            found += [(scope, each) for each in incomes if "part_of" in each.facts]
        return found


def faces(office: Office) -> Iterator[tuple[bytes, bytes]]:
    """The organisations that act for networks outside, each with the network, as far as their charters are here."""
    for row in office.lookups.networks():
        charter = decided.charter_of(office, row.record)
        face = charter.fields.get("face") if charter is not None else None
        if isinstance(face, bytes):
            yield face, row.record
