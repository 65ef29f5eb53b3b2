"""`python -m tests.support.exactly FILES [MODULE OLD NEW]`: compute, and fail if anything comes to a float.

With a change, some words of a module are replaced: if that makes floats of exact numbers, it must fail.
"""

import sys
from importlib import import_module

from tests.support.exactly.watching import Watching


def main(files: int, change: list[str]) -> None:
    """Fold all stories among the vectors, then share the incomes of so many files."""
    Watching(*change).begin()
    work = import_module("tests.support.exactly.work")
    work.fold_stories()
    for seed in range(files):
        work.share(seed)
    print("exactly")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
