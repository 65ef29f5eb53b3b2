"""Makes the handbook.

scripts/docs            into build/docs
scripts/docs FOLDER     into a folder
"""

import os
import sys
from pathlib import Path

from sphinx.cmd.build import build_main

from scripts.handbook.gathering import gather

ROOT = Path(__file__).resolve().parents[2]


def build(folder: Path) -> int:
    """Gather the pages and let Sphinx build them; every warning is an error. Returns its exit code."""
    gather(ROOT, folder / "pages")
    config = ROOT / "docs"
    # No file is read that is not in the project, nothing is fetched, and the same files give the same pages.
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    words = ["-W", "--keep-going", "-n", "-q", "-b", "html", "-c", str(config), "-d", str(folder / "trees")]
    return build_main([*words, str(folder / "pages"), str(folder / "html")])


def main(words: list[str]) -> int:
    """Build into the folder that was named."""
    folder = Path(words[0]) if words else ROOT / "build" / "docs"
    code = build(folder)
    if code == 0:
        print(folder / "html" / "index.html")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
