"""Where the owner's requests, imports and bundles are handed in: the one port through which anything is written.

What these methods return is flushed to the disk. The running node implements this port; tests of the exchange use
their own over a store in memory.
"""

from collections.abc import Sequence
from typing import Protocol

from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.effects import Taken
from meshnode.core.ports import Ledger
from meshnode.core.rows import Forget, LocalRow
from meshproto.records.ids import AgentId, RecordId, ScopeId


class Desk(Protocol):
    """One node, as those who write see it."""

    @property
    def me(self) -> AgentId:
        """The owner's agent, who signs everything written here."""
        ...

    @property
    def notebook(self) -> ScopeId:
        """The owner's own network of one."""
        ...

    @property
    def ledger(self) -> Ledger:
        """What is committed; read it in the event loop's thread."""
        ...

    def now(self) -> int:
        """The wall clock in milliseconds UTC, as records are stamped."""
        ...

    async def write(
        self, drafts: Sequence[Draft], *, ready: SignedRecords | None = None, local: Sequence[LocalRow | Forget] = ()
    ) -> tuple[RecordId, ...]:
        """Sign and store drafts, at most `CoreSettings.drafts_max`, as one unit, and return their ids in order.

        `ready` (runs and private parts signed elsewhere) goes before them and `local` rows with them, all or none.
        AnswerEntry and ImportEntry rows get the new ids appended to theirs. Raises Refusal: `copied-home`,
        `not-authorised`, `bad-request`, `busy`, `outcome-unknown`, `stopping`.
        """
        ...

    async def offer(self, records: SignedRecords, local: Sequence[LocalRow | Forget] = ()) -> Taken:
        """Take in records that came by file, as if a peer had sent them. Raises Refusal: `busy`, `stopping` …"""
        ...

    async def projected(self) -> None:
        """Wait until the views show everything that was committed before this call."""
        ...
