"""What the writer does besides committing: putting ids in order, copying the WAL into the database, keeping bounds.

None of it is needed for what was committed to be safe. It is done when nothing waits (`tidy`), or in between when it
has become too much (`make_room`), once what was committed is told: copying the WAL takes as long as ten commits.
"""

from meshnode.store import local, records
from meshnode.store.database import StoreSettings
from meshnode.store.erasure import Eraser
from meshnode.store.eviction import Evictor
from meshnode.store.source import Source

FEW_ROWS = 4_096
"""Records in the WAL below which copying it is cheap: single commits write the same few pages again and again."""

COMMIT_BYTES = 32_768
"""What a commit adds to the WAL besides its records: pages of some eight tables and indexes."""

MERGED_BYTES = 512
"""What an id adds to the WAL when it is moved to the large index: most dirty a good part of a page."""

ANSWERS_KEPT = 10_000
"""Idempotency keys remembered, the latest ones: nobody repeats a request after so many others."""


IDLE_PATIENCE_MS = 10
"""How long finishing erasures waits for readers when nothing waits: it is tried again soon, and a write may come."""


class Upkeep:
    """Knows how much there is to do. Everything runs between transactions and raises StoreError, or what it meets."""

    def __init__(self, source: Source, settings: StoreSettings, eraser: Eraser, evictor: Evictor) -> None:
        self._source = source
        self._settings = settings
        self._eraser = eraser
        self._evictor = evictor
        self._wal_bytes = 0
        self._wal_rows = 0
        self._reserved = 0
        self.reload()

    def reload(self) -> None:
        """Count again what tables hold, after a rollback."""
        self.fresh = self._source.number("SELECT count(*) FROM fresh_ids")
        """Ids that wait in the small index."""
        self.answers = self._source.number("SELECT count(*) FROM local WHERE kind = 'answer'")

    def note_rows(self, count: int, size: int) -> None:
        """`count` records with `size` bytes of headers were written."""
        self.fresh += count
        self._wal_rows += count
        self._wal_bytes += 2 * size

    def note_bytes(self, size: int) -> None:
        """So many bytes of something else were written."""
        self._wal_bytes += size

    def finish_erasures(self, patience_ms: int) -> None:
        """Remove the last traces of what was erased, unless a reader still looks at them after so long."""
        if self._eraser.pending and self._eraser.finish(patience_ms):
            self._reserved = 0

    def tidy(self) -> bool:
        """Do what can wait; nothing waits now. True if erasures are still to be finished."""
        self.finish_erasures(IDLE_PATIENCE_MS)
        if self.fresh >= records.FRESH_LIMIT // 4:
            self._merge()
        self._wal_bytes += 2 * self._evictor.rewrite(self._settings.blank_mib << 20)
        if self.answers >= 2 * ANSWERS_KEPT:
            self.answers = local.forget_answers(self._source, ANSWERS_KEPT)
        if self._wal_bytes >= self._enough // 2:
            self.checkpoint()
        self._reserve()
        return self._eraser.pending

    @property
    def crowded(self) -> bool:
        """Whether `make_room` has something to do."""
        return self.fresh >= records.FRESH_LIMIT or self._wal_bytes >= self._enough

    def make_room(self) -> None:
        """Do what `tidy` was not called to do, before it becomes too much."""
        if self.fresh >= records.FRESH_LIMIT:
            self._merge()
        if self._wal_bytes >= self._enough:
            self.checkpoint()

    @property
    def _enough(self) -> int:
        """Bytes in the WAL that are to be copied before they become more."""
        much = 2 * self._settings.checkpoint_mib << 20
        few = self._reserved and self._wal_rows < FEW_ROWS
        return min(self._reserved, much) if few else much

    def checkpoint(self) -> None:
        """Copy the WAL into the database, as far as no reader looks at it; it is then written from its beginning."""
        self._source.rows("PRAGMA wal_checkpoint(PASSIVE)")
        self._wal_bytes = self._wal_rows = 0

    def _merge(self) -> None:
        self._source.rows("BEGIN IMMEDIATE")
        records.merge_fresh(self._source.connection)
        self._source.rows("COMMIT")
        self._wal_bytes += self.fresh * MERGED_BYTES
        self.fresh = 0

    def _reserve(self) -> None:
        """Make room at the end of the WAL, once after it was made or emptied."""
        path, size = self._source.path, self._settings.reserve_mib << 20
        if path is not None and not self._reserved:
            self._settings.reserve(path.with_name(f"{path.name}-wal"), size)
            self._reserved = size
