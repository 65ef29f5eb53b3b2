"""Runs, fork proofs and bundles that are nearly right, signed again after each change so that deep checks see them."""

import hashlib
import random
from collections.abc import Sequence

from tests.support.mutants.encoding import Value, encode
from tests.support.mutants.keys import NAMES, RECORD, key_of, record_signature, spoilt
from tests.support.mutants.meshes import Made, Mesh
from tests.support.mutants.values import any_bin, any_value, bitten, mutated

SLIPS = 0.004
"""How often a head of an encoding is written otherwise, where slips are made at all."""

Run = tuple[list[bytes], bytes]


def header_of(fields: Value, chance: random.Random) -> bytes:
    """A header as bytes, now and then sloppily."""
    return encode(fields, chance, SLIPS if chance.random() < 0.1 else 0)


def great_header(record: Made, chance: random.Random) -> bytes:
    """A header about as long as it may be, or with facts about as long as they may be."""
    fields = list(record.fields)
    fields[10] = {"a": bytes(64 * 1024 - 8 + chance.choice((-1, 0, 1, 2, 3, 2000, 4000)))}
    fields[5] = [*sorted(chance.randbytes(32) for _ in range(chance.choice((0, 32))))]
    fields[9] = [bytes(32)] * chance.choice((0, 16))
    return encode(fields)


def long_run(record: Made, chance: random.Random) -> Run:
    """About as many records as a run may have."""
    scope, key, seq = record.home, record.key, record.seq
    before, headers = record.id, []
    for _ in range(chance.choice((511, 512, 512, 513))):
        seq += 1
        headers.append(encode([1, scope, key, seq, before, [], 7, "later", scope, [], {}, None]))
        before = hashlib.sha256(headers[-1]).digest()
    return headers, record_signature(key, before, chance)


def changed_header(record: Made, chance: random.Random, ids: Sequence[bytes] = ()) -> tuple[Value, bytes]:
    """A header with one field changed, as a value and as bytes."""
    fields = mutated(record.fields, chance, ids)
    return fields, header_of(fields, chance)


def run_of(log: Sequence[Made], chance: random.Random, trouble: float) -> Run:
    """Some records of a log that follow each other, under one signature; with trouble, something is changed."""
    start = chance.randrange(len(log))
    records = list(log[start : start + chance.choice((1, 2, 3, 5))])
    headers, last_key = [record.header for record in records], records[-1].key
    if chance.random() < trouble:
        return _changed_run(records, chance)
    return headers, record_signature(last_key, hashlib.sha256(headers[-1]).digest(), chance)


def _changed_run(records: list[Made], chance: random.Random) -> Run:
    chains = chance.random() < 0.7
    fields_of = [list(record.fields) for record in records]
    victim = chance.randrange(len(records))
    encoded: list[bytes] = []
    for index, fields in enumerate(fields_of):
        if chains and encoded:
            fields[4] = hashlib.sha256(encoded[-1]).digest()
        changed = mutated(fields, chance, [record.id for record in records]) if index == victim else fields
        encoded.append(header_of(changed, chance) if index == victim else encode(changed))
    if chance.random() < 0.15:
        at = chance.randrange(len(encoded))
        encoded = chance.choice((encoded[:at] + encoded[at + 1 :], [*encoded, encoded[at]], encoded[::-1]))
    if not encoded:
        return [], bytes(64)
    if chance.random() < 0.05:
        encoded[-1] = bitten(encoded[-1], chance)
    id_ = hashlib.sha256(encoded[-1]).digest()
    signature = record_signature(records[-1].key, id_, chance)
    if chance.random() < 0.15:
        signature = chance.choice(
            (spoilt(signature, chance), key_of("bob").sign(RECORD + id_), key_of("alice").sign(id_))
        )
    return encoded, signature


def logs_of(mesh: Mesh) -> list[list[Made]]:
    """The records of each key in each scope, in the order of writing."""
    logs: dict[tuple[bytes, bytes], list[Made]] = {}
    for record in mesh.made:
        logs.setdefault((record.home, record.key), []).append(record)
    return list(logs.values())


def fork_proof(mesh: Mesh, chance: random.Random) -> bytes:
    """Two rival runs, mostly of one log and number, mostly in their order."""
    record = chance.choice([each for each in mesh.made if each.seq > 1 or chance.random() < 0.1] or mesh.made)
    rival = list(record.fields)
    rival[6] = chance.randrange(2**41)
    if chance.random() < 0.15:
        rival = list(chance.choice(mesh.made).fields)
    halves = sorted((_half(each, chance) for each in (record.fields, rival)), key=_first_id)
    if chance.random() < 0.1:
        halves.reverse()
    proof: Value = ["meshnode/1 fork", [*halves[0][0]], halves[0][1], [*halves[1][0]], halves[1][1]]
    if chance.random() < 0.25:
        proof = mutated(proof, chance)
    data = encode(proof, chance, SLIPS if chance.random() < 0.1 else 0)
    return bitten(data, chance) if chance.random() < 0.15 else data


def _half(fields: list[Value], chance: random.Random) -> Run:
    first = encode(mutated(fields, chance) if chance.random() < 0.1 else fields)
    headers = [first]
    seq = fields[3]
    while chance.random() < 0.3 and isinstance(seq, int):
        seq += 1
        later = [1, fields[1] or hashlib.sha256(first).digest(), fields[2], seq, hashlib.sha256(headers[-1]).digest()]
        headers.append(encode([*later, [], 7, "later", fields[8] or hashlib.sha256(first).digest(), [], {}, None]))
    signature = record_signature(fields[2], hashlib.sha256(headers[-1]).digest(), chance)
    return headers, spoilt(signature, chance) if chance.random() < 0.05 else signature


def _first_id(half: Run) -> bytes:
    return hashlib.sha256(half[0][0]).digest()


def bundle(mesh: Mesh, chance: random.Random) -> bytes:
    """A bundle of a mesh; mostly some frames are changed, moved or wrong, and mostly the end agrees with that."""
    frames: list[Value] = [["head", 1, 1763726400000, [record.id for record in mesh.made if record.home == record.id]]]
    frames += [frame for log in logs_of(mesh) for frame in _frames_of_log(log, chance)]
    ids = mesh.ids
    for _ in range(chance.choice((0, 0, 1, 1, 2))):
        _change_frames(frames, chance, ids)
    data = b"meshnode/1 bundle\n"
    for frame in frames:
        content = encode(frame, chance, SLIPS if chance.random() < 0.03 else 0)
        data += len(content).to_bytes(4, "big") + content
    end = _end(frames, data)
    content = encode(mutated(end, chance) if chance.random() < 0.15 else end)
    data += len(content).to_bytes(4, "big") + content
    return bitten(data, chance) if chance.random() < 0.2 else data


def _frames_of_log(log: list[Made], chance: random.Random) -> list[Value]:
    pieces: list[list[Value]] = []
    while log:
        length = chance.choice((1, 2, 3, 8))
        pieces.append(_frames_of_run(log[:length], chance))
        log = log[length:]
    if len(pieces) > 1 and chance.random() < 0.03:
        at = chance.randrange(len(pieces) - 1)
        pieces[at : at + 2] = pieces[at + 1], pieces[at]
    return [frame for piece in pieces for frame in piece]


def _frames_of_run(records: list[Made], chance: random.Random) -> list[Value]:
    frames: list[Value] = []
    if chance.random() < 0.05:
        frames.append(_misplaced(records[0], chance))
    id_ = records[-1].id
    frames.append(["run", [record.header for record in records], record_signature(records[-1].key, id_, chance)])
    erased: list[Value] = []
    for record in records:
        if record.private is not None and chance.random() < 0.6:
            frames.append(["private", record.id, record.private])
        elif record.private is not None and chance.random() < 0.5:
            erased.append(record.id)
    if erased:
        frames.append(["erased", erased])
    return frames


def _misplaced(record: Made, chance: random.Random) -> Value:
    """A run that is right by itself, but does not continue the log that it says it continues."""
    fields = list(record.fields)
    fields[3] = record.seq + chance.choice((0, 1, 7))
    if chance.random() < 0.3:
        fields[2] = key_of(chance.choice(NAMES)).public
    header = encode(fields)
    return ["run", [header], record_signature(fields[2], hashlib.sha256(header).digest(), chance)]


def _change_frames(frames: list[Value], chance: random.Random, ids: Sequence[bytes]) -> None:
    at = chance.randrange(len(frames))
    match chance.randrange(8):
        case 0:
            del frames[at]
            frames.append(["erased", []]) if not frames else None
        case 1:
            frames.insert(chance.randrange(len(frames) + 1), frames[at])
        case 2:
            other = chance.randrange(len(frames))
            frames[at], frames[other] = frames[other], frames[at]
        case 3:
            id_ = any_bin(chance, ids)
            strange: tuple[Value, ...] = (["erased", [id_]], ["private", id_, b""], ["x"])
            frames.insert(at, chance.choice(strange))
        case 4:
            frames.insert(at, any_value(chance, ids))
        case _:
            frames[at] = mutated(frames[at], chance, ids)


def _end(frames: list[Value], data: bytes) -> Value:
    kinds = [frame[0] if isinstance(frame, list) and frame else None for frame in frames]
    ids: list[bytes] = []
    for frame in frames:
        if isinstance(frame, list) and frame[:1] == ["run"] and len(frame) > 1 and isinstance(frame[1], list):
            ids += [hashlib.sha256(header).digest() for header in frame[1] if isinstance(header, bytes)]
    root = _root([hashlib.sha256(b"\x00" + id_).digest() for id_ in sorted(ids)])
    return ["end", kinds.count("run"), len(ids), kinds.count("private"), root, hashlib.sha256(data).digest()]


def _root(leaves: list[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    left = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + _root(leaves[:left]) + _root(leaves[left:])).digest()
