"""A process that works on a store and tells on standard output what it has been promised, until it is killed.

`python -m tests.support.crashes.store_process DATABASE SEED` goes on where the store stands; every line is the number
of a batch whose commit has returned. The last line names the error that ended it, if one did.
"""

import sys
from pathlib import Path
from random import Random

from meshnode.core.rows import NoteEntry
from meshnode.store.database import StoreSettings
from meshnode.store.errors import StoreError
from meshnode.store.store import open_store
from tests.support.crashes.store_work import Work


def main(path: Path, seed: int) -> None:
    """Work for ever."""
    work = Work(Random(seed), acknowledge)
    rehearse(work, last_note(path))
    store = open_store(path, StoreSettings(checkpoint_mib=0, blank_mib=0))
    while True:
        work.step(store)


def last_note(path: Path) -> int:
    """The last batch of which the store knows, -1 if there is none."""
    store = open_store(path)
    notes = store.reader().rows(NoteEntry)
    store.close()
    return int.from_bytes(notes[0].value, "big") if notes else -1


def rehearse(work: Work, last: int) -> Work:
    """Do the work up to batch `last` on a store in memory, so that it stands where another process left it."""
    silent = Work(
        work.chance,
        lambda number: None,
        work.author,
        work.promises,
        work.tried_to_erase,
        work.runs,
        work.tried_to_evict,
    )
    rehearsal = open_store(None)
    while len(work.promises) <= last:
        silent.step(rehearsal)
    rehearsal.close()
    return work


def acknowledge(number: int) -> None:
    """Tell the outside that a commit has returned."""
    print(number, flush=True)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), int(sys.argv[2]))
    except StoreError as error:
        print(type(error).__name__, error, flush=True)
