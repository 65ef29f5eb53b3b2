"""One story of closed networks: people invite, enter, get roles, are removed, leave and return while the world fails.

A seed decides everything. At every step nobody outside a network is told anything of it (town.py); when the faults
have ended, all who stand in it hold the same within CALM_AFTER.
"""

from collections.abc import Iterable
from random import Random
from typing import NamedTuple

from meshnode.core.drafts import Draft
from meshnode.core.effects import Written
from meshnode.core.events import AddPeer, EnterBy, JoinScope
from meshnode.core.rows import WaitEntry
from meshnode.core.scopes import Carried
from meshnode.core.settings import CoreSettings
from meshproto.fold.standing import Status
from meshproto.records.ids import ScopeId, log_id
from meshproto.records.reasons import Reason
from meshproto.types import authority
from meshproto.wire.codec import decode, encode
from meshproto.wire.messages import Auth, Get, Knock, LogWant, Message, Scopes, Spot, Want, WantPrivates
from meshproto.wire.session import ANSWERER, DIALLER, invitation_key, tag
from tests.simulation.citizen import Citizen
from tests.simulation.mishaps import Mishaps
from tests.simulation.people import contribute, found, join, settle
from tests.simulation.story import Ending
from tests.simulation.town import STANDING, Town
from tests.simulation.watch import Broken, check_store, digest_of, ledger_of, parts_of, records_of
from tests.simulation.world import TICKETS, Host

NAMES = ("alice", "bob", "carol", "dave", "erin")
GUEST_ROLES = ("core", "core", "occasional", "client", "observer")
APPOINTED = ("steward", "steward", "core", "observer", "relay")
DAYS = (None, None, "2027-01-20", "2027-01-01")


class Line(NamedTuple):
    """An invitation that was passed on: where one knocks, what one needs, and the ticket of its writing."""

    at: Citizen
    scope: ScopeId
    secret: bytes
    ticket: int


class Society:
    """Plays one seed."""

    def __init__(self, seed: int, *, quiet: bool = True) -> None:
        self.world = Town(seed, quiet=quiet)
        self.random = Random(f"society {seed}")
        self.people: list[Citizen] = []
        self.mishaps = Mishaps(self.world, self.random, self.people)
        self.networks: dict[ScopeId, Citizen] = {}
        """Closed networks, each with who founded it."""
        self.commons: ScopeId | None = None
        self.lines: list[Line] = []
        self.acts = ACTS
        self.told_of: dict[ScopeId, dict[str, None]] = {}
        """Who was ever told of a network by somebody in it."""

    def play(self) -> Ending:
        """Play it to its end. Raises Broken if anything that must hold does not."""
        self._gather()
        self._fail()
        calm = self._heal()
        self._check()
        return Ending(self.world.digest, self.world.steps, calm)

    # The scene.

    def _gather(self) -> None:
        random, world = self.random, self.world
        live = random.random() < 0.7
        for name in (*NAMES[: random.randint(2, len(NAMES))], "nosy"):
            settings = CoreSettings(live=live, privates_interval=5_000, run_records=random.choice((3, 50, 500)))
            skew = random.choice((0, 0, 0, -(10**9), 10**9))
            self.people.append(self._citizen(name, settings, skew))
        world.run(50)
        if random.random() < 0.6:
            self.commons = found(random.choice(self.people), "commons")
            world.run(world.now + 200)
        for number in range(random.choice((1, 1, 2))):
            founder = random.choice(self.people[:-1])
            scope = found(founder, f"closed {number}", is_open=False)
            self.networks[scope], self.told_of[scope] = founder, {founder.name: None}
            join(founder, scope)
            world.run(world.now + 300)
        for at, host in enumerate(self.people):
            known = [self.people[at - 1], *random.sample(self.people, random.randint(0, 1))]
            for each in known:
                self._meet(host, each)
            if self.commons is not None and random.random() < 0.9:
                join(host, self.commons, *known)
        self.people[-1].bend = self._pretend
        world.run(world.now + 500)
        for scope, founder in self.networks.items():
            for host in self.people[:-1]:
                if host is not founder and random.random() < 0.6:
                    self._let_in(host, founder, scope)
        world.run(world.now + random.choice((0, 3_000)))

    def _let_in(self, host: Citizen, founder: Citizen, scope: ScopeId) -> None:
        """Invite somebody while nothing fails, and let him enter."""
        self._invites(founder, scope, "core", 1, None)
        self.world.run(self.world.now + 100)
        self._knocks(host, self.lines[-1], founder)

    def _citizen(self, name: str, settings: CoreSettings, skew: int) -> Citizen:
        made = settle(self.world, name, settings, skew)
        assert isinstance(made, Citizen)  # all are in a town
        return made

    def _meet(self, host: Host, other: Host) -> None:
        if host is not other:
            host.hear(AddPeer(next(TICKETS), other.name, (other.address,)))

    def _fail(self) -> None:
        random, world = self.random, self.world
        until = self.mishaps.begin()
        names = [name for name, weight in self.acts.items() for _ in range(weight)]
        while world.now < until:
            world.run(world.now + random.randint(1, 2_000))
            self._between()
            host = random.choice(self.people)
            if host.node is not None:
                name = random.choice(names)
                world.tell(f"{host.name}: {name}")
                (getattr(self.mishaps, name, None) or getattr(self, f"_{name}"))(host)

    def _between(self) -> None:
        """What goes on between two acts."""

    # What people do.

    def _write(self, host: Citizen) -> None:
        scopes = [*self.networks, *([self.commons] if self.commons is not None else [])]
        contribute(host, self.random.choice(scopes), "work", self.random.choice((1, 1, 3)))

    def _steered(self, host: Citizen) -> ScopeId | None:
        """A network for which somebody may act; mostly the founders'."""
        scopes = [scope for scope in self.networks if scope in host.told and host.told[scope].powers]
        return self.random.choice(scopes) if scopes else None

    def _invite(self, host: Citizen) -> None:
        host, scope = self._some_steward(host)
        if scope is not None:
            role, uses = self.random.choice(GUEST_ROLES), self.random.choice((1, 1, 2))
            self._invites(host, scope, role, uses, self.random.choice(DAYS))

    def _invites(self, host: Citizen, scope: ScopeId, role: str, uses: int, until: str | None) -> None:
        secret = self.random.randbytes(16)
        facts = authority.invitation(invitation_key(secret).public, role, uses=uses, until=until)
        ticket = host.write(Draft(scope, "grant", facts, agent=scope))
        self.lines.append(Line(host, scope, secret, ticket))

    def _some_steward(self, host: Citizen) -> tuple[Citizen, ScopeId | None]:
        """Somebody who may act for a network: the one who was chosen, or whoever founded it."""
        scope = self._steered(host)
        if scope is None and self.networks:
            scope, host = self.random.choice([*self.networks.items()])
        return host, scope if host.node is not None else None

    def _enter(self, host: Citizen) -> None:
        """Knock by a line one was given, where it says or at another who may let one in; or with a wrong secret."""
        if not self.lines:
            return
        line = self.random.choice(self.lines[-6:])
        self._knocks(host, line, self.random.choice(self.people) if self.random.random() < 0.2 else line.at)

    def _knocks(self, host: Citizen, line: Line, at: Citizen) -> None:
        written, secret = line.at.answers.get(line.ticket), line.secret
        if host.name == "nosy" or not isinstance(written, Written) or self.random.random() < 0.15:
            secret = self.random.randbytes(16)
        else:
            self.world.given.setdefault(written.ids[0], {})[host.name] = None
            self.told_of[line.scope][host.name] = None
        if at is not host:
            host.hear(EnterBy(next(TICKETS), secret, at.name, (at.address,)))

    def _appoint(self, host: Citizen) -> None:
        """Give somebody a role by name, and tell them, outside the mesh, where the network is."""
        host, scope = self._some_steward(host)
        other = self.random.choice(self.people[:-1])
        if scope is None or not host.ledger.has(other.identity.agent):
            return
        role, may_delegate = self.random.choice(APPOINTED), self.random.random() < 0.3
        facts = authority.grant(other.identity.agent, role, may_delegate=may_delegate)
        host.write(Draft(scope, "grant", facts, agent=scope))
        self.told_of[scope][other.name] = None
        if other is not host:
            other.hear(JoinScope(next(TICKETS), scope, ((host.name, (host.address,)),)))

    def _remove(self, host: Citizen) -> None:
        """End some roles or invitations in the name of a network."""
        host, scope = self._some_steward(host)
        if scope is None:
            return
        standing = [each for each in host.members(scope) if each.state in (*STANDING, "open")]
        some = self.random.sample(standing, min(len(standing), self.random.choice((1, 1, 2))))
        if some:
            seen = [tip.id for head in host.ledger.logs_of_scope(scope) for tip in head.tips][:256]
            facts = authority.revoke([each.record for each in some], reason="cause", seen=seen)
            host.write(Draft(scope, "revoke", facts, agent=scope))

    def _race(self, host: Citizen) -> None:
        """Two of those who may let people in are parted and both act."""
        for scope, founder in self.networks.items():
            others = [each for each in self.people if each is not founder and self._acts_for(each, scope)]
            if others and founder.node is not None:
                one = self.random.choice(others)
                self.world.part([[founder, *self.people[::2]], [one]] if one not in self.people[::2] else [[one]])
                for each in (founder, one):
                    self.random.choice((self._invite, self._remove, self._appoint))(each)

    def _acts_for(self, host: Citizen, scope: ScopeId) -> bool:
        return host.node is not None and scope in host.told and bool(host.told[scope].powers)

    def _leave(self, host: Citizen) -> None:
        for scope, founder in self.networks.items():
            if founder.identity.agent != host.identity.agent:
                host.leave(scope)

    # What the curious do.

    def _pry(self, host: Citizen) -> None:
        """Ask somebody for what one knows of by hearsay: ids, logs, the network itself."""
        host = self.people[-1] if self.random.random() < 0.5 else host
        lines = [*host.lines.items()]
        if not lines or host.node is None:
            return
        conn, line = self.random.choice(lines)
        session = host.node.parts.ground.sessions.get(conn)
        if session is not None and session.tags_heard is not None and self.networks:
            bodies = [encode(each) for each in self._questions(host, conn)]
            if host is self.people[-1] and self.world.overheard and self.random.random() < 0.3:
                bodies.append(self.random.choice(self.world.overheard))
            self.world.inject(host, line, *bodies)

    def _pretend(self, message: Message) -> list[bytes]:
        """Who is curious gives somebody else's proof now and then, or one of an earlier conversation."""
        proofs = [each for each in self.world.overheard if isinstance(decode(each), Auth)]
        if isinstance(message, Auth) and proofs and self.world.random.random() < 0.2:
            return [self.world.random.choice(proofs)]
        return [encode(message)]

    def _questions(self, host: Citizen, conn: int) -> list[Message]:
        random, world = self.random, self.world
        scope = random.choice([*self.networks])
        ids = [each for each, home in world.homes.items() if home == scope]
        some = tuple(random.sample(ids, min(len(ids), 5)))
        assert host.node is not None  # it asks
        session = host.node.parts.ground.sessions[conn]
        ours = DIALLER if session.outbound else ANSWERER
        logs = tuple(sorted({log_id(scope, each.identity.key.public) for each in random.sample(self.people, 2)}))
        tags = sorted([tag(scope, session.transcript, ours), *(random.randbytes(32) for _ in range(7))])
        every: list[Message] = [
            Get(some),  # type: ignore[arg-type]  # ids
            Want(tuple(LogWant(log, ()) for log in logs), privates=True),
            WantPrivates(some),  # type: ignore[arg-type]  # ids
            Spot(random.randbytes(32), some[0], some[-1]),  # type: ignore[arg-type]  # ids
            Knock(random.randbytes(32), random.randbytes(64)),
        ]
        if host is self.people[-1]:
            every.append(Scopes(tuple(tags)))  # Others would be taken at that word: their own nodes say no more.
        return random.sample(every, random.randint(1, 3))

    # The end.

    def _heal(self) -> int:
        """End all faults and wait until everyone is level; returns how long that took."""
        self.mishaps.end()
        for host in self.people:
            for other in self.people:
                self._meet(host, other)
            for scope in (self.commons, *self.networks):
                if scope is not None and self._should_carry(host, scope):
                    join(
                        host,
                        scope,
                        *(each for each in self.people if each is not host and each.name in self._told(scope)),
                    )
        return self.mishaps.calm(self._differences)

    def _told(self, scope: ScopeId) -> Iterable[str]:
        """Who knows of a network."""
        return self.told_of[scope] if scope in self.told_of else [each.name for each in self.people]

    def _should_carry(self, host: Citizen, scope: ScopeId) -> bool:
        """Whether a wish to join was lost in a crash, a home is an old copy, or whoever was to let it in has lost every
        machine, or left: then its owner hears from somebody else where the network is."""
        assert host.node is not None  # all are up by now
        carried = host.node.parts.scopes.carried.get(scope)
        if scope in host.gone or (carried is not None and not self._waits_in_vain(carried)):
            return False
        return scope == self.commons or host.name in self.told_of[scope]

    def _waits_in_vain(self, carried: Carried) -> bool:
        """Whether none of the machines that were to let somebody in is there any more, and may do so."""
        there = self._inside(carried.scope) if carried.scope in self.networks else self.people
        return bool(carried.hosts) and carried.hosts.isdisjoint(each.name for each in there)

    def _inside(self, scope: ScopeId) -> list[Citizen]:
        """Whose nodes must be level: they stand there by what the founder's has folded, and carry it."""
        founder = self.networks[scope]
        return [
            host
            for host in self.people
            if host.node is not None
            and scope in host.node.parts.scopes.carried
            and scope not in host.gone
            and self.world.stands(founder, host, scope)
        ]

    def _differences(self) -> list[str]:
        found = [f"{host.name}: folding" for host in self.people if not host.is_folded]
        for scope in self.networks:
            founder, inside = self.networks[scope], self._inside(scope)
            ledger, parts = ledger_of(founder, scope), parts_of(founder, scope)
            if founder not in inside:
                found.append(f"{founder.name}: what it founded")
            for host in inside:
                if self._waits(host, scope, inside):
                    found.append(f"{host.name}: what others name")
                if ledger_of(host, scope) != ledger:
                    found.append(f"{founder.name} and {host.name}: ledgers")
                elif parts_of(host, scope) != parts:
                    found.append(f"{founder.name} and {host.name}: private parts")
        return found

    def _waits(self, host: Citizen, scope: ScopeId, inside: list[Citizen]) -> bool:
        """Whether anything in a network, or in a stream of who stands there, waits for what it names, and one of these
        has."""
        logs = {log for log, _ in host.ledger.logs_standing_in(scope)}
        waits = [row.on for row in host.ledger.rows(WaitEntry) if row.log in logs and row.on != row.record]
        return any(each.ledger.has(on) for on in waits for each in inside)

    def _check(self) -> None:
        for host in self.people:
            check_store(host)
        for scope, founder in self.networks.items():
            inside = self._inside(scope)
            if founder not in inside:
                raise Broken(f"{founder.name} does not carry what it founded")
            digests = {host.name: host.digest(scope).hex()[:8] for host in inside}
            if len(set(digests.values())) != 1:
                raise Broken(f"states differ: {digests}")
            for host in inside:
                self._check_honest(host, scope)
            for host in self.people:
                if host.name not in self.told_of[scope] and host.ledger.logs_of_scope(scope):
                    raise Broken(f"{host.name} holds something of {scope.hex()[:8]}")
        self._check_rebuilt(self.random.choice(self.people))

    def _check_honest(self, host: Citizen, scope: ScopeId) -> None:
        """What honest people write is only invalid if an ending of theirs is in its past, or somebody else's use of
        the invitation that they accept: their own fold may have been a moment behind."""
        liars = {self.world.hosts[name].identity.agent for name in self.world.forkers}
        honest = [each.identity.agent for each in self.people if each.identity.agent not in liars]
        for head in host.ledger.logs_of_scope(scope):
            for record in records_of(host, head.log) if head.agent in honest else ():
                standing = host.standing(record.id)
                is_invalid = standing is not None and standing.status is Status.INVALID
                if standing is not None and is_invalid and standing.reason not in (Reason.X_REVOKED, Reason.X_QUOTA):
                    raise Broken(f"{host.name}: {record} of an honest author is {standing}")

    def _check_rebuilt(self, host: Citizen) -> None:
        """Folding from nothing gives the state that was folded step by step."""
        for scope in self.networks:
            if host.digest(scope) != digest_of(host, scope):
                raise Broken(f"{host.name} folds another state from nothing")


ACTS: dict[str, int] = {
    "write": 6,
    "invite": 4,
    "enter": 8,
    "appoint": 3,
    "remove": 3,
    "leave": 1,
    "race": 1,
    "cut": 1,
    "crash": 1,
    "part": 2,
    "back_up": 1,
    "pry": 4,
}
"""What people do, and how often."""
