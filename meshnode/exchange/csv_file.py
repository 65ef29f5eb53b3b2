"""From the bytes of a file to rows of text: encoding, delimiter, quotes, limits; nothing about what rows mean."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from meshnode.exchange.entries import MAX_ENTRIES, Cause, ImportRefused, Notebook

MAX_BYTES = 64 * 1024 * 1024
"""Largest file in bytes: 100,000 rows of 600 bytes. It is read into memory as a whole."""

MAX_ROWS = MAX_ENTRIES + 20_000
"""Most rows of a file, those left out included: other people's rows also cost memory."""

MAX_FIELD = 131_072
"""Longest field in characters, the csv module's own limit. An unclosed quote would make the whole file one field."""

MAX_COLUMNS = 256
"""Most columns of a row; widest exports have 40."""

DELIMITERS = ",;\t|"

ENCODINGS = ("utf-8", "utf-16", "cp1252", "cp1250", "cp1251", "iso-8859-1", "iso-8859-2", "iso-8859-15", "mac-roman")
"""What `--encoding` takes: what spreadsheets in Europe and America write. Some codecs of Python are no text."""


UTF16_ZEROS = 4
"""At least each so-many-th byte is zero where a file is taken for UTF-16 that does not say so."""


class RawRow(NamedTuple):
    """One record of a file."""

    line: int
    """Where it begins, counting from 1; fields with line ends in them make records longer than a line."""
    fields: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows, the first of which should be its header."""

    header: RawRow
    rows: list[RawRow]
    delimiter: str
    encoding: str


def read_text(raw: bytes, encoding: str | None, notes: Notebook) -> tuple[str, str]:
    """Decode a file; return the text and the encoding found. Raises ImportRefused.

    Without `--encoding` a byte order mark decides, else UTF-8 if it fits, else Windows-1252 with a note.
    """
    if len(raw) > MAX_BYTES:
        raise ImportRefused("too-large", f"the file has more than {MAX_BYTES >> 20} MiB", "export a shorter period")
    if encoding is not None:
        return _decoded(raw, _known(encoding)), _known(encoding)
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decoded(raw, "utf-16"), "utf-16"
    start = raw[:4096]
    # UTF-16 has a zero in every second byte of plain letters; a single one is damage, or no text at all.
    if start.count(0) * UTF16_ZEROS >= len(start) > 0:
        guess = "utf-16-le" if raw[1:2] == b"\0" else "utf-16-be"
        return _decoded(raw, guess), guess
    try:
        return raw.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        if b"\0" in start:
            raise _not_text() from None
        text = _decoded(raw, "cp1252")
    notes.add(Cause.ENCODING, "", "read as Windows-1252, since it is not UTF-8; if names look wrong use --encoding")
    return text, "cp1252"


def read_table(text: str, encoding: str, delimiter: str | None, notes: Notebook) -> Table:
    """Split text into rows; broken rows are refused by line. Raises ImportRefused when there is no header."""
    if "\0" in text:
        raise _not_text()
    lines, skipped, told = _lines(text)
    chosen = delimiter or told or _delimiter_of(lines)
    rows = _rows(lines, chosen, skipped, notes)
    header = next(rows, None)
    if header is None:
        raise ImportRefused("empty", "the file has no rows")
    return Table(header, list(rows), chosen, encoding)


def _not_text() -> ImportRefused:
    return ImportRefused("not-text", "the file holds binary zeros", "export it as CSV; .xlsx is not CSV")


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        name = ""
    wanted = {codecs.lookup(each).name for each in ENCODINGS}
    if name not in wanted:
        raise ImportRefused("encoding", f"unknown encoding {encoding!r}", "use one of " + ", ".join(ENCODINGS))
    return "utf-8-sig" if name == "utf-8" else name


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        hint = "say which it is with --encoding " + "|".join(ENCODINGS)
        raise ImportRefused("encoding", f"byte {error.start} is not {encoding}", hint) from None


def _lines(text: str) -> tuple[list[str], int, str | None]:
    """Split into lines, their ends kept; take off blank lines at the start and the `sep=;` that Excel writes there."""
    lines = text.splitlines(keepends=True) if "\n" not in text else _split_at_newlines(text)
    skipped = 0
    told = None
    while skipped < len(lines):
        line = lines[skipped].strip(" \r\n\ufeff")
        if line.lower().startswith("sep=") and len(line) == 5 and line[4] in DELIMITERS:
            told = line[4]
        elif line.strip(DELIMITERS):
            break
        skipped += 1
    return lines[skipped:], skipped, told


def _split_at_newlines(text: str) -> list[str]:
    """Split at line feeds only: `splitlines` would also cut at form feeds and other signs inside of fields."""
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _delimiter_of(lines: list[str]) -> str:
    """Choose the delimiter that splits the header into most fields; a comma when none does."""
    head = lines[:20]

    def width(delimiter: str) -> int:
        try:
            return len(next(csv.reader(head, delimiter=delimiter), []))
        except csv.Error:
            return 0

    return max(DELIMITERS, key=lambda each: (width(each), -DELIMITERS.index(each)))


def _rows(lines: list[str], delimiter: str, skipped: int, notes: Notebook) -> Iterator[RawRow]:
    reader = csv.reader(iter(lines), delimiter=delimiter, strict=True)
    count = 0
    while True:
        line = skipped + reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            _check_that_rows_go_on(error, line)
            notes.add(Cause.QUOTES, line, "the quotes do not fit: inside a quoted field a quote is written twice")
            continue
        if not any(fields) or not any(field.strip() for field in fields):
            continue
        if len(fields) > MAX_COLUMNS:
            notes.add(Cause.RAGGED, line, f"{len(fields)} fields; more than {MAX_COLUMNS} are no table")
            continue
        count += 1
        if count > MAX_ROWS:
            raise ImportRefused("too-many", f"the file has more than {MAX_ROWS:,} rows", "export a shorter period")
        yield RawRow(line, fields)


def _check_that_rows_go_on(error: csv.Error, line: int) -> None:
    """Refuse the file when nobody can tell where its next row begins."""
    if "field limit" in str(error):
        text = f"line {line} begins a field of more than {MAX_FIELD:,} characters"
    elif "unexpected end" in str(error):
        text = f"line {line} opens a quote that is never closed"
    else:
        return
    raise ImportRefused("quotes", text, "close the quote or export the file again")
