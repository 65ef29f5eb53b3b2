"""One story: people found a network, join, write, fork, lie and crash while the world fails them; then it heals.

A seed decides everything. When the faults have ended, all honest members must hold the same within CALM_AFTER.
"""

from dataclasses import dataclass, replace
from random import Random

from meshnode.core.author import Pen, end_of, sign_drafts
from meshnode.core.drafts import Draft
from meshnode.core.events import Offer
from meshnode.core.settings import CoreSettings
from meshproto.records.ids import LogId, RecordId, ScopeId, ext, log_id
from meshproto.records.limits import MAX_BRANCHES
from meshproto.types import repair, value
from meshproto.wire.breaches import Breach
from meshproto.wire.codec import encode
from meshproto.wire.messages import Bye, Compare, Get, Have, Headers, Held, LogTip, Message, Privates, Proof
from tests.simulation.mishaps import Mishaps
from tests.simulation.people import contribute, found, grant, intrude, join, settle, write
from tests.simulation.watch import (
    Broken,
    WatchedWorld,
    check_standings,
    check_store,
    check_waits,
    digest_of,
    ledger_of,
    parts_of,
)
from tests.simulation.world import TICKETS, Host, SeededChance

TIGHT = CoreSettings(
    privates_interval=5_000,
    run_records=3,
    pool_bytes=4_000,
    pool_runs_per_peer=3,
    fill_logs=2,
    fill_queue=3,
    serve_slice=2_000,
    announced_max=2,
    privates_queue=8,
    privates_asked=2,
    held_untold=1,
    held_others=2,
    held_agents=2,
    idle_streams=1,
    get_batch=1,
    push_bytes=900,
    eager_max=1,
    compare_bytes=6_000,
    credit=150_000,
    credit_step=30_000,
    in_flight_max=4,
)
"""Bounds so narrow that every one of them is reached."""

NAMES = ("alice", "bob", "carol", "dave", "erin", "frank")


@dataclass(frozen=True)
class Ending:
    """How a story ended: its digest, how many steps it had and how long it took to become calm (virtual ms)."""

    digest: str
    steps: int
    calm: int


MANY = 1_000
"""Records that are missing, more than ever are."""


class Story:
    """Plays one seed."""

    def __init__(self, seed: int, *, quiet: bool = True) -> None:
        self.world = WatchedWorld(seed, quiet=quiet)
        self.random = Random(f"story {seed}")
        self.hosts: list[Host] = []
        self.mishaps = Mishaps(self.world, self.random, self.hosts)
        self.liars: list[Host] = []
        self.networks: list[ScopeId] = []
        self.mallory = ""
        self.known: dict[str, list[Host]] = {}
        self.written: list[tuple[Host, ScopeId, int]] = []

    def play(self) -> Ending:
        """Play it to its end. Raises Broken if anything that must hold does not."""
        self._gather()
        self._fail()
        calm = self._heal()
        self._check()
        return Ending(self.world.digest, self.world.steps, calm)

    def _gather(self) -> None:
        """Set the scene: machines, a network or two, and who knows whom."""
        random, world = self.random, self.world
        live = random.random() < 0.7
        count = random.randint(2, len(NAMES))
        for name in NAMES[:count]:
            settings = CoreSettings(live=live, privates_interval=5_000, run_records=random.choice((3, 50, 500)))
            if random.random() < 0.3:
                settings = TIGHT if live else replace(TIGHT, live=False)
            skew = random.choice((0, 0, -(10**9), 10**9, 10**11))
            self.hosts.append(settle(world, name, settings, skew))
        if count > 2 and random.random() < 0.4:
            self.liars.append(self.hosts[-1])
        if count > 3 and random.random() < 0.4:
            self.mallory = self.hosts[-2].name
            world.forkers[self.mallory] = None
        world.run(50)
        for number in range(random.choice((1, 1, 2))):
            founder = random.choice(self._honest())
            self.networks.append(found(founder, f"net {number}"))
            world.run(world.now + 200)
        for at, host in enumerate(self.hosts):
            # Everyone knows the one before and perhaps another, so there is a way from each to each.
            others = [each for each in self.hosts if each is not host]
            self.known[host.name] = [self.hosts[at - 1], *random.sample(others, random.randint(0, 1))]
            for scope in self.networks if random.random() < 0.8 else ():  # the others join later
                join(host, scope, *self.known[host.name])
        for liar in self.liars:
            liar.bend = self._bend

    def _fail(self) -> None:
        """Let things happen while the world fails."""
        random, world = self.random, self.world
        until = self.mishaps.begin(folds=())
        while world.now < until:
            world.run(world.now + random.randint(1, 3_000))
            self._act()

    def _act(self) -> None:
        """One thing that happens."""
        random = self.random
        host = random.choice(self.hosts)
        deed = random.choice(
            (
                self._write,
                self._write,
                self._write,
                self._thank,
                self._erase,
                self.mishaps.cut,
                self.mishaps.crash,
                self._fork,
                self.mishaps.part,
                self.mishaps.back_up,
            )
        )
        if deed == self._fork and self.mallory:
            host = self.world.hosts[self.mallory]
        if host.node is not None:
            deed(host)

    def _write(self, host: Host) -> None:
        scope = self.random.choice(self.networks)
        many = self.random.choice((1, 1, 1, 3, 20))
        assert host.node is not None  # it acts
        now = host.node.parts.ground.flight.log(log_id(scope, host.identity.key.public))
        if now is None or not now.counted:
            carried = host.node.parts.scopes.carried.get(scope)
            at_rest = not host.pending and not host.flushing  # else what is signed beside it is a fork
            if self.random.random() < 0.1 and carried is not None and carried.founded and at_rest:
                intrude(host, scope, "work", many)
                return
            grant(host, scope)
        self.written.append((host, scope, contribute(host, scope, "work", many)))

    def _thank(self, host: Host) -> None:
        other = self.random.choice(self.hosts)
        scope = self.random.choice(self.networks)
        if host.ledger.has(other.identity.agent):
            facts = value.recognition(to=[other.identity.agent])
            write(host, Draft(scope, "recognition", facts, {"text": "thanks"}))

    def _erase(self, host: Host) -> None:
        """Erase something of one's own that is on disk, by its id or, as who has left, weakly from the own stream."""
        mine = [(scope, ticket) for each, scope, ticket in self.written if each is host]
        for scope, ticket in mine[-1:]:
            ids = getattr(host.answers.get(ticket), "ids", ())
            if ids and host.ledger.has(ids[0]):  # it may have gone with a lost disk
                if self.random.random() < 0.5:
                    write(host, Draft(scope, "erasure", repair.erasure([ids[0]])))
                else:
                    stream = ScopeId(host.identity.agent)
                    write(host, Draft(stream, "erasure", repair.erasure([ext(ids[0])])))

    def _fork(self, host: Host) -> None:
        """Sign a second branch, somewhere back in one's own log; or all that others keep without being told to."""
        if host.name != self.mallory or host.node is None or host.name in self.mishaps.restored:
            return  # with what a lost disk held there could be more
        scope = self.random.choice(self.networks)
        log = log_id(scope, host.identity.key.public)
        now = host.node.parts.ground.flight.log(log)
        room = 0 if now is None else MAX_BRANCHES - len(now.tips)
        for number in range(min(room, self.random.choice((1, 1, MAX_BRANCHES)))):
            self._branch(host, scope, log, number)

    def _branch(self, host: Host, scope: ScopeId, log: LogId, number: int) -> None:
        """Sign another branch, somewhere back in one's own log."""
        tips = host.ledger.tips(log)
        tip = self.random.choice(tips) if tips else None
        if tip is None or tip.seq < 3:
            return
        seq = self.random.randint(1, tip.seq - 1)
        start = host.ledger.id_at(log, tip.lane, seq)
        if start is None:
            return
        pen = Pen(host.identity.agent, host.identity.key, host.moment.wall, SeededChance(self.world.random))
        measure = value.Measure(number, 0, "C62")
        facts = value.contribution(kind="idea", qty=measure, when=("2027-01-15", "2027-01-15"))
        many = self.random.randint(1, 5)
        branch = sign_drafts(pen, [Draft(scope, "contribution", facts)] * many, end_of([(seq, start)]))
        self.world.tell(f"{host.name} forks after {seq}")
        host.hear(Offer(next(TICKETS), branch))

    def _bend(self, message: Message) -> list[bytes]:
        """What a liar says instead of what its node decided."""
        random = self.world.random
        body = encode(message)
        if random.random() > 0.05:
            return [body]
        match random.randint(0, 5):
            case 0:
                at = random.randrange(len(body))
                return [body[:at] + bytes([body[at] ^ 1 << random.randrange(8)]) + body[at + 1 :]]
            case 1:
                return [random.randbytes(random.randint(1, 200))]
            case 2:
                return [body, body]
            case 3:
                return [body] + [encode(Get((_noise(random),)))] * random.choice((10, 7_000))
            case _:
                return [encode(self._lie(message))]

    def _lie(self, message: Message) -> Message:
        """A well-formed untruth."""
        random = self.world.random
        match message:
            case Have(tips) | Held(tips):
                return type(message)(tuple(LogTip(tip.log, tip.seq + 3, _noise(random)) for tip in tips))
            case Compare(number, ranges, listings):
                false = [each._replace(prints=random.randbytes(len(each.prints))) for each in ranges]
                return Compare(number, tuple(false), listings)
            case Headers(headers, signature, part):
                return Headers(headers[::-1], signature, part)
            case Privates(parts, erased, missing):
                return Privates(tuple((record, raw[::-1]) for record, raw in parts), erased, missing)
            case Proof(nonce, _):
                return Proof(nonce, random.randbytes(32))
            case _:
                return Bye(Breach.RUN)

    def _heal(self) -> int:
        """End all faults and wait until everyone is level; returns how long that took."""
        for liar in self.liars:
            liar.bend = None
        self.mishaps.end()
        for host in self.hosts:
            for scope in self.networks:
                if host.node is not None and scope not in host.node.parts.scopes.carried:
                    # The wish to join was lost in a crash before it was on disk; its owner repeats it.
                    join(host, scope, *self.known[host.name])
        return self.mishaps.calm(self._differences)

    def _differences(self) -> list[str]:
        found = [f"{host.name}: what others name" for host in self.hosts if self._waits(host)]
        for scope in self.networks:
            first, *others = self.hosts
            ledger, parts = ledger_of(first, scope), parts_of(first, scope)
            for host in others:
                if ledger_of(host, scope) != ledger:
                    found.append(f"{first.name} and {host.name}: ledgers")
                elif parts_of(host, scope) != parts:
                    found.append(f"{first.name} and {host.name}: private parts")
        return found

    def _waits(self, host: Host) -> bool:
        """Whether something is named here that is not, but elsewhere; if all lost their disks, it may be nowhere."""
        return any(each.ledger.has(record) for record in host.ledger.missing(MANY) for each in self.hosts)

    def _check(self) -> None:
        honest = {host.identity.agent for host in self._honest()}
        for host in self.hosts:
            check_store(host)
            check_waits(host)
            check_standings(host, honest)
        for scope in self.networks:
            digests = {host.name: digest_of(host, scope) for host in self.hosts}
            if len(set(digests.values())) != 1:
                raise Broken(f"states differ: { {name: each.hex()[:8] for name, each in digests.items()} }")

    def _honest(self) -> list[Host]:
        return [each for each in self.hosts if each not in self.liars and each.name not in self.world.forkers]


def _noise(random: Random) -> RecordId:
    return RecordId(random.randbytes(32))
