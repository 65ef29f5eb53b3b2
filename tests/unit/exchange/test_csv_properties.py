"""Whatever the bytes: a table is read or refused in words, and nothing else happens."""

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from meshnode.exchange.csv_source import CsvOptions, find_in_csv
from meshnode.exchange.csv_times import read_duration
from meshnode.exchange.entries import Findings, ImportRefused
from meshproto.records.encoding import encode
from tests.support.sheets import NOW, SECRET, read_lines

HEADER = "Description,Duration,Email,Start date,Start time,Stop date,Stop time"
ZONES = ["UTC", "Europe/Madrid", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"]
CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "-", "1:30:00", "9:00 AM", "25/03/2026", "2026-03-25", "1,5", '"', "=1+1", "Total", "24:00"]),
    st.from_regex(r"[0-9]{1,2}[:/.][0-9]{1,2}[:/.][0-9]{1,4}", fullmatch=True),
)


def read(raw: bytes, options: CsvOptions) -> Findings | None:
    with suppress(ImportRefused):
        return find_in_csv(raw, "sheet.csv", options, NOW, SECRET)
    return None


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    read(raw, CsvOptions(tz="UTC"))


@given(st.lists(st.lists(CELLS, min_size=5, max_size=8), max_size=6), st.sampled_from(ZONES))
def test_every_row_has_exactly_one_fate(rows: list[list[str]], zone: str) -> None:
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""').replace("\0", "") + '"'

    lines = [",".join(map(quoted, row)) for row in rows if any(cell.strip("\0").strip() for cell in row)]
    found = read("\n".join([HEADER, *lines]).encode("utf-8", "ignore"), CsvOptions(tz=zone, date_format="dmy"))
    if found is not None:
        assert len(found.entries) + found.refused() + found.skipped() == len(lines)
        assert all(entry.quantity.n > 0 and entry.first <= entry.last for entry in found.entries)


@given(st.lists(CELLS, min_size=7, max_size=7))
def test_whatever_is_accepted_fits_into_a_record(row: list[str]) -> None:
    text = ",".join('"' + cell.replace('"', '""').replace("\0", "") + '"' for cell in row)
    found = read(f"{HEADER}\n{text}\n".encode("utf-8", "ignore"), CsvOptions(tz="UTC", date_format="mdy"))
    for entry in found.entries if found else ():
        assert len(encode({**entry.extras, "title": entry.title, "text": entry.text})) < 60_000
        assert len(entry.source.ref) != 32


@given(
    st.integers(*(int(datetime(year, 11, 20, tzinfo=UTC).timestamp()) for year in (1990, 2026))),
    st.integers(1, 12 * 3600),
    st.sampled_from(ZONES),
)
def test_reading_undoes_writing_in_every_zone(begin: int, seconds: int, zone: str) -> None:
    start, end = (datetime.fromtimestamp(each, ZoneInfo(zone)) for each in (begin, begin + seconds))
    length = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    row = f"Work,{length},a@b.c,{start:%Y-%m-%d,%H:%M:%S},{end:%Y-%m-%d,%H:%M:%S}"
    (entry,) = read_lines(f"{HEADER}\n{row}\n", CsvOptions(tz=zone)).entries
    assert (entry.quantity.n, entry.first) == (seconds, start.date())


@given(st.integers(0, 10**6))
def test_lengths_are_read_as_they_are_written(seconds: int) -> None:
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    written = [f"{hours}:{minutes:02}:{rest:02}", f"{hours} h {minutes} min {rest} s", f"PT{hours}H{minutes}M{rest}S"]
    assert {read_duration(text, None) for text in written} == {seconds}
