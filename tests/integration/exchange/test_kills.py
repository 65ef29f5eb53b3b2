"""A node that is killed while it imports has each entry at most once, and finishes when asked again."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest

from meshnode.views.rows import ContributionRow
from tests.support.lone_node import lone_node

ROWS = 3000
"""Sixty commits of the process that is killed."""
FLOOR = 3
"""Kills at least; each meets the process at its sixth commit or before."""

ROOT = Path(__file__).parents[3]


def kill_at_commit(home: Path, sheet: Path, number: int, after: float) -> bool:
    """Start a process that imports, and kill it `after` seconds into its commit `number`; whether it came that far."""
    command = [sys.executable, "-m", "tests.support.crashes.imports_until_killed", str(home), str(sheet)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            for _ in range(number):
                if process.stdout.readline() != "writing\n":
                    return False
            with suppress(subprocess.TimeoutExpired):  # a commit takes milliseconds: this chooses the moment within
                process.wait(after)
        finally:
            process.kill()
    return True


@pytest.mark.campaign
async def test_killing_an_import_anywhere_neither_loses_nor_doubles_an_entry(
    tmp_path: Path, campaign_seconds: Callable[[str], float], tell: Callable[[str], None]
) -> None:
    home, sheet, chance = tmp_path / "home", tmp_path / "sheet.csv", random.Random(2)
    days = [date(2010, 1, 1) + timedelta(days=n) for n in range(ROWS)]
    rows = "\n".join(f"Work {n},1:00:00,a@b.c,{day},09:00" for n, day in enumerate(days))
    sheet.write_text(f"Description,Duration,Email,Start date,Start time\n{rows}\n")
    end, kills = time.monotonic() + campaign_seconds("kills/import"), 0
    while (kills < FLOOR or time.monotonic() < end) and kill_at_commit(
        home, sheet, chance.randint(1, 6), chance.uniform(0, 0.02)
    ):
        kills += 1
    tell(f"kills of an import of {ROWS} rows: {kills}, no entry was lost or there twice")
    assert kills >= FLOOR
    async with lone_node(home) as node:
        before = node.opened.reader.counts().records
        report = await node.imports.run("csv", sheet, {"tz": "UTC"})
        assert report.written + report.already == ROWS
        assert node.opened.reader.counts().records == before + report.written == ROWS + 3
        await node.opened.office.projector.caught_up()
        found = node.opened.office.lookups.views.select(ContributionRow)
        assert len({row.ext_ref for row in found}) == len(found) == ROWS
        (entry,) = node.imports.batches()
        assert (await node.imports.undo(entry.batch)).retracted == len(entry.ids) == ROWS
