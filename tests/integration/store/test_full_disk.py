"""A disk that is really full, and one that is really read-only, in a mount namespace of their own."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.support.crashes.store_process import last_note, rehearse
from tests.support.crashes.store_work import Work

UNSHARE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--user", "--map-root-user"]


def run(script: str, folder: Path) -> list[str]:
    """Run a shell script in a mount namespace; `$1` is the folder and `$2` the Python to use."""
    command = [*UNSHARE, "sh", "-euc", script, "sh", str(folder), sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.namespaces
def test_a_full_disk_is_told_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    full, saved = tmp_path / "full", tmp_path / "saved"
    full.mkdir()
    saved.mkdir()
    *acknowledged, last = run(
        'mount -t tmpfs -o size=600k tmpfs "$1/full"\n'
        '"$2" -m tests.support.crashes.store_process "$1/full/records.db" 5\n'
        'cp "$1"/full/records.db* "$1/saved"',
        tmp_path,
    )
    assert last.startswith("StoreFull")
    assert "full: free some space" in last
    assert len(acknowledged) > 5
    work = rehearse(Work(Random(5), lambda number: None), last_note(saved / "records.db"))
    assert work.broken_promise(saved / "records.db", int(acknowledged[-1])) == ""


@pytest.mark.namespaces
def test_a_store_goes_on_after_space_was_freed(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    lines = run(
        'mount -t tmpfs -o size=600k tmpfs "$1/full"\n'
        '"$2" -m tests.support.crashes.store_process "$1/full/records.db" 5\n'
        'mount -o remount,size=1200k "$1/full"\n'
        '"$2" -m tests.support.crashes.store_process "$1/full/records.db" 5',
        tmp_path,
    )
    first, second = (number for number, line in enumerate(lines) if line.startswith("StoreFull"))
    before, after = ([int(line) for line in part] for part in (lines[:first], lines[first + 1 : second]))
    assert before == list(range(len(before)))
    # The batch whose outcome was unknown may have been stored.
    assert after[0] in (len(before), len(before) + 1)
    assert len(after) > 5


@pytest.mark.namespaces
def test_a_store_on_a_read_only_disk_says_so(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    lines = run(
        'mount -t tmpfs tmpfs "$1/disk"\n'
        '"$2" -c "from pathlib import Path; from meshnode.store.store import open_store;'
        " open_store(Path('$1/disk/records.db')).close()\"\n"
        'mount -o remount,ro "$1/disk"\n'
        '"$2" -m tests.support.crashes.store_process "$1/disk/records.db" 5\n'
        '"$2" -m tests.support.crashes.store_process "$1/disk/new.db" 5',
        tmp_path,
    )
    assert [line.split()[0] for line in lines] == ["StoreReadOnly", "StoreReadOnly"]
    assert "read-only" in lines[0]
