"""What a program pays for importing the store: `meshnode log` with the node stopped starts through it."""

import subprocess
import sys

HEAVY = ("trio", "cryptography", "libp2p", "starlette", "hypercorn", "asyncio", "meshnode.views")


def test_the_hot_path_imports_nothing_heavy() -> None:
    program = (
        "import sys\nimport meshnode.store.store, meshnode.store.home, meshnode.store.keyfile\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
