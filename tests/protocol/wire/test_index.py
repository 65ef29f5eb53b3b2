"""The index: a map whose fingerprints depend on what is in it and on nothing else."""

from hashlib import sha256

import pytest

from meshproto.records.ids import LogId
from meshproto.wire.index import BUCKET, EMPTY, WHOLE, Index, nibbles_of, parts_of, span_of, tips_digest

SIZES = (0, 1, 16, 17, BUCKET, BUCKET + 1, 3_000)


def rows(count: int, salt: str = "") -> list[tuple[LogId, bytes]]:
    return [(LogId(sha256(f"{at}".encode()).digest()), sha256(f"{salt}{at}".encode()).digest()) for at in range(count)]


def printed(entries: list[tuple[LogId, bytes]], depth: int = 0) -> bytes:
    """Fingerprints as the text defines them, written as plainly as can be."""
    if not entries:
        return EMPTY
    if len(entries) <= 16:
        return sha256(b"\x00" + b"".join(log + digest for log, digest in sorted(entries))).digest()
    parts: list[list[tuple[LogId, bytes]]] = [[] for _ in range(16)]
    for log, digest in entries:
        parts[log[depth // 2] >> (0 if depth % 2 else 4) & 15].append((log, digest))
    return sha256(b"\x01" + b"".join(printed(part, depth + 1) for part in parts)).digest()


def all_spans(index: Index, span: bytes = WHOLE) -> list[bytes]:
    """A span and, where it is split, its parts' parts."""
    deeper = [] if index.is_few(span) else [each for part in parts_of(span) for each in all_spans(index, part)]
    return [span, *deeper]


@pytest.mark.parametrize("size", SIZES)
def test_fingerprints_are_what_the_text_says(size: int) -> None:
    assert Index(rows(size)).fingerprint(WHOLE) == printed(rows(size))


@pytest.mark.parametrize("size", SIZES)
def test_an_index_that_grew_is_like_one_that_was_built(size: int) -> None:
    built, grown = Index(rows(size)), Index()
    for log, _ in rows(size):
        grown.put(log, b"\x00" * 32)
    for log, digest in reversed(rows(size)):
        grown.put(log, digest)
    assert len(built) == len(grown) == size
    assert [built.fingerprint(span) for span in all_spans(built)] == [
        grown.fingerprint(span) for span in all_spans(grown)
    ]


@pytest.mark.parametrize("left", [0, 3, 16, 17, 200])
def test_what_was_taken_out_leaves_no_trace(left: int) -> None:
    index = Index(rows(1_000))
    index.fingerprint(WHOLE)
    for log, _ in rows(1_000)[left:]:
        index.drop(log)
    index.drop(LogId(bytes(32)))
    assert len(index) == left
    assert index.fingerprint(WHOLE) == Index(rows(left)).fingerprint(WHOLE)
    assert sorted(index.items(WHOLE)) == sorted(rows(left))


def test_a_digest_is_found_until_it_is_taken_out() -> None:
    index = Index(rows(300))
    log, digest = rows(300)[7]
    assert index.get(log) == digest
    index.put(log, b"\x07" * 32)
    assert index.get(log) == b"\x07" * 32
    index.drop(log)
    assert index.get(log) is None


def test_items_of_a_span_are_those_whose_ids_begin_so() -> None:
    index = Index(rows(2_000))
    for span in (WHOLE, span_of((0xA,)), span_of((0xA, 0xB)), span_of((0xA, 0xB, 0xC)), span_of((0, 0, 0, 0, 0))):
        digits = "".join(f"{each:x}" for each in nibbles_of(span))
        expected = sorted(row for row in rows(2_000) if row[0].hex().startswith(digits))
        assert list(index.items(span)) == expected
        assert index.fingerprint(span) == printed(expected, len(digits))
        assert index.is_few(span) == (len(expected) <= 16)


def test_a_whole_id_is_a_span_too() -> None:
    index = Index(rows(2_000))
    log, digest = rows(2_000)[5]
    span = span_of([half for byte in log for half in (byte >> 4, byte & 15)])
    assert list(index.items(span)) == [(log, digest)]


def test_logs_that_share_their_beginning_are_told_apart() -> None:
    near = [(LogId(bytes(30) + at.to_bytes(2, "big")), bytes(32)) for at in range(BUCKET * 3)]
    assert Index(near).fingerprint(WHOLE) == printed(near)


def test_packing_undoes_unpacking() -> None:
    for nibbles in ((), (1,), (1, 2), (15, 0, 15)):
        assert nibbles_of(span_of(nibbles)) == nibbles


def test_branches_stand_as_the_hash_of_their_sorted_tips() -> None:
    assert tips_digest([b"b" * 32, b"a" * 32]) == sha256(b"a" * 32 + b"b" * 32).digest()
    assert tips_digest([b"a" * 32]) == b"a" * 32
