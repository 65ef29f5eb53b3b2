"""The world simulated nodes live in: time, connections that delay and break, disks that take a while, crashes.

Everything random comes from one generator, everything that happens stands in one queue; so a seed decides a whole
story. Connections keep the order of what is said, as streams do: what a network loses, doubles or reorders shows as
delay, or as a connection that breaks.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from heapq import heappop, heappush
from itertools import count
from random import Random

from meshnode.core.check import event_of
from meshnode.core.effects import Alarm, Answer, Close, Commit, Dial, Effect, Look, Outcome, Report, Send
from meshnode.core.events import (
    BreachIn,
    Committed,
    DialResult,
    Event,
    Looked,
    PeerDown,
    PeerUp,
    Started,
    Woken,
)
from meshnode.core.node import Node
from meshnode.core.ports import Batch, Identity, Moment
from meshnode.core.settings import CoreSettings
from meshnode.store.reading import Reader
from meshnode.store.searching import Search
from meshnode.store.store import Store, open_store
from meshproto.wire.breaches import Breached
from meshproto.wire.codec import decode, encode
from meshproto.wire.messages import Message

NOON = 1_800_000_000_000
"""Wall time at the beginning, ms UTC."""

TICKETS = count(1)
"""Numbers under which events are answered."""


class SeededChance:
    """The core's port to chance, decided by the seed."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def random(self) -> float:
        """A number in [0, 1)."""
        return self._random.random()

    def token(self, size: int) -> bytes:
        """Bytes nobody in the story can guess."""
        return self._random.randbytes(size)


@dataclass(slots=True)
class Faults:
    """How bad the world is. Delays in ms; chances per message, per commit or per dial.

    `told` is how long after a commit its node is told of it, though whoever reads the disk sees it at once.
    """

    delay: tuple[int, int] = (1, 30)
    commit: tuple[int, int] = (1, 20)
    told: tuple[int, int] = (0, 10)
    stall: float = 0.0
    break_: float = 0.0
    dial_fails: float = 0.0
    fold: tuple[int, int] = (1, 20)
    crash_before: float = 0.0
    crash_after: float = 0.0
    restart: tuple[int, int] = (100, 5_000)


@dataclass(slots=True)
class Line:
    """One connection: who is at its ends, the numbers they know it by, and when each direction is free again."""

    ends: tuple["Host", "Host"]
    conns: tuple[int, int]
    free: list[int] = field(default_factory=lambda: [0, 0])
    up: bool = True


class Host:
    """A machine with one node: its disk outlives it."""

    def __init__(self, world: "World", name: str, identity: Identity, settings: CoreSettings, skew: int) -> None:
        self.world = world
        self.name = name
        self.identity = identity
        self.settings = settings
        self.skew = skew
        self.store: Store = open_store(None)
        self.ledger: Reader = self.store.reader()
        self.node: Node | None = None
        self.life = 0
        self.lines: dict[int, Line] = {}
        self.pending: list[Batch] = []
        self.flushing = False
        self.answers: dict[int, Outcome] = {}
        self.reports: list[object] = []
        self.alarm: int | None = None
        self.bend: Callable[[Message], Iterable[bytes]] | None = None

    @property
    def address(self) -> str:
        """Where it is dialled."""
        return f"/sim/{self.name}"

    @property
    def moment(self) -> Moment:
        """What its clocks say."""
        return Moment(max(0, NOON + self.world.now + self.skew), self.world.now)

    def start(self, *, copied: bool = False) -> None:
        """Begin a life of the node on what the disk holds."""
        self.life += 1
        self.node = self._born()
        self.world.tell(f"{self.name} starts")
        self.hear(Started(copied, self.name, (self.address,)))

    def _born(self) -> Node:
        return Node(self.settings, self.identity, self.ledger, SeededChance(self.world.random))

    def reopen(self, disk: Store) -> None:
        """Put another disk into the machine, which is down."""
        self.store, self.ledger = disk, disk.reader()

    def note_committed(self) -> None:
        """Something new is on the disk."""

    def stop(self, why: str) -> None:
        """End this life at once: what is not on disk is lost."""
        if self.node is None:
            return
        self.world.tell(f"{self.name} stops: {why}")
        self.node, self.alarm = None, None
        self.life += 1
        self.pending.clear()
        self.flushing = False
        for line in list(self.lines.values()):
            self.world.cut(line, why)

    def hear(self, event: Event) -> None:
        """Hand an event to the node and carry out what it decides."""
        if self.node is None:
            return
        life = self.life
        for effect in self.node.handle(event, self.moment):
            if self.life != life:
                return
            self.world.watch(self, effect)
            self._carry_out(effect)

    def _carry_out(self, effect: Effect) -> None:
        world = self.world
        match effect:
            case Send(conn, message):
                world.send(self, conn, message)
            case Commit(batch):
                self._commit(batch)
            case Close(conn, breach):
                line = self.lines.get(conn)
                if line is not None:
                    side = 0 if line.ends[0] is self else 1
                    world.at(line.free[side] + 1, lambda: world.cut(line, str(breach)))
            case Dial(peer, address):
                world.dial(self, peer, address)
            case Alarm(at):
                self.alarm = at
                world.at(at, self._ring(at))
            case Answer(ticket, outcome):
                self.answers[ticket] = outcome
            case Look():
                life = self.life
                world.at(world.now + world.random.randint(1, 500), lambda: self._look(life))
            case Report(news):
                self.reports.append(news)
                world.tell(f"{self.name} {news}")

    def _look(self, life: int) -> None:
        """Look for what orders name weakly, and tell the node; what a crash cut short begins anew."""
        if self.life != life:
            return
        search = Search(self.ledger)
        while search.step():
            pass
        if search.found:
            self.hear(Looked(0, search.found))

    def _ring(self, at: int) -> Callable[[], None]:
        life = self.life

        def ring() -> None:
            if self.life == life and self.alarm == at:
                self.alarm = None
                self.hear(Woken())

        return ring

    def _commit(self, batch: Batch) -> None:
        """Write a batch down after a while, together with those that came meanwhile."""
        self.pending.append(batch)
        if len(self.pending) == 1 and not self.flushing:
            self._flush_later()

    def _flush_later(self) -> None:
        life = self.life
        low, high = self.world.faults.commit

        def flush() -> None:
            if self.life == life and self.pending:
                self._flush()

        self.world.at(self.world.now + self.world.random.randint(low, high), flush)

    def _flush(self) -> None:
        world, faults = self.world, self.world.faults
        if world.random.random() < faults.crash_before:
            self.crash("crashes before a commit")
            return
        batches, self.pending = self.pending, []
        self.store.writer.commit_all(batches)
        world.watch_commit(self, batches)
        if world.random.random() < faults.crash_after:
            self.crash("crashes after a commit")
            return
        life = self.life
        self.flushing = True
        world.at(world.now + world.random.randint(*faults.told), lambda: self._landed(life, batches[-1].number))

    def _landed(self, life: int, number: int) -> None:
        """Tell the node what is on the disk, and go on with what came meanwhile."""
        if self.life != life:
            return
        self.hear(Committed(number))
        if self.life != life:
            return
        self.note_committed()
        self.flushing = False
        if self.pending:
            self._flush_later()

    def crash(self, why: str) -> None:
        """Stop, and start again after a while."""
        self.stop(why)
        life = self.life
        pause = self.world.random.randint(*self.world.faults.restart)
        self.world.at(self.world.now + pause, lambda: self.start() if self.life == life else None)


class World:
    """Time, lines and hosts."""

    kind: type[Host] = Host
    """What its machines are."""

    def __init__(self, seed: int, *, quiet: bool = True) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.now = 0
        self.faults = Faults()
        self.hosts: dict[str, Host] = {}
        self.apart: dict[frozenset[str], None] = {}
        self.behind: dict[str, None] = {}
        """Who is behind a router: nobody can dial them."""
        self.quiet = quiet
        self._queue: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0
        self._conns = 0
        self._story = sha256()
        self._checked: dict[bytes, Event | Message] = {}

    def host(self, name: str, identity: Identity, settings: CoreSettings | None = None, skew: int = 0) -> Host:
        """Put up a machine."""
        self.hosts[name] = host = self.kind(self, name, identity, settings or CoreSettings(), skew)
        return host

    def tell(self, text: str) -> None:
        """Add a line to the story."""
        line = f"{self.now:>8} {text}"
        self._story.update(line.encode())
        if not self.quiet:
            print(line)

    @property
    def digest(self) -> str:
        """What stands for everything that happened so far."""
        return self._story.hexdigest()

    def at(self, when: int, action: Callable[[], None]) -> None:
        """Let something happen at a time, after what was to happen then before."""
        self._count += 1
        heappush(self._queue, (max(when, self.now), self._count, action))

    def run(self, until: int, done: Callable[[], bool] | None = None) -> bool:
        """Let time pass until then, or until `done`, which is asked every 100 ms; whether it was done."""
        asked = self.now
        while self._queue and self._queue[0][0] <= until:
            when, _, action = heappop(self._queue)
            self.now = when
            action()
            if done is not None and self.now - asked >= 100:
                asked = self.now
                if done():
                    return True
        self.now = max(self.now, until)
        return done is not None and done()

    def dial(self, host: Host, peer: str, address: str) -> None:
        """Try to open a connection."""
        life = host.life

        def arrive() -> None:
            if host.life != life:
                return
            other = self.hosts.get(address.rpartition("/")[2])
            hidden = other is None or other.name in self.behind
            if (
                other is None
                or hidden
                or not self.can_meet(host, other)
                or self.random.random() < self.faults.dial_fails
            ):
                host.hear(DialResult(peer, address, False, "unreachable"))
            elif any(other in line.ends for line in host.lines.values()):
                host.hear(DialResult(peer, address, False, "already connected"))
            else:
                self.connect(host, other)
                host.hear(DialResult(peer, address, True))

        self.at(self.now + self.random.randint(*self.faults.delay), arrive)

    def can_meet(self, one: Host, other: Host) -> bool:
        """Whether two machines are up, reach each other, and are not the same."""
        if one is other or one.node is None or other.node is None:
            return False
        return frozenset((one.name, other.name)) not in self.apart

    def connect(self, dialler: Host, answerer: Host) -> None:
        """Open a connection."""
        conns = (self._conns + 1, self._conns + 2)
        self._conns += 2
        line = Line((dialler, answerer), conns, [self.now, self.now])
        dialler.lines[conns[0]] = line
        answerer.lines[conns[1]] = line
        self.tell(f"{dialler.name} connects to {answerer.name}")
        dialler.hear(PeerUp(conns[0], answerer.name, answerer.address, True, dialler.name))
        answerer.hear(PeerUp(conns[1], dialler.name, dialler.address, False, answerer.name))

    def cut(self, line: Line, why: str) -> None:
        """End a connection; both sides that still live hear of it."""
        if not line.up:
            return
        line.up = False
        self.tell(f"{line.ends[0].name} and {line.ends[1].name} part: {why}")
        for host, conn in zip(line.ends, line.conns, strict=True):
            host.lines.pop(conn, None)
            life = host.life
            self.at(self.now, self._down(host, life, conn, why))

    def part(self, groups: Iterable[Iterable[Host]]) -> None:
        """Cut the world: hosts of different groups do not meet any more."""
        where = {host.name: at for at, group in enumerate(groups) for host in group}
        self.apart = {frozenset((one, other)): None for one in where for other in where if where[one] != where[other]}
        self.tell(f"partition {sorted(where.items())}")
        for host in self.hosts.values():
            for line in list(host.lines.values()):
                if frozenset(each.name for each in line.ends) in self.apart:
                    self.cut(line, "partition")

    def send(self, host: Host, conn: int, message: Message) -> None:
        """Carry a message, in order, after a delay; or break the connection under it."""
        line = host.lines.get(conn)
        if line is None:
            return
        if self.random.random() < self.faults.break_:
            self.cut(line, "broken")
            return
        side = 0 if line.ends[0] is host else 1
        delay = self.random.randint(*self.faults.delay)
        if self.random.random() < self.faults.stall:
            delay += self.random.randint(500, 10_000)
        line.free[side] = max(line.free[side], self.now + delay)
        bodies = [encode(message)] if host.bend is None else list(host.bend(message))
        self.watch_bodies(host, line, message, bodies)
        for body in bodies:
            self.at(line.free[side], self._deliver(line, 1 - side, body))

    def watch(self, host: Host, effect: Effect) -> None:
        """For checks after every step: an effect is about to be carried out."""

    def watch_commit(self, host: Host, batches: list[Batch]) -> None:
        """For checks after every step: batches are on disk."""

    def watch_bodies(self, host: Host, line: Line, message: Message, bodies: list[bytes]) -> None:
        """For checks after every step: a node says something, or its owner instead of it."""

    def inject(self, host: Host, line: Line, *bodies: bytes) -> None:
        """Let somebody say over a connection what the own node would not."""
        side = 0 if line.ends[0] is host else 1
        for body in bodies:
            self.at(line.free[side], self._deliver(line, 1 - side, body))

    def _deliver(self, line: Line, side: int, body: bytes) -> Callable[[], None]:
        def deliver() -> None:
            if line.up:
                line.ends[side].hear(self._event(line.conns[side], body))

        return deliver

    def _event(self, conn: int, body: bytes) -> Event:
        """What a body is to the core; the hard work is done once for each body, however many nodes get it."""
        try:
            message = decode(body)
        except Breached as breached:
            return BreachIn(conn, breached.breach, breached.detail)
        return event_of(conn, message)

    def _down(self, host: Host, life: int, conn: int, why: str) -> Callable[[], None]:
        return lambda: host.hear(PeerDown(conn, why)) if host.life == life else None
