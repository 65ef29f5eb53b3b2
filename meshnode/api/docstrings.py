"""The words under the fields of models, which Python itself forgets: read from the source for the documentation."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from types import ModuleType


def words_of_fields(kind: type) -> Mapping[str, str]:
    """What stands under each field of a class and of those it inherits from; fields without words are left out."""
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        module = inspect.getmodule(each)
        if module is not None and each.__module__.startswith("meshnode."):
            found |= _classes(module).get(each.__name__, {})
    return found


def first_sentence(text: str) -> tuple[str, str]:
    """The first sentence of a documentation, on one line and without its full stop; and what follows it."""
    whole = " ".join(text.split())
    first, _, rest = whole.partition(". ")
    return first.removesuffix("."), rest


@cache
def _classes(module: ModuleType) -> Mapping[str, Mapping[str, str]]:
    tree = ast.parse(inspect.getsource(module))
    return {node.name: dict(_fields(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, after in zip(node.body, node.body[1:], strict=False):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str):
            yield field.target.id, " ".join(after.value.value.split())
