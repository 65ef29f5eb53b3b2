"""The check of shell scripts."""

from pathlib import Path

from scripts.checks.shell import check


def findings(root: Path, text: str, name: str = "scripts/thing") -> list[str]:
    (root / "scripts").mkdir()
    (root / name).write_text(text, encoding="utf-8")
    return [finding.text.partition("\n")[0] for finding in check(root)]


def test_sound_script_is_kept(tmp_path: Path) -> None:
    assert findings(tmp_path, '#!/usr/bin/env bash\necho "$1"\n') == []


def test_script_that_bash_cannot_read_is_found(tmp_path: Path) -> None:
    assert "bash" in findings(tmp_path, "#!/usr/bin/env bash\nif true; then\n")


def test_what_shellcheck_warns_of_is_found_in_sourced_files_too(tmp_path: Path) -> None:
    assert findings(tmp_path, "# shellcheck shell=bash\nrm $1\n", "scripts/setup.sh") == ["shellcheck"]


def test_file_for_another_program_is_left_alone(tmp_path: Path) -> None:
    assert findings(tmp_path, "#!/usr/bin/env node\nif (\n") == []
