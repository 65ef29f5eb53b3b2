"""The settings of Python itself, tried in a process of their own."""

import subprocess
import sys

from meshnode.runtime.settings import GARBAGE_AFTER, SWITCH_SECONDS

PROGRAM = """
import gc, sys
from meshnode.runtime.interpreter import settle_interpreter
settle_interpreter()
print(sys.getswitchinterval(), *gc.get_threshold(), gc.get_freeze_count() > 1000)
"""


def test_a_process_with_a_node_switches_threads_early_and_looks_for_garbage_in_small_steps() -> None:
    told = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=30)
    switches, *garbage = told.stdout.split()
    assert (round(float(switches), 6), garbage) == (SWITCH_SECONDS, [*map(str, GARBAGE_AFTER), "True"])
