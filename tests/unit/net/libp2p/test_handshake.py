"""The handshake between two identities, and with peers that lie in it."""

from contextlib import suppress

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st
from libp2p.security.noise.patterns import PatternXX

from meshnode.net.libp2p import frames
from meshnode.net.libp2p.handshake import MESSAGE_BYTES, NOISE, _identity_in, _Noise
from meshnode.net.libp2p.identity import Identity, identity_of
from meshnode.net.libp2p.negotiation import BoundedPipe, HungUp, NotAgreed, ask_for, offer
from meshnode.net.libp2p.session import Session
from meshnode.net.libp2p.violation import Violation
from tests.support.patience import DEADLINE
from tests.support.transports import settings_of

ALICE, BOB = (identity_of(settings_of(name).seed) for name in ("alice", "bob"))


def pipes() -> tuple[BoundedPipe, BoundedPipe]:
    """Return the two ends of a line in memory."""
    one, other = trio.testing.memory_stream_pair()

    def pipe(end: trio.abc.Stream) -> BoundedPipe:
        async def receive(_: int) -> bytes:
            return bytes(await end.receive_some(4096))

        return BoundedPipe(receive, end.send_all, budget=100_000)

    return pipe(one), pipe(other)


async def shake(dialler: Identity, listener: Identity) -> tuple[Session, Session]:
    near, far = pipes()
    sessions: dict[str, Session] = {}

    async def run(side: str, noise: _Noise) -> None:
        _, sessions[side] = await noise.run()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(run, "near", _Noise(dialler, near, listener.id))
        nursery.start_soon(run, "far", _Noise(listener, far, None))
    return sessions["near"], sessions["far"]


async def test_both_sides_can_read_each_other_afterwards() -> None:
    near, far = await shake(ALICE, BOB)
    assert list(far.open(near.seal([b"hello"]))) == [b"hello"]
    assert list(near.open(far.seal([b"and back"]))) == [b"and back"]


async def test_nothing_but_yamux_multiplexes() -> None:
    near, far = pipes()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_refuse, far, (frames.PROTOCOL,))
        with pytest.raises(NotAgreed):
            await ask_for("/mplex/6.7.0", near)
        nursery.cancel_scope.cancel()


async def _refuse(pipe: BoundedPipe, protocols: tuple[str, ...]) -> None:
    with suppress(HungUp):
        await offer(protocols, pipe)


@pytest.mark.parametrize(
    "message",
    [
        (MESSAGE_BYTES + 1).to_bytes(2, "big"),
        b"\x00\x00",
        b"\x00\x05short",
        b"\x00\x20" + bytes(32),
    ],
    ids=["too long", "empty", "short", "a key that shares no secret"],
)
async def test_a_first_message_that_is_none_is_a_violation(message: bytes) -> None:
    near, far = pipes()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(near.write, message)
        with pytest.raises(Violation), trio.fail_after(DEADLINE):
            await _Noise(BOB, far, None).run()
        nursery.cancel_scope.cancel()


def payload() -> bytes:
    """Return what Alice says about herself in a handshake."""
    return PatternXX(ALICE.id, ALICE.key, ALICE.noise_key).make_handshake_payload().serialize()


NOISE_KEY = ALICE.noise_key.get_public_key().to_bytes()
PAYLOAD = payload()


def test_a_payload_proves_who_signed_it() -> None:
    assert _identity_in(PAYLOAD, NOISE_KEY) == ALICE.id


def test_a_payload_proves_nothing_for_another_key() -> None:
    with pytest.raises(Violation):
        _identity_in(PAYLOAD, BOB.noise_key.get_public_key().to_bytes())


@given(st.binary(max_size=300))
def test_no_bytes_are_an_identity(raw: bytes) -> None:
    with pytest.raises(Violation):
        _identity_in(raw, NOISE_KEY)


@given(st.integers(0, len(PAYLOAD) - 1), st.integers(1, 255))
def test_a_changed_payload_proves_nothing_else(at: int, change: int) -> None:
    changed = bytearray(PAYLOAD)
    changed[at] ^= change
    with suppress(Violation):
        assert _identity_in(bytes(changed), NOISE_KEY) == ALICE.id


def test_noise_is_named_as_others_name_it() -> None:
    assert (NOISE, frames.PROTOCOL) == ("/noise", "/yamux/1.0.0")
