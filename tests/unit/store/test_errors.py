"""Errors say what happened and what to do."""

import errno
import sqlite3
from pathlib import Path

import pytest

from meshnode.store.errors import (
    BatchRefused,
    HomeInUse,
    KeyfileMissing,
    NotAStore,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFailed,
    StoreFull,
    StoreReadOnly,
    StoreTooNew,
    as_store_error,
)

PATH = Path("/home/ana/records.db")


@pytest.mark.parametrize(
    ("error", "part"),
    [
        (StoreTooNew(PATH, 3, 1), "install that version again"),
        (NotAStore(PATH, "x"), "nothing was changed"),
        (StoreDamaged(PATH, "x"), "damaged"),
        (StoreFailed(PATH, "x"), "until the node is restarted"),
        (StoreFull(PATH), "free some space"),
        (StoreReadOnly(PATH, "x"), "permissions"),
        (StoreBusy(PATH, "x"), "another process"),
        (BatchRefused(PATH, 7, "x"), "batch 7"),
        (StoreError(PATH, "x"), "x"),
        (HomeInUse(PATH, 41), "in use by process 41"),
        (HomeInUse(PATH, 0), "in use by another process"),
        (KeyfileMissing(PATH, "run `meshnode init`"), "meshnode init"),
    ],
)
def test_every_text_names_the_place_and_the_cure(error: Exception, part: str) -> None:
    assert str(PATH) in str(error)
    assert part in str(error)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, StoreFull),
        (sqlite3.SQLITE_IOERR_FSYNC, StoreFailed),
        (sqlite3.SQLITE_READONLY_DIRECTORY, StoreReadOnly),
        (sqlite3.SQLITE_CANTOPEN, StoreReadOnly),
        (sqlite3.SQLITE_CORRUPT_INDEX, StoreDamaged),
        (sqlite3.SQLITE_NOTADB, NotAStore),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreBusy),
        (sqlite3.SQLITE_ERROR, StoreError),
    ],
)
def test_codes_of_sqlite_are_told_in_our_terms(code: int, kind: type[StoreError]) -> None:
    error = sqlite3.OperationalError("told")
    error.sqlite_errorcode = code
    error.sqlite_errorname = "NAME"
    told = as_store_error(PATH, error)
    assert type(told) is kind
    assert told.detail == "NAME: told"


def test_codes_of_the_system_are_told_in_our_terms() -> None:
    assert type(as_store_error(PATH, OSError(errno.ENOSPC, "no room"))) is StoreFull
    assert type(as_store_error(PATH, OSError(errno.EIO, "bad"))) is StoreFailed


def test_text_that_is_no_text_is_damage() -> None:
    bad = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid")
    assert type(as_store_error(PATH, bad)) is StoreDamaged
    assert type(as_store_error(PATH, sqlite3.OperationalError("Could not decode to UTF-8 column"))) is StoreDamaged
