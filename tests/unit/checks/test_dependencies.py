"""What the code imports is what pyproject.toml names: nothing comes by way of another, nothing is named in vain."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
OWN = {"meshnode", "meshproto"}
READ_BY_PYTHON = {"tzdata"}
"""What `zoneinfo` reads by itself where the system has no time zones, as small containers do not."""


def imported() -> set[str]:
    """The distributions whose packages our own code imports, by their normalised names."""
    files = [*(PROJECT / "meshnode").rglob("*.py"), *(PROJECT / "protocol" / "meshproto").rglob("*.py")]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    packages = {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - OWN
    known = packages_distributions()
    return {normalised(next(iter(known[package]))) for package in packages}


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_what_is_imported_is_named_and_what_is_named_is_imported() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {normalised(re.split(r"[<>=!~\[; ]", each)[0]) for each in project["dependencies"]}
    assert imported() == named - READ_BY_PYTHON
