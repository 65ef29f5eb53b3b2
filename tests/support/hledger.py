"""hledger, which is not ours: whether it takes a journal, and what it makes of it."""

import csv
import subprocess
from pathlib import Path


def asks(journal: Path, *words: str) -> str:
    """What hledger answers about a journal, under its strict checks; an AssertionError with its words if it refuses."""
    command = ["hledger", "--file", str(journal), "--strict", *words]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def balances(journal: Path, *words: str) -> dict[str, str]:
    """What each account comes to."""
    told = asks(journal, "balance", "--flat", "--empty", "--no-total", "--output-format", "csv", *words)
    return {row["account"]: row["balance"] for row in csv.DictReader(told.splitlines())}
