"""What binds words to one session: its transcript, the proof of who speaks, tags of scopes, proofs of holding."""

from collections.abc import Iterable
from hashlib import sha256
from hmac import digest as hmac_digest

from meshproto.records.encoding import encode
from meshproto.records.signatures import SigningKey, verify_bytes
from meshproto.wire.limits import NAME_SIZE

DIALLER, ANSWERER = b"\x00", b"\x01"
"""The two roles, as they enter proofs and tags."""

HELLO_CONTEXT = b"meshnode/1 hello\n"
"""What stands before the bytes that the proof of a session signs."""

TAG_CONTEXT = b"meshnode/1 tag\n"
"""What stands before the bytes that a tag is made of."""


KNOCK_CONTEXT = b"meshnode/1 knock\n"
"""What stands before the bytes that who holds an invitation signs with its key."""

DOOR_CONTEXT = b"meshnode/1 door\n"
"""What stands before the bytes that the tag of an invitation is made of."""

REGAIN_CONTEXT = b"meshnode/1 regain\n"
"""What stands before the bytes that a recovery key signs to come back to its agent's networks."""

SEED_CONTEXT = b"meshnode/1 invitation\n"
"""What stands before the secret of an invitation to make the seed of its key."""


def transcript(dialler: str, answerer: str, dialler_nonce: bytes, answerer_nonce: bytes) -> bytes:
    """What both sides know of this session and of no other, 32 bytes."""
    return sha256(encode([dialler, answerer, dialler_nonce, answerer_nonce])).digest()


def sign_hello(key: SigningKey, session: bytes, role: bytes, agent: bytes) -> bytes:
    """Prove that `key` speaks for `agent` in the session with this transcript."""
    return key.sign_bytes(HELLO_CONTEXT, session + role + agent)


def is_hello(key: bytes, session: bytes, role: bytes, agent: bytes, signature: bytes) -> bool:
    """Whether that is the proof of the side with this role."""
    return verify_bytes(key, HELLO_CONTEXT, session + role + agent, signature)


def tag(scope: bytes, session: bytes, role: bytes) -> bytes:
    """What a side shows to say that it shares a scope; tells nothing to who does not know the scope."""
    return hmac_digest(scope, TAG_CONTEXT + session + role, "sha256")


def name_of(scope: bytes, session: bytes) -> bytes:
    """How both sides name a shared scope in this session."""
    return tag(scope, session, DIALLER)[:NAME_SIZE]


def invitation_key(secret: bytes) -> SigningKey:
    """The key of an invitation, made from the 16 bytes that are passed on outside the mesh."""
    return SigningKey.from_seed(sha256(SEED_CONTEXT + secret).digest())


def door_tag(key: bytes, session: bytes, role: bytes) -> bytes:
    """What a side shows to say that it knows an invitation; tells nothing to who does not know its public key."""
    return hmac_digest(key, DOOR_CONTEXT + session + role, "sha256")


def sign_knock(key: SigningKey, session: bytes, role: bytes, agent: bytes) -> bytes:
    """Prove in the session with this transcript that `agent` holds the secret of an invitation."""
    return key.sign_bytes(KNOCK_CONTEXT, session + role + agent)


def is_knock(key: bytes, session: bytes, role: bytes, agent: bytes, signature: bytes) -> bool:
    """Whether that is such a proof, by the side with this role."""
    return verify_bytes(key, KNOCK_CONTEXT, session + role + agent, signature)


def sign_regain(key: SigningKey, session: bytes, role: bytes, agent: bytes, line: bytes) -> bytes:
    """Prove in the session with this transcript to hold a recovery key of `agent`; `line` is the key of the line."""
    return key.sign_bytes(REGAIN_CONTEXT, session + role + agent + line)


def is_regain(key: bytes, session: bytes, role: bytes, agent: bytes, line: bytes, signature: bytes) -> bool:
    """Whether that is such a proof, by the side with this role."""
    return verify_bytes(key, REGAIN_CONTEXT, session + role + agent + line, signature)


def holding_proof(nonce: bytes, headers: Iterable[bytes]) -> bytes:
    """What shows that these headers are at hand now."""
    return sha256(nonce + b"".join(headers)).digest()
