"""Branch coverage, from the measurements `scripts/test --coverage` left: all of meshproto and core, 90 % elsewhere.

`python -m scripts.checks.covered core` looks at meshproto and core only.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypedDict

from coverage import Coverage

from scripts.checks.findings import Finding

COMPLETE = ("protocol/meshproto/", "meshnode/core/")
"""Where what two nodes must compute alike and what a node decides stand: every branch is taken by some test."""

USUAL = 90.0
"""Per cent that every other file needs; the rest is mostly what only a broken machine would reach."""


class Summary(TypedDict):
    """What coverage says about one file."""

    percent_covered: float
    missing_lines: int
    missing_branches: int


def check(files: dict[str, Summary]) -> list[Finding]:
    """The files, by path from the root, that are covered less than they must be."""
    found = []
    for path, summary in sorted(files.items()):
        needed = 100.0 if path.startswith(COMPLETE) else USUAL
        if summary["percent_covered"] < needed:
            missing = f"{summary['missing_lines']} lines and {summary['missing_branches']} branches are not reached"
            found.append(Finding(path, 0, f"{summary['percent_covered']:.1f} % covered of {needed:g} %: {missing}"))
    return found


def main(part: str) -> int:
    """Print coverage's table and what is missing in everything or in "core"; returns 1 if anything is."""
    root = Path(__file__).resolve().parents[2]
    measured = Coverage(config_file=str(root / "pyproject.toml"))
    measured.load()
    wanted = [f"{each}*" for each in COMPLETE] if part == "core" else None
    measured.report(include=wanted)
    with TemporaryDirectory() as folder:
        target = Path(folder) / "coverage.json"
        measured.json_report(outfile=str(target), include=wanted)
        files = json.loads(target.read_text(encoding="utf-8"))["files"]
    found = check({name: files[name]["summary"] for name in files})
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:] or ["all"]))
