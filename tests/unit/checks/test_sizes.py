"""The check of lengths."""

from pathlib import Path

from scripts.checks.sizes import LONGEST_FILE, LONGEST_FUNCTION, USUAL_FUNCTION, check


def function(name: str, lines: int) -> str:
    return f"def {name}():\n" + "    pass\n" * (lines - 1)


def findings(root: Path, source: str, name: str = "meshnode/thing.py") -> list[str]:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(source, encoding="utf-8")
    return [str(finding) for finding in check(root)]


def few_long_ones(long: str) -> str:
    return long + "".join(function(f"short{number}", 5) for number in range(30))


def test_function_at_the_limit_is_kept(tmp_path: Path) -> None:
    assert findings(tmp_path, few_long_ones(function("longest", LONGEST_FUNCTION))) == []


def test_function_above_the_limit_is_found(tmp_path: Path) -> None:
    found = findings(tmp_path, few_long_ones(function("longer", LONGEST_FUNCTION + 1)))
    assert found == ["meshnode/thing.py:1: longer has 61 lines, more than 60"]


def test_too_many_long_functions_are_found_together(tmp_path: Path) -> None:
    long = "".join(function(f"long{number}", USUAL_FUNCTION) for number in range(3))
    assert len(findings(tmp_path, few_long_ones(long))) == 3


def test_file_above_the_limit_is_found_in_every_language(tmp_path: Path) -> None:
    for name in ("meshnode/thing.py", "protocol/reader/thing.js", "scripts/thing"):
        findings(tmp_path, "\n" * (LONGEST_FILE + 1), name)
    assert len(check(tmp_path)) == 3


def test_file_at_the_limit_is_kept(tmp_path: Path) -> None:
    assert findings(tmp_path, "\n" * LONGEST_FILE) == []
