"""Who may speak with a node, and in which protocols: only Noise, only owners of their keys (09, first row; P9)."""

from contextlib import suppress
from dataclasses import replace

import pytest
import trio
from libp2p.crypto.keys import KeyType, PrivateKey, PublicKey
from libp2p.crypto.rsa import create_new_key_pair as new_rsa_key_pair
from libp2p.crypto.serialization import deserialize_public_key
from libp2p.identity.identify.pb.identify_pb2 import Identify
from libp2p.peer.id import ID

from meshnode.net.libp2p import frames
from meshnode.net.libp2p.identity import Identity, identity_of
from meshnode.net.libp2p.negotiation import HungUp
from meshnode.net.libp2p.services import IDENTIFY, PING
from meshnode.net.settings import SYNC_PROTOCOL
from meshnode.net.transport import DialError, DialReason
from tests.support.attacks.raw_peer import connect, delimited, introduce, raw_peer, read_messages
from tests.support.transports import eventually, libp2p, running, settings_of

MULTISTREAM = "/multistream/1.0.0"


@pytest.mark.parametrize(
    "protocol", ["/plaintext/2.0.0", "/plaintext/1.0.0", "/secio/1.0.0", "/tls/1.0.0", "/noise-ik", "/yamux/1.0.0", ""]
)
async def test_nothing_but_noise_secures_a_connection(protocol: str) -> None:
    async with running(libp2p("alice")) as address:
        wire = connect(address)
        await wire.send(delimited(MULTISTREAM) + delimited(protocol))
        assert await read_messages(wire, 2) == [MULTISTREAM, "na"]
        wire.close()


async def test_noise_is_all_that_is_listed() -> None:
    async with running(libp2p("alice")) as address:
        wire = connect(address)
        await wire.send(delimited(MULTISTREAM) + delimited("ls"))
        assert (await read_messages(wire, 2))[1].split() == ["/noise"]
        wire.close()


async def test_our_protocol_ping_and_identify_are_all_that_is_spoken() -> None:
    async with running(libp2p("alice")) as address, raw_peer(address) as mallory:
        await mallory.frame(frames.WINDOW, frames.SYN, 1, 0)
        await mallory.say(1, MULTISTREAM, "ls")
        assert (await mallory.messages(1, 2))[1].split() == [SYNC_PROTOCOL, PING, IDENTIFY]
        await mallory.say(1, "/ipfs/kad/1.0.0")
        assert await mallory.messages(1, 1) == ["na"]


async def test_nobody_is_accepted_under_an_identity_whose_key_they_lack() -> None:
    alice, friend = libp2p("alice"), identity_of(settings_of("friend").seed)
    mallory = identity_of(settings_of("mallory").seed)
    async with running(alice) as address:
        await _try(address, replace(mallory, id=friend.id, key=_Borrowed(mallory.key, friend.key.get_public_key())))
        await eventually(lambda: alice.counters()["handshakes_failed"] == 1)
        assert alice.counters()["connections"] == 0


async def test_an_identity_that_is_no_ed25519_key_is_refused_before_it_is_used() -> None:
    alice, rsa = libp2p("alice"), new_rsa_key_pair(bits=1024)
    mallory = identity_of(settings_of("mallory").seed)
    async with running(alice) as address:
        await _try(address, replace(mallory, id=ID.from_pubkey(rsa.public_key), key=rsa.private_key))
        await eventually(lambda: alice.counters()["handshakes_failed"] == 1)


async def test_whoever_answers_instead_of_the_expected_peer_is_not_told_who_called() -> None:
    alice, bob, carol = libp2p("alice"), libp2p("bob"), libp2p("carol")
    async with running(alice), running(bob) as address:
        with pytest.raises(DialError) as caught:
            await alice.dial(address.replace(bob.peer_id, carol.peer_id))
        assert caught.value.reason is DialReason.WRONG_PEER
        # Had it been told, the handshake would have succeeded on its side.
        await eventually(lambda: bob.counters().get("handshakes_failed") == 1)


async def test_an_identity_that_lies_about_the_peer_dialled_is_refused_by_the_dialler() -> None:
    alice, friend = libp2p("alice"), identity_of(settings_of("friend").seed)
    impostor = libp2p("mallory")
    impostor._door._identity = replace(
        impostor._identity, id=friend.id, key=_Borrowed(impostor._identity.key, friend.key.get_public_key())
    )
    async with running(alice), running(impostor) as address:
        with pytest.raises(DialError) as caught:
            await alice.dial(address.replace(impostor.peer_id, friend.peer))
        assert caught.value.reason is DialReason.HANDSHAKE


async def test_a_peer_that_answers_but_speaks_something_else_is_named_so() -> None:
    alice, bob = libp2p("alice"), libp2p("bob", protocol="/other/1")
    async with running(alice), running(bob) as address:
        with pytest.raises(DialError) as caught:
            await alice.dial(address)
        assert caught.value.reason is DialReason.NO_PROTOCOL


async def test_identify_tells_the_key_and_the_protocols_and_no_addresses() -> None:
    alice = libp2p("alice")
    async with running(alice) as address, raw_peer(address) as mallory:
        await mallory.open(1, IDENTIFY)
        (_, _, _, length), body = await mallory.next()
        told = Identify.FromString(body[1:] if body[0] < 128 else body[2:])
        assert length == len(body)
        assert ID.from_pubkey(deserialize_public_key(told.public_key)).to_base58() == alice.peer_id
        assert list(told.protocols) == [SYNC_PROTOCOL, PING, IDENTIFY]
        assert (told.agent_version, list(told.listen_addrs)) == ("meshnode", [])


async def test_ping_is_answered_with_the_same_bytes() -> None:
    async with running(libp2p("alice")) as address, raw_peer(address) as mallory:
        await mallory.open(1, PING)
        for payload in (b"p" * 32, b"q" * 32):
            await mallory.frame(frames.DATA, 0, 1, 20, payload[:20])
            await mallory.frame(frames.DATA, 0, 1, 12, payload[20:])
            assert await mallory.next() == ((frames.DATA, 0, 1, 32), payload)


async def _try(address: str, identity: Identity) -> None:
    """Shake hands as somebody; whether the other side accepts it is what the test looks at."""
    with suppress(HungUp, trio.BrokenResourceError):
        await introduce(address, identity)
        raise AssertionError("the handshake succeeded")


class _Borrowed(PrivateKey):
    """A key of one's own that claims to belong to somebody else's public key."""

    def __init__(self, own: PrivateKey, claimed: PublicKey) -> None:
        self._own, self._claimed = own, claimed

    def to_bytes(self) -> bytes:
        return self._own.to_bytes()

    def get_type(self) -> KeyType:
        return self._own.get_type()

    def sign(self, data: bytes) -> bytes:
        return self._own.sign(data)

    def get_public_key(self) -> PublicKey:
        return self._claimed
