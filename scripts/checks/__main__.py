"""Run the checks of this folder: `python -m scripts.checks`, or only some: `python -m scripts.checks sizes quotes`."""

import sys
from pathlib import Path

from scripts.checks import forbidden, ignores, imports, names, quotes, shell, sizes

CHECKS = {
    "imports": imports.check,
    "sizes": sizes.check,
    "names": names.check,
    "forbidden": forbidden.check,
    "ignores": ignores.check,
    "quotes": quotes.check,
    "shell": shell.check,
}


def main(wanted: list[str]) -> int:
    """Print what the checks find; returns 1 if they found anything, 2 for a check that does not exist."""
    root = Path(__file__).resolve().parents[2]
    if unknown := [name for name in wanted if name not in CHECKS]:
        print(f"no such check: {', '.join(unknown)}; there are {', '.join(CHECKS)}", file=sys.stderr)
        return 2
    failed = 0
    for name in wanted or CHECKS:
        found = CHECKS[name](root)
        for finding in found:
            print(finding)
        print(f"{name}: {len(found)} to mend" if found else f"{name}: kept")
        failed += bool(found)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
