"""Writes protocol/vectors/wire/*.json, the same bytes each time; fails if `meshproto` sees a case otherwise."""

import json
from collections.abc import Callable
from pathlib import Path

from scripts.wire_vectors.cases import Json, fingerprint_cases, message_cases, round_cases, session_cases

FOLDER = Path(__file__).parents[2] / "protocol" / "vectors" / "wire"
FILES: dict[str, tuple[str, Callable[[], list[Json]]]] = {
    "messages": ("Bodies of messages: 03-sync 2.", message_cases),
    "sessions": ("What binds words to a session: 03-sync 3 and 9.", session_cases),
    "fingerprints": ("Fingerprints of ranges: 03-sync 4.", fingerprint_cases),
    "rounds": ("Whole rounds of reconciliation: 03-sync 4.", round_cases),
}


def texts() -> dict[str, str]:
    """The content of every file by its name."""
    return {
        name: json.dumps({"about": about, "cases": cases()}, indent=1) + "\n" for name, (about, cases) in FILES.items()
    }


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for each, text in texts().items():
        (FOLDER / f"{each}.json").write_text(text, encoding="utf-8")
