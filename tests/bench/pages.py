"""Pages of the dashboard, over a studio's data and with 100,000 records more: their size, and the server's time."""

from collections.abc import Mapping

from tests.bench.asking import in_turn
from tests.bench.beside import Beside, Goal
from tests.bench.mesh import Node
from tests.bench.report import median, percentile, progress, say
from tests.support.studio import studio

WEEKS = 40
VIEWS = 9
STOCK, OWN = (160, 500), 20_000
"""What comes to a studio until it holds 100,000 records: logs of others with records in each, and the owner's work."""
MOST_BYTES = 150_000
MOST_MS = {"demo data": 100.0, "100,000 records": 300.0}


def pages(runs: int, _vs_git: bool) -> None:
    """Look at every page."""
    progress("setting up a studio")
    with studio(weeks=WEEKS) as nodes:
        for name in ("ana", "ben", "cleo", "acme", "nordlys"):
            nodes.people[name].does("down")
        node = Node(nodes.people["ana"].home, "tests.bench.served")
        try:
            beside, paths = Beside(node), nodes.pages()
            node.ask("shown")
            _look("demo data", beside, paths, runs)
            progress("storing 100,000 records and showing them; some minutes")
            node.ask("stock", logs=STOCK[0], each=STOCK[1], short=[], tail=1)
            node.ask("own", count=OWN)
            node.ask("shown")
            _look("100,000 records", beside, paths, runs)
        finally:
            node.stop()


def _look(data: str, beside: Beside, paths: Mapping[str, str], runs: int) -> None:
    for name, path in paths.items():
        found = [beside.measured(beside.port, in_turn([beside.page(path)]), VIEWS) for _ in range(runs)]
        times = [took for asked, _ in found for took in asked.ms]
        say(
            "api, page",
            page=name,
            data=data,
            bytes=found[0][0].size,
            cpu_ms=median([cpu for _, cpu in found], 1),
            p50_ms=percentile(times, 0.5, 1),
            p99_ms=percentile(times, 0.99, 1),
        )
        Goal(f"bytes of {name} with {data}", most=MOST_BYTES).tell(found[0][0].size)
        Goal(f"server time in ms of {name} with {data}", most=MOST_MS[data]).tell(median(times, 1))
