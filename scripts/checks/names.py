"""Names that tell nothing, and folders that packaging and the import linter would not see."""

from pathlib import Path

from scripts.checks.findings import Finding, files

EMPTY_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "managers", "data", "info", "misc"})


def check(root: Path) -> list[Finding]:
    """Modules and packages with an empty name, and packages without `__init__.py`."""
    found = [
        Finding(name, 0, f"`{part}` says nothing; name it after what it holds")
        for name, _ in files(root, (".py",))
        for part in Path(name).with_suffix("").parts
        if part in EMPTY_NAMES
    ]
    folders = sorted({path.parent for _, path in files(root, (".py",), ("meshnode", "protocol/meshproto"))})
    found += [
        Finding(
            folder.relative_to(root).as_posix(),
            0,
            "has modules but no __init__.py: it would be left out of the package",
        )
        for folder in folders
        if not (folder / "__init__.py").exists()
    ]
    return found
