"""Closed means closed: whoever is not admitted hears, byte for byte, what a node without the network would say.

Each outsider knows every id there is to know, and asks and pushes all that the protocol allows, over real connections,
to one and the same node: first while that has never heard of the network, then as a member of it.
"""

import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from meshnode.app.compose import Network, open_node
from meshnode.config.load import load
from meshnode.core.author import Pen, sign_genesis
from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.events import JoinScope, RemovePeer
from meshnode.net.transport import Transport
from meshproto.records.ids import LogId, RecordId, ScopeId, log_id
from meshproto.records.log import Run
from meshproto.types import authority, identity
from meshproto.wire import session as words
from meshproto.wire.breaches import Breach
from meshproto.wire.codec import decode, encode
from meshproto.wire.limits import NAME_SIZE
from meshproto.wire.messages import (
    Auth,
    Bye,
    Compare,
    Door,
    Get,
    Graft,
    Have,
    Headers,
    Held,
    Hello,
    Item,
    Knock,
    Listing,
    LogTip,
    LogWant,
    Mark,
    Message,
    Part,
    Privates,
    Proof,
    Prune,
    Range,
    Scopes,
    Spot,
    Unknown,
    Want,
    WantPrivates,
)
from meshproto.wire.session import invitation_key
from tests.support.attacks.strangers import Stranger, stranger
from tests.support.core_rig import NOON, Dice, Writer, headers_of
from tests.support.meshes import Mesh, Node
from tests.support.transports import hold, libp2p, running

WHOLE = b"\x00"


class Loopback(Mesh):
    """Nodes that meet over libp2p."""

    @contextlib.asynccontextmanager
    async def node(self, name: str, **flags: object) -> AsyncIterator[Node]:
        """Somebody's node, running."""
        loaded = load(None, {}, {flag.replace("__", "."): value for flag, value in flags.items()})
        async with open_node(self.home(name), loaded, network=Network(libp2p(f"{self.folder} {name}"))) as opened:
            yield Node(name, opened)


class Secrets(NamedTuple):
    """Everything about a closed network that its members know."""

    scope: ScopeId
    runs: tuple[Run, ...]
    privates: tuple[tuple[RecordId, bytes], ...]
    secret: bytes

    def logs(self) -> dict[LogId, Mark]:
        """Every log with the end of it."""
        return {run.records[-1].log: Mark(run.records[-1].seq, run.records[-1].id) for run in self.runs}

    def ids(self) -> tuple[RecordId, ...]:
        """Every record."""
        return tuple(record.id for run in self.runs for record in run.records)


def told(messages: Sequence[Message]) -> list[bytes]:
    """What was heard, without what is new in every session: nonces, proofs by them, tags, and names made of tags."""
    plain: list[bytes] = []
    for message in messages:
        match message:
            case Hello(versions, _, features, credit, listening):
                plain.append(encode(Hello(versions, bytes(32), features, credit, listening)))
            case Auth(agent, key, _):
                plain.append(encode(Auth(agent, key, bytes(64))))
            case Scopes(tags):
                plain.append(encode(Scopes((bytes(32),) * len(tags))))
            case Compare(number, ranges, listings):
                unnamed = tuple(each._replace(name=bytes(NAME_SIZE)) for each in ranges)
                listed = tuple(each._replace(name=bytes(NAME_SIZE)) for each in listings)
                plain.append(encode(Compare(number, unnamed, listed)))
            case _:
                plain.append(encode(message))
    return sorted(plain[:3]) + plain[3:]


async def probe(eve: Stranger, known: Secrets, *shows: ScopeId) -> list[bytes]:
    """Ask and push all that could tell something, and return what was said."""
    await eve.say(eve.tags(*shows, known.scope))
    name = words.name_of(known.scope, eve.transcript)
    logs, ids = known.logs(), known.ids()
    unknown = {log: Mark(mark.seq + 1, RecordId(bytes(31) + b"\x01")) for log, mark in logs.items()}
    await eve.say(
        Compare(2, (Range(name, WHOLE, bytes(32)),), ()),
        Compare(4, (), (Listing(name, WHOLE, True, tuple(Item(log, 3, (tip,)) for log, tip in logs.items())),)),
        Want(tuple(LogWant(log, ()) for log in logs), True),
        Want(tuple(LogWant(log, (tip,)) for log, tip in logs.items()), True),
        Want(tuple(LogWant(log, (tip,)) for log, tip in unknown.items()), False),
        Get(ids),
        WantPrivates(ids),
        Held(tuple(LogTip(log, *tip) for log, tip in logs.items())),
        Graft(name),
        Prune(name),
        Spot(bytes(32), ids[0], ids[0]),
        *(Knock(words.door_tag(bytes([at]) * 32, eve.transcript, words.DIALLER), bytes(64)) for at in range(2)),
        Privates(tuple((record, b"\x81\xa4salt\xc4\x10" + bytes(16)) for record, _ in known.privates), (), ()),
        Privates(known.privates, (), ()),
    )
    for part in (Part.PUSHED, Part.WANTED, Part.LAST):
        await eve.say(*(headers_of(run, part) for run in known.runs))
        await eve.say(*(Headers((run.records[-1].raw,), run.signature, part) for run in known.runs))
    await eve.say(
        Have(tuple(LogTip(log, *tip) for log, tip in logs.items())),
        Have(tuple(LogTip(log, *tip) for log, tip in unknown.items())),
    )
    return told(await eve.everything())


def network_and_its_works(founder: Writer) -> Secrets:
    """A closed network with work in it, signed by hand so that all of it is known before anybody has it."""
    chance = Dice()
    once = Pen(b"", invitation_key(b"a closed network"), NOON, chance)
    facts = identity.network(founders=[founder.agent], nonce=b"n" * 16, is_open=False)
    scope, genesis = sign_genesis(once, facts, {"name": "studio"})
    accept = founder.accept(scope)
    secret = b"sixteen letters."
    (accepted,) = [record.id for run in accept.runs for record in run.records]
    grant = Draft(
        scope, "grant", authority.invitation(invitation_key(secret).public, uses=9), agent=scope, auth=(accepted,)
    )
    made = founder.sign(grant, deps=[scope])
    works = founder.notes(scope, 3, text="nobody's business")
    parts = (*genesis.privates, *works.privates)
    return Secrets(scope, (*genesis.runs, *accept.runs, *made.runs, *works.runs), parts, secret)


async def becomes_member(node: Node, ana: Writer, known: Secrets) -> None:
    """Let a node have the network, and stand in it by an invitation."""
    await node.office.node.offer(SignedRecords(ana.genesis.runs))
    await node.office.node.offer(SignedRecords(known.runs, known.privates))
    grant = known.runs[2].records[0].id
    facts = authority.accept_invitation(grant, node.office.me, invitation_key(known.secret))
    await node.office.node.ask(lambda ticket: JoinScope(ticket, known.scope))
    await node.office.projector.caught_up()
    await node.office.node.write([Draft(known.scope, "countersign", facts)])
    await node.office.projector.caught_up()
    assert node.office.node.standings[known.scope].roles


async def met(eve: Stranger) -> None:
    await eve.greet()
    await eve.next(Scopes)


@pytest.fixture
def mesh(tmp_path: Path) -> Loopback:
    return Loopback(tmp_path)


async def test_who_was_never_in_learns_nothing(mesh: Loopback) -> None:
    ana, eve = Writer("ana"), Writer("eve")
    known = network_and_its_works(ana)
    heard: list[list[bytes]] = []
    async with mesh.node("ben") as ben, outside("eve") as transport:
        for knows in (False, True):
            if knows:
                await becomes_member(ben, ana, known)
            async with stranger(transport, ben.opened.node.listening[0], eve) as other:
                await met(other)
                heard.append(await probe(other, known))
    assert heard[1] == heard[0]
    kinds = {type(decode(each)) for each in heard[0]}
    assert kinds >= {Unknown, Privates, Proof, Door, Want}, "all that can be asked is answered, also if with nothing"


async def test_who_shares_another_network_learns_nothing_of_this_one(mesh: Loopback) -> None:
    """So does a relay without a grant: it carries the open network and no more."""
    ana, eve = Writer("ana"), Writer("eve")
    known = network_and_its_works(ana)
    heard: list[list[bytes]] = []
    async with mesh.node("ben") as ben, outside("eve") as transport:
        choir = await ben.founds("choir")
        await is_member(eve, choir, ben)
        for knows in (False, True):
            if knows:
                await becomes_member(ben, ana, known)
            async with stranger(transport, ben.opened.node.listening[0], eve) as other:
                await met(other)
                heard.append(await probe(other, known, choir))
    assert heard[1] == heard[0]


async def test_who_was_removed_learns_nothing_more(mesh: Loopback) -> None:
    ana, eve = Writer("ana"), Writer("eve")
    known = network_and_its_works(ana)
    entered, removed = eve_in_and_out(ana, eve, known)
    heard: list[list[bytes]] = []
    async with mesh.node("ben") as ben, outside("eve") as transport:
        choir = await ben.founds("choir")
        address = ben.opened.node.listening[0]
        await is_member(eve, choir, ben)
        async with stranger(transport, address, eve) as other:
            await met(other)
            heard.append(await probe(other, removed, choir))
        await becomes_member(ben, ana, known)
        await ben.office.node.offer(SignedRecords(entered.runs))
        await ben.office.projector.caught_up()
        assert eve.agent in ben.office.node.standings[known.scope].readers
        async with stranger(transport, address, eve) as other:
            await met(other)
            await other.say(other.tags(choir, known.scope))
            await ben.office.node.offer(SignedRecords(removed.runs))
            await ben.office.projector.caught_up()
            assert eve.agent not in ben.office.node.standings[known.scope].readers
        async with stranger(transport, address, eve) as other:
            await met(other)
            heard.append(await probe(other, removed, choir))
    assert heard[1] == heard[0]


async def test_a_proof_recorded_elsewhere_is_worth_nothing(mesh: Loopback) -> None:
    """A member's words from another conversation end this one, on any node alike."""
    ana, eve = Writer("ana"), Writer("eve")
    known = network_and_its_works(ana)
    elsewhere = words.transcript("12D3KooWana", "12D3KooWeve", b"1" * 32, b"2" * 32)
    auth = Auth(ana.agent, ana.key.public, words.sign_hello(ana.key, elsewhere, words.DIALLER, ana.agent))
    knock = Knock(
        words.door_tag(invitation_key(known.secret).public, elsewhere, words.DIALLER),
        words.sign_knock(invitation_key(known.secret), elsewhere, words.DIALLER, eve.agent),
    )
    tags = (words.tag(known.scope, elsewhere, words.DIALLER), *(bytes([at]) * 32 for at in range(7)))
    heard: list[list[bytes]] = []
    async with mesh.node("ben") as ben, outside("eve") as transport:
        for knows in (False, True):
            if knows:
                await becomes_member(ben, ana, known)
            address = ben.opened.node.listening[0]
            async with stranger(transport, address, eve) as other:
                await met(other)
                await other.say(knock, Scopes(tuple(sorted(tags))))
                heard.append(told(await other.everything()))
            async with stranger(transport, address, eve) as other:
                await other.greet(auth=auth)
                heard.append(told(await other.everything()))
                assert isinstance(other.heard[-1], Bye)
                assert other.heard[-1].breach is Breach.HELLO
            await ben.office.node.ask(lambda ticket: RemovePeer(ticket, transport.peer_id))
    assert heard[2:] == heard[:2]


def eve_in_and_out(ana: Writer, eve: Writer, known: Secrets) -> tuple[Secrets, Secrets]:
    """Eve comes in by the invitation, and the network removes her; all that was known by each moment."""
    (accept,) = [each.records[0].id for each in known.runs if each.records[0].type == "countersign"]
    (grant,) = [each.records[0].id for each in known.runs if each.records[0].type == "grant"]
    facts = authority.accept_invitation(grant, eve.agent, invitation_key(known.secret))
    came = eve.sign(Draft(known.scope, "countersign", facts), deps=[accept])
    (stands,) = [record.id for run in came.runs for record in run.records]
    gone = Draft(known.scope, "revoke", authority.revoke([stands]), agent=known.scope, auth=(accept,))
    went = ana.sign(gone)
    entered = known._replace(runs=(*known.runs, *came.runs))
    return entered, entered._replace(runs=(*entered.runs, *went.runs))


async def is_member(who: Writer, network: ScopeId, host: Node) -> None:
    """Let somebody stand in the open network of a node."""
    accept = host.opened.reader.id_at(log_id(network, host.opened.node.identity.key.public), 0, 1)
    assert accept is not None
    await host.office.node.offer(SignedRecords((*who.genesis.runs, *who.grant(network, accept).runs)))
    await host.office.projector.caught_up()


@contextlib.asynccontextmanager
async def outside(name: str) -> AsyncIterator[Transport]:
    """A transport of somebody who is no node."""
    transport = libp2p(name)
    async with running(transport, hold):
        yield transport
