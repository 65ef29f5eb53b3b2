"""The check of who imports whom, on a toy project."""

from pathlib import Path

import pytest

from scripts.checks.imports import check, without

CONTRACTS = """
[tool.meshnode.imports]
planned = ["meshnode.later"]
[[tool.importlinter.contracts]]
name = "layers"
type = "layers"
layers = ["meshnode.api | meshnode.later", "meshnode.store", "meshproto"]
[[tool.importlinter.contracts]]
name = "later stays pure"
type = "forbidden"
source_modules = ["meshnode.later"]
forbidden_modules = ["socket"]
"""


def project(root: Path, modules: dict[str, str]) -> Path:
    (root / "pyproject.toml").write_text(CONTRACTS, encoding="utf-8")
    empty = dict.fromkeys(["meshnode/__init__", "meshnode/store", "meshnode/api", "protocol/meshproto/__init__"], "")
    for name, source in {**empty, **modules}.items():
        path = root / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return root


def test_import_downwards_is_kept(tmp_path: Path) -> None:
    assert check(project(tmp_path, {"meshnode/api": "import meshnode.store\nimport meshproto\n"})) == []


def test_import_upwards_is_found(tmp_path: Path) -> None:
    (found,) = check(project(tmp_path, {"meshnode/store": "import meshnode.api\n"}))
    assert "meshnode.store -> meshnode.api" in found.text


def test_package_that_is_in_no_contract_is_found(tmp_path: Path) -> None:
    (found,) = check(project(tmp_path, {"meshnode/stray/__init__": ""}))
    assert found.path == "meshnode/stray"


def test_planned_package_is_held_to_its_contracts_once_it_exists(tmp_path: Path) -> None:
    (found,) = check(project(tmp_path, {"meshnode/later": "import socket\n"}))
    assert "later stays pure BROKEN" in found.text


def test_package_that_is_missing_without_being_planned_is_found(tmp_path: Path) -> None:
    root = project(tmp_path, {})
    (root / "meshnode" / "store.py").unlink()
    (found,) = check(root)
    assert "meshnode.store" in found.text


@pytest.mark.parametrize(
    ("layers", "left"),
    [(["a.x | a.y", "b"], ["a.x", "b"]), (["a.y", "b"], ["b"]), (["a.yy"], ["a.yy"])],
)
def test_absent_modules_are_taken_out_of_a_contract(layers: list[str], left: list[str]) -> None:
    assert without({"name": "n", "layers": layers}, ["a.y"]) == {"name": "n", "layers": left}
