"""Rows of records: how an id finds its row, and how damage shows when a row is read.

An id is the SHA-256 of a header, so it is not stored: its first 8 bytes lead to the row (`ids`, `fresh_ids`), and the
header's hash decides. Ids that share 8 bytes can be made on purpose; they only cost a second look.
"""

import sqlite3
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from meshnode.store.source import Source

FIRST_UNCOUNTED = -(2**62)
"""Where rows without arrival begin; they count up from here and never reach zero."""

FRESH_LIMIT = 16_384
"""Ids gathered before they are moved to the large index. Measured at 600,000 rows: with half as many the rate is 10 %
lower; with one index for all it is 25 % lower, and the WAL four times as long."""

_FIND = """
SELECT r.arrival, r.lane, r.seq, r.proof, r.header, r.signature FROM (
    SELECT arrival FROM ids WHERE prefix = ?1 UNION ALL SELECT arrival FROM fresh_ids WHERE prefix = ?1
) AS found JOIN records AS r ON r.arrival = found.arrival
"""


_DIGEST_BEGINS = 32 + 5
"""Bytes from the digest of the private part to the end of a header: the digest, and a size of at most 5 bytes."""

_ARRIVALS = "SELECT arrival FROM ids WHERE prefix = ?1 UNION ALL SELECT arrival FROM fresh_ids WHERE prefix = ?1"


class Row(NamedTuple):
    """A stored record as it stands in its table; `id` is that of the header, already checked."""

    arrival: int
    lane: int
    seq: int
    id: bytes
    header: bytes
    signature: bytes | None


def prefix_of(record_id: bytes) -> int:
    """The first 8 bytes of an id as the signed integer SQLite keeps."""
    return int.from_bytes(record_id[:8], "big", signed=True)


def proof_of(record_id: bytes, signature: bytes | None) -> int:
    """What a row must prove when it is read: that header and signature are those that were written."""
    if signature is None:
        return prefix_of(record_id)
    return prefix_of(sha256(record_id + signature).digest())


def may_have(source: Source, record_id: bytes) -> bool:
    """Whether some stored id begins like this one: a third of the cost of `find`, and mostly the answer is no."""
    return bool(source.rows(_ARRIVALS, (prefix_of(record_id),)))


def find(source: Source, record_id: bytes) -> Row | None:
    """The row of a record, or None. Raises StoreDamaged if the row is not what was written."""
    for arrival, lane, seq, proof, header, signature in source.rows(_FIND, (prefix_of(record_id),)):
        found = checked_id(source, arrival, proof, header, signature)
        if found == record_id:
            return Row(arrival, lane, seq, found, header, signature)
    return None


def checked_id(source: Source, arrival: int, proof: int, header: bytes, signature: bytes | None) -> bytes:
    """The id of a row that proves to be intact. Raises StoreDamaged."""
    try:
        record_id = sha256(header).digest()
        if proof_of(record_id, signature) == proof:
            return record_id
    except TypeError:  # a flipped bit can make a text of a blob
        raise source.damaged(f"record in row {arrival}") from None
    raise source.damaged(f"record in row {arrival}")


def is_part_of(content: object, header: bytes) -> bool:
    """Whether a private part is the one a header names. The digest is the last of a header but for the size."""
    return isinstance(content, bytes) and sha256(content).digest() in header[-_DIGEST_BEGINS:]


def add_signature(connection: sqlite3.Connection, row: Row, signature: bytes) -> None:
    """Keep a verified signature on a stored record that had none."""
    connection.execute(
        "UPDATE records SET signature = ?, proof = ? WHERE arrival = ?",
        (signature, proof_of(row.id, signature), row.arrival),
    )


def of_lane(source: Source, lane: int) -> list[Row]:
    """All rows of a lane, by seq. Raises StoreDamaged."""
    rows = source.rows(
        "SELECT arrival, seq, proof, header, signature FROM records WHERE lane = ? ORDER BY seq", (lane,)
    )
    return [
        Row(arrival, lane, seq, checked_id(source, arrival, proof, header, signature), header, signature)
        for arrival, seq, proof, header, signature in rows
    ]


def renumber(connection: sqlite3.Connection, rows: Sequence[Row], first: int) -> None:
    """Give rows the consecutive numbers from `first`; their private parts arrive anew."""
    for arrival, row in enumerate(rows, start=first):
        prefix, old = prefix_of(row.id), row.arrival
        connection.execute("UPDATE records SET arrival = ? WHERE arrival = ?", (arrival, old))
        connection.execute("DELETE FROM ids WHERE prefix = ? AND arrival = ?", (prefix, old))
        connection.execute("DELETE FROM fresh_ids WHERE prefix = ? AND arrival = ?", (prefix, old))
        connection.execute("INSERT INTO fresh_ids VALUES (?, ?)", (prefix, arrival))
        connection.execute("UPDATE wanted_parts SET arrival = ? WHERE arrival = ?", (arrival, old))
        connection.execute("UPDATE evictions SET arrival = ? WHERE arrival = ?", (arrival, old))
        # A part is copied and its old row overwritten: rows of `parts` must not move.
        connection.execute(
            "INSERT INTO parts (arrival, content) SELECT ?, content FROM parts WHERE arrival = ?", (arrival, old)
        )
        connection.execute("UPDATE parts SET content = zeroblob(length(content)) WHERE arrival = ?", (old,))


def merge_fresh(connection: sqlite3.Connection) -> None:
    """Move the gathered ids into the large index, in its order. Runs inside the caller's transaction."""
    connection.execute("INSERT INTO ids SELECT prefix, arrival FROM fresh_ids ORDER BY prefix, arrival")
    connection.execute("DELETE FROM fresh_ids")
