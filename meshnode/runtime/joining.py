"""Finishes what joining and leaving begin, which can outlast the request that began it, and the process, too.

Of one network: joined → (its founding is here) own grant, or accept of the invitation, signed → in
                in → (left) roles given back → (somebody who stays has heard of it) not carried any more

What is to be done stands in the store.
"""

import logging
from collections.abc import Awaitable, Callable

import trio

from meshnode.core.drafts import Draft
from meshnode.core.effects import Done
from meshnode.core.events import LeaveScope
from meshnode.core.rows import JoinedEntry
from meshnode.runtime.node import RunningNode
from meshnode.runtime.refusals import Refusal
from meshnode.runtime.unwritten import refusal_of
from meshproto.records.ids import AgentId, ScopeId, log_id, short
from meshproto.types import identity

log = logging.getLogger(__name__)

ID_SIZE = 32
"""Bytes of the grant at the beginning of `JoinedEntry.invitation`."""


class Joins:
    """The joins and leavings of one node."""

    def __init__(self, node: RunningNode, caught_up: Callable[[], Awaitable[None]]) -> None:
        """`caught_up` waits until what is told of networks rests on all that is stored."""
        self._node, self._caught_up = node, caught_up
        self._turn = trio.Lock()

    async def run(self) -> None:
        """Finish joins and leavings until cancelled."""
        finished: list[JoinedEntry] = []  # nothing is to be done about these until they change
        while True:
            seen = self._node.news.moves
            rows = self._node.ledger.rows(JoinedEntry)
            finished = [row for row in finished if row in rows]
            for row in rows:
                if row not in finished and not row.left and not row.relayed and self._node.ledger.has(row.network):
                    await self._try(row)
                    finished += [row] if self._is_finished(row) else []
            await self._node.news.after(seen)

    async def stand_in(self, network: ScopeId, *, again: bool = False, agent: bytes = b"") -> bool:
        """Sign the grant by which one joins an open network; False if one stands there already. Raises Refusal.

        Each device of a member signs one: a log counts by what stands in it. `again`: also if one has left since.
        `agent` is the organisation that joins, empty for the owner; of one that has left only the lists tell, so
        `again` says that it has.
        """
        async with self._turn:
            if again:
                await self._caught_up()  # or one who has just joined looks like one who has left
            who = AgentId(agent or self._node.me)
            told = self._node.standings.get(network)
            facts = self._node.ledger.network(network)
            is_founder = facts is not None and who in facts.founders
            has_left = again and (bool(agent) or (told is not None and not told.roles))
            if (self._counts(network, who) and not has_left) or is_founder or not self._is_open(network):
                return False
            await self._node.write([Draft(network, "grant", identity.join(who), agent=agent)])
            return True

    async def until_in(self, network: ScopeId, agent: bytes = b"") -> None:
        """Wait until one, or the organisation `agent`, has a role in a network by this node's own fold."""
        while not self.is_in(network, agent):
            await self._node.news.after(self._node.news.moves)

    def is_in(self, network: ScopeId, agent: bytes = b"") -> bool:
        """Whether one, or the organisation `agent`, has a role in a network by this node's own fold."""
        told = self._node.standings.get(network)
        if told is None or not agent:
            return told is not None and bool(told.roles)
        who = AgentId(agent)
        # Of an open network is not told who else stands there.
        return who in told.readers or (told.is_open and self._counts(network, who))

    async def until_out(self, network: ScopeId) -> None:
        """Wait until somebody who stays has heard that one has left a network."""
        while self.is_leaving(network):
            await self._node.news.after(self._node.news.moves)

    def is_leaving(self, network: ScopeId) -> bool:
        """Whether nobody who stays has heard yet that one has left a network."""
        rows = (row for row in self._node.ledger.rows(JoinedEntry) if row.network == network)
        return any(row.leaving and not row.left for row in rows)

    async def _try(self, row: JoinedEntry) -> None:
        network = ScopeId(row.network)
        if row.left or row.relayed:
            return
        try:
            if row.leaving:
                await self._leave(network)
            elif row.invitation:
                await self._accept(row)
            elif await self.stand_in(network, agent=row.agent):
                log.info("joined network %s", short(network))
        except Refusal as refusal:
            # Not ready yet, or this home may not sign: the next founding, or the next start, tries again.
            log.debug("network %s cannot be joined or left yet: %s", short(network), refusal)

    def _is_finished(self, row: JoinedEntry) -> bool:
        """Whether nothing is left to be done for one who joined a network, or left it, or only relays it."""
        if row.left or row.relayed:
            return True
        if row.leaving or row.invitation or row.agent:
            return False
        return self._is_founder(ScopeId(row.network)) or self._counts(ScopeId(row.network))

    def _is_founder(self, network: ScopeId) -> bool:
        facts = self._node.ledger.network(network)
        return facts is not None and self._node.me in facts.founders

    def _counts(self, network: ScopeId, who: AgentId | None = None) -> bool:
        """Whether this device has signed in a network, if asked for `who` for them, what makes its log count there."""
        own = self._node.ledger.log(log_id(network, self._node.identity.key.public))
        if own is None or not own.counted:
            return False
        return who is None or who in self._node.ledger.agents_of_log(own.log)

    async def _accept(self, row: JoinedEntry) -> None:
        """Accept the invitation by which this network was joined, once that is folded."""
        network, grant, proof = ScopeId(row.network), row.invitation[:ID_SIZE], row.invitation[ID_SIZE:]
        async with self._turn:
            await self._caught_up()  # or what was accepted just before a crash would be accepted twice
            told = self._node.standings.get(network)
            if told is None or not any(door.grant == grant for door in told.doors):
                return
            accept = Draft(network, "countersign", {**identity.accept(grant), "proof": proof}, agent=row.agent)
            drafts = [] if told.roles and not row.agent else [accept]
            await self._node.write(drafts, local=[row._replace(invitation=b"")])
            log.info("joined network %s by an invitation", short(network))

    async def _leave(self, network: ScopeId) -> None:
        """Stop carrying a network once somebody who stays has heard of it."""
        tips = self._node.ledger.tips(log_id(network, self._node.identity.key.public))
        is_held = any(self._node.holders(tip.id) for tip in tips)
        if is_held or network in self._node.presence.closed:
            outcome = await self._node.ask(lambda ticket: LeaveScope(ticket, network))
            if not isinstance(outcome, Done):
                raise refusal_of(outcome)

    def _is_open(self, network: ScopeId) -> bool:
        told, facts = self._node.standings.get(network), self._node.ledger.network(network)
        return told.is_open if told is not None else facts is not None and facts.open
