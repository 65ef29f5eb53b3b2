"""One figure, one JSON line; the machine is described once, at the head of a run."""

import json
import os
import platform
import sqlite3
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path


def say(bench: str, **figures: object) -> None:
    """Print one line of results."""
    print(json.dumps({"bench": bench, **figures}), flush=True)


def describe_machine() -> None:
    """Print what the figures were measured on."""
    say(
        "machine",
        processor=_processor(),
        cores=os.cpu_count(),
        memory_gib=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        load=os.getloadavg()[0],
    )


def median(values: Sequence[float], digits: int = 4) -> float:
    """The median, rounded for reading."""
    return round(statistics.median(values), digits)


def percentile(values: Sequence[float], share: float, digits: int = 4) -> float:
    """The value below which `share` of all lie."""
    return round(sorted(values)[min(len(values) - 1, int(share * len(values)))], digits)


def resident_bytes(pid: int | None = None) -> int:
    """Memory that a process holds, in bytes."""
    status = Path(f"/proc/{pid or os.getpid()}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS:"))


def progress(text: str) -> None:
    """Tell a waiting person what is being measured; not part of the results."""
    print(f"… {text}", file=sys.stderr, flush=True)


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor()
