"""Stories of closed networks in which people have several devices, lose them, have them stolen, and recover.

Of a person who has lost every machine: a blank one fetches from one honest peer, who vouches, what the person had
signed, makes its own key the root with the recovery key, and goes on.
"""

from collections.abc import Sequence
from typing import NamedTuple

from meshnode.core.drafts import Draft
from meshnode.core.effects import Regained, ShutOut, Written
from meshnode.core.events import AddPeer, JoinScope, Regain, TrustThisCopy, Vouch
from meshnode.core.reports import RoundDone
from meshnode.core.rows import JoinedEntry, LocalRow, PeerEntry
from meshproto.fold.places import read_agent
from meshproto.records.ids import RecordId, ScopeId
from meshproto.types import authority
from meshproto.types.recovery import recovery_digest
from meshproto.wire.session import invitation_key
from tests.simulation.citizen import Citizen
from tests.simulation.people import found, holder_of, key_of, put_up
from tests.simulation.society import Society
from tests.simulation.watch import Broken
from tests.simulation.world import TICKETS, Faults

MOST_NAMED = 24
MOST_DEVICES = 3


class Pairing(NamedTuple):
    """A device that is to be put up as soon as its grant is written: on which machine, and by which ticket."""

    by: Citizen
    name: str
    ticket: int
    notebook: ScopeId


class Recovering(NamedTuple):
    """A blank machine of somebody, and the peer it fetches from."""

    host: Citizen
    peer: str
    owner: str
    scopes: tuple[ScopeId, ...]
    """The closed networks to take part in again."""
    secret: bytes
    """Of the line by which the peer vouches."""
    asked: tuple[int, int, int] = (0, 0, 0)
    """The ticket of coming back at the peer, and in which lives of both that was asked."""
    regained: int = -1
    """How much the machine had reported when the peer had told its networks; −1 before that."""
    ticket: int = 0
    life: int = 0


class Households(Society):
    """Plays one seed."""

    def __init__(self, seed: int, *, quiet: bool = True) -> None:
        super().__init__(seed, quiet=quiet)
        self.acts = {**self.acts, "pair": 3, "end_device": 2, "steal": 1, "lose": 2}
        self.notebooks: dict[bytes, ScopeId] = {}
        self.pairings: list[Pairing] = []
        self.recovering: list[Recovering] = []
        self.stolen: dict[str, None] = {}
        self.devices = 0

    def _between(self) -> None:
        """Take the next step of pairings and recoveries."""
        for pairing in list(self.pairings):
            if isinstance(pairing.by.answers.get(pairing.ticket), Written):
                self.pairings.remove(pairing)
                self._put_up_device(pairing)
        for at, each in enumerate(self.recovering):
            if each.host.node is not None and self._may_rotate(each):
                self.recovering[at] = each._replace(ticket=self._rotate(each), life=each.host.life)
            elif each.host.node is not None and each.regained < 0:
                self.recovering[at] = self._come_back(each)
        for each in [each for each in self.recovering if self._is_root(each.host)]:
            self.recovering.remove(each)
            self._take_up(each)

    def _is_root(self, host: Citizen) -> bool:
        """Whether the key of a machine is its owner's root, as far as is folded there."""
        agent = host.identity.agent
        return self._is_here(host) and self.world.tenure_of(host, agent).key == host.identity.key.public

    # Devices.

    def _pair(self, host: Citizen) -> None:
        """Let a second device in: its key gets a grant, and it is told of the notebook, by which it finds the rest."""
        agent = host.identity.agent
        mine = [each for each in self.people if each.identity.agent == agent]
        if host.name == "nosy" or len(mine) >= MOST_DEVICES or not self._is_root(host):
            return
        if agent not in self.notebooks:
            notebook = found(host, "notebook", is_open=False)
            if host.node is None or notebook not in host.node.parts.scopes.carried:
                return  # It may not sign.
            self.notebooks[agent] = notebook
        self.devices += 1
        name = f"{host.name.partition(' ')[0]} {self.devices}"
        facts = authority.device(key_of(self.world, name).public)
        ticket = host.write(Draft(ScopeId(agent), "grant", facts))
        self.pairings.append(Pairing(host, name, ticket, self.notebooks[agent]))

    def _put_up_device(self, pairing: Pairing) -> None:
        by, scopes = pairing.by, [pairing.notebook, *self._known_to(pairing.by)]
        self._add(by, pairing.name, self._rows(by.name, scopes))

    def _known_to(self, host: Citizen) -> list[ScopeId]:
        """The networks in which somebody's other machine is to take part."""
        scopes = [*self.networks, *([self.commons] if self.commons is not None else [])]
        joined = {row.network for row in host.ledger.rows(JoinedEntry) if not row.left}
        return [each for each in scopes if each in joined and each not in host.gone]

    def _was_let_in(self, host: Citizen, scope: ScopeId) -> bool:
        """Whether a machine was told of a network and has not left it, though it may remember nothing of that."""
        return host.name in self.told_of.get(scope, {}) and scope not in host.gone

    def _rows(self, peer: str, scopes: list[ScopeId]) -> list[LocalRow]:
        rows: list[LocalRow] = [JoinedEntry(each, 0, host=peer) for each in scopes]
        return [*rows, PeerEntry(peer, addresses=(f"/sim/{peer}",), added=True, source="hand")]

    def _add(self, like: Citizen, name: str, rows: list[LocalRow]) -> Citizen:
        made = put_up(self.world, name, like.identity.agent, rows, like.settings, like.skew)
        assert isinstance(made, Citizen)  # all are in a town
        self.people.insert(-1, made)
        for row in rows:
            if isinstance(row, JoinedEntry) and row.network in self.told_of:
                self.told_of[ScopeId(row.network)][name] = None
        return made

    def _grants_of(self, host: Citizen) -> dict[bytes, bytes]:
        """The devices a person has let in, as one machine sees it: grant and key of those that are active."""
        members = host.members(ScopeId(host.identity.agent))
        return {each.record: each.agent[1:] for each in members if each.state == "active"}

    def _end_device(self, host: Citizen) -> None:
        """End one of one's other devices, which may be lost, or in somebody's hands who goes on with it."""
        grants = self._grants_of(host)
        if not grants or not self._is_root(host):
            return
        grant = self.random.choice([*grants])
        facts = authority.revoke([grant], reason="lost", seen=self._tips_of(host, grants[grant]))
        host.write(Draft(ScopeId(host.identity.agent), "revoke", facts))

    def _tips_of(self, host: Citizen, *keys: bytes) -> Sequence[bytes]:
        return sorted(tip.id for head in host.ledger.logs() if head.key in keys for tip in head.tips)[:256]

    def _steal(self, host: Citizen) -> None:
        """A device gets into the hands of somebody who goes on with an old copy of it, as if nothing had been said."""
        if self._is_root(host) or host.name in self.stolen:
            return
        self.stolen[host.name] = None
        self.world.forkers[host.name] = None
        disk = self.mishaps.backups.pop(host.name, None)
        if disk is not None:
            host.stop("is stolen")
            host.reopen(disk)
            host.start(copied=True)
            host.hear(TrustThisCopy(next(TICKETS)))
        for scope in self.networks:
            self._invites(host, scope, "core", 1, None)

    # Recovery.

    def _leave(self, host: Citizen) -> None:
        if not self._is_founder_away():
            super()._leave(host)

    def _remove(self, host: Citizen) -> None:
        if not self._is_founder_away():
            super()._remove(host)

    def _is_founder_away(self) -> bool:
        """Whether a founder is about to come back: else nobody might be left who holds what was founded."""
        return any(each.host in self.networks.values() for each in self.recovering)

    def _is_at(self, each: Citizen, scope: ScopeId, mine: list[Citizen]) -> bool:
        """Whether somebody else's machine holds all that these hold of a network, waits for nothing, and is in it."""
        founder = self.networks.get(scope, mine[0])
        is_in = founder.node is None or self.world.stands(founder, each, scope)
        if each in mine or scope in each.gone or not is_in:
            return False
        tips = [tip.id for host in mine for head in host.ledger.logs_of_scope(scope) for tip in head.tips]
        return all(map(each.ledger.has, tips)) and not self._waits(each, scope, self.people)

    def _may_vouch(self, each: Citizen, mine: list[Citizen]) -> bool:
        """Whether somebody can bring back to these all that they founded: by what both have folded he is in it."""
        founded = [scope for scope, founder in self.networks.items() if founder in mine]
        for scope in founded:
            host = self.networks[scope]
            are_folded = host.node is not None and host.is_folded and each.is_folded
            if not are_folded or not self._is_at(each, scope, mine) or not self.world.stands(each, host, scope):
                return False
        return not founded or each.node is not None

    def _come_back(self, each: Recovering) -> Recovering:
        """Let the peer vouch, and ask it for the networks; again if one of both has started anew meanwhile."""
        host, peer = each.host, self.world.hosts[each.peer]
        if isinstance(host.answers.get(each.asked[0]), Regained):
            return each._replace(regained=len(host.reports))
        was_refused = isinstance(host.answers.get(each.asked[0]), ShutOut)  # it may have been another knock that was
        if peer.node is None or (each.asked[1:] == (host.life, peer.life) and not was_refused):
            return each
        agent, ticket = host.identity.agent, next(TICKETS)
        peer.hear(Vouch(next(TICKETS), agent, invitation_key(each.secret).public))
        self.world.vouched.setdefault(peer.name, {})[agent] = None
        self.world.given.setdefault(agent, {})[host.name] = None
        holder = holder_of(self.world, each.owner)
        host.hear(Regain(ticket, each.secret, peer.name, (f"/sim/{peer.name}",), holder))
        return each._replace(asked=(ticket, host.life, peer.life))

    def _take_up(self, each: Recovering) -> None:
        """Take part again where one did, asking those who one knows are there, too."""
        for scope in [scope for scope in each.scopes if scope in self.networks]:
            names = [name for name in self.told_of.get(scope, {}) if name in {host.name for host in self.people}]
            self.told_of[scope][each.host.name] = None
            assert names  # else nobody had anything of it
            each.host.hear(JoinScope(next(TICKETS), scope, tuple((name, (f"/sim/{name}",)) for name in names)))

    def _lose(self, host: Citizen) -> None:
        """Lose every machine, and begin to recover on a blank one, with one honest peer and the recovery key."""
        commons, agent = self.commons, host.identity.agent
        mine = [each for each in self.people if each.identity.agent == agent]
        others = [each for each in self.people[:-1] if each.identity.agent != agent and each.name not in self.stolen]
        helpers = [each for each in others if commons is not None and commons in each.ledger.scopes_of(agent)]
        concerned = {host.name for each in self.recovering for host in (each.host, self.world.hosts[each.peer])}
        if not helpers or commons is None or host.name == "nosy" or any(each.name in concerned for each in mine):
            return
        helpers = [each for each in helpers if self._may_vouch(each, mine)]
        if not helpers or not all(
            any(self._is_at(each, scope, mine) for each in self.people) for scope in self.networks
        ):
            return  # With them something would be gone on which others rest.
        peer = self.random.choice(helpers)
        closed = tuple(scope for scope in self.networks if any(self._was_let_in(each, scope) for each in mine))
        for each in mine:
            each.stop("is lost")
            each.life += 1  # nor does it start again if it had crashed
            self.people.remove(each)
        self.pairings = [each for each in self.pairings if each.by not in mine]
        self.devices += 1
        owner = host.name.partition(" ")[0]
        made = self._add(host, f"{owner} {self.devices}", self._rows(peer.name, [commons]))
        self.networks.update({scope: made for scope, founder in self.networks.items() if founder in mine})
        self.recovering.append(Recovering(made, peer.name, owner, closed, self.random.randbytes(16)))
        self.notebooks.pop(agent, None)

    def _may_rotate(self, each: Recovering) -> bool:
        """Whether what the peer holds is here and folded, and nothing was signed yet or it was refused."""
        host = each.host
        if each.regained < 0:
            return False
        levels = (each for each in host.reports[each.regained :] if isinstance(each, RoundDone) and not each.differed)
        is_level = any(news.peer == each.peer for news in levels)
        is_waiting = each.ticket and each.ticket not in host.answers and each.life == host.life
        return is_level and not is_waiting and host.is_folded and self._is_here(host)

    def _is_here(self, host: Citizen) -> bool:
        return read_agent(host.memory, host.identity.agent) is not None

    def _rotate(self, each: Recovering) -> int:
        """Make the key of the blank machine the root, and end all that was let in before."""
        host, holder = each.host, holder_of(self.world, each.owner)
        grants, agent = self._grants_of(host), ScopeId(host.identity.agent)
        facts = authority.rotate(
            host.identity.key.public,
            self.world.tenure_of(host, agent).record,
            [holder],
            recovery=([recovery_digest(holder.public)], 1),
            ends=[*grants],
            seen=self._tips_of(host, *self.world.keys_of(host, agent)),
        )
        own = [RecordId(tip.id) for head in host.ledger.logs_of_scope(agent) for tip in head.tips]
        return host.write(Draft(agent, "rotate", facts, deps=tuple(own[:MOST_NAMED])))

    def _heal(self) -> int:
        """End all faults; who had begun to recover finishes it."""
        self.world.faults = Faults()
        self.world.part([])
        for host in self.people:
            if host.node is None:
                host.start()
        for each in self.recovering:
            each.host.hear(TrustThisCopy(next(TICKETS)))  # a blank machine whose copy no peer can speak for
        for _ in range(60):
            for each in self.recovering:
                each.host.hear(AddPeer(next(TICKETS), each.peer, (f"/sim/{each.peer}",)))
            self._between()
            if self.recovering or self.pairings:
                self.world.run(self.world.now + 5_000)
        if self.recovering:
            raise Broken(f"not recovered: {[each.host.name for each in self.recovering]}")
        return super()._heal()
