"""What is never written here, where reading the syntax tree is enough to see it.

Two things are allowed where a comment on the same line gives the reason: `except Exception` by a supervisor
(`# supervisor: why`), and SQL put together from parts that cannot be parameters (`# not parameters: why`, or ruff's
`# noqa: S608 - why`).
"""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

from scripts.checks.findings import Finding, files

INNER = ("protocol/meshproto/", "meshnode/core/", "meshnode/views/")
"""Where nothing may touch the world, and where every node must compute alike. Imports are import-linter's part."""

SUPERVISED = ("meshnode/runtime/", "meshnode/net/", "meshnode/api/", "meshnode/dashboard/", "meshnode/app")
"""Where a supervisor of a peer or a request can stand."""

WORLD = frozenset({"open", "input", "print", "breakpoint", "__import__"})
CLOCKS = frozenset({"now", "utcnow", "today"})
SQL_CALLS = frozenset({"execute", "executemany", "executescript", "query", "select"})
SKIPS = frozenset({"skip", "skipif", "skipIf", "xfail", "importorskip"})

Rule = Callable[[ast.AST, str], str | None]
"""Looks at one node of a file's tree, knowing that line's text; returns what is wrong with it."""


def check(root: Path) -> list[Finding]:
    """Every forbidden construct in the product, its tests and its scripts."""
    found = []
    for name, path in files(root, (".py",)):
        source = path.read_text(encoding="utf-8")
        found += [Finding(name, line, text) for line, text in forbidden(name, source)]
    return found


def forbidden(name: str, source: str) -> Iterator[tuple[int, str]]:
    """The line and the text of each finding in one file, whose name decides which rules hold."""
    lines = source.splitlines()
    rules = list(_rules_for(name))
    for node in ast.walk(ast.parse(source)):
        line = getattr(node, "lineno", getattr(getattr(node, "iter", None), "lineno", 0))
        for rule in rules:
            if text := rule(node, lines[line - 1] if line else ""):
                yield line, text


def _rules_for(name: str) -> Iterator[Rule]:
    if name.startswith(("meshnode/", "protocol/meshproto/")):
        yield _broad_except_of_a_supervisor if name.startswith(SUPERVISED) else _broad_except
        yield _sql_from_parts
        yield _stub
    if name.startswith(INNER):
        yield from (_touches_the_world, _iterates_a_set, _orders_by_identity)
    if name.startswith("tests/"):
        yield from (_mock, _skip)
        if not name.startswith(("tests/support/", "tests/bench/")):
            yield _sleep


def _broad_except(node: ast.AST, line: str) -> str | None:
    # Tidying up and raising on lets nothing through.
    if isinstance(node, ast.ExceptHandler) and not (isinstance(last := node.body[-1], ast.Raise) and last.exc is None):
        kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        if any(kind is None or _name(kind) in ("Exception", "BaseException") for kind in kinds):
            return "catches everything; name what can happen, or leave it to the supervisor"
    return None


def _broad_except_of_a_supervisor(node: ast.AST, line: str) -> str | None:
    if _broad_except(node, line) and not _reason(line, "supervisor"):
        return "catches everything; only a supervisor may, and says so: `# supervisor: why`"
    return None


def _sql_from_parts(node: ast.AST, line: str) -> str | None:
    if not isinstance(node, ast.Call) or _name(node.func) not in SQL_CALLS or not node.args:
        return None
    excused = _reason(line, "not parameters") or _reason(line, "noqa", ": S608 -")
    if _is_composed(node.args[0]) and not excused:
        return "puts SQL together from parts; pass parameters, or say why not: `# not parameters: why`"
    return None


def _is_composed(text: ast.expr) -> bool:
    match text:
        case (
            ast.JoinedStr(values=[ast.Constant(value=str(start)), *_]) | ast.BinOp(left=ast.Constant(value=str(start)))
        ):
            # A pragma takes no parameters.
            return not start.startswith("PRAGMA ") and _has_parts(text)
        case _:
            return _has_parts(text)


def _has_parts(text: ast.expr) -> bool:
    match text:
        case ast.JoinedStr():
            return any(isinstance(part, ast.FormattedValue) for part in text.values)
        case ast.BinOp(left=left, op=ast.Mod() | ast.Add(), right=right):
            return any(_is_text(side) or _has_parts(side) for side in (left, right))
        case ast.Call(func=ast.Attribute(value=value, attr="format" | "join")):
            return _is_text(value)
    return False


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _stub(node: ast.AST, line: str) -> str | None:
    if isinstance(node, ast.Raise) and node.exc is not None and _name(node.exc) == "NotImplementedError":
        return "is a stub; build it or leave it out"
    return None


def _touches_the_world(node: ast.AST, line: str) -> str | None:
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in WORLD:
            return f"calls {node.func.id}(); the inner layers take arguments and ports, and return reports"
        if isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS and not node.args:
            return "reads a clock; time is an argument here"
    return None


def _iterates_a_set(node: ast.AST, line: str) -> str | None:
    if isinstance(node, ast.For | ast.comprehension):
        made = isinstance(node.iter, ast.Call) and _name(node.iter.func) in ("set", "frozenset")
        if made or isinstance(node.iter, ast.Set | ast.SetComp):
            return "iterates a set, whose order differs between processes; use a dict or sorted()"
    return None


def _orders_by_identity(node: ast.AST, line: str) -> str | None:
    if isinstance(node, ast.keyword) and node.arg == "key" and _name(node.value) in ("hash", "id"):
        return "orders by hash or id, which differ between processes"
    return None


def _mock(node: ast.AST, line: str) -> str | None:
    modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    if isinstance(node, ast.ImportFrom):
        modules = [f"{node.module}.{alias.name}" for alias in node.names]
    if any(module.startswith(("unittest.mock", "mock.")) or module == "mock" for module in modules):
        return "imports mocks; write a fake that keeps its port's promises"
    return None


def _skip(node: ast.AST, line: str) -> str | None:
    if isinstance(node, ast.Attribute) and node.attr in SKIPS and _name(node.value) in ("pytest", "mark", "unittest"):
        return f"uses {node.attr}; a test runs or does not exist"
    return None


def _sleep(node: ast.AST, line: str) -> str | None:
    if isinstance(node, ast.Attribute) and node.attr == "sleep" and _name(node.value) == "time":
        return "sleeps; wait for the event or condition, with a deadline (tests/support)"
    return None


def _name(node: ast.AST) -> str:
    """The last part of a dotted name, of what is called where it is a call."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=func):
            return _name(func)
    return ""


def _reason(line: str, mark: str, after: str = ":") -> bool:
    return bool(line.partition(f"# {mark}{after}")[2].strip())
