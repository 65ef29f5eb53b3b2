"""Reading the sample time sheets, as a user in a known zone would on a known day."""

from datetime import UTC, datetime
from pathlib import Path

from meshnode.exchange.csv_source import CsvOptions, find_in_csv
from meshnode.exchange.entries import Cause, Findings

SHEETS = Path(__file__).parent.parent / "data" / "csv"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECRET = b"a secret of the tests, 32 bytes."


def read_sheet(name: str, options: CsvOptions) -> Findings:
    """Parse one of the files under tests/data/csv."""
    return find_in_csv((SHEETS / name).read_bytes(), name, options, NOW, SECRET)


def read_lines(text: str, options: CsvOptions | None = None, name: str = "sheet.csv") -> Findings:
    """Parse text as if it were a file in UTF-8."""
    return find_in_csv(text.encode(), name, options or CsvOptions(tz="UTC"), NOW, SECRET)


def causes(findings: Findings) -> list[tuple[int, Cause]]:
    """Line and cause of all notices that belong to a line."""
    return [(notice.line, notice.cause) for notice in findings.notices if notice.line]
