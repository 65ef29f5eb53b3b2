"""The words that stand under a name in a file, which Python itself forgets: read from its source."""

import ast
import inspect
from itertools import pairwise
from types import ModuleType


def under_members(kind: type, module: ModuleType) -> dict[str, str]:
    """What stands under each member of an enumeration or field of a class, by its name; the others are left out."""
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.ClassDef) and node.name == kind.__name__:
            return _under(node.body)
    raise KeyError(kind.__name__)


def _under(body: list[ast.stmt]) -> dict[str, str]:
    found = {}
    for member, after in pairwise(body):
        target = member.targets[0] if isinstance(member, ast.Assign) else getattr(member, "target", None)
        words = ast.literal_eval(after.value) if isinstance(after, ast.Expr) and _is_text(after.value) else ""
        if isinstance(target, ast.Name) and words:
            found[target.id] = " ".join(words.split())
    return found


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
