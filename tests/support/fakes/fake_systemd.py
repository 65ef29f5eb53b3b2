"""Stands for systemctl and loginctl: notes what it was told, and answers as it was told to."""

from pathlib import Path

_SYSTEMCTL = """#!/bin/bash
folder="$(dirname "$0")"
echo "$*" >>"$folder/told"
case "$2" in
    show-environment) [[ -e "$folder/absent" ]] && exit 1; exit 0 ;;
    show) cat "$folder/state"; exit 0 ;;
esac
if [[ -e "$folder/refuses-$2" ]]; then echo "Job for the unit failed." >&2; exit 1; fi
exit 0
"""
_LOGINCTL = """#!/bin/bash
cat "$(dirname "$0")/linger"
"""


class FakeSystemd:
    """A folder with the two programs, to stand at the beginning of the PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        for name, text in (("systemctl", _SYSTEMCTL), ("loginctl", _LOGINCTL)):
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
        self.is_("active")
        self.lingers("no")

    def is_(self, active: str, load: str = "loaded") -> None:
        """Let the unit be in a state."""
        (self.folder / "state").write_text(
            f"LoadState={load}\nActiveState={active}\nStatusText=all is well\nMainPID=77\nNRestarts=2\n"
            "UnitFileState=enabled\n"
        )

    def lingers(self, answer: str) -> None:
        """Let the user linger, or not."""
        (self.folder / "linger").write_text(answer + "\n")

    def is_absent(self) -> None:
        """Let there be no manager for this user."""
        (self.folder / "absent").touch()

    def refuses(self, verb: str) -> None:
        """Let one verb fail."""
        (self.folder / f"refuses-{verb}").touch()

    @property
    def told(self) -> list[str]:
        """What it was told to do, apart from questions."""
        file = self.folder / "told"
        lines = file.read_text().splitlines() if file.exists() else []
        return [line for line in lines if not line.startswith("--user show")]
