"""Follows how this device stands, and which networks the owner's other devices take part in."""

import contextlib
import logging

import trio

from meshnode.core.drafts import Draft
from meshnode.core.events import JoinScope
from meshnode.core.founding import awaited_founders
from meshnode.core.mandates import Denied
from meshnode.core.rows import Forget, JoinedEntry, LocalRow, NoteEntry
from meshnode.runtime import notes
from meshnode.runtime.devices import Devices, private_of
from meshnode.runtime.lookups import Lookups
from meshnode.runtime.node import RunningNode
from meshnode.runtime.projector import Projector
from meshnode.runtime.refusals import Refusal
from meshnode.store.querying import Is, Where
from meshnode.views.rows import EntryRow
from meshproto.records.ids import IdError, ScopeId, from_text, short, to_text
from meshproto.types import repair
from meshproto.types.identity import accept

log = logging.getLogger(__name__)


class Following:
    """Keeps one device in step with its owner's others."""

    def __init__(
        self, node: RunningNode, devices: Devices, notebook: ScopeId, lookups: Lookups, projector: Projector
    ) -> None:
        """`lookups` are read in the event loop's thread."""
        self._node, self._devices, self._notebook = node, devices, notebook
        self._lookups, self._projector = lookups, projector
        self._joining: dict[bytes, None] = {}
        self._settling = trio.Lock()

    async def run(self) -> None:
        """Follow how this device stands, and which networks the owner's other devices take part in, until cancelled."""
        async with trio.open_nursery() as nursery:
            while True:
                seen = self._projector.passes
                try:
                    await self._follow(nursery)
                except Refusal as refusal:
                    log.debug("cannot follow the other devices yet: %s", refusal)
                await self._projector.after_pass(seen)

    async def settle(self) -> None:
        """Keep on the disk how this device stands, and finish what its becoming one left undone. Raises Refusal."""
        async with self._settling:
            if self._devices.standing() is None:
                await self._accept_notebook()
            if (
                self._devices.note(notes.GRANT) is not None
                or self._devices.note(notes.ENDED) is not None
                or self._devices.standing()
            ):
                await self._note_standing()

    async def _follow(self, nursery: trio.Nursery) -> None:
        await self.settle()
        if self._devices.standing() is None and any(each.grant for each in self._devices.all()):
            await self._tell_networks()
            self._hear_networks(nursery)

    async def _note_standing(self) -> None:
        """Keep on the disk how this device stands, for when the node is stopped."""
        rows: list[LocalRow | Forget] = []
        answer = self._devices.mandates.device()
        if isinstance(answer, Denied):
            if answer.why not in ("waiting", "device") and self._devices.note(notes.ENDED) != answer.by:
                rows.append(NoteEntry(notes.ENDED, answer.by))
        else:
            grant = answer.auth[0] if answer.auth else b""
            if grant and grant != self._devices.note(notes.GRANT):
                rows += [NoteEntry(notes.GRANT, grant), Forget(NoteEntry, (notes.PAIRING,))]
                log.info("this device was let in by %s", to_text(grant))
            elif not grant and self._devices.note(notes.GRANT) is not None:
                rows.append(Forget(NoteEntry, (notes.GRANT,)))  # The key is the root now: nobody has to let it in.
            if self._devices.note(notes.ENDED) is not None:
                rows.append(Forget(NoteEntry, (notes.ENDED,)))
        if rows:
            await self._node.write([], local=rows)

    async def _accept_notebook(self) -> None:
        """Found the notebook that was made when the identity was recovered, if that was cut short."""
        facts = self._node.ledger.network(self._notebook)
        if facts is None or self._node.me not in awaited_founders(self._node.ledger, self._notebook, facts.founders):
            return
        await self._node.write([Draft(self._notebook, "countersign", accept(self._notebook))])

    async def _tell_networks(self) -> None:
        """Note in the notebook, which only the owner's devices share, which networks this one takes part in."""
        told = self._told()
        own = [row for row in self._node.ledger.rows(JoinedEntry) if not row.left and not row.relayed]
        drafts = [
            Draft(
                self._notebook,
                "checkpoint",
                repair.checkpoint(),
                {
                    "network": to_text(row.network),
                    "slug": row.slug,
                    **({"as": to_text(row.agent)} if row.agent else {}),
                },
            )
            for row in own
            if row.network != self._notebook and row.network not in told
        ]
        if drafts:
            await self._node.write(drafts)

    def _hear_networks(self, nursery: trio.Nursery) -> None:
        """Join the networks that another device noted; those that were left here stay left."""
        known = {row.network for row in self._node.ledger.rows(JoinedEntry)}
        for network, (name, agent) in self._told().items():
            if network not in known and network not in self._joining:
                self._joining[network] = None
                nursery.start_soon(self._join, ScopeId(network), name, agent)

    async def _join(self, network: ScopeId, name: str, agent: bytes) -> None:
        log.info("joining network %s, as on another device", short(network))
        await self._node.ask(lambda ticket: JoinScope(ticket, network, slug=name, agent=agent))
        del self._joining[network]

    def _told(self) -> dict[bytes, tuple[str, bytes]]:
        """The networks noted in the notebook, each with its short name, and the organisation it was joined for."""
        here = Where("scope", Is.EQUAL, self._notebook)
        found: dict[bytes, tuple[str, bytes]] = {}
        for row in self._lookups.views.select(EntryRow, here, Where("type", Is.EQUAL, "checkpoint")):
            match private_of(self._node.ledger, row.record):
                case {"network": str(network), "slug": str(name), **more}:
                    with contextlib.suppress(IdError):
                        agent = more.get("as")
                        found[from_text(network)] = name, from_text(agent) if isinstance(agent, str) else b""
        return found
