"""The line protocol with which implementations are compared."""

import json
import subprocess
import sys

import pytest

from meshproto.pipe import answer, converse


def test_each_line_is_answered_by_one_line() -> None:
    lines = ['{"op": "value", "input": "01"}\n', '{"op": "value", "input": "c0"}\n']
    assert list(converse(lines)) == ['{"ok":true}', '{"reason":"E-NIL"}']


def test_an_unknown_question_is_the_askers_mistake() -> None:
    with pytest.raises(KeyError):
        answer({"op": "fortune"})


def test_the_program_answers_until_its_input_ends() -> None:
    asked = json.dumps({"op": "value", "input": "ca"}) + "\n"
    command = [sys.executable, "-m", "meshproto.pipe"]
    done = subprocess.run(command, input=asked * 3, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == ['{"reason":"E-FLOAT"}'] * 3
