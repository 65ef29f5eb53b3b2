"""`scripts/bench [NAME …] [--runs N] [--vs git]`: measures and prints one JSON line for each figure.

W       10,000 records of one author: authoring and sync
W2      100 authors with 100 records each
W3      one record at a time: acknowledged here until committed there
W4      100,000 records in 200 logs at both, each without the tails of 100 logs
idle    memory and processor time of a node at rest
sets    reconciliation of 1,000,000 logs with one difference, without a network
ledger  1,000,000 stored records: writing, opening, reading by id, size
fold    1,000,000 contributions of 1,000 members, and who may act for whom, in RAM and in views.db: speed, memory
agreements  100,000 contributions of 200 people in 50 agreements, 500 distributions: speed, memory, one record more
equation  the largest preview files that are allowed: time, memory
backup  200,000 and 1,000,000 records: saved, checked, restored, moved out and in: time, memory
search  1,000,000 records searched by their words: rare ones, ones that all have, beginnings
cli     how long a command takes from its start to its end
events  what 500 readers of events cost reads and writes of others
api     reads, writes and pages of the local API beside plain Starlette, and beside a bulk sync
api-reads, api-lists, api-writes, api-sync   one part of `api` alone
pages   the dashboard alone: size and time of every page, over demo data and 100,000 records; part of `api`
"""

import argparse
import sys
from collections.abc import Callable

from tests.bench import agreements, api, backups, cli, equations, events, folding, ledger, mesh, pages, searching, sets
from tests.bench.report import describe_machine

BENCHES: dict[str, Callable[[int, bool], None]] = {
    "W": mesh.one_author,
    "W2": mesh.many_authors,
    "W3": mesh.one_by_one,
    "W4": mesh.tails,
    "idle": mesh.at_rest,
    "sets": sets.one_difference,
    "ledger": ledger.million_records,
    "fold": folding.folding,
    "agreements": agreements.agreements,
    "equation": equations.largest,
    "backup": backups.saving,
    "search": searching.searching,
    "cli": cli.commands,
    "events": events.idle_readers,
    "api": api.api,
    "pages": pages.pages,
    **{name: api.part_of(name) for name in api.PARTS},
}
PARTS = ("pages", *api.PARTS)
"""Which belong to another, and are run alone only if they are named."""


def main() -> None:
    """Run the benches that are named, or all."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("names", nargs="*", metavar="NAME", help="which to run; all if none is named")
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured; medians are told")
    parser.add_argument("--vs", choices=["git"], help="measure the same objects through git in the same run")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in BENCHES]
    if unknown:
        parser.error(f"no bench is called {unknown[0]}; there are {', '.join(BENCHES)}")
    describe_machine()
    for name in options.names or [each for each in BENCHES if each not in PARTS]:
        BENCHES[name](options.runs, options.vs == "git")
    sys.exit(0)


if __name__ == "__main__":
    main()
