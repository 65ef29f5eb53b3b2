"""Keeping what a process knows out of files that the system writes when it crashes."""

import ctypes
import resource
import sys

_PR_SET_DUMPABLE = 4


def forbid_dumps() -> None:
    """Have no core file written of this process, and nobody but root look into its memory.

    Call it before a passphrase or a key is read. A limit of zero alone would not do: where cores are piped to a
    program, Linux ignores it. A program started with `exec` must call this again.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
