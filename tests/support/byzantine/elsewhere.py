"""The same records folded in other processes, with other hash seeds and by the other implementation."""

import json
import os
import random
from collections.abc import Iterable

from meshproto.records.record import Record
from tests.support.byzantine.checks import Followed
from tests.support.readers import JAVASCRIPT_READER, PYTHON_READER, ROOT, Reader

HASH_SEEDS = ("0", "4242")


def processes() -> list[Reader]:
    """Readers in processes of their own, with different hash seeds."""
    return [Reader(PYTHON_READER, _environment() | {"PYTHONHASHSEED": each}) for each in HASH_SEEDS]


def other_implementation() -> Reader:
    """The reader in JavaScript."""
    return Reader(JAVASCRIPT_READER, _environment())


def fold_elsewhere(readers: Iterable[Reader], records: list[Record], plain: Followed, chance: random.Random) -> None:
    """Fold the records in other processes, each in an order of its own: the digests must be the same."""
    for each in readers:
        mixed = [record.raw.hex() for record in chance.sample(records, len(records))]
        (line,) = each.answers([json.dumps({"op": "fold", "headers": mixed}).encode()])
        digests = json.loads(line)["ok"]["digests"]
        assert digests == {scope.hex(): digest.hex() for scope, digest in plain.digests.items()}, each.name


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "protocol")}
