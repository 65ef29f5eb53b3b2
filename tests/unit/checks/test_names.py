"""The check of names and packages."""

from pathlib import Path

from scripts.checks.names import check


def tree(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


def test_telling_names_are_kept(tmp_path: Path) -> None:
    assert (
        check(tree(tmp_path, "meshnode/__init__.py", "meshnode/store/__init__.py", "meshnode/store/records.py")) == []
    )


def test_module_or_folder_with_an_empty_name_is_found(tmp_path: Path) -> None:
    root = tree(tmp_path, "meshnode/__init__.py", "meshnode/utils.py", "tests/helpers/people.py")
    assert [finding.path for finding in check(root)] == ["meshnode/utils.py", "tests/helpers/people.py"]


def test_folder_of_modules_that_is_no_package_is_found(tmp_path: Path) -> None:
    root = tree(tmp_path, "meshnode/__init__.py", "meshnode/store/records.py", "tests/unit/test_records.py")
    assert [finding.path for finding in check(root)] == ["meshnode/store"]
