"""Files that show what was done."""

import hashlib
import os
from pathlib import Path

import pytest

from meshnode.cli.contributions.evidence import PIECE, Seen, look_at
from meshnode.cli.exits import Exit, Failure


def test_a_file_is_told_by_digest_size_and_name(tmp_path: Path) -> None:
    content = b"x" * (PIECE + 7)
    (tmp_path / "report.pdf").write_bytes(content)
    seen = look_at(str(tmp_path / "report.pdf"))
    assert seen == Seen(hashlib.sha256(content).hexdigest(), PIECE + 7, "application/pdf")


@pytest.mark.parametrize("name", ["plain", "odd.???", "x.\u202egnp"])
def test_what_a_name_does_not_tell_is_bytes(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert look_at(str(tmp_path / name)) == Seen(hashlib.sha256().hexdigest(), 0, "application/octet-stream")


def test_folders_pipes_and_what_is_not_there_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    endings = []
    for name in (tmp_path, tmp_path / "pipe", tmp_path / "nothing", "a\0b"):
        with pytest.raises(Failure) as failure:
            look_at(str(name))
        endings.append(failure.value.exit)
    assert endings == [Exit.USAGE, Exit.USAGE, Exit.FAILURE, Exit.USAGE]
