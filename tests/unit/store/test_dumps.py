"""A process that knows a passphrase leaves no core file."""

import subprocess
import sys


def test_a_process_that_forbids_dumps_has_none() -> None:
    program = (
        "import ctypes, resource; from meshnode.store.dumps import forbid_dumps\n"
        "forbid_dumps()\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "(0, 0) 0"
