"""What a browser, a spreadsheet or a terminal makes of what was written for it."""

import csv
import io
import unicodedata
from html.parser import HTMLParser


class Skeleton(HTMLParser):
    """What a browser makes of a page: its elements and their attributes, and the texts."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[object] = []
        self.texts: list[str] = []
        self.values: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, *(name for name, _ in attrs)))
        self.values += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.elements.append(("comment", data))


def skeleton(page: str) -> Skeleton:
    found = Skeleton()
    found.feed(page)
    found.close()
    return found


def leading_elsewhere(page: Skeleton) -> list[tuple[str, str]]:
    """Attributes by which a page would lead, send or load something elsewhere, or run something."""
    leading = [(name, value) for name, value in page.values if name in ("href", "src", "action", "formaction")]
    running = [(name, value) for name, value in page.values if name.startswith("on") or name in ("style", "srcdoc")]
    return running + [
        (name, value) for name, value in leading if not value.startswith(("/", "#", "?")) or value[1:2] == "/"
    ]


def steering(text: str) -> set[str]:
    """Characters that are no plain letters: they steer a terminal, turn the direction, or are not seen."""
    return {char for char in text if unicodedata.category(char)[0] == "C" or char in "\u2028\u2029"} - {
        "\n",
        "\u200c",
        "\u200d",
    }


def cells(sheet: str) -> list[str]:
    """Every cell of a table."""
    return [cell for row in csv.reader(io.StringIO(sheet, newline="")) for cell in row]


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet may work a cell out, which may cut off blanks and take wide letters for narrow ones."""
    plain = unicodedata.normalize("NFKC", cell).lstrip()
    return plain.startswith(("=", "+", "@")) or (plain.startswith("-") and not is_number(plain))


def is_number(cell: str) -> bool:
    """Whether a cell is a plain negative number."""
    return cell.removeprefix("-").replace(".", "", 1).isdigit()
