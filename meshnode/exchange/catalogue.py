"""What imports ask of a running node, answered by its office: the same rules and lists as for everything else."""

from collections.abc import Iterable, Mapping, Sequence

from meshnode.exchange.entries import SLOT
from meshnode.exchange.ports import Piece, Placement, ProjectName
from meshnode.runtime.answers.contributed import Wanted, contributions
from meshnode.runtime.lookups import Lookups
from meshnode.runtime.office import Office
from meshnode.runtime.requests.work import project_link
from meshnode.store.querying import Is, Where
from meshnode.views.rows import ContributionRow, SourceRow
from meshproto.records.ids import AgentId, RecordId, ScopeId

MOST_PIECES = 200_000
"""Contributions of one batch that are read at once: twice the longest import."""


class OfficeCatalogue:
    """Implements `meshnode.exchange.ports.Catalogue`."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def placement(self, network: str | None, project: str | None) -> Placement:
        """See Catalogue."""
        placed = await self._office.place(network, project)
        return Placement(placed.scope, project_link(placed.project, placed.scope))

    async def projects(self, scope: ScopeId) -> Sequence[ProjectName]:
        """See Catalogue."""
        rows = await self._office.slowly(lambda lookups: lookups.projects(scope))
        return [ProjectName(RecordId(row.project), row.title, row.slug) for row in rows if row.state != "dropped"]

    async def sources(self, scheme: str, slots: Sequence[bytes]) -> Mapping[bytes, RecordId]:
        """See Catalogue."""
        return await self._office.slowly(lambda lookups: _sources(lookups, self._office.me, scheme, slots))

    async def living(self, ids: Sequence[RecordId]) -> Sequence[Piece]:
        """See Catalogue."""
        chosen = Where("record", Is.ONE_OF, list(ids))
        mine = (Where("agent", Is.EQUAL, self._office.me), Where("claim", Is.OTHER, "retracted"))
        rows = await self._office.slowly(lambda lookups: lookups.views.select(ContributionRow, chosen, *mine))
        return _pieces(rows)

    async def batch(self, name: str) -> Sequence[Piece]:
        """See Catalogue."""
        wanted = Wanted(agent=self._office.me, batch=name)
        rows = await self._office.slowly(lambda lookups: contributions(lookups, wanted, None, MOST_PIECES))
        return _pieces(row for row in reversed(rows) if row.claim != "retracted")


def _sources(lookups: Lookups, me: AgentId, scheme: str, slots: Sequence[bytes]) -> dict[bytes, RecordId]:
    """One question for whole references, one for each beginning of a reference."""
    of_scheme = (Where("scheme", Is.EQUAL, scheme), Where("agent", Is.EQUAL, me))
    rows: list[SourceRow] = []
    if scheme == "git":
        rows += lookups.views.select(SourceRow, *of_scheme, Where("ref", Is.ONE_OF, slots))
    else:
        for slot in slots:
            rows += lookups.views.select(SourceRow, *of_scheme, Where("ref", Is.BEGINNING, slot[:SLOT]))
    return {row.ref: RecordId(row.record) for row in rows}


def _pieces(rows: Iterable[ContributionRow]) -> list[Piece]:
    return [Piece(RecordId(row.record), ScopeId(row.scope)) for row in rows]
