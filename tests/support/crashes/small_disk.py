"""A node on a disk of its own that fills up and becomes read-only, and what the node says of each.

Run as `python -m tests.support.crashes.small_disk HOME` in a mount namespace, where HOME is a file system of 64 MB. The
folder is mounted read-only over itself at the end: what the system does to a disk with errors, as far as a path shows
it.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from meshnode.cli.exits import Exit
from meshnode.client.errors import Problem
from tests.support.crashes.faults import Saying
from tests.support.programs import Program

MUCH = 2_000
"""Records for which a page of the database that is there already has no room."""


def fill(home: Path, leave: int) -> None:
    """Take the room there is, up to so many bytes."""
    with (home / "filler").open("ab", buffering=0) as file:
        while (free := room(home)) > leave:
            file.write(bytes(min(1 << 20, free - leave)))


def room(home: Path) -> int:
    """Free bytes."""
    found = os.statvfs(home)
    return found.f_bavail * found.f_frsize


def fails_to_write(node: Saying) -> Problem:
    """Write until the disk does not take it."""
    try:
        for place in range(MUCH):
            node.program.client.work.log(f"On the last page {place}", 60)
    except Problem as problem:
        return problem
    raise AssertionError("the disk is not full")


@contextmanager
def read_only(home: Path) -> Iterator[None]:
    """The folder, read-only until the body ends."""
    subprocess.run(["mount", "--bind", str(home), str(home)], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", str(home)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(home)], check=True)


def fills_up(program: Program) -> None:
    """Little room, hardly any, and none: the node ends, says why, and goes on once there is some."""
    program.start()
    node = Saying(program)
    node.waits("disk", "warn", "are free")
    fill(program.home, 8 << 20)
    print(f"told full after {node.waits('disk', 'fail', 'what comes next may not be saved'):.1f} s")
    fill(program.home, 0)
    problem = fails_to_write(node)
    assert (problem.code, "is full: free some space" in problem.detail) == ("outcome-unknown", True), problem.detail
    assert program.process is not None
    assert program.process.wait(60) == Exit.FAILURE
    program.process = None
    for words in (("status",), ("up",), ("log", "More", "1h")):
        ran = node.person.tries(*words)
        assert ran.code in (Exit.FAILURE, Exit.NOT_RUNNING), ran
        assert ran.err.startswith("meshnode: "), ran.err
    assert node.person.tries("doctor").code == Exit.PROBLEMS
    (program.home / "filler").unlink()


def becomes_read_only(program: Program) -> None:
    """The node says so while it runs, and does not start there."""
    program.start()
    node = Saying(program)
    with read_only(program.home):
        print(f"told read-only after {node.waits('disk', 'fail', 'is read-only: nothing can be saved'):.1f} s")
    program.stop()
    with read_only(program.home):
        ran = node.person.tries("up")
        assert ran.code == Exit.FAILURE, ran
        assert "ead-only" in ran.err, ran.err
    program.start()
    program.stop()


def main(home: Path) -> None:
    """The story."""
    program = Program(home)
    program.init()
    try:
        fills_up(program)
        becomes_read_only(program)
    finally:
        if program.process is not None:
            program.kill()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
