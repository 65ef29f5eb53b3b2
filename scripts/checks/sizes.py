"""Lengths: no function above 60 lines, 95 of 100 below 40, no file above 500.

A function is counted from `def` to its last line, documentation and inner functions included.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from scripts.checks.findings import Finding, files

LONGEST_FUNCTION = 60
USUAL_FUNCTION = 40
USUAL_SHARE = 0.95
LONGEST_FILE = 500


def check(root: Path) -> list[Finding]:
    """Every function and file that is too long, and the long functions together when they are too many."""
    found = []
    for name, path in files(root, (".py", ".js", ".mjs", ".sh", "")):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST_FILE:
            found.append(Finding(name, 0, f"has {lines} lines, more than {LONGEST_FILE}; split it by meaning"))
    lengths = [measured for name, path in files(root, (".py",)) for measured in _functions(name, path)]
    for length, name, line, function in lengths:
        if length > LONGEST_FUNCTION:
            found.append(Finding(name, line, f"{function} has {length} lines, more than {LONGEST_FUNCTION}"))
    long = sorted((measured for measured in lengths if measured[0] >= USUAL_FUNCTION), reverse=True)
    if len(long) > (1 - USUAL_SHARE) * len(lengths):
        share = (
            f"{len(long)} of {len(lengths)} functions have {USUAL_FUNCTION} lines or more, above {1 - USUAL_SHARE:.0%}"
        )
        found += [
            Finding(name, line, f"{function} has {length} lines; {share}") for length, name, line, function in long
        ]
    return found


def _functions(name: str, path: Path) -> Iterator[tuple[int, str, int, str]]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield node.end_lineno - node.lineno + 1, name, node.lineno, node.name
