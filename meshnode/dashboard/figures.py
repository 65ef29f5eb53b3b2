"""What pages show besides words: tables and drawings, each drawing with the table it was drawn from."""

import csv
import io
import json
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from meshnode.words.safe_text import harmless_cell

STANDALONE = """svg{font-family:system-ui,sans-serif;background:#fff}
text{fill:#1b1f1e;font-size:12px}.quiet{fill:#55605d}
.end{text-anchor:end}.mid{text-anchor:middle}.h0{fill:#eceeea}.h1{fill:#c3ddd5}.h2{fill:#84bcae}.h3{fill:#3d917f}
.h4{fill:#0b6150}.c0{fill:#0b6b5d}.c1{fill:#2f6fb3}.c2{fill:#b5651d}.c3{fill:#7b4fa3}.c4{fill:#857c10}.c5{fill:#b23a56}
.cx{fill:#8b928f}.line,.axis{stroke:#8b928f;fill:none}.flow{fill-opacity:.3}.mark{fill:#fff}.strong{font-weight:650}
.on3,.on4{fill:#fff}
.tie{stroke:#0b6b5d;stroke-width:2}.relayed{stroke-dasharray:8 4}.idle{stroke:#8b928f;stroke-dasharray:2 4}
.failing{stroke:#a3212f;stroke-dasharray:2 6}.node{fill:#0b6b5d}
.node.idle,.node.failing{fill:#fff;stroke-dasharray:none}
.rise{fill:none;stroke-width:2}.s0{stroke:#0b6b5d}.s1{stroke:#2f6fb3}.s2{stroke:#b5651d}.s3{stroke:#7b4fa3}
.s4{stroke:#857c10}.s5{stroke:#b23a56}.s-1{stroke:#8b928f;stroke-dasharray:6 3}
.halo{paint-order:stroke;stroke:#fff;stroke-width:3px}"""
"""The light colours of static/dashboard.css, for drawings that leave it."""


class Column(NamedTuple):
    """A column; figures stand to the right."""

    name: str
    is_number: bool = False


MOST_CELLS = 800
"""Cells of a table that stand on a page: more than a year of days with their hours. What is taken along has all."""
MOST_COLUMNS = 40
"""Columns of a table that stand on a page."""


class Table(NamedTuple):
    """Rows of texts as people read them."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]

    @property
    def on_page(self) -> "Table":
        """What of it stands on a page: the first columns and rows."""
        columns = self.columns[:MOST_COLUMNS]
        return Table(columns, [row[: len(columns)] for row in self.rows[: MOST_CELLS // max(len(columns), 1)]])

    @property
    def left_out(self) -> str:
        """What does not stand on a page, in words; empty if nothing."""
        part = self.on_page
        rows, columns = len(self.rows) - len(part.rows), len(self.columns) - len(part.columns)
        told = [(rows, "row"), (columns, "column")]
        return " and ".join(f"{number:,} more {word}{'s'[: number > 1]}" for number, word in told if number)


class Sheet(NamedTuple):
    """A list of a page to take along: what the page shows of it, a row each."""

    name: str
    """Its name on the page and as a file: small letters."""
    title: str
    table: Table


class Figure(NamedTuple):
    """A drawing in a wide and a narrow form, what it shows in a sentence, and its table."""

    name: str
    """Its name on the page and as a file: small letters."""
    title: str
    says: str
    """The drawing in a sentence, for who does not see it."""
    wide: Markup
    narrow: Markup
    table: Table


def as_csv(table: Table) -> str:
    """The table for a spreadsheet, none of whose cells it takes for a formula."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n").writerow
    write([harmless_cell(column.name) for column in table.columns])
    for row in table.rows:
        cells = zip(table.columns, row, strict=True)
        write([_plain(cell) if column.is_number else harmless_cell(cell) for column, cell in cells])
    return out.getvalue()


def as_json(figure: Figure | Sheet) -> str:
    """The table for programs, a row an object."""
    names = [column.name for column in figure.table.columns]
    rows = [dict(zip(names, row, strict=True)) for row in figure.table.rows]
    return json.dumps({"schema": f"meshnode.figure.{figure.name}/1", "title": figure.title, "rows": rows}, indent=1)


def as_svg(figure: Figure) -> str:
    """The drawing for a document: with its colours, since it leaves the style sheet behind."""
    head, _, rest = str(figure.wide).partition(">")
    space = "" if "xmlns" in head else ' xmlns="http://www.w3.org/2000/svg"'
    return f"{head}{space}><style>{STANDALONE}</style>{rest}"


def _plain(number: str) -> str:
    """A number without what groups its digits; what is none after that is a text like any other."""
    plain = number.replace(",", "").replace("−", "-")
    return plain if plain.lstrip("-").replace(".", "", 1).isdigit() else harmless_cell(number)
