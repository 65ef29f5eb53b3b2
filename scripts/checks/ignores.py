"""Ignores: each names the rule it switches off and gives its reason on the same line.

value = thing()  # type: ignore[no-untyped-call]  # libp2p ships no types for this
import ssl  # noqa: F401 - only whether it is there
except OSError:  # pragma: no cover - needs a full disk
"""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from scripts.checks.findings import Finding, files

IGNORE = re.compile(r"#\s*(?P<kind>type:\s*ignore|noqa|pragma:\s*no\s*(?:cover|branch)|mypy:|ruff:)", re.IGNORECASE)
WELL_GIVEN = re.compile(
    r"# (?:type: ignore\[[\w, -]+\]|noqa: [A-Z]+\d+(?:, ?[A-Z]+\d+)*|pragma: no (?:cover|branch))(?:  #| -) \S.+"
)


def check(root: Path) -> list[Finding]:
    """Every ignore without its code or without its reason."""
    return [
        Finding(name, line, "an ignore carries its code and its reason: `# noqa: E501 - why`")
        for name, path in files(root, (".py",))
        for line in unexplained(path.read_text(encoding="utf-8"))
    ]


def unexplained(source: str) -> Iterator[int]:
    """The lines of the ignores in a file that lack code or reason. Text that only looks like one does not count."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            for ignore in IGNORE.finditer(token.string):
                if not WELL_GIVEN.match(token.string[ignore.start() :]):
                    yield token.start[0]
