"""How the Python of a process that runs a node is set: turns between threads, and looking for garbage."""

import gc
import sys

from meshnode.runtime.settings import GARBAGE_AFTER, SWITCH_SECONDS


def settle_interpreter() -> None:
    """Set the interpreter up for a node; call it once in the life of a process, when all is imported and opened."""
    sys.setswitchinterval(SWITCH_SECONDS)
    # What is here now stays: looking through it again and again would stall the loop for a tenth of a second.
    gc.collect()
    gc.freeze()
    # Python looks for cycles after each 700 objects; a run of records makes more, none of them in a cycle, and a
    # third of the time of reading it went there.
    gc.set_threshold(*GARBAGE_AFTER)
