"""The owner's devices: lets new ones in, ends those that are lost, and follows how this one stands.

A pairing: closed → (open_pairing) open, for some minutes → (a device shows the secret) asked → (confirm, with the words
that it shows) closed, and the device has its grant. Nothing of it is kept: who is interrupted begins anew.
"""

import contextlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, cast

import trio

from meshnode.core.drafts import Draft
from meshnode.core.effects import NotWritten
from meshnode.core.events import AwaitDevice, JoinScope
from meshnode.core.folded import Folded
from meshnode.core.founding import awaited_founders
from meshnode.core.mandates import Denied, Mandates
from meshnode.core.ports import Forget, JoinedEntry, Ledger, LocalRow, NoteEntry
from meshnode.runtime import notes
from meshnode.runtime.chance import SystemChance
from meshnode.runtime.lookups import Lookups
from meshnode.runtime.node import RunningNode, refusal_of
from meshnode.runtime.pairing import SECRET_SIZE, PairingLine, pairing_words
from meshnode.runtime.projector import Projector
from meshnode.runtime.reach import reachable_first
from meshnode.runtime.refusals import Code, Refusal
from meshnode.store.querying import Is, Where
from meshnode.views.rows import EntryRow
from meshproto.fold.entries import endings_of, entry_of
from meshproto.fold.knowledge import EVERYTHING
from meshproto.fold.places import read_agent
from meshproto.fold.roots import read_roots
from meshproto.fold.standing import row_of
from meshproto.fold.states import states_over
from meshproto.records.encoding import Value, decode
from meshproto.records.ids import IdError, Key, RecordId, ScopeId, from_text, short, to_text
from meshproto.records.signatures import SigningKey
from meshproto.types import authority, repair
from meshproto.types.identity import accept
from meshproto.types.recovery import recovery_digest

log = logging.getLogger(__name__)

Ids = tuple[RecordId, ...]
Rows = tuple[LocalRow | Forget, ...]

PAIRING_SECONDS = 600
"""How long a pairing stays open: long enough to walk to the other machine, too short to be forgotten about."""
ACTIVE, REVOKED, REPLACED = "active", "revoked", "replaced"
MAX_NAME = 100
"""Characters of a device's name."""
MOST_NAMED = 24
"""Newest records of the own stream that a rotate names; what is beyond is named by hash."""
SEEN_MOST = 256
"""Newest records that a revocation names; the protocol sets it."""


class Device(NamedTuple):
    """One key that signs, or signed, for the owner. `grant` is empty for a root; `ended_by` while it is active."""

    name: str
    key: Key
    grant: bytes
    state: str
    ended_by: bytes
    at: int


@dataclass(slots=True)
class _Open:
    """A pairing that is open."""

    line: PairingLine
    name: str
    until: float
    asked: dict[str, Key] = field(default_factory=dict)
    """Who asks, by the words they show."""


class Devices:
    """The devices of one owner, as one of them sees and keeps them."""

    def __init__(
        self, node: RunningNode, folded: Folded, notebook: ScopeId, lookups: Lookups, projector: Projector
    ) -> None:
        """`folded` and `lookups` are read in the event loop's thread."""
        self._node, self._folded = node, folded
        self._notebook, self._lookups, self._projector = notebook, lookups, projector
        self._mandates = Mandates(node.identity, folded)
        self._open: _Open | None = None
        self._joining: dict[bytes, None] = {}
        self._settling = trio.Lock()

    # Pairing.

    async def open_pairing(self, name: str) -> PairingLine:
        """Begin to look out for a new device; returns what the line to paste there says. Raises Refusal."""
        name = " ".join(name.split())
        if len(name) > MAX_NAME or not name.isprintable():
            raise Refusal(Code.BAD_REQUEST, f"a name has at most {MAX_NAME} printable characters")
        self._must_let_in()
        addresses = reachable_first(self._node.listening)
        secret = SystemChance().token(SECRET_SIZE)
        line = PairingLine(self._node.me, self._notebook, secret, self._node.peer, addresses)
        self._node.presence.asking.clear()
        self._open = _Open(line, name, trio.current_time() + PAIRING_SECONDS)
        await self._node.ask(lambda ticket: AwaitDevice(ticket, line.scope))
        return line

    def asking(self) -> list[str]:
        """The words of the devices that ask to be let in now."""
        pairing = self._current()
        if pairing is None:
            return []
        for key, scope in self._node.presence.asking.items():
            if scope == pairing.line.scope:
                pairing.asked[pairing_words(scope, self._node.me, key)] = Key(key)
        return list(pairing.asked)

    @property
    def is_open(self) -> bool:
        """Whether a new device is awaited."""
        return self._current() is not None

    async def confirm(self, words: str, rows: Rows = ()) -> Ids:
        """Let in the device that shows these words. Raises Refusal."""
        asking, pairing = self.asking(), self._current()
        if pairing is None:
            raise Refusal(
                Code.CONFLICT, "no device is awaited: the line was used, or is too old", "meshnode id device add"
            )
        if words not in asking:
            shown = f"the one that asks shows {' or '.join(asking)}" if asking else "none has asked yet"
            raise Refusal(Code.VERIFICATION_FAILED, f"no device shows these words; {shown}", "meshnode id device ls")
        private: dict[str, Value] | None = {"name": pairing.name} if pairing.name else None
        draft = Draft(ScopeId(self._node.me), "grant", authority.device(pairing.asked[words]), private)
        ids = await self._node.write([draft], local=rows)
        await self.close_pairing()
        return ids

    async def close_pairing(self) -> None:
        """Look out for no device any more."""
        self._open = None
        self._node.presence.asking.clear()
        await self._node.ask(lambda ticket: AwaitDevice(ticket, None))

    def _current(self) -> _Open | None:
        if self._open is not None and trio.current_time() > self._open.until:
            self._open = None
        return self._open

    def _must_let_in(self) -> None:
        """Whether this device may let others in. Raises Refusal."""
        draft = Draft(ScopeId(self._node.me), "grant", authority.device(b"\0" * 32))
        answer = self._mandates.answer(draft)
        if isinstance(answer, Denied):
            if answer.why == "beyond":
                why = "this device was let in by another and cannot let others in"
                raise Refusal(Code.NOT_AUTHORISED, why, "run `meshnode id device add` on your first device")
            raise refusal_of(NotWritten(answer.why, to_text(answer.by) if answer.by else ""))

    # How this device stands.

    def standing(self) -> Denied | None:
        """Why this device may not sign; None if it may."""
        answer = self._mandates.device()
        return answer if isinstance(answer, Denied) else None

    def words(self) -> str:
        """The words that this device shows as long as it waits to be let in; else empty."""
        note = self._note(notes.PAIRING)
        return pairing_words(note, self._node.me, self._node.identity.key.public) if note else ""

    # Listing and ending.

    def all(self) -> list[Device]:
        """The keys of the owner, the roots first, then the devices by the time at which they were let in."""
        with self._folded.steady():
            if read_agent(self._folded, self._node.me) is None:
                return []
            return [*self._roots(), *sorted(self._granted(), key=lambda each: each.at)]

    def _roots(self) -> Iterator[Device]:
        roots = read_roots(self._node.me, self._folded)
        for each in roots:
            used = roots.used(each.key, EVERYTHING)
            enders = [] if used is not None else roots.enders_of(each.key, EVERYTHING)
            at = self._at(each.record)
            yield Device("", Key(each.key), b"", REPLACED if enders else ACTIVE, enders[0] if enders else b"", at)

    def _granted(self) -> Iterator[Device]:
        states = states_over(self._folded)
        for key, _ in self._folded.scan("device", self._node.me):
            grant = key[-32:]
            entry = entry_of(self._folded, grant)
            state = states.state(grant, row_of(self._folded, grant))
            ender = next((record for record, _, _ in endings_of(entry.handle, self._folded)), b"")
            shown = ACTIVE if state == "active" else REVOKED
            yield Device(self._name(grant), Key(entry.to[1:]), grant, shown, ender, self._at(grant))

    def _at(self, record: bytes) -> int:
        found = self._node.ledger.record(record)
        return found.at if found else 0

    def _name(self, grant: bytes) -> str:
        name = _private_of(self._node.ledger, grant).get("name")
        return name if isinstance(name, str) else ""

    def find(self, text: str) -> Device:
        """The device that a name, or the beginning of a key, means. Raises Refusal."""
        wanted, devices = text.strip().casefold(), self.all()
        named = [each for each in devices if each.name.casefold() == wanted and wanted]
        found = named or [each for each in devices if len(wanted) >= 4 and each.key.hex().startswith(wanted)]
        if len(found) > 1:
            raise Refusal(
                Code.AMBIGUOUS, f"several devices fit {text!r}", "give more of the key: meshnode id device ls"
            )
        if not found:
            raise Refusal(Code.NOT_FOUND, f"there is no device {text!r}", "meshnode id device ls")
        return found[0]

    async def revoke(self, text: str, reason: str, rows: Rows = ()) -> Ids:
        """End a device: what it signed before stays, what it signs from now on counts nowhere. Raises Refusal."""
        device = self.find(text)
        if not device.grant:
            why = "this is the first device, which lets the others in: only recovery replaces it"
            raise Refusal(Code.CONFLICT, why, "meshnode id recover --help")
        if device.state != ACTIVE:
            raise Refusal(Code.CONFLICT, "this device was ended already", "meshnode id device ls")
        facts = authority.revoke([device.grant], reason=reason, seen=self.seen_of(device.key))
        return await self._node.write([Draft(ScopeId(self._node.me), "revoke", facts)], local=rows)

    def seen_of(self, *keys: bytes) -> list[bytes]:
        """The newest records known of the logs of these keys, in any scope: what ends them leaves these in force."""
        tips: list[bytes] = [tip.id for head in self._node.ledger.logs() if head.key in keys for tip in head.tips]
        return sorted(tips)[:SEEN_MOST]

    # Recovery.

    def recovery(self) -> tuple[list[bytes], int]:
        """The digests of the keys that may replace the root now, and how many of them it takes; none: ([], 0)."""
        with self._folded.steady():
            return self._committed(self._tenure())

    def _tenure(self) -> bytes:
        """The genesis or rotate by which there is a root now; empty if that is not folded."""
        if read_agent(self._folded, self._node.me) is None:
            return b""
        return read_roots(self._node.me, self._folded).winners(EVERYTHING)[0].record

    def _committed(self, tenure: bytes) -> tuple[list[bytes], int]:
        digests, need = cast(tuple[list[bytes], int], self._folded.get("recovery", tenure) or ([], 0))
        return [each[1:] for each in digests], need

    async def rotate(self, holders: Sequence[SigningKey]) -> list[Device]:
        """Make this device's key the owner's root, and end all other devices; returns those. Raises Refusal.

        `holders` are the recovery keys that sign it. What the ended keys had signed, as far as it is here, stays.
        """
        with self._folded.steady():
            tenure = self._tenure()
            committed = self._committed(tenure)
        _check_holders(holders, *committed)
        lost = [each for each in self.all() if each.state == ACTIVE]
        facts = authority.rotate(
            self._node.identity.key.public,
            tenure,
            holders,
            recovery=committed,
            ends=[each.grant for each in lost if each.grant],
            seen=self.seen_of(*(each.key for each in lost)),
        )
        own = [tip.id for head in self._node.ledger.logs_of_scope(self._node.me) for tip in head.tips]
        await self._node.write([Draft(ScopeId(self._node.me), "rotate", facts, deps=tuple(own[:MOST_NAMED]))])
        return lost

    # Following.

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
            if self.standing() is None:
                await self._accept_notebook()
            if self._note(notes.GRANT) is not None or self._note(notes.ENDED) is not None or self.standing():
                await self._note_standing()

    async def _follow(self, nursery: trio.Nursery) -> None:
        await self.settle()
        if self.standing() is None and any(each.grant for each in self.all()):
            await self._tell_networks()
            self._hear_networks(nursery)

    async def _note_standing(self) -> None:
        """Keep on the disk how this device stands, for when the node is stopped."""
        rows: list[LocalRow | Forget] = []
        answer = self._mandates.device()
        if isinstance(answer, Denied):
            if answer.why not in ("waiting", "device") and self._note(notes.ENDED) != answer.by:
                rows.append(NoteEntry(notes.ENDED, answer.by))
        else:
            grant = answer.auth[0] if answer.auth else b""
            if grant and grant != self._note(notes.GRANT):
                rows += [NoteEntry(notes.GRANT, grant), Forget(NoteEntry, (notes.PAIRING,))]
                log.info("this device was let in by %s", to_text(grant))
            elif not grant and self._note(notes.GRANT) is not None:
                rows.append(Forget(NoteEntry, (notes.GRANT,)))  # The key is the root now: nobody has to let it in.
            if self._note(notes.ENDED) is not None:
                rows.append(Forget(NoteEntry, (notes.ENDED,)))
        if rows:
            await self._node.write([], local=rows)

    async def _accept_notebook(self) -> None:
        """Found the notebook that was made when the identity was recovered, if that was cut short."""
        facts = self._node.ledger.network(self._notebook)
        if facts is None or self._node.me not in awaited_founders(self._node.ledger, self._notebook, facts):
            return
        await self._node.write([Draft(self._notebook, "countersign", accept(self._notebook))])

    async def _tell_networks(self) -> None:
        """Note in the notebook, which only the owner's devices share, which networks this one takes part in."""
        told = self._told()
        own = [row for row in self._node.ledger.rows(JoinedEntry) if not row.left and not row.relayed]
        drafts = [
            Draft(
                self._notebook, "checkpoint", repair.checkpoint(), {"network": to_text(row.network), "slug": row.slug}
            )
            for row in own
            if row.network != self._notebook and row.network not in told
        ]
        if drafts:
            await self._node.write(drafts)

    def _hear_networks(self, nursery: trio.Nursery) -> None:
        """Join the networks that another device noted; those that were left here stay left."""
        known = {row.network for row in self._node.ledger.rows(JoinedEntry)}
        for network, name in self._told().items():
            if network not in known and network not in self._joining:
                self._joining[network] = None
                nursery.start_soon(self._join, ScopeId(network), name)

    async def _join(self, network: ScopeId, name: str) -> None:
        log.info("joining network %s, as on another device", short(network))
        await self._node.ask(lambda ticket: JoinScope(ticket, network, slug=name))
        del self._joining[network]

    def _told(self) -> dict[bytes, str]:
        """The networks noted in the notebook, each with its short name."""
        here = Where("scope", Is.EQUAL, self._notebook)
        found: dict[bytes, str] = {}
        for row in self._lookups.views.select(EntryRow, here, Where("type", Is.EQUAL, "checkpoint")):
            match _private_of(self._node.ledger, row.record):
                case {"network": str(network), "slug": str(name)}:
                    with contextlib.suppress(IdError):
                        found[from_text(network)] = name
        return found

    def _note(self, name: str) -> bytes | None:
        found = self._node.ledger.rows(NoteEntry, (name,))
        return next((each.value for each in found if each.name == name), None)


def _check_holders(holders: Sequence[SigningKey], digests: list[bytes], need: int) -> None:
    """Whether these recovery keys may replace the root. Raises Refusal."""
    if not digests:
        why = "this identity was made without recovery words: nothing can replace its first device"
        raise Refusal(Code.CONFLICT, why)
    if any(recovery_digest(each.public) not in digests for each in holders):
        why = "these are words, but not the recovery words of this identity"
        raise Refusal(Code.VERIFICATION_FAILED, why, "meshnode id recover --help")
    if len({each.public for each in holders}) < need:
        raise Refusal(
            Code.VERIFICATION_FAILED, f"{need} recovery keys are needed together", "meshnode id recover --help"
        )


def _private_of(ledger: Ledger, record: bytes) -> Mapping[str, Value]:
    """The private part of a record of the owner's; empty if it is not here."""
    raw = ledger.private(record)
    content = decode(raw, text="utf8") if raw is not None else None
    return content if isinstance(content, dict) else {}
