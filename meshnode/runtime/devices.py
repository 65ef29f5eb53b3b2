"""The owner's devices: lists them, ends those that are lost, and says how this one stands."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from meshnode.core.drafts import Draft
from meshnode.core.folded import Folded
from meshnode.core.mandates import Denied, Mandates
from meshnode.core.ports import Ledger
from meshnode.core.rows import Forget, LocalRow, NoteEntry
from meshnode.runtime import notes
from meshnode.runtime.lines.pairing import pairing_words
from meshnode.runtime.node import RunningNode
from meshnode.runtime.refusals import Code, Refusal
from meshproto.fold.entries import endings_of, entry_of
from meshproto.fold.knowledge import EVERYTHING
from meshproto.fold.places import read_agent
from meshproto.fold.roots import read_roots
from meshproto.fold.standing import row_of
from meshproto.fold.states import states_over
from meshproto.records.encoding import Value, decode
from meshproto.records.ids import Key, RecordId, ScopeId
from meshproto.types import authority

Ids = tuple[RecordId, ...]
Rows = tuple[LocalRow | Forget, ...]

ACTIVE, REVOKED, REPLACED, RIVAL = "active", "revoked", "replaced", "rival"
SEEN_MOST = 256
"""Newest records that a revocation names; the protocol sets it. More are added by others that name it."""
MOST_ADDITIONS = 15
"""How often something is added at once to what an end leaves in force: the protocol allows 16 in all."""


class Device(NamedTuple):
    """One key that signs, or signed, for the owner. `grant` is empty for a root; `ended_by` while it is active."""

    name: str
    key: Key
    grant: bytes
    state: str
    ended_by: bytes
    at: int


class Devices:
    """The devices of one owner, as one of them sees them."""

    def __init__(self, node: RunningNode, folded: Folded) -> None:
        """`folded` is read in the event loop's thread."""
        self._node, self._folded = node, folded
        self.mandates = Mandates(node.identity, folded)

    def standing(self) -> Denied | None:
        """Why this device may not sign; None if it may."""
        answer = self.mandates.device()
        return answer if isinstance(answer, Denied) else None

    def words(self) -> str:
        """The words that this device shows as long as it waits to be let in; else empty."""
        note = self.note(notes.PAIRING)
        return pairing_words(note, self._node.me, self._node.identity.key.public) if note else ""

    def all(self) -> list[Device]:
        """The keys of the owner, the roots first, then the devices, each by the time from which they signed."""
        with self._folded.steady():
            if read_agent(self._folded, self._node.me) is None:
                return []
            found = (sorted(each, key=lambda device: device.at) for each in (self._roots(), self._granted()))
            return [device for each in found for device in each]

    def _roots(self) -> Iterator[Device]:
        roots = read_roots(self._node.me, self._folded)
        winners = {each.key for each in roots.winners(EVERYTHING)}
        for each in roots:
            enders = [] if each.key in winners else roots.enders_of(each.key, EVERYTHING)
            state = REPLACED if each.key not in winners else RIVAL if len(winners) > 1 else ACTIVE
            yield Device("", Key(each.key), b"", state, enders[0] if enders else b"", self._at(each.record))

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
        name = private_of(self._node.ledger, grant).get("name")
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
        seen = self.tips_of(device.key)
        facts = authority.revoke([device.grant], reason=reason, seen=seen[:SEEN_MOST])
        made = await self._node.write([Draft(ScopeId(self._node.me), "revoke", facts)], local=rows)
        await self._see_more(made[0], reason, seen[SEEN_MOST:])
        return made

    async def _see_more(self, end: RecordId, reason: str, seen: Sequence[bytes]) -> None:
        """Add to what an end leaves in force. Raises Refusal."""
        pieces = [seen[at : at + SEEN_MOST] for at in range(0, len(seen), SEEN_MOST)]
        if pieces:
            facts = [authority.revoke([end], reason=reason, seen=each) for each in pieces[:MOST_ADDITIONS]]
            await self._node.write([Draft(ScopeId(self._node.me), "revoke", each) for each in facts])

    def tips_of(self, *keys: bytes) -> list[bytes]:
        """The newest records known of the logs of these keys, in any scope: what ends them leaves these in force."""
        tips: list[bytes] = [tip.id for head in self._node.ledger.logs() if head.key in keys for tip in head.tips]
        return sorted(tips)

    def note(self, name: str) -> bytes | None:
        """What the home remembers under a name of `notes`; None if nothing."""
        found = self._node.ledger.rows(NoteEntry, (name,))
        return next((each.value for each in found if each.name == name), None)


def private_of(ledger: Ledger, record: bytes) -> Mapping[str, Value]:
    """The private part of a record of the owner's; empty if it is not here."""
    raw = ledger.private(record)
    content = decode(raw, text="utf8") if raw is not None else None
    return content if isinstance(content, dict) else {}
