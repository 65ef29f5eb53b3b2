"""Quotes of the protocol's text: what a `# SPEC <document> <section>: …` comment says must still stand there.

The comment block from that line on is the quote; an empty comment line ends it. It is compared word for word, with
every run of white space as one blank, against that section of protocol/spec/<document>.md and what is nested in it.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from scripts.checks.findings import Finding, files

OPENING = re.compile(r"^\s*(?P<mark>#|//|--|\*)\s*SPEC (?P<document>\S+) (?P<section>[^\s:]+): (?P<text>.+)$")
HEADING = re.compile(r"^(?P<marks>#+)\s+§?\s*(?P<number>[0-9A-Za-z]+(?:\.[0-9A-Za-z]+)*)\b")


def check(root: Path) -> list[Finding]:
    """Every quote whose words, section or document are not in the text."""
    found = []
    for name, path in files(root, (".py", ".js", ".mjs", ".sql")):
        for line, document, section, quote in quotes(path.read_text(encoding="utf-8")):
            text = root / "protocol" / "spec" / f"{document}.md"
            if not text.is_file():
                found.append(Finding(name, line, f"quotes {document}, but there is no protocol/spec/{document}.md"))
            elif (body := section_of(text.read_text(encoding="utf-8"), section)) is None:
                found.append(Finding(name, line, f"quotes {document} {section}, but the text has no such section"))
            elif quote not in _folded(body):
                found.append(Finding(name, line, f"{document} {section} does not say (any more): {quote}"))
    return found


def quotes(source: str) -> Iterator[tuple[int, str, str, str]]:
    """Each quote in a source file: its line, document, section and words."""
    lines = source.splitlines()
    for index, line in enumerate(lines):
        if not (opening := OPENING.match(line)):
            continue
        words = [opening["text"]]
        more = re.compile(rf"^\s*{re.escape(opening['mark'])}\s*(?P<text>\S.*)$")
        for following in lines[index + 1 :]:
            if OPENING.match(following) or not (comment := more.match(following)):
                break
            words.append(comment["text"])
        yield index + 1, opening["document"], opening["section"], _folded(" ".join(words))


def section_of(text: str, number: str) -> str | None:
    """The section with that number, down to the next heading of its rank or a higher one; None if there is none."""
    body: list[str] | None = None
    rank = 0
    for line in text.splitlines():
        heading = HEADING.match(line)
        marks = len(line) - len(line.lstrip("#")) if line.startswith("#") else 0
        if body is not None and marks and marks <= rank:
            break
        if body is None and heading and heading["number"] == number:
            body, rank = [], marks
        elif body is not None:
            body.append(line)
    return None if body is None else "\n".join(body)


def _folded(text: str) -> str:
    return " ".join(text.split())
