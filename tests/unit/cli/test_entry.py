"""The very end of a command: what it ends with when its output goes nowhere."""

import os
import subprocess
import sys

import pytest

from meshnode.cli.exits import Exit

CALL = f"{sys.executable} -m meshnode.cli"


def shell(line: str) -> subprocess.CompletedProcess[str]:
    environ = {"HOME": "/nowhere", "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    return subprocess.run(["bash", "-c", line], env=environ, capture_output=True, text=True, check=False)


def test_exit_code_of_a_command_is_that_of_the_process() -> None:
    assert (shell(f"{CALL} --version").returncode, shell(f"{CALL} status").returncode) == (0, Exit.NOT_INITIALISED)


def test_what_was_printed_comes_out_whole() -> None:
    assert shell(f"{CALL} --help | cat").stdout == shell(f"{CALL} help").stdout


def test_reader_that_has_enough_is_no_failure() -> None:
    ended = shell(f"set -o pipefail; {CALL} completion bash | true")
    assert (ended.returncode, ended.stderr) == (Exit.OK, "")


@pytest.mark.parametrize("words", ["--version", "help", "completion bash"])
def test_full_disk_under_the_output_is_told(words: str) -> None:
    ended = shell(f"{CALL} {words} > /dev/full")
    assert ended.returncode == Exit.FAILURE
    assert ended.stderr == "meshnode: the output could not be written: No space left on device.\n"


def test_closed_output_changes_nothing_else() -> None:
    ended = shell(f"{CALL} status >&-")
    assert ended.returncode == Exit.NOT_INITIALISED
    assert ended.stderr.startswith("meshnode: there is no identity")
    assert shell(f"{CALL} --version >&- 2>&-").returncode == Exit.OK
    assert shell(f"{CALL} status <&- >&-").returncode == Exit.NOT_INITIALISED
