"""What commands print, for people and for programs."""

import json

import pytest

from meshnode.cli.output import Out
from tests.support.command_line import AsciiStream, Stream


def out_on(
    stdout: Stream, environ: dict[str, str] | None = None, *, as_json: bool = False, stderr: Stream | None = None
) -> Out:
    return Out(as_json=as_json, stdout=stdout, stderr=stderr or Stream(), environ=environ or {})


def test_json_is_one_line_of_ascii_with_its_schema() -> None:
    stream = Stream()
    out_on(stream, as_json=True).give("whoami", {"name": "Ana\x1b[2J \u202e López"})
    assert stream.getvalue().isascii()
    assert stream.getvalue().count("\n") == 1
    assert json.loads(stream.getvalue()) == {"schema": "meshnode.whoami/1", "name": "Ana\x1b[2J \u202e López"}


def test_with_json_nothing_else_goes_to_stdout() -> None:
    stream = Stream()
    out = out_on(stream, as_json=True)
    for say in (out.line, out.ok, out.warn, out.bad, out.text):
        say("x")
    out.fields([("a", "b")])
    out.table(("A",), [("b",)], flexible=0)
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("terminal", "environ", "coloured"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (True, {"NO_COLOR": ""}, True),
    ],
)
def test_colour_is_for_terminals_that_want_it(terminal: bool, environ: dict[str, str], coloured: bool) -> None:
    stream = Stream(terminal=terminal)
    out_on(stream, environ).ok("done")
    assert ("\x1b[" in stream.getvalue()) is coloured
    assert "✓" in stream.getvalue()


def test_marks_differ_without_colour() -> None:
    stream = Stream()
    out = out_on(stream)
    out.ok("a")
    out.warn("b")
    out.bad("c")
    assert stream.getvalue() == "✓ a\n! b\n✗ c\n"


def test_a_terminal_that_writes_only_ascii_gets_ascii() -> None:
    stream = AsciiStream()
    out = out_on(stream)
    out.ok("a … b · c → d")
    out.bad("e")
    assert stream.getvalue() == "ok a .. b - c -> d\nno e\n"


def test_a_table_fits_the_width_and_only_its_flexible_column_gives_way() -> None:
    stream = Stream()
    rows = [("bafkrei…abcdefgh", "3.5 h", "a long title " * 10, "Ana"), ("b", "12 h", "short", "日本語")]
    out_on(stream).table(("ID", "TIME", "WHAT", "WHO"), rows, flexible=2, right=(1,))
    lines = stream.getvalue().splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert lines[1].startswith("bafkrei…abcdefgh  3.5 h  a long title")
    assert lines[1].rstrip("Ana").rstrip().endswith("…")
    assert lines[2].startswith("b                  12 h  short ")


def test_cells_of_a_table_are_safe() -> None:
    stream = Stream()
    out_on(stream).table(("WHAT",), [("\x1b[2Ja\nb",)], flexible=0)
    assert stream.getvalue() == "WHAT\na b\n"


def test_fields_are_aligned_safe_and_left_out_when_empty() -> None:
    stream = Stream()
    out_on(stream).fields([("id", "b\u202e1"), ("nothing", ""), ("name", "Ana")])
    assert stream.getvalue() == "  id    b1\n  name  Ana\n"


def test_a_longer_text_is_wrapped() -> None:
    stream = Stream()
    out_on(stream, {"COLUMNS": "40"}).text("word " * 20 + "\n\nnext")
    assert all(len(line) <= 40 for line in stream.getvalue().splitlines())
    assert stream.getvalue().endswith("\n  \n  next\n")


def test_progress_is_for_a_terminals_stderr_only() -> None:
    terminal, file = Stream(terminal=True), Stream()
    for stderr in (terminal, file):
        out = out_on(Stream(), stderr=stderr)
        out.progress("comparing")
        out.progress_done()
    assert terminal.getvalue() == "\r\x1b[Kcomparing\r\x1b[K"
    assert file.getvalue() == ""


@pytest.mark.parametrize(("columns", "width"), [("100", 100), ("10", 40), ("1000", 160), ("x", 80), ("", 80)])
def test_the_width_is_that_of_the_environment_within_reason(columns: str, width: int) -> None:
    assert out_on(Stream(), {"COLUMNS": columns}).width == width
