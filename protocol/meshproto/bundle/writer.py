"""Writing a bundle, piece by piece; where the pieces come from and go to is the caller's."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from meshproto.bundle.items import LENGTH_SIZE, MAGIC, VERSION
from meshproto.bundle.merkle import merkle_root
from meshproto.records.encoding import Value, encode
from meshproto.records.log import Run


class Part(NamedTuple):
    """A run with the private parts held of its records, and the ids of those that were erased."""

    run: Run
    privates: Mapping[bytes, bytes]
    erased: Collection[bytes]


class BundleWriter:
    """Gives the bytes of a bundle: `head`, then `run` for each run, then `end`.

    Runs of one log must come in order, and no record twice.
    """

    def __init__(self) -> None:
        self._sum = sha256()
        self._ids: list[bytes] = []
        self._runs = 0
        self._privates = 0

    def head(self, at: int, scopes: Sequence[bytes]) -> bytes:
        """Begin: `at` is the time of export, ms UTC."""
        return self._written(MAGIC + _frame(["head", VERSION, at, [*scopes]]))

    def run(self, part: Part) -> bytes:
        """Write a run and what is held of its private parts."""
        records = part.run.records
        frames = [_frame(["run", [each.raw for each in records], part.run.signature])]
        for each in records:
            if each.id in part.privates:
                frames.append(_frame(["private", each.id, part.privates[each.id]]))
                self._privates += 1
        erased = [each.id for each in records if each.id in part.erased and each.id not in part.privates]
        if erased:
            frames.append(_frame(["erased", [*erased]]))
        self._ids += [each.id for each in records]
        self._runs += 1
        return self._written(b"".join(frames))

    def end(self) -> bytes:
        """Finish; after this nothing may be written."""
        root = merkle_root(sorted(self._ids))
        return _frame(["end", self._runs, len(self._ids), self._privates, root, self._sum.digest()])

    def _written(self, raw: bytes) -> bytes:
        self._sum.update(raw)
        return raw


def write_bundle(at: int, scopes: Sequence[bytes], parts: Iterable[Part]) -> Iterator[bytes]:
    """Give a whole bundle in chunks."""
    writer = BundleWriter()
    yield writer.head(at, scopes)
    for part in parts:
        yield writer.run(part)
    yield writer.end()


def _frame(item: Value) -> bytes:
    raw = encode(item)
    return len(raw).to_bytes(LENGTH_SIZE, "big") + raw
