"""Questions of the pipe (07-pipe) about who may act for whom: stories of liars, and records that are nearly those."""

import random
from collections.abc import Mapping
from typing import cast

from meshproto.records.encoding import decode
from meshproto.records.reasons import Refused
from meshproto.records.record import Record, read_header
from tests.support.byzantine.acts import schedule
from tests.support.byzantine.scene import Scene
from tests.support.mutants.encoding import Value, encode
from tests.support.mutants.values import mutated

Question = dict[str, object]

ACTS = 60
VARIANTS = 40
FACTS = 200

_DEPS, _AT, _AGENT, _AUTH, _FACTS = 5, 6, 8, 9, 10


def story(seed: int) -> list[Question]:
    """What to ask about one story, the same for the same seed: its fold, and the facts of nearly its records."""
    chance = random.Random(seed)
    scene = Scene(chance, lie=chance.choice((0.1, 0.3, 0.6)), mess=chance.choice((0.02, 0.06, 0.2)))
    records = schedule(scene, ACTS)
    more = [_read(_changed(chance.choice(records), records, chance)) for _ in range(VARIANTS)]
    told = list({each.id: each for each in [*records, *more] if each is not None}.values())
    chance.shuffle(told)
    if chance.random() < 0.2:
        told = told[3:]
    return [_fold(told), *(_facts(chance.choice(records), records, chance) for _ in range(FACTS))]


def _fold(records: list[Record]) -> Question:
    return {"op": "fold", "headers": [each.raw.hex() for each in records]}


def _facts(record: Record, records: list[Record], chance: random.Random) -> Question:
    fields = _fields(record)
    for _ in range(chance.choice((0, 1, 1, 2))):
        fields[_FACTS] = mutated(fields[_FACTS], chance, [each.id for each in records])
    return {"op": "facts", "input": encode(fields).hex()}


def _changed(record: Record, records: list[Record], chance: random.Random) -> bytes:
    """A rival of a record: the same in the same place of its log, but for one thing."""
    fields, ids = _fields(record), [each.id for each in records]
    changes: Mapping[int, Value] = {
        _FACTS: mutated(fields[_FACTS], chance, ids),
        _AUTH: [
            *chance.choice(([*record.auth, chance.choice(ids)][:16], chance.sample(record.auth, len(record.auth))))
        ],
        _AGENT: chance.choice(records).agent,
        _DEPS: [*sorted(chance.sample(record.deps, chance.randint(0, len(record.deps))))],
        _AT: record.at + chance.randint(1, 9),
    }
    place = _FACTS if not record.scope else chance.choice((_FACTS, *changes))
    fields[place] = changes[place]
    return encode(fields)


def _fields(record: Record) -> list[Value]:
    return [*cast(list[Value], decode(record.raw, nil=True))]


def _read(header: bytes) -> Record | None:
    """The record, if the header is one at all."""
    try:
        return read_header(header)
    except Refused:
        return None
