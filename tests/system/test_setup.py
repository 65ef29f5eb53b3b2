"""The set-up of a fresh machine, played on a PATH of fakes: nothing is installed and nothing is fetched."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
TOOLS = ("bash", "cat", "chmod", "dirname", "env", "grep", "ln", "mkdir", "printf", "rm", "tail", "true")
"""What every Debian has."""


class Machine:
    """A checkout with nothing set up, and a PATH that holds only what is put there."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.programs = folder / "bin"
        self.home = folder / "home"
        for made in (self.root, self.programs, self.home):
            made.mkdir()
        shutil.copytree(PROJECT / "scripts", self.root / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
        for tool in TOOLS:
            (self.programs / tool).symlink_to(shutil.which(tool) or tool)
        self.program("id", "echo 1000")

    def program(self, name: str, script: str) -> None:
        """Put a program on the PATH that runs this script."""
        path = self.programs / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def python(self, name: str, answer: str) -> None:
        """Put a Python on the PATH that answers the probe like this and has made an environment at once."""
        made = f'mkdir -p "{self.root}/.venv/bin" && ln -s "$(type -P true)" "{self.root}/.venv/bin/python"'
        self.program(name, f'case "$*" in *probe.py*) {answer} ;; *" make "*) {made} ;; *-c*) echo 3.12 ;; esac')

    def compiler(self, headers: str = "stdlib.h|gmp.h") -> None:
        """Put a compiler on the PATH that knows these headers."""
        self.program("gcc", f'grep -qE "<({headers})>" && exit 0; exit 1')

    def ready(self) -> None:
        """Be a machine whose environment was made before."""
        (self.root / ".venv" / "bin").mkdir(parents=True)
        (self.root / ".venv" / "bin" / "python").symlink_to(shutil.which("true") or "true")

    def run(self, script: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """What a person types at the top of the checkout."""
        return subprocess.run(
            ["bash", "-c", script],
            cwd=self.root,
            env={"PATH": str(self.programs), "HOME": str(self.home), **environment},
            capture_output=True,
            text=True,
            timeout=60,
        )

    def prepare(self, *needs: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Set up for running a node, as scripts/demo does."""
        return self.run(
            f"set -euo pipefail; source scripts/setup/setup.sh; prepare run {' '.join(needs)}", **environment
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def offering(*versions: str) -> str:
    return f'case "$2" in {"|".join(f"python{version}-venv" for version in versions)}) exit 0 ;; esac; exit 100'


def test_one_command_mends_everything_that_is_missing_on_debian(machine: Machine) -> None:
    machine.program("apt-get", "exit 1")
    machine.program("apt-cache", offering("3.11", "3.12"))
    ended = machine.prepare("git=git", "node=nodejs")
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == (
        "    sudo apt-get update && sudo apt-get install -y git nodejs"
        " python3.12 python3.12-venv python3.12-dev gcc libc6-dev libgmp-dev"
    )


def test_other_system_is_told_exactly_what_is_missing(machine: Machine) -> None:
    machine.python("python3.12", "echo bare $0")
    machine.compiler("stdlib.h")
    ended = machine.prepare()
    assert ended.returncode == 1
    assert "missing: the C headers of Python 3.12 (Python.h), the headers of libgmp (gmp.h)\n" in ended.stderr
    assert "(Debian calls them python3.12-dev libgmp-dev)" in ended.stderr


@pytest.mark.parametrize(
    ("headers", "package"),
    [("gmp.h", "libc6-dev"), ("stdlib.h", "libgmp-dev")],
)
def test_header_that_is_missing_is_named_by_its_package(machine: Machine, headers: str, package: str) -> None:
    machine.python("python3.12", "echo headers $0")
    machine.compiler(headers)
    machine.program("apt-get", "exit 1")
    assert machine.prepare().stderr.endswith(f"sudo apt-get install -y {package}\n")


def test_root_on_debian_gets_it_installed(machine: Machine) -> None:
    machine.python("python3.12", "echo headers $0")
    machine.program("id", "echo 0")
    compiler = f"printf '#!/bin/bash\\nexit 0\\n' > {machine.programs}/gcc && chmod +x {machine.programs}/gcc"
    machine.program("apt-get", f'echo "$*" >> ~/asked; case "$*" in *install*) {compiler} ;; esac')
    ended = machine.prepare()
    assert ended.returncode == 0, ended.stderr
    asked = (machine.home / "asked").read_text(encoding="utf-8").splitlines()
    assert asked[-1] == "install -qq -y --no-install-recommends gcc libc6-dev libgmp-dev"


def test_apt_that_fails_is_quoted(machine: Machine) -> None:
    machine.python("python3.12", "echo headers $0")
    machine.program("id", "echo 0")
    machine.program("apt-get", "echo E: no room left; exit 100")
    ended = machine.prepare()
    assert ended.returncode == 1
    assert "E: no room left\nmeshnode: apt could not install them" in ended.stderr


def test_apt_that_does_not_help_does_not_go_round_in_circles(machine: Machine) -> None:
    machine.python("python3.12", "echo headers $0")
    machine.program("id", "echo 0")
    machine.program("apt-get", "exit 0")
    ended = machine.prepare()
    assert ended.returncode == 1
    assert "this is missing all the same: a C compiler" in ended.stderr


@pytest.mark.parametrize(
    ("pythons", "chosen"),
    [
        ({"python3.11": "echo headers $0", "python3.13": "echo headers $0"}, "python3.13"),
        ({"python3.11": "echo headers $0", "python3.13": "exit 1"}, "python3.11"),
        ({"python3.11": "echo headers $0", "python3.13": "echo bare $0"}, "python3.11"),
        ({"python3": "echo headers $0", "python3.13": "exit 127"}, "python3"),
    ],
)
def test_newest_python_that_can_carry_the_node_is_chosen(
    machine: Machine, pythons: dict[str, str], chosen: str
) -> None:
    machine.compiler()
    for name, answer in pythons.items():
        machine.python(name, answer)
    ended = machine.run("source scripts/setup/setup.sh; prepare run; echo $PYTHON")
    assert ended.stdout == f"{machine.programs}/{chosen}\n", ended.stderr


def test_python_the_user_names_is_the_only_candidate(machine: Machine) -> None:
    machine.compiler()
    machine.python("python3.13", "echo headers $0")
    machine.python("mine", "exit 1")
    ended = machine.prepare(PYTHON="mine")
    assert ended.returncode == 1
    assert "PYTHON=mine is not a Python 3.11, 3.12 or 3.13" in ended.stderr


def test_probe_knows_the_python_that_runs_these_tests() -> None:
    probe = PROJECT / "scripts" / "setup" / "probe.py"
    ended = subprocess.run([sys.executable, "-I", probe], capture_output=True, text=True)
    kind, path = ended.stdout.strip().split(" ", 1)
    assert kind in ("headers", "bare")
    assert os.path.samefile(path, sys.executable)


def test_prepared_machine_needs_nothing_and_says_where_the_command_is(machine: Machine) -> None:
    machine.ready()
    ended = machine.prepare()
    assert (ended.returncode, ended.stdout) == (0, "")
    assert ended.stderr == f"meshnode: the command is {machine.root}/.venv/bin/meshnode\n"


def test_install_links_the_command_and_says_how_to_reach_it(machine: Machine) -> None:
    machine.ready()
    ended = machine.run("scripts/install")
    link = machine.home / ".local" / "bin" / "meshnode"
    assert ended.returncode == 0, ended.stderr
    assert os.readlink(link) == f"{machine.root}/.venv/bin/meshnode"
    hint = ended.stderr.splitlines()[-1]
    assert machine.run(f"{hint}\ntype -p meshnode || echo $PATH").stdout.startswith(f"{link.parent}:")


def test_install_says_nothing_of_a_path_that_is_right(machine: Machine) -> None:
    machine.ready()
    ended = machine.run("scripts/install", PATH=f"{machine.programs}:{machine.home}/.local/bin")
    assert ended.stderr.splitlines()[-1] == f"meshnode: {machine.home}/.local/bin/meshnode now starts it"


def test_uninstall_takes_the_link_away(machine: Machine) -> None:
    machine.ready()
    ended = machine.run("scripts/install && scripts/install --uninstall")
    assert ended.returncode == 0
    assert list((machine.home / ".local" / "bin").iterdir()) == []
    assert machine.run("scripts/install --uninstall").returncode == 1


def test_install_does_not_touch_a_file_that_is_not_ours(machine: Machine) -> None:
    machine.ready()
    foreign = machine.home / ".local" / "bin" / "meshnode"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("mine", encoding="utf-8")
    assert machine.run("scripts/install").returncode == 1
    assert foreign.read_text(encoding="utf-8") == "mine"
