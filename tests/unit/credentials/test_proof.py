"""Proofs by eddsa-jcs-2022: the vectors of the W3C hold, and nothing that was changed does."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from meshnode.credentials.keys import key_of, method_of, read_multibase, write_multibase
from meshnode.credentials.proof import ASSERTS, ProofRefused, canonical, check, hash_data, sign
from meshproto.records.signatures import SigningKey

VECTORS = Path(__file__).parents[2] / "data" / "vc-di-eddsa"
NOW = datetime(2026, 3, 9, tzinfo=UTC)
KEY = SigningKey(b"k" * 32)


def vector(name: str) -> Any:
    return json.loads((VECTORS / name).read_text())


def text(name: str) -> str:
    return (VECTORS / name).read_text().strip()


def test_the_canonical_forms_and_digests_are_those_of_the_vectors() -> None:
    document, config = vector("unsigned.json"), vector("proofConfigJCS.json")
    assert canonical(document).decode() == text("canonDocJCS.txt")
    assert canonical(config).decode() == text("proofCanonJCS.txt")
    assert hash_data(document, config).hex() == text("combinedHashJCS.txt")
    assert text("combinedHashJCS.txt") == text("proofHashJCS.txt") + text("docHashJCS.txt")


def test_the_signed_document_of_the_vectors_verifies() -> None:
    (proven,) = check(vector("signedJCS.json"), NOW)
    assert (proven.method, proven.purpose) == (vector("proofConfigJCS.json")["verificationMethod"], ASSERTS)
    assert read_multibase(text("sigBTC58JCS.txt")).hex() == text("sigHexJCS.txt")


def test_signing_gives_the_very_document_of_the_vectors() -> None:
    pair, config = vector("keyPair.json"), vector("proofConfigJCS.json")
    secret = read_multibase(pair["privateKeyMultibase"])
    key = SigningKey(secret[2:])
    assert write_multibase(b"\xed\x01" + key.public) == pair["publicKeyMultibase"]
    assert sign(vector("unsigned.json"), key, config["proofPurpose"], config["created"]) == vector("signedJCS.json")


def signed(**more: Any) -> Any:
    return sign({"@context": ["a", "b"], "name": "Ana", "n": 1.5, **more}, KEY, ASSERTS, "2026-01-01T00:00:00Z")


def with_proof(document: Any, **changed: Any) -> Any:
    return {**document, "proof": {**document["proof"], **changed}}


def test_what_was_signed_verifies_and_says_by_whom() -> None:
    (proven,) = check(signed(), NOW)
    assert (proven.method, key_of(proven.method)) == (method_of(KEY.public), KEY.public)
    assert (proven.did, proven.challenge) == (proven.method.partition("#")[0], "")


def test_two_proofs_are_both_checked() -> None:
    one = signed()
    other = sign({"@context": ["a", "b"], "name": "Ana", "n": 1.5}, SigningKey(b"o" * 32), ASSERTS, "x")["proof"]
    both = {**one, "proof": [one["proof"], other]}
    assert len(check(both, NOW)) == 2
    with pytest.raises(ProofRefused, match="does not hold"):
        check({**both, "proof": [one["proof"], {**one["proof"], "created": "y"}]}, NOW)


def test_a_context_may_be_added_behind_what_was_signed_and_nowhere_else() -> None:
    document = signed()
    assert check({**document, "@context": ["a", "b", "c"]}, NOW)
    for context in (["b", "a"], ["a"], ["c", "a", "b"], "a", None):
        with pytest.raises(ProofRefused, match="context"):
            check({**document, "@context": context}, NOW)


CHANGES: list[tuple[Callable[[Any], Any], str]] = [
    (lambda it: {**it, "name": "Eva"}, "does not hold"),
    (lambda it: {**it, "n": 1.25}, "does not hold"),
    (lambda it: {**it, "more": 1}, "does not hold"),
    (lambda it: {name: value for name, value in it.items() if name != "n"}, "does not hold"),
    (lambda it: with_proof(it, created="2026-01-02T00:00:00Z"), "does not hold"),
    (lambda it: with_proof(it, proofPurpose="authentication"), "does not hold"),
    (lambda it: with_proof(it, challenge="x"), "does not hold"),
    (lambda it: with_proof(it, verificationMethod=method_of(SigningKey(b"o" * 32).public)), "does not hold"),
    (lambda it: with_proof(it, verificationMethod="https://vc.example/#key"), "cannot be read"),
    (lambda it: with_proof(it, proofValue="z"), "does not hold"),
    (lambda it: with_proof(it, proofValue="uAAAA"), "cannot be read"),
    (lambda it: with_proof(it, proofValue=7), "cannot be read"),
    (lambda it: with_proof(it, cryptosuite="eddsa-rdfc-2022"), "another kind"),
    (lambda it: with_proof(it, type="Ed25519Signature2020"), "another kind"),
    (lambda it: with_proof(it, previousProof="urn:x"), "chain"),
    (lambda it: {**it, "proof": "x"}, "not an object"),
    (lambda it: {**it, "proof": []}, "no proof"),
    (lambda it: {**it, "proof": None}, "no proof"),
    (lambda it: {**it, "proof": [it["proof"]] * 17}, "more than 16"),
    (lambda it: {**it, "n": 2**60}, "canonical form"),
    (lambda it: {**it, "name": "\ud800"}, "canonical form"),
]


@pytest.mark.parametrize(("change", "why"), CHANGES)
def test_whatever_is_changed_is_refused(change: Callable[[Any], Any], why: str) -> None:
    with pytest.raises(ProofRefused, match=why):
        check(change(signed()), NOW)


@pytest.mark.parametrize(
    ("expires", "holds"), [("2026-03-10T00:00:00Z", True), ("2026-03-08T00:00:00Z", False), ("soon", False)]
)
def test_a_proof_ends_when_it_says(expires: str, holds: bool) -> None:
    document = sign({"a": 1}, KEY, ASSERTS, "x", expires=expires)
    if holds:
        assert check(document, NOW)
        return
    with pytest.raises(ProofRefused):
        check(document, NOW)
