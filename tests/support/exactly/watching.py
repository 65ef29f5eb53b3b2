"""Loads `meshproto` with every expression watched: one that comes to a float, or to what is rounded alike, raises."""

import ast
import builtins
import sys
from collections.abc import Iterator, Sequence
from copy import deepcopy
from decimal import Decimal
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

WATCH = "_exactly_"
INEXACT = (float, complex, Decimal)


class InexactError(Exception):
    """An expression came to a number that is not exact."""


def watched(value: object) -> object:
    """The value, unless it is inexact."""
    if isinstance(value, INEXACT):
        raise InexactError(f"an expression came to {value!r}")
    return value


class _Watched(ast.NodeTransformer):
    """Puts a look around everything that computes: operators, calls, and numbers as they are written."""

    def visit_match_case(self, node: ast.match_case) -> ast.match_case:
        """Patterns compute nothing, and no call may stand in them."""
        node.guard = None if node.guard is None else self.visit(node.guard)
        node.body = [each for statement in node.body for each in _several(self.visit(statement))]
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """What two numbers come to."""
        return _looked_at(self.generic_visit(node))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        """What a number comes to."""
        return _looked_at(self.generic_visit(node))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """What a function gives."""
        return _looked_at(self.generic_visit(node))

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        """What is written down."""
        return _looked_at(node) if isinstance(node.value, INEXACT) else node

    def visit_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        """What a variable comes to."""
        self.generic_visit(node)
        now = deepcopy(node.target)
        now.ctx = ast.Load()
        return [node, ast.Expr(_looked_at(now))]


def _several(made: ast.AST | list[ast.stmt]) -> Iterator[ast.stmt]:
    for each in made if isinstance(made, list) else [made]:
        assert isinstance(each, ast.stmt)
        yield each


def _looked_at(node: ast.AST) -> ast.expr:
    assert isinstance(node, ast.expr)
    return ast.Call(ast.Name(WATCH, ast.Load()), [node], [])


class _Loader(SourceFileLoader):
    """Compiles from the source, watched, and takes nothing that was compiled before."""

    change: tuple[str, str] | None = None

    def get_code(self, fullname: str) -> CodeType:
        """The code of a module."""
        path = self.get_filename(fullname)
        text = self.get_data(path).decode()
        if self.change is not None:
            assert text.count(self.change[0]) == 1, f"{self.change[0]!r} does not stand once in {fullname}"
            text = text.replace(*self.change)
        tree = ast.fix_missing_locations(_Watched().visit(ast.parse(text)))
        return compile(tree, path, "exec")


class Watching(MetaPathFinder):
    """Finds the modules of `meshproto`; in one of them some words may be changed, to show that it is noticed."""

    def __init__(self, module: str = "", old: str = "", new: str = "") -> None:
        self._changes = {module: (old, new)}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module of `meshproto` is, and that it is watched."""
        spec = PathFinder.find_spec(fullname, path, target) if fullname.startswith("meshproto") else None
        if spec is None or spec.origin is None:
            return None
        spec.loader = _Loader(fullname, spec.origin)
        spec.loader.change = self._changes.get(fullname)
        return spec

    def begin(self) -> None:
        """Watch all that is imported from now on."""
        assert not [each for each in sys.modules if each.startswith("meshproto")], "it is loaded already"
        setattr(builtins, WATCH, watched)
        sys.meta_path.insert(0, self)
