"""Finishes joins: signs the owner's own grant in every joined network as soon as its founding is here.

A join can outlast the request that began it, and the process too: what is to be joined stands in the store.
"""

import logging

import trio

from meshnode.core.drafts import Draft
from meshnode.core.ports import JoinedEntry
from meshnode.runtime.node import RunningNode
from meshnode.runtime.refusals import Refusal
from meshproto.records.ids import ScopeId, log_id, short
from meshproto.types import identity

log = logging.getLogger(__name__)


class Joins:
    """The joins of one node."""

    def __init__(self, node: RunningNode) -> None:
        self._node = node
        self._turn = trio.Lock()

    async def run(self) -> None:
        """Finish joins until cancelled."""
        while True:
            ready = self._node.presence.scopes_ready
            for row in self._node.ledger.rows(JoinedEntry):
                if not row.left and not row.relayed and self._node.ledger.network(row.network) is not None:
                    await self._try(ScopeId(row.network))
            while self._node.presence.scopes_ready == ready:
                await self._node.news.after(self._node.news.moves)

    async def stand_in(self, network: ScopeId) -> bool:
        """Sign the grant by which one joins an open network; False if one stands there already. Raises Refusal.

        Each device of a member signs one: a log counts by what stands in it.
        """
        async with self._turn:
            own = self._node.ledger.log(log_id(network, self._node.identity.key.public))
            facts = self._node.ledger.network(network)
            stands = facts is not None and (not facts.open or self._node.me in facts.founders)
            if stands or (own is not None and own.counted):
                return False
            await self._node.write([Draft(network, "grant", identity.join(self._node.me))])
            return True

    async def _try(self, network: ScopeId) -> None:
        try:
            if await self.stand_in(network):
                log.info("joined network %s", short(network))
        except Refusal as refusal:
            # Not ready yet, or this home may not sign: the next founding, or the next start, tries again.
            log.debug("network %s cannot be joined yet: %s", short(network), refusal)
