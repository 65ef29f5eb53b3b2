"""The line protocol with which implementations are compared."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from meshproto.pipe import answer, converse

VECTORS = Path(__file__).parents[2] / "protocol" / "vectors"


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


@pytest.mark.parametrize("hash_seed", ["0", "4242"])
def test_another_process_with_another_hash_seed_computes_the_same(hash_seed: str) -> None:
    found = json.loads((VECTORS / "folds.json").read_text(encoding="utf-8"))["cases"]
    done = subprocess.run(
        [sys.executable, "-m", "meshproto.pipe"],
        input="".join(json.dumps(case["input"]) + "\n" for case in found),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": "Asia/Kathmandu", "LC_ALL": "C"},
    )
    assert [json.loads(line)["ok"] for line in done.stdout.splitlines()] == [case["expected"] for case in found]
