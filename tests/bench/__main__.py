"""`scripts/bench [NAME …] [--runs N] [--vs git]`: measures and prints one JSON line for each figure."""

import argparse
import sys

from tests.bench import mesh
from tests.bench.report import describe_machine


def main() -> None:
    """Run the benches that are named, or all."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=mesh.__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(mesh.BENCHES)}; all if none is named")
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured; medians are told")
    parser.add_argument("--vs", choices=["git"], help="measure the same objects through git in the same run")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in mesh.BENCHES]
    if unknown:
        parser.error(f"no bench is called {unknown[0]}; there are {', '.join(mesh.BENCHES)}")
    describe_machine()
    for name in options.names or mesh.BENCHES:
        mesh.BENCHES[name](options.runs, options.vs == "git")
    sys.exit(0)


if __name__ == "__main__":
    main()
