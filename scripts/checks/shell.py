"""Shell scripts: bash can read them, and shellcheck has nothing to say."""

import subprocess
import sys
from pathlib import Path

from scripts.checks.findings import Finding, files


def check(root: Path) -> list[Finding]:
    """Syntax errors and what shellcheck warns of, in every file that is a bash script or is sourced by one."""
    scripts = [name for name, path in files(root, ("", ".sh")) if is_shell(path)]
    shellcheck = Path(sys.executable).with_name("shellcheck")
    found = []
    for name in scripts:
        for tool in (
            ["bash", "-n"],
            [str(shellcheck), "--external-sources", "--source-path=SCRIPTDIR", "--format=gcc"],
        ):
            ended = subprocess.run([*tool, name], cwd=root, capture_output=True, text=True)
            if ended.returncode != 0:
                found.append(Finding(name, 0, f"{Path(tool[0]).name}\n{(ended.stdout + ended.stderr).strip()}"))
    return found


def is_shell(path: Path) -> bool:
    """Whether a file is for bash, by its ending or its first line."""
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    return path.suffix == ".sh" or (first.startswith("#!") and first.endswith(("bash", "sh")))
