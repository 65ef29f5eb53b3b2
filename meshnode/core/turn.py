"""One call of the core: the moment, the effects so far, and the batch that gathers on the way."""

from dataclasses import dataclass, field

from meshnode.core.effects import Answer, Close, Commit, Dial, Effect, Outcome, Report, Send
from meshnode.core.ports import Batch, Moment
from meshnode.core.reports import News
from meshnode.core.rows import Forget, LocalRow
from meshproto.records.ids import AgentId, LogId, RecordId, ScopeId
from meshproto.records.log import Run
from meshproto.wire.breaches import Breach
from meshproto.wire.messages import Bye, Message


@dataclass(slots=True)
class Arrival:
    """A run on its way to the disk, and what is to be done about it once it is there.

    `origin` is the connection it came from, None for this node's own and for files. `live` says that it is news, to
    be pushed on; `fork` that it opens a branch; `counted` that its log is no stranger's.
    """

    run: Run
    log: LogId
    scope: ScopeId
    agent: AgentId
    origin: int | None
    live: bool
    fork: bool
    counted: bool


@dataclass(slots=True)
class Aftermath:
    """What may be said and done when a batch is on disk, and not before."""

    arrivals: list[Arrival] = field(default_factory=list)
    answers: list[tuple[int, Outcome]] = field(default_factory=list)
    news: list[News] = field(default_factory=list)
    owed: list[tuple[int, int]] = field(default_factory=list)
    parts: list[RecordId] = field(default_factory=list)
    promoted: list[LogId] = field(default_factory=list)
    voices: list[LogId] = field(default_factory=list)
    """Logs whose key speaks for one agent more than was known."""
    astray: bool = False
    """Records had to wait for others while their private parts went by: these are to be asked for."""
    keeping: bool = False
    """What is kept has changed: private parts are to be looked at."""
    search: bool = False
    """Orders came that name records weakly: what is stored is to be searched."""


class Turn:
    """Collects the effects of one event. `number` is that of the batch, should there be one; `served` as in `Serve`."""

    __slots__ = (
        "after",
        "effects",
        "erasures",
        "evictions",
        "local",
        "moment",
        "number",
        "privates",
        "runs",
        "scrub",
        "served",
        "uncounted",
        "voices",
        "wanted",
    )

    def __init__(self, moment: Moment, number: int) -> None:
        self.moment = moment
        self.number = number
        self.effects: list[Effect] = []
        self.after = Aftermath()
        self.runs: list[Run] = []
        self.served = 0
        self.privates: list[tuple[RecordId, bytes]] = []
        self.erasures: dict[RecordId, None] = {}
        self.evictions: dict[RecordId, None] = {}
        self.wanted: list[RecordId] = []
        self.scrub = False
        self.local: list[LocalRow | Forget] = []
        self.uncounted: list[LogId] = []
        self.voices: dict[tuple[LogId, AgentId], None] = {}

    def send(self, conn: int, message: Message) -> None:
        """Say something to a peer. What it says must be on disk."""
        self.effects.append(Send(conn, message))

    def close(self, conn: int, breach: Breach, detail: str = "") -> None:
        """Say goodbye and end a connection."""
        self.effects.append(Send(conn, Bye(breach, _printable(detail))))
        self.effects.append(Close(conn, breach))

    def dial(self, peer: str, address: str) -> None:
        """Try an address."""
        self.effects.append(Dial(peer, address))

    def answer(self, ticket: int, outcome: Outcome) -> None:
        """Answer whoever holds a ticket."""
        self.effects.append(Answer(ticket, outcome))

    def tell(self, news: News) -> None:
        """Report something."""
        self.effects.append(Report(news))

    def batch(self) -> Batch | None:
        """What this call wants stored, if anything."""
        moved = self.runs or self.privates or self.erasures or self.evictions or self.wanted
        if not (moved or self.local or self.after.promoted or self.voices):
            return None
        return Batch(
            number=self.number,
            runs=tuple(self.runs),
            privates=tuple(self.privates),
            erasures=tuple(self.erasures),
            local=tuple(self.local),
            uncounted=tuple(self.uncounted),
            promoted=tuple(self.after.promoted),
            evictions=tuple(each for each in self.evictions if each not in self.erasures),
            wanted=tuple(self.wanted),
            voices=tuple(self.voices),
            scrub=self.scrub,
        )

    def commit(self, batch: Batch) -> None:
        """Hand the batch to the store."""
        self.effects.append(Commit(batch))


def _printable(text: str) -> str:
    return "".join(each if each.isascii() and each.isprintable() else "?" for each in text)[:200]
