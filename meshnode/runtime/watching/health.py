"""Watches whether the node can keep its promises, and says so: clock, disk, store, views, peers, the loop itself.

Every finding that is not `ok` carries what is the matter and what to do about it.
"""

import logging
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import trio

from meshnode.core.rows import JoinedEntry, NoteEntry
from meshnode.runtime import notes
from meshnode.runtime.holders import holders_of, in_words
from meshnode.runtime.office import Office
from meshnode.runtime.projector import MEND
from meshnode.runtime.unwritten import quoted
from meshnode.runtime.watching.clock_watch import ClockWatch
from meshnode.runtime.watching.finding import Finding
from meshnode.runtime.watching.home_watch import disk, secrets
from meshnode.runtime.watching.pulse import Pulse
from meshnode.runtime.watching.saved import last_backup, of_backup, remind
from meshnode.runtime.watching.shut_out import shut_out_of
from meshnode.runtime.watching.sync_watch import level
from meshnode.store.source import damage_mark
from meshproto.records.ids import AgentId, ScopeId, short

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""How often the watch looks: what cannot be kept any more shows within five seconds."""
FRESH_RECORDS = 50
"""Records that came since the last look whose times are looked at: a wrong clock of ours shows in any of them."""
LOOKS_REMEMBERED = 8
"""Looks over which the longest pause is told to whoever watches, some 15 s: as often as one asks."""
BEHIND = 5_000
"""Records that the views may lack before that is told; while a sync runs they lag a little."""
TOLD_SECONDS = 1.0
"""A stall of the loop beyond this is told. Shorter ones nobody notices, and every busy machine has them."""
STALL_MEMORY_SECONDS = 60.0
"""How long a stall of the loop is told after it happened."""


@dataclass(slots=True)
class Watch:
    """The watch over one node. `findings` are those of the last look."""

    office: Office
    home: Path
    findings: list[Finding] = field(default_factory=list)
    _clock_watch: ClockWatch = field(default_factory=ClockWatch)
    _seen: int = -1
    pulse: Pulse = field(init=False)
    _stalled_at: float = float("-inf")
    _stall: float = 0.0
    _pauses: deque[float] = field(default_factory=lambda: deque(maxlen=LOOKS_REMEMBERED))

    def __post_init__(self) -> None:
        """Count what the pulse tells among all that is counted."""
        self.pulse = Pulse(self.office.node.reports)

    @property
    def lag(self) -> float:
        """The longest pause of the loop in the last looks, in seconds."""
        return max(self._pauses, default=0.0)

    @property
    def troubles(self) -> list[Finding]:
        """What is not ok."""
        return [finding for finding in self.findings if finding.state != "ok"]

    async def run(self) -> None:
        """Look again and again until cancelled."""
        trio.lowlevel.add_instrument(self.pulse)
        try:
            while True:
                before = {finding.name: finding.state for finding in self.troubles}
                self.look()
                for finding in self.troubles:
                    if finding.name not in before:
                        log.warning("%s: %s", finding.name, finding.text)
                if before != {finding.name: finding.state for finding in self.troubles}:
                    self.office.node.news.move()  # open pages show it
                await trio.sleep(LOOK_SECONDS)
        finally:
            trio.lowlevel.remove_instrument(self.pulse)

    def look(self) -> None:
        """Look at everything once."""
        self.findings = [
            self._clock(),
            disk(self.home),
            secrets(self.home),
            self._store(),
            self._signing(),
            self._device(),
            self._root(),
            self._recovery(),
            self._backup(),
            self._views(),
            self._peers(),
            self._sync(),
            *self._shut_out(),
            self._loop(),
            *self._rooms(),
        ]

    def _clock(self) -> Finding:
        office, clock = self.office, self.office.node.clock
        now = clock.now().wall
        if self._seen < 0:
            self._recall()
        fresh = office.truth.records_after(max(self._seen, office.node.arrival - FRESH_RECORDS), FRESH_RECORDS)
        self._seen = office.node.arrival
        self._clock_watch.arrived(now, [(each.author, each.at) for _, each in fresh if each.author != office.me])
        return self._clock_watch.look(now, clock.steady())

    def _recall(self) -> None:
        """Find out when the owner signed last: a clock that was set back while the node was off shows by that."""
        truth = self.office.truth
        tips = [tip.id for log in truth.logs_of_agent(self.office.me) for tip in log.tips]
        for each in tips:
            record = truth.record(each)
            self._clock_watch.signed(record.at if record is not None else 0)
        self._seen = self.office.node.arrival

    def _store(self) -> Finding:
        halted = self.office.node.presence.halted or str(self.office.node.failure or "")
        if halted:
            return Finding("store", "fail", f"nothing can be written: {halted}", MEND)
        if damage_mark(self.home / "records.db").exists():
            text = "records.db was found damaged: the next start sets that aside and asks the peers for it again"
            return Finding("store", "fail", text, MEND)
        return Finding("store", "ok", "records are written and flushed")

    def _signing(self) -> Finding:
        asked = self.office.node.presence.may_not_sign
        if asked is None:
            return Finding("signing", "ok", "this home may sign")
        text = f"this home was copied or restored; it asks {asked} peers for newer records before it signs"
        return Finding("signing", "warn", text, "meshnode up --i-have-the-newest-copy, if there is no newer one")

    def _device(self) -> Finding:
        devices = self.office.devices
        denied = devices.standing()
        if denied is None:
            return Finding("device", "ok", "this device signs for its owner")
        if denied.why == "waiting" and not devices.words():
            text = "the recovery of this identity was cut short, so nothing can be signed here yet"
            return Finding("device", "warn", text, "meshnode down, then the same `meshnode id recover` again")
        if denied.why == "waiting":
            text = f"this device waits to be let in; it shows the words {devices.words()}"
            return Finding("device", "warn", text, "meshnode id device ls")
        text = "this device was ended, and nothing it signs counts any more: it writes nothing"
        return Finding("device", "fail", text, "meshnode id device ls")

    def _root(self) -> Finding:
        if not self.office.rootkeys.rivals():
            return Finding("identity", "ok", "it is certain which key is its root")
        text = "two keys claim to be its root, with equally many recovery keys: what both sign is contested"
        return Finding("identity", "fail", text, "meshnode id rotate, with more recovery keys than either")

    def _recovery(self) -> Finding:
        recovery = self.office.rootkeys.recovery()
        kept = holders_of(self.office.devices.note(notes.HOLDERS), recovery.digests)
        return Finding("recovery", "ok", in_words(kept, recovery.need))

    def _backup(self) -> Finding:
        office = self.office
        last = last_backup(office.truth.entry(NoteEntry, (notes.BACKUP,)))
        me = office.truth.record(office.me)
        now, days = office.node.clock.now().wall, office.settings.backup_days
        return of_backup(remind(last, now if me is None else me.at, now, days))

    def _views(self) -> Finding:
        projector = self.office.projector
        if damage_mark(self.home / "views.db").exists():  # met by a reader, or by the projector itself
            projector.give_up("views.db is damaged: the next start makes it anew from the records")
        if projector.broken:
            return Finding("views", "fail", f"the lists cannot be read: {projector.trouble}", MEND)
        if projector.trouble:
            return Finding("views", "warn", f"lists are behind: {projector.trouble}", "meshnode doctor")
        lag = self.office.lag()
        if lag > BEHIND:
            return Finding("views", "warn", f"lists lack {lag} records that are still being taken in", "wait a moment")
        return Finding("views", "ok", "lists show everything")

    def _peers(self) -> Finding:
        node = self.office.node
        shared = [row for row in self.office.truth.rows(JoinedEntry) if not row.left and not row.relayed]
        if len(shared) <= 1:  # the notebook alone
            return Finding("peers", "ok", "no network joined yet")
        connected = len(node.presence.connected)
        if connected:
            return Finding("peers", "ok", f"{connected} connected")
        return Finding("peers", "warn", "no peer is connected, so nothing is exchanged", "meshnode peer ls")

    def _sync(self) -> Finding:
        office = self.office
        now = office.node.clock.now().wall
        return level(office.node.presence.connected.values(), now, office.settings.sync_interval)

    def _shut_out(self) -> list[Finding]:
        """Networks that those who are there do not share with this node any more."""
        return [self._shut_out_of(scope, agents) for scope, agents in shut_out_of(self.office.node).items()]

    def _shut_out_of(self, scope: ScopeId, agents: tuple[AgentId, ...]) -> Finding:
        name, who = self.office.name(scope) or short(scope), self.office.name(agents[0]) or short(agents[0])
        more = f" and {len(agents) - 1} more" if len(agents) > 1 else ""
        text = f"{who}{more} of {name}, connected now, shares it with you no longer. Perhaps you were removed, or this "
        text += "device ended, while it was away: nobody tells an outsider, so ask them"
        group = "network" if self.office.truth.network(scope) is not None else "org"
        return Finding(
            "shut out", "warn", text, f"meshnode {group} leave {quoted(name)}, if you are not in it any more"
        )

    def _rooms(self) -> list[Finding]:
        """How full each bound is."""
        rooms = self.office.rooms()
        return [Finding(room.name, room.state, room.text, room.fix if room.state != "ok" else "") for room in rooms]

    def _loop(self) -> Finding:
        pause = self.pulse.since_asked()
        self._pauses.append(pause)
        if pause > TOLD_SECONDS:
            self._stalled_at, self._stall = trio.current_time(), pause
        if trio.current_time() - self._stalled_at < STALL_MEMORY_SECONDS:
            text = f"the node paused for {self._stall * 1000:.0f} ms within the last minute"
            return Finding("responsiveness", "warn", text, "is the machine overloaded?")
        text = f"the longest pause since the start was {self.pulse.longest * 1000:.0f} ms"
        return Finding("responsiveness", "ok", f"answers at once; {text}")
