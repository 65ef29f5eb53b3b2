"""Saving a large home, checking what was saved, making a home of it, and moving out: each by a process of its own.

Half of the records carry their payload in a private part, as texts do. Times are of wall and processor, medians; memory
is the most that any of the runs held. The passphrase costs what it costs everybody.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from meshnode.app.init import create
from meshnode.config.places import locate
from meshnode.core.ports import Batch
from meshnode.store.home import Home
from meshnode.store.store import open_store
from tests.bench.authors import Author, work
from tests.bench.report import median, progress, say

FEW, MANY = 200_000, 1_000_000
RUN, LOG = 500, 5_000
"""Records of one signature, and of one author."""
SECRET = "seven violins in an amber canyon\n"


class Ended(NamedTuple):
    """What a process took."""

    wall: float
    work: float
    peak_mib: float


def saving(runs: int, _vs_git: bool) -> None:
    """Measure with few records for time, and with many for memory."""
    for records, times in ((FEW, runs), (MANY, 1)):
        progress(f"backup: storing {records:,} records, then saving them {times} times; some minutes")
        with tempfile.TemporaryDirectory(prefix="meshnode-bench-") as folder:
            _measure(Path(folder), records, times)


def _measure(folder: Path, records: int, times: int) -> None:
    home, file = folder / "home", folder / "x"
    _fill(home, records)
    taken: dict[str, list[Ended]] = {}
    for _ in range(times):
        for what in ("create", "verify", "restore"):
            taken.setdefault(what, []).append(_app(folder / "new" if what == "restore" else home, "backup", what, file))
        shutil.rmtree(folder / "new")
    saved = file.stat().st_size
    # A home moves once: the first of its processes marks it.
    taken["move out"] = [_app(home, "move", "out", folder / "moving")]
    taken["move in"] = [_app(folder / "new", "move", "in", folder / "moving")]
    for what, ended in taken.items():
        say(
            "backup",
            what=what,
            records=records,
            megabytes=round(saved / 1e6),
            seconds=median([each.wall for each in ended], 2),
            cpu_seconds=median([each.work for each in ended], 2),
            peak_mib=round(max(each.peak_mib for each in ended)),
        )


def _fill(folder: Path, records: int) -> None:
    """Make a home that holds so many contributions of others."""
    create(locate(folder, {}), "Ana", recovery=False)
    with Home(folder) as home:
        store = open_store(home.records)
        home.stamp()
        founder = Author("founder")
        scope, founding = founder.found("bench")
        accept = founding.runs[-1].records[-1].id
        store.writer.commit(Batch(1, runs=(*founder.genesis.runs, *founding.runs)))
        for log in range(records // LOG):
            signer = Author(f"author {log}")
            parts = [signer.genesis, signer.join(scope, [accept])]
            works = (
                [work(scope, signer.chance, private=bool(part % 2)) for _ in range(RUN)] for part in range(LOG // RUN)
            )
            parts += [signer.sign(drafts) for drafts in works]
            runs = tuple(run for each in parts for run in each.runs)
            store.writer.commit(
                Batch(log + 2, runs=runs, privates=tuple(one for each in parts for one in each.privates))
            )
        store.close()


def _app(home: Path, *words: str | Path) -> Ended:
    """Let the node's program do it, as the command line does; it is to succeed."""
    command = [sys.executable, "-m", "meshnode.app", words[0], "--home", home, *words[1:]]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stdin is not None
        process.stdin.write(SECRET)
        process.stdin.close()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return Ended(time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
