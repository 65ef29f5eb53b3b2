"""Whether texts that must be gone may still stand somewhere in the files here.

What is erased, and what of an author who is blocked is let go or went before, goes from hand to hand. Each takes over
in the same transaction in which the one before it lets go, so who asks them in this order misses nothing:

    to be looked through → (erased, evicted) the WAL of records.db, and the queue of the views → views.db → gone

The views are written anew at once; but after that not for SCRUB_SHARE times as long as it took.
"""

from meshnode.core.rows import BlockEntry, ReviewEntry
from meshnode.store.querying import ViewReader
from meshnode.store.reading import Reader


def remain(truth: Reader, views: ViewReader) -> bool:
    """Whether a byte of such a text may be in a file; false: none is. Raises StoreError."""
    if truth.has_rows(BlockEntry) and truth.has_rows(ReviewEntry):
        return True
    erasure, eviction, _ = views.clearing()
    return truth.is_clearing(erasure, eviction) or views.clearing()[2]
