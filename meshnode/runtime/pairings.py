"""Lets a new device of the owner's in.

A pairing: closed → (begin) open, for some minutes → (a device shows the secret) asked → (confirm, with the words that
it shows) closed, and the device has its grant. Nothing of it is kept: who is interrupted begins anew.
"""

from dataclasses import dataclass, field

import trio

from meshnode.core.drafts import Draft
from meshnode.core.effects import NotWritten
from meshnode.core.events import AwaitDevice
from meshnode.core.mandates import Denied, Mandates
from meshnode.runtime.chance import SystemChance
from meshnode.runtime.devices import Ids, Rows
from meshnode.runtime.lines.pairing import SECRET_SIZE, PairingLine, pairing_words
from meshnode.runtime.lines.reach import reachable_first
from meshnode.runtime.node import RunningNode
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.unwritten import refusal_of
from meshproto.records.encoding import Value
from meshproto.records.ids import Key, ScopeId, to_text
from meshproto.types import authority

PAIRING_SECONDS = 600
"""How long a pairing stays open: long enough to walk to the other machine, too short to be forgotten about."""
MAX_NAME = 100
"""Characters of a device's name."""


@dataclass(slots=True)
class _Open:
    """A pairing that is open."""

    line: PairingLine
    name: str
    until: float
    asked: dict[str, Key] = field(default_factory=dict)
    """Who asks, by the words they show."""


class Pairings:
    """The pairings of one device, one at a time."""

    def __init__(self, node: RunningNode, notebook: ScopeId, mandates: Mandates) -> None:
        self._node, self._notebook, self._mandates = node, notebook, mandates
        self._open: _Open | None = None

    async def begin(self, name: str) -> PairingLine:
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
        await self.close()
        return ids

    async def close(self) -> None:
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
