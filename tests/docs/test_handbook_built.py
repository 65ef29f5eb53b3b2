"""The handbook as people see it: built by Sphinx, whose warnings are errors, from nothing but the project."""

import re
import subprocess
import sys
from pathlib import Path

from tests.support.performance import PROJECT

LOADED = re.compile(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=\"(?:https?:)?//")


def test_sphinx_builds_all_of_it_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "scripts.handbook", str(tmp_path)]
    ran = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    built = {path: path.read_text(encoding="utf-8") for path in (tmp_path / "html").rglob("*.html")}
    assert len(built) > len(list((tmp_path / "pages").rglob("*.md")))  # and those for search and the index
    assert [path.name for path, text in built.items() if LOADED.search(text)] == []
    assert 'id="command-contribution-add"' in built[tmp_path / "html" / "reference" / "commands" / "work.html"]
