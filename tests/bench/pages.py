"""Pages of the dashboard, over a studio's data and with 100,000 records more: their size, and the server's time."""

import tempfile
from pathlib import Path

from meshnode.dashboard.table import PAGES
from tests.bench.asking import in_turn
from tests.bench.beside import Beside, Goal
from tests.bench.mesh import Node
from tests.bench.report import median, percentile, progress, say

VIEWS = 9
STOCK, OWN = (160, 500), 20_000
"""What comes to a studio until it holds 100,000 records: logs of others with records in each, and the owner's work."""
MOST_BYTES = 150_000
MOST_MS = {"demo data": 100.0, "100,000 records": 300.0}


def pages(runs: int, _vs_git: bool) -> None:
    """Look at every page."""
    with tempfile.TemporaryDirectory(prefix="meshnode-bench-") as folder:
        node = Node(Path(folder), "tests.bench.served", "--studio")
        try:
            beside = Beside(node)
            node.ask("shown")
            _look("demo data", beside, runs)
            progress("storing 100,000 records and showing them; some minutes")
            node.ask("stock", logs=STOCK[0], each=STOCK[1], short=[], tail=1)
            node.ask("own", count=OWN)
            node.ask("shown")
            _look("100,000 records", beside, runs)
        finally:
            node.stop()


def _look(data: str, beside: Beside, runs: int) -> None:
    known = beside.node.ask("addresses")
    for page in PAGES:
        place = page.path.split("/{id}")[0].rsplit("/", 1)[-1]
        path = page.path.replace("{id}", known.get(place, "")) if "{id}" in page.path else page.path
        found = [beside.measured(beside.port, in_turn([beside.page(path)]), VIEWS) for _ in range(runs)]
        times = [took for asked, _ in found for took in asked.ms]
        say(
            "api, page",
            path=page.path,
            data=data,
            bytes=found[0][0].size,
            cpu_ms=median([cpu for _, cpu in found], 1),
            p50_ms=percentile(times, 0.5, 1),
            p99_ms=percentile(times, 0.99, 1),
        )
        Goal(f"bytes of {page.path} with {data}", most=MOST_BYTES).tell(found[0][0].size)
        Goal(f"server time in ms of {page.path} with {data}", most=MOST_MS[data]).tell(median(times, 1))
