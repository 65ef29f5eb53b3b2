"""Who acts in a simulation: persons with keys, and the networks they found."""

from collections.abc import Iterable
from hashlib import sha256

from meshnode.core.author import Pen, sign_genesis, sign_offline
from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.events import JoinScope, Offer, Write
from meshnode.core.ports import Batch, Identity
from meshnode.core.rows import LocalRow
from meshnode.core.settings import CoreSettings
from meshproto.records.ids import AgentId, RecordId, ScopeId
from meshproto.records.signatures import SigningKey
from meshproto.types import identity, value
from meshproto.types.recovery import recovery_digest
from tests.simulation.world import NOON, TICKETS, Host, SeededChance, World


def settle(world: World, name: str, settings: CoreSettings | None = None, skew: int = 0) -> Host:
    """Make a person, store the genesis on a machine of theirs, and start it."""
    key = key_of(world, name)
    pen = Pen(b"", key, NOON, SeededChance(world.random))
    recovery = ([recovery_digest(holder_of(world, name).public)], 1)
    facts = identity.person(key=key.public, nonce=world.random.randbytes(16), recovery=recovery)
    agent, signed = sign_genesis(pen, facts, {"name": name})
    host = world.host(name, Identity(AgentId(agent), key), settings, skew)
    host.store.writer.commit(Batch(1, runs=signed.runs, privates=signed.privates))
    host.start()
    return host


def key_of(world: World, name: str) -> SigningKey:
    """The key of a machine."""
    return SigningKey.from_seed(sha256(f"{world.seed} {name}".encode()).digest())


def holder_of(world: World, name: str) -> SigningKey:
    """The recovery key of a person, which is on none of the machines."""
    return SigningKey.from_seed(sha256(f"{world.seed} {name} on paper".encode()).digest())


def put_up(
    world: World, name: str, agent: AgentId, rows: Iterable[LocalRow], settings: CoreSettings, skew: int = 0
) -> Host:
    """Put up and start another machine of a person, which has a key of its own and nothing of what was signed."""
    host = world.host(name, Identity(agent, key_of(world, name), b""), settings, skew)
    host.store.writer.commit(Batch(1, local=tuple(rows)))
    host.start()
    return host


def found(host: Host, name: str, *, is_open: bool = True, log_records: int = 1_000_000) -> ScopeId:
    """Found a network with a key that is thrown away, and accept it."""
    random = host.world.random
    key = SigningKey.from_seed(random.randbytes(32))
    facts = identity.network(
        founders=[host.identity.agent], nonce=random.randbytes(16), is_open=is_open, log_records=log_records
    )
    scope, signed = sign_genesis(Pen(b"", key, NOON, SeededChance(random)), facts, {"name": name})
    write(host, Draft(scope, "countersign", identity.accept(scope)), ready=signed)
    return scope


def join(host: Host, scope: ScopeId, *at: Host) -> int:
    """Begin to take part in a network, knowing where these machines are."""
    ticket = next(TICKETS)
    host.hear(JoinScope(ticket, scope, tuple((each.name, (each.address,)) for each in at)))
    return ticket


def grant(host: Host, scope: ScopeId) -> int:
    """Become a member of an open network."""
    return write(host, Draft(scope, "grant", identity.join(host.identity.agent)))


def work_in(scope: ScopeId, title: str, many: int = 1, agent: bytes = b"") -> list[Draft]:
    """Contributions of an hour each, for an organisation if `agent` is one."""
    facts = value.contribution(kind="work", qty=value.Measure(1, 0, "HUR"), when=("2027-01-15", "2027-01-15"))
    return [Draft(scope, "contribution", facts, {"title": f"{title} {at}"}, agent=agent) for at in range(many)]


def contribute(host: Host, scope: ScopeId, title: str, many: int = 1) -> int:
    """Write contributions."""
    return write(host, *work_in(scope, title, many))


def intrude(host: Host, scope: ScopeId, title: str, many: int = 1) -> tuple[RecordId, ...]:
    """Write contributions in a network one has not joined, which one's own node would refuse; returns their ids."""
    drafts = work_in(scope, title, many)
    chance = SeededChance(host.world.random)
    batch, ids = sign_offline(host.ledger, host.identity, drafts, host.moment, chance)
    host.hear(Offer(next(TICKETS), SignedRecords(batch.runs, batch.privates)))
    return ids


def write(host: Host, *drafts: Draft, ready: SignedRecords | None = None) -> int:
    """Hand drafts to a node; returns the ticket."""
    ticket = next(TICKETS)
    host.hear(Write(ticket, drafts, ready or SignedRecords()))
    return ticket
