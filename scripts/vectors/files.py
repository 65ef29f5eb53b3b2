"""Which cases stand in which file."""

import json
from collections.abc import Callable
from pathlib import Path

from scripts.vectors import (
    authority,
    bundles,
    encoding,
    equations,
    folds,
    headers,
    lines,
    runs,
    sharing,
    statements,
    types,
)
from scripts.vectors.cases import Case

FILES: dict[str, tuple[str, Callable[[], list[Case]]]] = {
    "encoding": ("The canonical encoding: 01-records 1.", encoding.cases),
    "headers": ("Headers: 01-records 3.", headers.cases),
    "privates": ("Private parts: 01-records 4.", headers.private_cases),
    "signatures": ("The signature rule: 01-records 5.", runs.signature_cases),
    "runs": ("Runs: 01-records 6.", runs.cases),
    "forks": ("Fork proofs: 01-records 7.", runs.fork_cases),
    "bundles": ("Bundles: 05-bundle.", bundles.cases),
    "types": ("Facts: 02-types.", types.cases),
    "folds": ("What a set of records means: 04-fold.", folds.cases),
    "equations": ("Value equations and the preview file: 08-equations.", equations.cases),
    "agreements": ("Versions, work, incomes, distributions and who approved them: 09-agreements.", sharing.cases),
    "statements": ("What became of somebody's money in a period: 09-agreements 9.", statements.cases),
    "lines": ("Lines that are pasted: 10-lines.", lines.cases),
    "authority": ("Who may act for whom, and until when: 04-fold 2 to 8.", authority.cases),
}


def write_all(folder: Path) -> None:
    """Write every file; the same bytes each time. Raises AssertionError if meshproto sees a case otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts().items():
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def texts() -> dict[str, str]:
    """The content of every file by its name."""
    return {
        name: json.dumps({"about": about, "cases": [each.written() for each in cases()]}, indent=1, ensure_ascii=False)
        + "\n"
        for name, (about, cases) in FILES.items()
    }
