"""Data integrity proofs with the suite `eddsa-jcs-2022` of the W3C: signing JSON documents, and checking such proofs.

What is signed are two SHA-256 in a row: of the proof without its value, and of the document without its proof, each in
the canonical form of RFC 8785. https://www.w3.org/TR/vc-di-eddsa/#eddsa-jcs-2022
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple, TypeAlias

import rfc8785

from meshnode.credentials.keys import BadMultibase, key_of, method_of, read_multibase, write_multibase
from meshproto.records.signatures import SigningKey, verify_bytes

Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | int | float | bool | None"
Document: TypeAlias = Mapping[str, Json]

SUITE = "eddsa-jcs-2022"
TYPE = "DataIntegrityProof"
ASSERTS, AUTHENTICATES = "assertionMethod", "authentication"
MOST_PROOFS = 16
"""Proofs on one document; each costs its whole length."""
_NO_CONTEXT = b""
"""What a signature covers begins with two digests, which nobody can make begin as what our other signatures cover."""


class ProofRefused(Exception):
    """A document bears no proof, or one that does not hold."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Proven(NamedTuple):
    """A proof that holds."""

    method: str
    """The key, as did:key names it."""
    created: str
    purpose: str
    challenge: str
    domain: str

    @property
    def did(self) -> str:
        """Whoever holds the key."""
        return self.method.partition("#")[0]


def sign(document: Document, key: SigningKey, purpose: str, created: str, **asked: str) -> dict[str, Json]:
    """The document with a proof by this key; `asked` is the `challenge` and `domain` of whoever wants to see it.

    Raises ProofRefused for what has no canonical form.
    """
    proof: dict[str, Json] = {
        "type": TYPE,
        "cryptosuite": SUITE,
        "created": created,
        "verificationMethod": method_of(key.public),
        "proofPurpose": purpose,
        **asked,
    }
    if "@context" in document:
        proof["@context"] = document["@context"]
    signature = key.sign_bytes(_NO_CONTEXT, hash_data(document, proof))
    return {**document, "proof": {**proof, "proofValue": write_multibase(signature)}}


def check(document: Document, now: datetime) -> tuple[Proven, ...]:
    """All proofs of a document, of which each must hold. Raises ProofRefused."""
    proofs = document.get("proof")
    listed = proofs if isinstance(proofs, list) else [] if proofs is None else [proofs]
    if not 1 <= len(listed) <= MOST_PROOFS:
        raise ProofRefused("it bears no proof" if not listed else f"it bears more than {MOST_PROOFS} proofs")
    bare = {name: value for name, value in document.items() if name != "proof"}
    return tuple(_check(bare, each, now) for each in listed)


def hash_data(document: Document, proof: Document) -> bytes:
    """What is signed: 64 bytes. Raises ProofRefused for what has no canonical form."""
    return sha256(canonical(proof)).digest() + sha256(canonical(document)).digest()


def canonical(value: Json) -> bytes:
    """The canonical form of RFC 8785. Raises ProofRefused for a number or text that has none."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise ProofRefused(f"it has no canonical form: {error}") from None


def _check(bare: Document, proof: Json, now: datetime) -> Proven:
    if not isinstance(proof, Mapping):
        raise ProofRefused("its proof is not an object")
    told = {name: value for name, value in proof.items() if isinstance(value, str)}
    if told.get("type") != TYPE or told.get("cryptosuite") != SUITE:
        raise ProofRefused(f"its proof is of another kind than {SUITE}")
    if "previousProof" in proof:
        raise ProofRefused("its proofs build a chain, which is not understood here")
    if "@context" in proof:
        bare = {**bare, "@context": _begun_by(bare.get("@context"), proof["@context"])}
    config = {name: value for name, value in proof.items() if name != "proofValue"}
    try:
        key = key_of(told.get("verificationMethod", ""))
        signature = read_multibase(told.get("proofValue", ""))
    except BadMultibase as error:
        raise ProofRefused(f"its proof cannot be read: {error}") from None
    if not verify_bytes(key, _NO_CONTEXT, hash_data(bare, config), signature):
        raise ProofRefused("its signature does not hold: the document or the proof was changed")
    created, expires = told.get("created", ""), told.get("expires", "")
    if (expires or "expires" in proof) and moment(expires) <= now:
        raise ProofRefused(f"its proof has expired: {expires}")
    purpose = told.get("proofPurpose", "")
    return Proven(told["verificationMethod"], created, purpose, told.get("challenge", ""), told.get("domain", ""))


def _begun_by(context: Json, signed: Json) -> Json:
    """The context that was signed, if that of the document begins with it. Raises ProofRefused."""
    whole, begun = (value if isinstance(value, list) else [value] for value in (context, signed))
    if whole[: len(begun)] != begun:
        raise ProofRefused("its context is another one than what was signed")
    return signed


def moment(text: str) -> datetime:
    """A moment as XML Schema writes it, with its zone. Raises ProofRefused."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ProofRefused(f"{text!r} is no moment with a time zone")
    return found
