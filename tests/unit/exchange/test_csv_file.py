"""Encodings, delimiters, quotes and limits of files."""

import pytest

from meshnode.exchange import csv_file
from meshnode.exchange.csv_file import RawRow, Table, read_table, read_text
from meshnode.exchange.entries import Cause, ImportRefused, Notebook


def table(text: str, delimiter: str | None = None) -> Table:
    return read_table(text, "utf-8", delimiter, Notebook())


@pytest.mark.parametrize(
    "raw",
    [
        "Müller".encode(),
        "\ufeffMüller".encode(),
        "Müller".encode("utf-16"),
        "Müller".encode("utf-16-le"),
        "Müller".encode("utf-16-be"),
        "Müller".encode("cp1252"),
    ],
)
def test_umlauts_survive_every_common_encoding(raw: bytes) -> None:
    assert read_text(raw, None, Notebook())[0] == "Müller"


def test_falling_back_to_windows_1252_is_noted() -> None:
    notes = Notebook()
    read_text("Größe".encode("cp1252"), None, notes)
    assert [notice.cause for notice in notes.notices] == [Cause.ENCODING]


def test_a_named_encoding_is_taken_at_its_word() -> None:
    assert read_text("Łódź".encode("cp1250"), "windows-1250", Notebook()) == ("Łódź", "cp1250")


def test_one_zero_in_a_text_does_not_make_it_utf_16() -> None:
    text, encoding = read_text(b"title,date\nM\xc3\xbcller\0,2026-03-09\n", None, Notebook())
    assert (text, encoding) == ("title,date\nMüller\0,2026-03-09\n", "utf-8")
    with pytest.raises(ImportRefused, match="binary zeros"):
        read_table(text, encoding, None, Notebook())


@pytest.mark.parametrize("name", ["klingon", "zlib", "idna", "\0", "rot13"])
def test_an_encoding_that_is_not_on_the_list_is_refused(name: str) -> None:
    with pytest.raises(ImportRefused, match="utf-8"):
        read_text(b"x", name, Notebook())


def test_bytes_that_are_not_of_the_named_encoding_are_refused() -> None:
    with pytest.raises(ImportRefused, match="byte 0 is not utf-8"):
        read_text(b"\xff\xfe\xfd", "utf-8", Notebook())


def test_bytes_of_no_encoding_at_all_are_refused() -> None:
    with pytest.raises(ImportRefused, match="--encoding"):
        read_text(b"caf\x81", None, Notebook())


def test_a_spreadsheet_is_not_mistaken_for_a_table_of_text() -> None:
    with pytest.raises(ImportRefused):
        read_table(
            *read_text(b"PK\x03\x04\x14\0\0\0\x08\0" + bytes(range(256)) * 20, None, Notebook()), None, Notebook()
        )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_parts_the_header_most(delimiter: str) -> None:
    found = table(delimiter.join(["a", "b b", "c"]) + "\n" + delimiter.join(["1", "2", "3"]))
    assert (found.delimiter, found.rows) == (delimiter, [RawRow(2, ["1", "2", "3"])])


def test_the_sep_line_of_excel_names_the_delimiter_and_is_no_row() -> None:
    found = table("sep=;\r\na;b,c\r\n1;2\r\n")
    assert (found.header, found.rows) == (RawRow(2, ["a", "b,c"]), [RawRow(3, ["1", "2"])])


def test_lines_are_counted_through_fields_with_line_ends_and_blank_lines() -> None:
    found = table('\n\na,b\n"1\n2\n3",x\n\n,\n4,y\n')
    assert [row.line for row in (found.header, *found.rows)] == [3, 4, 9]


def test_quotes_within_quotes_and_delimiters_within_quotes_are_text() -> None:
    assert table('a,b\n"say ""hi"", ok",2\n').rows[0].fields == ['say "hi", ok', "2"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_systems_are_read(end: str) -> None:
    assert [row.fields for row in table(f"a,b{end}1,2{end}3,4").rows] == [["1", "2"], ["3", "4"]]


def test_a_row_with_wrong_quotes_is_refused_and_the_next_one_read() -> None:
    notes = Notebook()
    found = read_table('a,b\n"x"y,1\n2,3\n', "utf-8", None, notes)
    assert [(notice.line, notice.cause) for notice in notes.notices] == [(2, Cause.QUOTES)]
    assert [row.fields for row in found.rows] == [["2", "3"]]


def test_a_quote_that_is_never_closed_refuses_the_file_and_names_its_line() -> None:
    with pytest.raises(ImportRefused, match="line 3 opens a quote"):
        table('a,b\n1,2\n"x,1\n2,3\n')


def test_a_field_without_end_refuses_the_file() -> None:
    with pytest.raises(ImportRefused, match="line 2 begins a field of more than 131,072"):
        table('a,b\n"' + "x\n" * 100_000 + '",1\n')


def test_binary_zeros_in_text_refuse_the_file() -> None:
    with pytest.raises(ImportRefused, match="binary zeros"):
        table("a,b\n1,\0\n")


def test_a_spreadsheet_is_refused_as_what_it_is_and_not_for_its_encoding() -> None:
    with pytest.raises(ImportRefused, match="binary zeros"):
        read_text(b"PK\x03\x04\x14\x00\x06\x00" + bytes(range(255, 0, -1)) * 20, None, Notebook())


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(ImportRefused, match="no rows"):
        table("\n\n \n")


def test_too_many_rows_columns_and_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "MAX_ROWS", 3)
    monkeypatch.setattr(csv_file, "MAX_BYTES", 10)
    with pytest.raises(ImportRefused, match="more than 3 rows"):
        table("a,b\n" + "1,2\n" * 4)
    with pytest.raises(ImportRefused, match="MiB"):
        read_text(b"x" * 11, None, Notebook())
    notes = Notebook()
    read_table("a,b\n" + "," * 300 + "1\n", "utf-8", None, notes)
    assert [notice.cause for notice in notes.notices] == [Cause.RAGGED]
