"""A statement on paper: the browser makes pages of A4 of it, and nothing runs out of them."""

import re
import subprocess
from pathlib import Path
from typing import Any

import msgspec

from meshnode.cli.money.statement_page import page
from tests.support.fakes.sample_money import statement
from tests.support.patience import DEADLINE

A4 = (595, 842)
"""Points."""


def test_a_statement_of_many_entries_is_printed_on_a4(tmp_path: Path) -> None:
    told: Any = msgspec.to_builtins(statement())
    told["accounts"][0]["entries"] *= 60
    (tmp_path / "statement.html").write_text(page(told), encoding="utf-8")
    sizes = printed(tmp_path / "statement.html", tmp_path / "statement.pdf")
    assert {*sizes} == {A4}
    assert 3 < len(sizes) < 12


def printed(source: Path, target: Path) -> list[tuple[int, int]]:
    """The size of each page, in points, as Chromium prints it."""
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={target.parent / 'browser'}"]
    command = ["chromium", *options, "--no-pdf-header-footer", f"--print-to-pdf={target}", str(source)]
    subprocess.run(command, capture_output=True, timeout=DEADLINE, check=True)
    boxes = re.findall(rb"/MediaBox ?\[0 0 ([0-9.]+) ([0-9.]+)\]", target.read_bytes())
    return [(round(float(width)), round(float(height))) for width, height in boxes]
