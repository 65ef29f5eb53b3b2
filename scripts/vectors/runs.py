"""Cases for runs, signatures and fork proofs (01-records 5 to 7)."""

import json
from pathlib import Path

from meshproto.records.encoding import encode
from meshproto.records.forks import encode_fork_proof, make_fork_proof
from meshproto.records.log import Run
from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.records.signatures import RECORD_CONTEXT, SigningKey
from scripts.vectors.cases import (
    NOON,
    Case,
    Raw,
    changed,
    key,
    log_of,
    network,
    person,
    private_part,
    record,
    seed,
    work,
)

_FOREIGN = Path(__file__).parent
_ORDER = 2**252 + 27742317777372353535851937790883648493


def cases() -> list[Case]:
    """All cases about runs."""
    return [*_chains(), *_bound_fields()]


def signature_cases() -> list[Case]:
    """All cases about the signature rule: our own, and those of two collections."""
    alice = key("alice")
    message = seed("message")
    good = alice.sign(message)
    high = (int.from_bytes(good[32:], "little") + _ORDER).to_bytes(32, "little")
    torsion = bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")
    found = [
        ("a good signature", alice.public, message, good, True),
        ("another message", alice.public, seed("other"), good, False),
        ("another key", key("bob").public, message, good, False),
        ("one bit of R changed", alice.public, message, bytes([good[0] ^ 1]) + good[1:], False),
        ("one bit of S changed", alice.public, message, good[:32] + bytes([good[32] ^ 1]) + good[33:], False),
        ("S + L instead of S", alice.public, message, good[:32] + high, False),
        ("R of order 8", alice.public, message, torsion + good[32:], False),
        ("63 bytes", alice.public, message, good[:-1], False),
        ("65 bytes", alice.public, message, good + b"\x00", False),
        ("a key of 31 bytes", alice.public[:-1], message, good, False),
        ("a key that is no point", bytes([2]) + bytes(31), message, good, False),
        ("a key of order 1", bytes([1]) + bytes(31), message, bytes([1]) + bytes(63), False),
        ("a key that is not canonical", (2**255 - 18).to_bytes(32, "little"), message, bytes([1]) + bytes(63), False),
    ]
    return [
        *(Case(name, _sign_question(k, RECORD_CONTEXT, m, s), expected=good) for name, k, m, s, good in found),
        Case("another context", _sign_question(alice.public, b"meshnode/1 hello", message, good), expected=False),
        *_speccheck(),
        *_wycheproof(),
    ]


def fork_cases() -> list[Case]:
    """All cases about fork proofs."""
    alice = person("alice")
    signer = key("alice")
    left, right = sorted((_next(alice, 1), _next(alice, 2)), key=lambda each: each.id)
    longer = [right, _after(right, signer)]
    proof = make_fork_proof(_run([left], signer), _run(longer, signer))
    halves: list[Raw] = [[left.raw], signer.sign(left.id), [right.raw], signer.sign(right.id)]
    magic = "meshnode/1 fork"
    bob = person("bob")
    third = _after(left, signer)
    bobs: list[Raw] = [[bob.raw], key("bob").sign(bob.id)]
    found: list[tuple[str, bytes, Reason | None]] = [
        ("two records of one number, the second under a later signature", encode_fork_proof(proof), None),
        ("cut short", encode_fork_proof(proof)[:-1], Reason.E_END),
        ("another magic", encode(["meshnode/1 fork2", *halves]), Reason.Z_SHAPE),
        ("four elements", encode([magic, *halves[:3]]), Reason.Z_SHAPE),
        ("a map", encode({"a": 1}), Reason.Z_SHAPE),
        ("headers that are no array", encode([magic, b"", *halves[1:]]), Reason.Z_SHAPE),
        ("a header that is a text", encode([magic, ["a"], *halves[1:]]), Reason.Z_SHAPE),
        ("a signature that is a text", encode([magic, *halves[:3], "a"]), Reason.Z_SHAPE),
        ("no header in the second half", encode([magic, *halves[:2], [], halves[3]]), Reason.L_EMPTY),
        ("a forged first half", encode([magic, halves[0], bytes(64), *halves[2:]]), Reason.S_SIG),
        ("a forged second half", encode([magic, *halves[:3], bytes(64)]), Reason.S_SIG),
        ("two people's records", encode([magic, *bobs, [alice.raw], signer.sign(alice.id)]), Reason.Z_LOG),
        ("records of two numbers", encode([magic, *halves[:2], [third.raw], signer.sign(third.id)]), Reason.Z_SEQ),
        ("the same record twice", encode([magic, *halves[:2], *halves[:2]]), Reason.Z_ORDER),
        ("the halves the other way round", encode([magic, *halves[2:], *halves[:2]]), Reason.Z_ORDER),
    ]
    return [Case(name, {"op": "forkproof", "input": raw.hex()}, reason) for name, raw, reason in found]


def _chains() -> list[Case]:
    signer, alice, bob = key("alice"), person("alice"), person("bob")
    log = log_of(signer, alice, 5)
    elsewhere = network("garden", alice)
    stray = record(signer, "checkpoint", {"engine": "x"}, scope=elsewhere.id, agent=alice.id, before=log[1])
    bobs = record(key("bob"), "checkpoint", {"engine": "x"}, scope=alice.id, agent=bob.id, before=log[1])
    rival = _next(alice, 7)
    gap = [each.raw for each in log[:2] + log[3:]]
    full = log_of(signer, alice, 513)
    found: list[tuple[str, list[bytes], bytes, Reason | None]] = [
        ("a genesis alone", [alice.raw], signer.sign(alice.id), None),
        ("five records from the genesis on", _raws(log), signer.sign(log[-1].id), None),
        ("three records from the middle of a log", _raws(log[2:]), signer.sign(log[-1].id), None),
        ("512 records", _raws(full[:512]), signer.sign(full[511].id), None),
        ("no record", [], signer.sign(alice.id), Reason.L_EMPTY),
        ("513 records", _raws(full), signer.sign(full[512].id), Reason.L_SIZE),
        ("a header that is refused", [alice.raw[:-1]], signer.sign(alice.id), Reason.E_END),
        ("a second header that is refused", [alice.raw, b"\x80"], signer.sign(alice.id), Reason.H_SHAPE),
        ("a second record of another scope", _raws([*log[:2], stray]), signer.sign(stray.id), Reason.L_LOG),
        ("a second record of another key", _raws([*log[:2], bobs]), key("bob").sign(bobs.id), Reason.L_LOG),
        ("two geneses", [alice.raw, alice.raw], signer.sign(alice.id), Reason.L_LOG),
        ("a record left out", gap, signer.sign(log[-1].id), Reason.L_SEQ),
        ("a record twice", _raws([*log[:2], log[1]]), signer.sign(log[1].id), Reason.L_SEQ),
        ("a record that follows a rival", _raws([alice, rival, log[2]]), signer.sign(log[2].id), Reason.L_PREV),
        ("the signature of the record before", _raws(log), signer.sign(log[3].id), Reason.S_SIG),
        ("the signature of another key", _raws(log), key("bob").sign(log[-1].id), Reason.S_SIG),
        ("a signature on the log's name, not on the id", _raws(log), signer.sign(log[-1].log), Reason.S_SIG),
        ("no signature", _raws(log), b"", Reason.S_SIG),
        (
            "a signature made for something else",
            _raws(log),
            signer.sign_bytes(b"meshnode/1 hello", log[-1].id),
            Reason.S_SIG,
        ),
    ]
    return [Case(name, _run_question(headers, sig), reason) for name, headers, sig, reason in found]


def _bound_fields() -> list[Case]:
    """P11: a signature holds for exactly one scope, key, place, author and content."""
    alice, bob, signer = person("alice"), person("bob"), key("alice")
    signed = record(
        signer,
        "contribution",
        work(),
        before=alice,
        scope=alice.id,
        agent=alice.id,
        deps=(seed("dep"),),
        private=private_part("bound"),
    )
    signature = signer.sign(signed.id)
    mutations: list[tuple[str, dict[int, Raw]]] = [
        ("scope", {1: bob.id}),
        ("key", {2: key("bob").public}),
        ("seq", {3: 3}),
        ("prev", {4: bob.id}),
        ("deps", {5: [seed("another dep")]}),
        ("deps left out", {5: []}),
        ("at", {6: NOON + 1}),
        ("type", {7: "recognition"}),
        ("agent", {8: bob.id}),
        ("auth", {9: [seed("grant")]}),
        ("facts", {10: work(91)}),
        ("the private part's digest", {11: [seed("digest"), signed.private[1] if signed.private else 0]}),
        ("the private part left out", {11: None}),
    ]
    return [
        Case(f"a signature moved: another {name}", _run_question([changed(new, signed.raw)], signature), Reason.S_SIG)
        for name, new in mutations
    ]


def _speccheck() -> list[Case]:
    """The cases of novifinancial/ed25519-speccheck, all of which are refused."""
    return [
        Case(f"ed25519-speccheck {number}", _foreign_question(each), expected=False)
        for number, each in enumerate(_read("speccheck"))
    ]


def _wycheproof() -> list[Case]:
    """The cases of C2SP/wycheproof, testvectors_v1/ed25519_test.json."""
    return [
        Case(f"wycheproof {each['number']}: {each['comment']}", _foreign_question(each), expected=each["valid"])
        for each in _read("wycheproof")
    ]


def _read(name: str) -> list[dict[str, Raw]]:
    found: list[dict[str, Raw]] = json.loads((_FOREIGN / f"{name}.json").read_text(encoding="ascii"))
    return found


def _foreign_question(case: dict[str, Raw]) -> dict[str, object]:
    parts = {"key": case["pub_key"], "message": case["message"], "signature": case["signature"]}
    return {"op": "signature", "context": "", **parts}


def _next(alice: Record, minutes: int) -> Record:
    return record(key("alice"), "contribution", work(minutes), before=alice, scope=alice.id, agent=alice.id)


def _after(before: Record, signer: SigningKey) -> Record:
    return record(signer, "contribution", work(), before=before, scope=before.scope, agent=before.agent)


def _run(records: list[Record], signer: SigningKey) -> Run:
    return Run(tuple(records), signer.sign(records[-1].id))


def _raws(records: list[Record]) -> list[bytes]:
    return [each.raw for each in records]


def _run_question(headers: list[bytes], signature: bytes) -> dict[str, object]:
    return {"op": "run", "headers": [each.hex() for each in headers], "signature": signature.hex()}


def _sign_question(public: bytes, context: bytes, message: bytes, signature: bytes) -> dict[str, object]:
    parts = {"key": public, "context": context, "message": message, "signature": signature}
    return {"op": "signature", **{name: each.hex() for name, each in parts.items()}}
