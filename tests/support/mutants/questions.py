"""Questions of the pipe (07-pipe) about inputs that are right, nearly right and wrong."""

import hashlib
import random
from collections.abc import Callable, Mapping

from tests.support.mutants.encoding import encode
from tests.support.mutants.files import bundle, changed_header, fork_proof, great_header, logs_of, long_run, run_of
from tests.support.mutants.keys import NAMES, crafted, key_of, odd_key, spoilt
from tests.support.mutants.meshes import Made, Mesh
from tests.support.mutants.values import any_value, bitten, mutated, nested

Question = dict[str, object]

QUESTIONS_PER_MESH = 60
"""How many questions are asked about one mesh: writing one takes longer than changing it."""


RARELY = 0.005
"""How often an input is as great as it may be, where that takes long."""


class Questioner:
    """Asks one question after the other, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.mesh = Mesh(self.chance)
        self.left = 0

    def next(self) -> Question:
        """The next question."""
        if self.left == 0:
            self.mesh = Mesh(self.chance, self.chance.choice((0.02, 0.1, 0.2))).grow(self.chance.choice((4, 10, 20)))
            self.left = QUESTIONS_PER_MESH
        self.left -= 1
        (op,) = self.chance.choices(tuple(OFTEN), tuple(OFTEN.values()))
        return {"op": op, **_ASKED[op](self.mesh, self.chance)}


OFTEN: Mapping[str, int] = {
    "value": 20,
    "header": 18,
    "run": 14,
    "private": 5,
    "forkproof": 6,
    "bundle": 10,
    "signature": 4,
    "facts": 15,
    "fold": 8,
}
"""How often each kind of question is asked, of a hundred."""


def _value(mesh: Mesh, chance: random.Random) -> Question:
    value = chance.choice((any_value(chance), mutated(chance.choice(mesh.made).fields, chance), nested(chance)))
    data = encode(value, chance, chance.choice((0, 0.02, 0.1)))
    if chance.random() < 0.4:
        data = bitten(data, chance)
    return {"input": data.hex(), "text": chance.choice(("ascii", "utf8")), "nil": chance.random() < 0.5}


def _header(mesh: Mesh, chance: random.Random) -> Question:
    record = chance.choice(mesh.made)
    if chance.random() < RARELY:
        return {"input": great_header(record, chance).hex()}
    data = changed_header(record, chance, mesh.ids)[1] if chance.random() < 0.8 else record.header
    return {"input": (bitten(data, chance) if chance.random() < 0.2 else data).hex()}


def _run(mesh: Mesh, chance: random.Random) -> Question:
    rare = chance.random() < RARELY
    headers, signature = long_run(mesh.made[-1], chance) if rare else run_of(chance.choice(logs_of(mesh)), chance, 0.85)
    return {"headers": [header.hex() for header in headers], "signature": signature.hex()}


def _private(mesh: Mesh, chance: random.Random) -> Question:
    record = chance.choice([each for each in mesh.made if each.private is not None] or mesh.made)
    data = record.private if record.private is not None else mesh.private()
    if chance.random() < 0.7:
        data = (
            bitten(data, chance) if chance.random() < 0.5 else encode(mutated(any_value(chance), chance), chance, 0.02)
        )
    header = record.header
    if chance.random() < 0.85:
        header = encode([*record.fields[:11], [hashlib.sha256(data).digest(), max(1, len(data))]])
    return {"header": header.hex(), "input": data.hex()}


def _forkproof(mesh: Mesh, chance: random.Random) -> Question:
    return {"input": fork_proof(mesh, chance).hex()}


def _bundle(mesh: Mesh, chance: random.Random) -> Question:
    return {"input": bundle(mesh, chance).hex()}


def _signature(mesh: Mesh, chance: random.Random) -> Question:
    key, message = key_of(chance.choice(NAMES)), chance.randbytes(chance.choice((0, 32, 100)))
    context = chance.choice((b"", b"meshnode/1 record\n"))
    signature = key.sign(context + message)
    if chance.random() < 0.25:
        made = crafted(context, chance)
        return _asked_about(made.key, context, made.message, made.signature)
    if chance.random() < 0.7:
        signature = spoilt(signature, chance)
    public = odd_key(chance) if chance.random() < 0.3 else key.public
    return _asked_about(public, context, message, signature)


def _asked_about(key: bytes, context: bytes, message: bytes, signature: bytes) -> Question:
    return {"key": key.hex(), "context": context.hex(), "message": message.hex(), "signature": signature.hex()}


def _facts(mesh: Mesh, chance: random.Random) -> Question:
    fields = list(chance.choice(mesh.made).fields)
    for _ in range(chance.choice((0, 1, 1, 2))):
        fields[10] = mutated(fields[10], chance, mesh.ids)
    if chance.random() < 0.1:
        fields[7] = chance.choice(mesh.made).fields[7]
    return {"input": encode(fields).hex()}


def _fold(mesh: Mesh, chance: random.Random) -> Question:
    made: list[Made] = Mesh(chance, chance.choice((0.0, 0.03, 0.1, 0.2))).grow(chance.choice((3, 8, 15, 25))).made
    headers = [record.header for record in made]
    if chance.random() < 0.3:
        headers = chance.sample(headers, max(1, len(headers) - chance.choice((1, 1, 2, 5))))
    if chance.random() < 0.5:
        chance.shuffle(headers)
    if chance.random() < 0.1:
        headers.append(chance.choice(headers))
    if chance.random() < 0.02:
        headers.append(_rival(chance.choice(made), chance))
    return {"headers": [header.hex() for header in headers]}


def _rival(record: Made, chance: random.Random) -> bytes:
    """Another record in that place of its log, or something that is no record at all."""
    place, rest = record.fields[:5], mutated(record.fields[5:], chance)
    return encode([*place, *rest] if isinstance(rest, list) else rest)


_ASKED: Mapping[str, Callable[[Mesh, random.Random], Question]] = {
    "value": _value,
    "header": _header,
    "run": _run,
    "private": _private,
    "forkproof": _forkproof,
    "bundle": _bundle,
    "signature": _signature,
    "facts": _facts,
    "fold": _fold,
}
