"""The encrypted file of a backup: it comes back as it was written, or is refused."""

import io
from pathlib import Path

import msgspec
import pytest

from meshnode.exchange.backup_file import (
    LONGEST_MANIFEST,
    PIECE,
    RECORDS,
    BackupRefused,
    Kept,
    Manifest,
    Opened,
    Sealer,
    WrongSecret,
    head_of,
    mark_gone,
)
from tests.support.crashes.killed_at import CHEAP

SECRET = "seven violins in an amber canyon"
CONTENT = bytes(range(256)) * (PIECE * 3 // 256)
"""Three pieces and, with what stands before it, the beginning of a fourth."""


def manifest(*files: Kept) -> Manifest:
    return Manifest(
        made=1, version="0", agent="a", name="Ana", layout=1, records=2, keys="clear", holds=(), lacks=(), files=files
    )


def sealed(
    content: bytes = CONTENT, files: tuple[Kept, ...] | None = None, told: bytes | None = None, move: str = ""
) -> bytes:
    """A backup that holds one file, whatever its manifest says."""
    written: list[bytes] = []
    sealer = Sealer(written.append, SECRET, "passphrase", CHEAP, move)
    raw = msgspec.json.encode(manifest(*(files or (Kept(RECORDS, len(content)),)))) if told is None else told
    sealer.feed(len(raw).to_bytes(4, "big") + raw)
    sealer.feed(content)
    sealer.close()
    return b"".join(written)


def read(raw: bytes, secret: str = SECRET) -> dict[str, bytes]:
    opened = Opened(Path("x.backup"), io.BytesIO(raw), secret)
    return {kept.name: b"".join(content) for kept, content in opened.files()}


def pieces_of(raw: bytes) -> tuple[bytes, list[bytes]]:
    """What stands above the pieces, and the pieces."""
    head, mark, rest = raw.partition(b"\n\n")
    return head + mark, [rest[at : at + PIECE + 16] for at in range(0, len(rest), PIECE + 16)]


@pytest.mark.parametrize("size", [0, 1, PIECE, 3 * PIECE])
def test_what_was_sealed_comes_back(size: int) -> None:
    assert read(sealed(CONTENT[:size])) == {RECORDS: CONTENT[:size]}


def test_a_last_piece_that_is_full_is_still_the_last(tmp_path: Path) -> None:
    before = len(msgspec.json.encode(manifest(Kept(RECORDS, PIECE)))) + 4
    size = PIECE - before  # as many digits as PIECE has
    raw = sealed(CONTENT[:size])
    assert [len(piece) for piece in pieces_of(raw)[1]] == [PIECE + 16]
    assert read(raw) == {RECORDS: CONTENT[:size]}


def test_nothing_of_it_can_be_read_without_the_secret(tmp_path: Path) -> None:
    raw = sealed(b"canary " * 100)
    assert b"canary" not in raw
    assert b"Ana" not in raw
    with pytest.raises(WrongSecret):
        read(raw, "another passphrase")


def test_what_opens_it_is_said_in_clear(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(sealed())
    assert head_of(tmp_path / "x").lock == "passphrase"


def test_a_home_that_moves_says_once_that_it_was_taken_in_and_stays_genuine(tmp_path: Path) -> None:
    path, before = tmp_path / "x", sealed(move="0f" * 16)
    path.write_bytes(before)
    assert (head_of(path).kind, head_of(path).move) == ("home", "0f" * 16)
    assert mark_gone(path)
    assert mark_gone(path)
    assert (head_of(path).kind, head_of(path).raw) == ("gone", before[: before.index(b"\n\n") + 2])
    assert read(path.read_bytes()) == read(before) == {RECORDS: CONTENT}
    path.write_bytes(path.read_bytes().replace(b"move 0f", b"move 0e", 1))
    with pytest.raises(BackupRefused):
        read(path.read_bytes())


def test_what_cannot_be_written_is_not_marked_and_a_backup_never_is(tmp_path: Path) -> None:
    assert not mark_gone(tmp_path)
    (tmp_path / "x").write_bytes(sealed())
    mark_gone(tmp_path / "x")
    assert (tmp_path / "x").read_bytes()[:17] == b"meshnode backup 1"


def test_a_file_cut_off_anywhere_is_refused() -> None:
    raw = sealed()
    head, pieces = pieces_of(raw)
    whole = [len(head) + sum(map(len, pieces[:number])) for number in range(len(pieces))]
    for end in [*whole, *(each + 1 for each in whole), len(raw) - 1, len(head) - 2, 30, 0]:
        with pytest.raises(BackupRefused):
            read(raw[:end])


def test_pieces_that_were_swapped_repeated_left_out_or_taken_from_elsewhere_are_refused() -> None:
    head, (one, two, three, four) = pieces_of(sealed())
    _, (other, *_) = pieces_of(sealed())
    for pieces in [(two, one, three, four), (one, one, three, four), (one, three, four), (other, two, three, four)]:
        with pytest.raises(BackupRefused, match="damaged or cut off"):
            read(head + b"".join(pieces))
    with pytest.raises(BackupRefused, match="cut off at its end"):
        read(head + one + two + three)
    with pytest.raises(BackupRefused, match="damaged or cut off"):
        read(head + one + two + three + four + four)


@pytest.mark.parametrize("place", [0, 20, 60, 150, 300, 400, -1, -PIECE, -3 * PIECE])
def test_a_changed_bit_anywhere_is_found(place: int) -> None:
    raw = bytearray(sealed())
    raw[place] ^= 1
    with pytest.raises(BackupRefused):
        read(bytes(raw))


@pytest.mark.parametrize(
    "files",
    [
        (Kept("../evil", 3 * PIECE),),
        (Kept("device.key", 3 * PIECE),),
        (Kept(RECORDS, PIECE), Kept(RECORDS, 2 * PIECE)),
        (Kept(RECORDS, 3 * PIECE - 1),),
        (Kept(RECORDS, 3 * PIECE + 1),),
        (Kept(RECORDS, -1),),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(files: tuple[Kept, ...]) -> None:
    with pytest.raises(BackupRefused):
        read(sealed(files=files))


@pytest.mark.parametrize("told", [b"", b"{}", b"no", b"x" * (LONGEST_MANIFEST + 1)])
def test_a_manifest_that_cannot_be_read_is_refused(told: bytes) -> None:
    with pytest.raises(BackupRefused, match="manifest"):
        read(sealed(told=told))


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"PK", "no backup"),
        (b"meshnode backup 2\n", "another version"),
        (b"meshnode home 2\n", "another version"),
        (b"meshnode gone 2\n", "another version"),
        (b"meshnode homes\n", "no backup"),
        (b"meshnode backup 1\nlocked magic\n\n", "damaged"),
        (b"meshnode backup 1\nlocked words\nnonsense\n\n", "damaged"),
    ],
)
def test_another_file_is_told_from_a_damaged_one(raw: bytes, why: str) -> None:
    with pytest.raises(BackupRefused, match=why):
        read(raw)
