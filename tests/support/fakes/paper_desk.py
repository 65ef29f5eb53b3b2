"""A desk on paper: keeps the promises of `meshnode.runtime.desk.Desk` and of the exchange's catalogue in memory.

Every write is folded and projected like on a real node, so what the exchange reads are real rows.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar, cast

from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.effects import Taken
from meshnode.core.ports import Ledger
from meshnode.core.rows import Forget, ImportEntry, LocalRow
from meshnode.exchange.ports import Piece, Placement, ProjectName
from meshnode.runtime.refusals import Code, Refusal
from meshnode.views.projection import rows_of
from meshnode.views.rows import ContributionRow, ProjectRow, Row, SourceRow
from meshproto.fold.fold import Fold
from meshproto.fold.memory import DictMemory
from meshproto.records.encoding import Value
from meshproto.records.ids import AgentId, RecordId, ScopeId
from meshproto.records.record import Record, check_private
from tests.support.scribe import Scribe

RowT = TypeVar("RowT", bound=Row)


class PowerCut(Exception):
    """The node died before this write."""


class PaperLedger:
    """As much of a ledger as imports read."""

    def __init__(self) -> None:
        self.entries: dict[str, ImportEntry] = {}

    def rows(self, kind: type[ImportEntry]) -> tuple[ImportEntry, ...]:
        return tuple(self.entries[name] for name in sorted(self.entries))


class PaperDesk:
    """One owner's records, as drafts handed in; `cut_after` lets the power fail after that many writes."""

    def __init__(self, drafts_max: int = 500) -> None:
        self.scribe = Scribe("Ana")
        self.drafts_max = drafts_max
        self.paper = PaperLedger()
        self.clock = time.time_ns() // 1_000_000
        self.writes: list[int] = []
        self.cut_after: int | None = None
        self._memory = DictMemory()
        self._fold = Fold(self._memory)
        self._records: dict[bytes, Record] = {}
        self._rows: dict[bytes, list[Row]] = {}
        self._take(self.scribe.genesis)

    @property
    def me(self) -> AgentId:
        return self.scribe.agent

    @property
    def notebook(self) -> ScopeId:
        return ScopeId(self.scribe.agent)

    @property
    def ledger(self) -> Ledger:
        return cast(Ledger, self.paper)

    @property
    def memory(self) -> DictMemory:
        return self._memory

    def now(self) -> int:
        return self.clock

    async def write(
        self, drafts: Sequence[Draft], *, ready: SignedRecords | None = None, local: Sequence[LocalRow | Forget] = ()
    ) -> tuple[RecordId, ...]:
        if len(drafts) > self.drafts_max:
            raise Refusal(Code.BAD_REQUEST, "too many drafts")
        if self.cut_after is not None and len(self.writes) >= self.cut_after:
            raise PowerCut
        self.writes.append(len(drafts))
        records = [self.scribe.write(each.scope, each.type, each.facts, each.private) for each in drafts]
        ids = tuple(record.id for record in records)
        for row in local:
            assert isinstance(row, ImportEntry)
            self.paper.entries[row.batch] = row._replace(ids=row.ids + ids)
        for record in records:
            self._take(record)
        return ids

    async def offer(self, records: SignedRecords, local: Sequence[LocalRow | Forget] = ()) -> Taken:
        raise NotImplementedError

    async def projected(self) -> None:
        return None

    # The catalogue.

    async def placement(self, network: str | None, project: str | None) -> Placement:
        if network is not None:
            raise Refusal(Code.UNKNOWN_NETWORK, network)
        if project is None:
            return Placement(self.notebook, None)
        found = [row for row in await self.projects(self.notebook) if project in (row.slug, row.title)]
        if not found:
            raise Refusal(Code.UNKNOWN_PROJECT, project)
        return Placement(self.notebook, found[0].id)

    async def projects(self, scope: ScopeId) -> Sequence[ProjectName]:
        return [ProjectName(RecordId(row.project), row.title, row.slug) for row in self._all(ProjectRow) if row.head]

    async def sources(self, scheme: str, slots: Sequence[bytes]) -> Mapping[bytes, RecordId]:
        assert len(slots) <= 1_000
        rows = [row for row in self._all(SourceRow) if row.scheme == scheme and row.ref.startswith(tuple(slots))]
        return {row.ref: RecordId(row.record) for row in rows}

    async def living(self, ids: Sequence[RecordId]) -> Sequence[Piece]:
        assert len(ids) <= 1_000
        wanted = frozenset(ids)
        return [Piece(RecordId(row.record), ScopeId(row.scope)) for row in self.contributions() if row.record in wanted]

    async def batch(self, name: str) -> Sequence[Piece]:
        return [Piece(RecordId(row.record), ScopeId(row.scope)) for row in self.contributions() if row.batch == name]

    # What tests look at.

    def contributions(self) -> list[ContributionRow]:
        """All contributions that are not retracted, in the order of writing."""
        return [row for row in self._all(ContributionRow) if row.claim == "claimed"]

    def private(self, record_id: bytes) -> Mapping[str, Value] | None:
        raw = self.scribe.privates.get(record_id)
        return None if raw is None else check_private(self._records[record_id], raw)

    def erased(self, record_id: bytes) -> bool:
        return False

    def record(self, record_id: bytes) -> Record | None:
        return self._records.get(record_id)

    def _all(self, kind: type[RowT]) -> Iterator[RowT]:
        return (row for rows in self._rows.values() for row in rows if isinstance(row, kind))

    def _take(self, record: Record) -> None:
        self._records[record.id] = record
        for change in self._fold.add(record):
            self._rows[change.id] = rows_of(self._records[change.id], change.standing, self)
