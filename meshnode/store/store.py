"""The truth of one node: one writer and any number of readers of records.db."""

from pathlib import Path

from meshnode.store import aside
from meshnode.store.database import RECORDS, StoreSettings, check_kind, connect, open_database
from meshnode.store.errors import SqliteError, StoreDamaged, as_store_error
from meshnode.store.reading import Reader
from meshnode.store.source import Source, damage_mark
from meshnode.store.writer import Writer


class Store:
    """An open store. `writer` belongs to one thread; each thread that reads takes a reader of its own."""

    def __init__(self, source: Source, settings: StoreSettings) -> None:
        self.source = source
        """The writer's connection; only the store itself uses it."""
        self._settings = settings
        self._readers: list[Reader] = []
        self.writer = Writer(source, settings)

    @property
    def path(self) -> Path | None:
        """The file, None in memory."""
        return self.source.path

    def reader(self) -> Reader:
        """A reader that sees every commit as soon as it has returned. Raises StoreError."""
        path = self.source.path
        if path is None:
            return Reader(self.source)
        try:
            connection = connect(path, self._settings, read_only=True)
        except SqliteError as error:
            raise as_store_error(path, error) from error
        reader = Reader(Source(connection, path), self._forget)
        self._readers.append(reader)
        return reader

    def close(self) -> None:
        """Close all readers and the writer, which flushes everything into the one file. Raises StoreError."""
        for reader in [*self._readers]:
            reader.close()
        self.writer.close()

    def _forget(self, reader: Reader) -> None:
        if reader in self._readers:
            self._readers.remove(reader)
            reader.source.connection.close()


def open_reader(path: Path) -> Reader:
    """Read records.db whoever else has it open; the caller closes what it gets. Raises StoreError."""
    try:
        connection = connect(path, StoreSettings(), read_only=True)
        try:
            check_kind(connection, path, RECORDS)
        except BaseException:
            connection.close()
            raise
        return Reader(Source(connection, path))
    except SqliteError as error:
        raise as_store_error(path, error) from error


def open_store(path: Path | None, settings: StoreSettings | None = None) -> Store:
    """Open records.db at `path`, made if it is not there; None: in memory, for tests and simulations.

    The caller holds the home's lock. Raises StoreError: StoreDamaged also when damage was found earlier and not yet
    set aside (`repair`), StoreTooNew, NotAStore, StoreFull, StoreReadOnly.
    """
    settings = settings or StoreSettings()
    if path is not None and damage_mark(path).exists():
        raise StoreDamaged(path, "found earlier")
    connection = open_database(path, RECORDS, settings)
    try:
        store = Store(Source(connection, path), settings)
        aside.reattach(store.source, store.writer)
        store.writer.recover()
        return store
    except BaseException:
        connection.close()
        raise
