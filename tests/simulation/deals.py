"""One story of agreements: people of an open network agree, sign, change their mind and work while the world fails.

A seed decides everything. At every step nobody is told anything of an agreement who takes no part in it (town.py); when
the faults have ended, all who take part hold and fold the same within CALM_AFTER, and nobody else holds anything.
"""

from random import Random

from meshnode.core.drafts import Draft
from meshnode.core.effects import Written
from meshnode.core.events import AddPeer
from meshnode.core.settings import CoreSettings
from meshproto.fold.lineage import read_stand
from meshproto.fold.lineages import read_version, version_of
from meshproto.records.encoding import Value
from meshproto.records.ids import NONE, RecordId, ScopeId, log_id
from meshproto.types import identity
from meshproto.types.agreement import agreement, participants_of, parties_of
from meshproto.types.schema import Facts
from meshproto.wire.codec import encode
from meshproto.wire.messages import Agreements, Get, LogWant, Message, Spot, Want, WantPrivates
from tests.simulation.citizen import Citizen
from tests.simulation.mishaps import Mishaps
from tests.simulation.people import contribute, found, grant, join, settle
from tests.simulation.story import Ending
from tests.simulation.town import Town
from tests.simulation.watch import Broken, check_store, digest_of, ledger_of, parts_of
from tests.simulation.world import TICKETS

NAMES = ("alice", "bob", "carol", "dave", "erin")
ACTS = {"propose": 2, "sign": 8, "work": 6, "amend": 2, "cut": 1, "crash": 1, "part": 2, "pry": 4}
"""What people do, and how often."""


class Deals:
    """Plays one seed."""

    def __init__(self, seed: int, *, quiet: bool = True) -> None:
        self.world = Town(seed, quiet=quiet)
        self.random = Random(f"deals {seed}")
        self.people: list[Citizen] = []
        self.mishaps = Mishaps(self.world, self.random, self.people)
        self.tickets: list[tuple[Citizen, int]] = []
        """Who has begun agreements, and the tickets of that."""
        self.commons = ScopeId(NONE)

    def play(self) -> Ending:
        """Play it to its end. Raises Broken if anything that must hold does not."""
        self._gather()
        self._fail()
        calm = self._heal()
        self._check()
        return Ending(self.world.digest, self.world.steps, calm)

    def _gather(self) -> None:
        random, world = self.random, self.world
        live = random.random() < 0.7
        for name in NAMES[: random.randint(3, len(NAMES))]:
            settings = CoreSettings(live=live, privates_interval=5_000, run_records=random.choice((3, 50, 500)))
            made = settle(world, name, settings, random.choice((0, 0, -(10**9), 10**9)))
            assert isinstance(made, Citizen)  # all are in a town
            self.people.append(made)
        world.run(50)
        self.commons = found(self.people[0], "commons")
        world.run(world.now + 200)
        for at, host in enumerate(self.people[1:]):
            join(host, self.commons, self.people[at])
            world.run(world.now + 500)
            grant(host, self.commons)
            world.run(world.now + 500)
        for _ in range(random.choice((1, 2))):
            self._propose(random.choice(self.people))
        world.run(world.now + random.choice((0, 3_000)))

    def _fail(self) -> None:
        random, world = self.random, self.world
        until = self.mishaps.begin()
        names = [name for name, weight in ACTS.items() for _ in range(weight)]
        while world.now < until:
            world.run(world.now + random.randint(1, 2_000))
            host = random.choice(self.people)
            if host.node is not None:
                name = random.choice(names)
                world.tell(f"{host.name}: {name}")
                (getattr(self.mishaps, name, None) or getattr(self, f"_{name}"))(host)

    # What people do.

    def _propose(self, host: Citizen) -> None:
        others = [each for each in self.people if each is not host and host.ledger.has(each.identity.agent)]
        some = self.random.sample(others, min(len(others), self.random.choice((1, 1, 2))))
        facts = self._terms(host, *some)
        draft = Draft(ScopeId(NONE), "agreement", facts, {"title": "ours"})
        self.tickets.append((host, host.write(draft)))

    def _terms(self, host: Citizen, *others: Citizen, **more: Value) -> Facts:
        parties = {bytes(each.identity.agent): ["provider"] for each in (host, *others)}
        return agreement(parties, from_="2027-01-01", ack={"min": 0, "by": "parties"}) | more

    def _here(self, host: Citizen) -> list[ScopeId]:
        """The agreements in which somebody takes part, as far as is folded."""
        found = [scope for _, scope in host.memory.scan("lineage", b"") if isinstance(scope, bytes)]
        return [ScopeId(scope) for scope in sorted(found) if self._takes_part(host, scope)]

    def _takes_part(self, host: Citizen, scope: bytes) -> bool:
        return any(True for _ in host.memory.scan("partaker", scope + host.identity.agent))

    def _versions(self, host: Citizen, scope: bytes) -> list[bytes]:
        return [key[-32:] for key, _ in host.memory.scan("versions", scope)]

    def _sign(self, host: Citizen) -> None:
        for scope in self._here(host):
            for version in self._versions(host, scope):
                is_party = host.identity.agent in parties_of(version_of(host.memory, version).facts)
                signed = any(True for _ in host.memory.scan("accepts", version + host.identity.agent))
                if is_party and not signed and self.random.random() < 0.7:
                    host.write(Draft(scope, "countersign", identity.accept(version)))

    def _work(self, host: Citizen) -> None:
        for scope in self._here(host)[:1]:
            contribute(host, scope, "work", self.random.choice((1, 1, 3)))

    def _amend(self, host: Citizen) -> None:
        """Propose another version, perhaps with somebody new."""
        for scope in self._here(host)[:1]:
            prev = self.random.choice(self._versions(host, scope))
            known = [each for each in self.people if each is not host and host.ledger.has(each.identity.agent)]
            some = self.random.sample(known, min(len(known), self.random.choice((1, 2))))
            facts = self._terms(host, *some, prev=[prev])
            host.write(Draft(scope, "agreement", facts, {"title": "ours, again"}))

    def _pry(self, host: Citizen) -> None:
        """Ask somebody for what one knows of by hearsay: ids and logs of an agreement, or tell of one that is none."""
        scopes, lines = [*self.world.agreements], [*host.lines.items()]
        if not scopes or not lines or host.node is None:
            return
        conn, line = self.random.choice(lines)
        session = host.node.parts.ground.sessions.get(conn)
        if session is None or session.tags_heard is None:
            return
        scope = self.random.choice(scopes)
        ids = [RecordId(each) for each, home in self.world.homes.items() if home == scope]
        some = tuple(self.random.sample(ids, min(len(ids), 5)))
        logs = sorted({log_id(scope, each.identity.key.public) for each in self.random.sample(self.people, 2)})
        every: tuple[Message, ...] = (
            Get(some),
            Want(tuple(LogWant(log, ()) for log in logs), privates=True),
            WantPrivates(some),
            Spot(self.random.randbytes(32), some[0], some[-1]),
            Agreements((RecordId(self.random.randbytes(32)),)),
        )
        self.world.inject(host, line, *(encode(each) for each in self.random.sample(every, 2)))

    # The end.

    def _heal(self) -> int:
        """End all faults and wait until everyone is level; returns how long that took."""
        self.mishaps.end()
        for host in self.people:
            for other in self.people:
                if other is not host:
                    host.hear(AddPeer(next(TICKETS), other.name, (other.address,)))
        return self.mishaps.calm(self._differences)

    def _holders(self, scope: ScopeId) -> list[Citizen]:
        """Whose nodes must hold the same: who takes part by what the first author's node has folded and serves."""
        author = next(each for each in self.people if each.identity.agent == self.world.authors[scope])
        return [each for each in self.people if self._is_asked(author, each, scope)]

    def _is_asked(self, author: Citizen, host: Citizen, scope: ScopeId) -> bool:
        """Whether somebody takes part by a version that others serve: one in force, or the first author's own."""
        for version in self._versions(author, scope):
            in_force = read_stand(author.memory, version).state != "proposed"
            is_own = self.world.authors[version] == author.identity.agent
            names = host.identity.agent in participants_of(version_of(author.memory, version).facts)
            if names and (in_force or is_own):
                return True
        return False

    def _begun(self) -> list[ScopeId]:
        """The agreements that were begun and are on their author's disk, valid."""
        answers = [host.answers.get(ticket) for host, ticket in self.tickets]
        scopes = [ScopeId(each.ids[0]) for each in answers if isinstance(each, Written)]
        return [scope for scope in scopes if scope in self.world.authors]

    def _differences(self) -> list[str]:
        found = [f"{host.name}: folding" for host in self.people if not host.is_folded]
        for scope in self._begun():
            holders = self._holders(scope)
            if not holders or any(read_version(each.memory, scope) is None for each in holders):
                found.append(f"{scope.hex()[:8]}: not everywhere")
                continue
            first, *others = holders
            ledger, parts = ledger_of(first, scope), parts_of(first, scope)
            for host in others:
                if ledger_of(host, scope) != ledger:
                    found.append(f"{first.name} and {host.name}: ledgers of {scope.hex()[:8]}")
                elif parts_of(host, scope) != parts:
                    found.append(f"{first.name} and {host.name}: private parts of {scope.hex()[:8]}")
        return found

    def _check(self) -> None:
        for host in self.people:
            check_store(host)
        for scope in self._begun():
            holders = self._holders(scope)
            digests = {host.name: host.digest(scope).hex()[:8] for host in holders}
            if len({*digests.values()}) != 1:
                raise Broken(f"states differ: {digests}")
            if holders[0].digest(scope) != digest_of(holders[0], scope):
                raise Broken(f"{holders[0].name} folds another state from nothing")
            named = {each for version in self._named_in(scope) for each in version}
            for host in self.people:
                if host.identity.agent not in named and host.ledger.logs_of_scope(scope):
                    raise Broken(f"{host.name} holds something of {scope.hex()[:8]}")

    def _named_in(self, scope: ScopeId) -> list[list[bytes]]:
        """Whom each version names that is on anybody's disk."""
        found = [version_of(host.memory, each) for host in self.people for each in self._versions(host, scope)]
        return [[*participants_of(version.facts)] for version in found]
