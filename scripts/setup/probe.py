"""Says whether the Python that runs this can carry meshnode.

Prints `headers PATH` or `bare PATH`, with or without C headers beside it; ends with 1 when it cannot.
Must parse under any Python, old ones included: that is how they are told apart.
"""

import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit(1)

import ensurepip  # noqa: F401 - Debian ships venv without it, in a package of its own
import os
import sqlite3  # noqa: F401 - absent where Python was built without SQLite's headers
import ssl  # noqa: F401 - likewise, OpenSSL's
import sysconfig
import venv  # noqa: F401 - only whether it is there

header = os.path.join(sysconfig.get_paths()["include"], "Python.h")
# Inside a virtual environment, name what it was made from: the environment may be the very one to be remade.
path = sys.executable if sys.prefix == sys.base_prefix else os.path.realpath(sys.executable)
print("headers" if os.path.exists(header) else "bare", path)
