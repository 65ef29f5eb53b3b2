"""The desk of a running node: its office, as those see it who write many records."""

from collections.abc import Sequence

from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.effects import Taken
from meshnode.core.ports import Ledger
from meshnode.core.rows import Forget, LocalRow
from meshnode.runtime.office import Office
from meshproto.records.ids import AgentId, RecordId, ScopeId


class OfficeDesk:
    """Implements `meshnode.runtime.desk.Desk`."""

    def __init__(self, office: Office) -> None:
        self._office = office

    @property
    def me(self) -> AgentId:
        """See Desk."""
        return self._office.me

    @property
    def notebook(self) -> ScopeId:
        """See Desk."""
        return self._office.notebook

    @property
    def ledger(self) -> Ledger:
        """See Desk."""
        return self._office.truth

    def now(self) -> int:
        """See Desk."""
        return self._office.node.now()

    async def write(
        self, drafts: Sequence[Draft], *, ready: SignedRecords | None = None, local: Sequence[LocalRow | Forget] = ()
    ) -> tuple[RecordId, ...]:
        """See Desk."""
        return await self._office.node.write(drafts, ready=ready, local=local)

    async def offer(self, records: SignedRecords, local: Sequence[LocalRow | Forget] = ()) -> Taken:
        """See Desk."""
        return await self._office.node.offer(records, local)

    async def projected(self) -> None:
        """See Desk."""
        await self._office.projector.caught_up()
