"""Bundles and fork proofs as the owner asks for them: written and read in worker threads, stored through the desk."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import trio

from meshnode.exchange.bundle_in import Checked, check_bundle, portions
from meshnode.exchange.bundle_out import Exported, export_bundle
from meshnode.exchange.forks_out import export_fork
from meshnode.runtime.desk import Desk
from meshnode.store.reading import Reader
from meshproto.records.ids import LogId, ScopeId

MOST_PASSES = 8
"""How often a file is gone through while that still brings something: a file of ours needs one pass."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What taking in a bundle did, or would do."""

    records: int
    """Records in the file."""
    new: int
    """Records that were not held before."""
    waiting: int
    """Runs that could not be stored, since nothing says who wrote them or what they continue."""
    refused: tuple[tuple[LogId, str], ...]
    """Logs that were not taken in, with the reason, each once."""
    root: bytes


@dataclass(frozen=True, slots=True)
class Swapped:
    """What an exchange by file did; `received` is None when there was no file yet."""

    received: TakenIn | None
    written: Exported


class Bundles:
    """Exports and imports of signed records. One import at a time."""

    def __init__(self, desk: Desk, open_reader: Callable[[], Reader]) -> None:
        """`open_reader` opens a reader that the caller may use in another thread, and closes."""
        self._desk = desk
        self._open_reader = open_reader
        self._turn = trio.Lock()

    async def write(self, path: Path, scope: ScopeId | None = None) -> Exported:
        """Write everything held, or one network, to an absolute path. Raises FileTrouble, StoreError."""
        return await trio.to_thread.run_sync(export_bundle, self._open_reader, path, scope, self._desk.now())

    async def write_fork(self, path: Path, log: LogId | None = None) -> Exported:
        """Write the proof of a fork. Raises ImportRefused, FileTrouble, StoreError."""
        return await trio.to_thread.run_sync(export_fork, self._open_reader, path, log)

    async def take_in(self, path: Path, dry_run: bool = False) -> TakenIn:
        """Check a file as a whole, then store what is new of it.

        Raises BundleRefused when it does not prove right (nothing is stored then), FileTrouble, and the desk's Refusal.
        Interrupted anywhere, it is finished by doing it again.
        """
        async with self._turn:
            checked = await trio.to_thread.run_sync(self._check, path)
            if dry_run:
                return TakenIn(checked.records, checked.new, 0, (), checked.root)
            new, waiting, refused = 0, 1, dict[LogId, str]()
            for _ in range(MOST_PASSES):
                more, waiting = await self._pass(path, refused)
                new += more
                if not waiting or not more:
                    break
            return TakenIn(checked.records, new, waiting, tuple(refused.items()), checked.root)

    async def swap(self, path: Path) -> Swapped:
        """Exchange records through a file: take in what it holds, if it is there, then write all to it."""
        received = await self.take_in(path) if await trio.Path(path).exists() else None
        return Swapped(received, await self.write(path))

    def _check(self, path: Path) -> Checked:
        reader = self._open_reader()
        try:
            return check_bundle(path, reader.has)
        finally:
            reader.close()

    async def _pass(self, path: Path, refused: dict[LogId, str]) -> tuple[int, int]:
        """Go through the file once; returns how many records were new and how many runs had to wait."""
        new = waiting = 0
        source = portions(path)
        while (portion := await trio.to_thread.run_sync(partial(next, source, None))) is not None:
            taken = await self._desk.offer(portion)
            new += taken.new
            waiting += taken.waiting
            refused.update(taken.refused)
        return new, waiting
