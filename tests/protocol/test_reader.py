"""The reader in JavaScript: it answers all vectors as they say, and its own tests pass.

It is written from the text alone; tests/fuzz/test_reader_agrees.py compares it with meshproto beyond the vectors.
"""

import json
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READER = ROOT / "protocol" / "reader"
VECTORS = ROOT / "protocol" / "vectors"


def test_reader_answers_all_vectors() -> None:
    answered = subprocess.run(["node", READER / "reader.js", "vectors", VECTORS], capture_output=True, text=True)
    expected = [f"{path.name}: {count} of {count}" for path, count in counts()]
    assert answered.returncode == 0, answered.stdout
    assert answered.stdout.splitlines() == expected


def test_reader_passes_its_own_tests() -> None:
    tests = sorted((READER / "test").glob("*.test.js"))
    run = subprocess.run(["node", "--test", *tests], capture_output=True, text=True, cwd=READER)
    assert run.returncode == 0, run.stdout
    assert len(tests) > 5
    assert (passed := re.search(r"pass (\d+)", run.stdout)) is not None
    assert int(passed[1]) >= len(tests)


def test_reader_needs_no_packages() -> None:
    description = json.loads((READER / "package.json").read_text(encoding="utf-8"))
    imports = [
        name
        for path in READER.rglob("*.js")
        for name in re.findall(
            r"^(?:import|export) .*?from '([^']+)';", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
        )
    ]
    assert "dependencies" not in description
    assert [name for name in imports if not name.startswith((".", "node:"))] == []
    assert len(imports) > 30


def counts() -> list[tuple[Path, int]]:
    """Each file of vectors with the number of its cases."""
    return [
        (path, len(json.loads(path.read_text(encoding="utf-8"))["cases"])) for path in sorted(VECTORS.glob("*.json"))
    ]
