"""The states of .venv: what set-up takes for finished, and what it makes anew."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.setup.environment import Environment, only_one_at_a_time
from tests.support.patience import DEADLINE

PYPROJECT = '[build-system]\n[project]\nname = "toy"\n[tool.setuptools]\n[tool.ruff]\nline-length = 120\n'


def finish(root: Path, kind: str) -> Environment:
    """A checkout whose environment was made for `kind`, as far as anybody can see from outside."""
    (root / "requirements").mkdir()
    (root / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    for name in ("build", "run", "dev"):
        (root / "requirements" / f"{name}.txt").write_text(f"{name}==1\n", encoding="utf-8")
    made = Environment(root)
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "pyvenv.cfg").write_text(f"command = /usr/bin/python3 -m venv {root}/.venv\n", encoding="utf-8")
    made.python.symlink_to(sys.executable)
    made.command.write_text("#!/bin/sh\n", encoding="utf-8")
    made.command.chmod(0o755)
    (root / ".venv" / f"setup.{kind}").write_text(made.stamp(kind), encoding="utf-8")
    return made


def test_environment_for_development_does_for_running_too(tmp_path: Path) -> None:
    made = finish(tmp_path, "dev")
    assert (made.is_ready("run"), made.is_ready("dev")) == (True, True)


def test_environment_for_running_does_not_do_for_development(tmp_path: Path) -> None:
    made = finish(tmp_path, "run")
    assert (made.is_ready("run"), made.is_ready("dev")) == (True, False)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("requirements/run.txt", "run==2\n"),
        ("requirements/build.txt", "build==2\n"),
        ("pyproject.toml", PYPROJECT.replace("toy", "other")),
        (".venv/setup.unfinished", ""),
        (".venv/pyvenv.cfg", "command = /usr/bin/python3 -m venv /elsewhere/.venv\n"),
    ],
)
def test_other_inputs_an_interrupted_set_up_and_another_place_are_noticed(tmp_path: Path, path: str, text: str) -> None:
    made = finish(tmp_path, "run")
    (tmp_path / path).write_text(text, encoding="utf-8")
    assert not made.is_ready("run")


@pytest.mark.parametrize("path", ["bin/python", "bin/meshnode", "pyvenv.cfg", "setup.run"])
def test_environment_that_lost_a_part_is_noticed(tmp_path: Path, path: str) -> None:
    made = finish(tmp_path, "run")
    (made.path / path).unlink()
    assert not made.is_ready("run")


def test_settings_of_the_tools_do_not_make_it_old(tmp_path: Path) -> None:
    made = finish(tmp_path, "run")
    (tmp_path / "pyproject.toml").write_text(PYPROJECT.replace("120", "100"), encoding="utf-8")
    assert made.is_ready("run")


def test_second_set_up_waits_for_the_first(tmp_path: Path) -> None:
    (tmp_path / "requirements").mkdir()
    code = "import sys; from pathlib import Path; from scripts.setup.environment import only_one_at_a_time\n"
    code += "with only_one_at_a_time(Path(sys.argv[1])): print('inside')"
    with only_one_at_a_time(tmp_path):
        second = subprocess.Popen(
            [sys.executable, "-c", code, tmp_path],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert second.stderr is not None
        assert second.stderr.readline() == "meshnode: another set-up of this checkout is at work; waiting for it\n"
        assert second.poll() is None
    assert second.communicate(timeout=DEADLINE) == ("inside\n", "")


def test_commands_start_without_a_hook_and_compiled(tmp_path: Path) -> None:
    made = finish(tmp_path, "run")
    for name in ("meshnode", "protocol/meshproto"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "__init__.py").touch()
    entry = made.path / "lib" / "python3.11" / "site-packages" / "__editable__.meshnode-0.1.0.pth"
    entry.parent.mkdir(parents=True)
    entry.write_text("import finder; finder.install()", encoding="utf-8")
    made.be_quick()
    assert entry.read_text(encoding="utf-8").splitlines() == [str(tmp_path), str(tmp_path / "protocol")]
    assert len([*tmp_path.glob("meshnode/__pycache__/*.pyc"), *tmp_path.glob("protocol/*/__pycache__/*.pyc")]) == 2


def test_stubs_of_another_trio_than_the_one_installed_are_dropped(tmp_path: Path) -> None:
    made = finish(tmp_path, "run")
    packages = made.path / "lib" / "python3.11" / "site-packages"
    for name in ("trio", "trio-stubs", "outcome-stubs"):
        (packages / name).mkdir(parents=True)
    made.drop_stubs()
    assert [each.name for each in packages.iterdir()] == ["trio"]
