"""From a fresh connection to an authenticated, sealed session that speaks yamux.

Only Noise is offered: the library would also offer TLS, SECIO and plaintext, and with plaintext anybody who knows
somebody's public key is believed to be them. Only Ed25519 identities are accepted, which is checked before the key
is used: the library would verify an RSA signature of any length the peer likes, which takes hours for long ones.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from google.protobuf.message import DecodeError
from libp2p.crypto.keys import KeyType, PublicKey
from libp2p.crypto.x25519 import X25519PublicKey
from libp2p.peer.id import ID
from libp2p.security.noise.messages import NoiseHandshakePayload, verify_handshake_payload_sig
from libp2p.security.noise.patterns import PatternXX
from libp2p.security.noise.pb.noise_pb2 import NoiseHandshakePayload as PayloadMessage
from noise.exceptions import NoiseHandshakeError, NoiseValueError  # type: ignore[import-untyped]  # it has no types

from meshnode.net.libp2p import frames
from meshnode.net.libp2p.identity import Identity
from meshnode.net.libp2p.negotiation import BoundedPipe, ask_for, offer
from meshnode.net.libp2p.session import PREFIX_BYTES, Cipher, Session
from meshnode.net.libp2p.violation import Violation
from meshnode.net.libp2p.wire import Wire
from meshnode.net.transport import CloseReason, PeerId
from meshnode.net.turns import turn

NOISE = "/noise"
MESSAGE_BYTES = 2048
"""The longest handshake message read: an Ed25519 identity takes 200, extensions of other implementations a few more."""

BUDGET_BYTES = 16 * 1024
"""What a peer may say in its whole handshake."""

RECEIVE_BYTES = 16 * 1024


class WrongPeer(Exception):
    """Somebody else than the expected peer answered, and proved who they are."""

    def __init__(self, found: PeerId) -> None:
        self.found = found
        super().__init__(f"found {found} instead")


@dataclass(frozen=True, slots=True)
class Greeted:
    """A peer whose identity is proven, and what is needed to talk to it."""

    peer: PeerId
    session: Session
    rest: bytes
    """What arrived behind the handshake, already opened."""


async def greet(wire: Wire, own: Identity, expected: ID | None) -> Greeted:
    """Make `wire` a sealed session that speaks yamux; the side that dialled says whom it expects.

    Bound it with a deadline. Raises `WrongPeer`, `NotAgreed`, `HungUp`, `Violation`, and trio's
    `BrokenResourceError` and `ClosedResourceError`.
    """
    pipe = BoundedPipe(lambda _: wire.receive(RECEIVE_BYTES), wire.send, budget=BUDGET_BYTES)
    if expected is not None:
        await ask_for(NOISE, pipe)
    else:
        await offer((NOISE,), pipe)
    remote, session = await _Noise(own, pipe, expected).run()
    rest = await _agree_on_yamux(wire, session, pipe.rest, dialled=expected is not None)
    return Greeted(PeerId(remote.to_base58()), session, rest)


async def _agree_on_yamux(wire: Wire, session: Session, first: bytes, *, dialled: bool) -> bytes:
    """Agree on yamux inside the session and return what came behind that."""

    async def receive(_most: int) -> bytes:
        while data := await wire.receive(RECEIVE_BYTES):
            if plain := b"".join(session.open(data)):
                return plain
        return b""

    async def send(data: bytes) -> None:
        await wire.send(session.seal([data]))

    inner = BoundedPipe(receive, send, first=b"".join(session.open(first)))
    if dialled:
        await ask_for(frames.PROTOCOL, inner)
    else:
        await offer((frames.PROTOCOL,), inner)
    return inner.rest


class _Noise:
    """One run of the XX pattern: -> e; <- e, ee, s, es; -> s, se. The last two carry the identities."""

    def __init__(self, own: Identity, pipe: BoundedPipe, expected: ID | None) -> None:
        self._pipe, self._expected = pipe, expected
        self._pattern = PatternXX(own.id, own.key, own.noise_key)
        self._state = self._pattern.create_noise_state()
        if expected is not None:
            self._state.set_as_initiator()
        else:
            self._state.set_as_responder()
        self._state.start_handshake()

    async def run(self) -> tuple[ID, Session]:
        """Return who the peer is and the session with it. Who dialled stays unknown to anybody but the expected."""
        # The library forgets the handshake, and with it the peer's key, when it is over.
        handshake = self._state.noise_protocol.handshake_state
        ours = self._pattern.make_handshake_payload().serialize()
        if self._expected is not None:
            await self._write(b"")
            remote = _identity_in(await self._read(), handshake.rs.public_bytes)
            if remote != self._expected:
                raise WrongPeer(PeerId(remote.to_base58()))
            await self._write(ours)
        else:
            await self._read()
            await self._write(ours)
            remote = _identity_in(await self._read(), handshake.rs.public_bytes)
        protocol = self._state.noise_protocol
        sealing: Cipher = protocol.cipher_state_encrypt
        opening: Cipher = protocol.cipher_state_decrypt
        return remote, Session(sealing, opening)

    async def _write(self, payload: bytes) -> None:
        try:
            message = bytes(self._state.write_message(payload))
        except ValueError as error:
            raise Violation(CloseReason.MALFORMED, "a key with which no secret can be shared") from error
        await self._pipe.write(len(message).to_bytes(PREFIX_BYTES, "big") + message)

    async def _read(self) -> bytes:
        length = int.from_bytes(await self._exactly(PREFIX_BYTES), "big")
        if length > MESSAGE_BYTES:
            raise Violation(CloseReason.MALFORMED, f"a handshake message of {length} bytes")
        message = await self._exactly(length)
        await turn()  # what follows takes a millisecond
        try:
            return bytes(self._state.read_message(message))
        except (InvalidTag, NoiseHandshakeError, NoiseValueError, ValueError) as error:
            raise Violation(CloseReason.MALFORMED, "a handshake message that is no Noise") from error

    async def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            data += await self._pipe.read(count - len(data))
        return data


def _identity_in(payload: bytes, noise_key: bytes) -> ID:
    """Return who signed `noise_key` in a handshake payload; raises `Violation` unless it is properly signed."""
    try:
        key_type = PublicKey.deserialize_from_protobuf(PayloadMessage.FromString(payload).identity_key).key_type
        if key_type != KeyType.Ed25519.value:
            raise Violation(CloseReason.MALFORMED, f"an identity key of type {key_type} instead of Ed25519")
        signed = NoiseHandshakePayload.deserialize(payload)
    except (DecodeError, ValueError) as error:
        raise Violation(CloseReason.MALFORMED, "a handshake payload that cannot be read") from error
    if not verify_handshake_payload_sig(signed, X25519PublicKey.from_bytes(noise_key)):
        raise Violation(CloseReason.MALFORMED, "an identity without its key")
    return ID.from_pubkey(signed.id_pubkey)
