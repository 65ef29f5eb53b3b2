"""Who may import whom: the contracts of pyproject.toml, checked by import-linter, and that they name every package.

A contract may name a package that is agreed on but not built yet if `tool.meshnode.imports.planned` lists it; that
package is left out until its folder exists. Nothing else may be missing, and no package may be in no contract.
"""

import configparser
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from scripts.checks.findings import Finding

Contract: TypeAlias = dict[str, "str | list[str]"]

FOLDERS = {"meshnode": "meshnode", "meshproto": "protocol/meshproto"}
"""Where the top-level packages lie in the checkout."""


def check(root: Path) -> list[Finding]:
    """Packages that no contract names, and broken contracts with what import-linter says about them."""
    with (root / "pyproject.toml").open("rb") as file:
        tool = tomllib.load(file)["tool"]
    contracts: list[Contract] = tool["importlinter"]["contracts"]
    named = {module for contract in contracts for value in contract.values() for module in _modules(value)}
    found = [
        Finding(f"meshnode/{package}", 0, "no import contract in pyproject.toml names it")
        for package in _packages(root)
        if f"meshnode.{package}" not in named
    ]
    absent = [name for name in tool["meshnode"]["imports"]["planned"] if not _exists(root, name)]
    standing = [pruned for contract in contracts if all((pruned := without(contract, absent)).values())]
    report = _import_linter(root, standing)
    if report:
        found.append(Finding("pyproject.toml", 0, f"import contracts\n{report}"))
    return found


def without(contract: Contract, absent: list[str]) -> Contract:
    """The contract with every mention of the absent modules taken out."""
    pruned: Contract = {}
    for option, value in contract.items():
        pruned[option] = value
        if isinstance(value, list):
            rows = [[module for module in row.split(" | ") if module not in absent] for row in value]
            pruned[option] = [" | ".join(row) for row in rows if row]
    return pruned


def _modules(value: str | list[str]) -> list[str]:
    return [module for row in value for module in row.split(" | ")] if isinstance(value, list) else []


def _packages(root: Path) -> list[str]:
    """The names right below meshnode, modules and packages alike."""
    entries = [
        path for path in (root / "meshnode").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    ]
    return sorted({path.stem for path in entries} - {"__init__", "__main__"})


def _exists(root: Path, module: str) -> bool:
    first, *rest = module.split(".")
    path = root.joinpath(FOLDERS[first], *rest)
    return (path / "__init__.py").exists() or path.with_suffix(".py").is_file()


def _import_linter(root: Path, contracts: list[Contract]) -> str:
    """Run it on these contracts; returns what it says, or nothing when all are kept."""
    settings = configparser.ConfigParser(interpolation=None)
    settings["importlinter"] = {"root_packages": "\n".join(FOLDERS), "include_external_packages": "True"}
    for number, contract in enumerate(contracts):
        options = {key: value if isinstance(value, str) else "\n".join(["", *value]) for key, value in contract.items()}
        settings[f"importlinter:contract:{number}"] = options
    paths = os.pathsep.join({str((root / folder).parent) for folder in FOLDERS.values()})
    with TemporaryDirectory() as folder:
        file = Path(folder) / "contracts.ini"
        with file.open("w", encoding="utf-8") as target:
            settings.write(target)
        program = Path(sys.executable).with_name("lint-imports")
        ended = subprocess.run(
            [program, "--config", file, "--no-cache", "--no-logo"],
            cwd=root,
            env={**os.environ, "PYTHONPATH": paths, "NO_COLOR": "1", "COLUMNS": "120"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    return "" if ended.returncode == 0 else ended.stdout.strip()
