"""Makes a home a device, or recovers into it, killed after its first line, a later one, … until nothing kills it.

Run as `python -m tests.support.killed_identity pair|recover FOLDER STEP [BUNDLE WORDS]`: FOLDER/1, FOLDER/1+STEP, … are
homes in which it was killed and then done again, each with the key that the kill had left beside it, if any. A process
of its own, so that it may fork and be traced.
"""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from meshnode.app.compose import Network
from meshnode.app.init import become_device
from meshnode.app.recover import holder_of, recover, source_of
from meshnode.config.load import load
from meshnode.config.places import locate
from meshnode.net.memory import MemoryMesh
from meshnode.runtime.pairing import PairingLine
from meshproto.records.ids import AgentId, ScopeId
from tests.support.killed import ends_after

PEER = "12D3KooWGRUVh3s3Gqh4hcCC6kUVfL4hH9KkMsBUGUCmLtB1Tjn5"
LINE = PairingLine(AgentId(b"a" * 32), ScopeId(b"n" * 32), b"s" * 16, PEER, (f"/ip4/127.0.0.1/tcp/4401/p2p/{PEER}",))
KEY_LEFT = "key.left"
"""The key as the kill left it."""
OURS = (
    "app/init.py",
    "app/recover.py",
    "runtime/devices.py",
    "store/home.py",
    "store/keyfile.py",
    "store/secretfile.py",
)
"""Where it is killed: what these call is killed elsewhere, or one transaction."""


def _is_ours(file: str) -> bool:
    return file.endswith(OURS)


def _deed(home: Path, words: list[str]) -> Callable[[], object]:
    if not words:
        return lambda: become_device(locate(home, {}), LINE)
    holders = [holder_of(words[1].split())]
    source = source_of(None, Path(words[0]), holders)
    meeting = Network(MemoryMesh().transport("new"))
    return lambda: recover(locate(home, {}), load(None, {}), source, holders, None, meeting)


def main(folder: Path, step: int, words: list[str]) -> None:
    """Leave a home for each kill."""
    for lines in range(1, sys.maxsize, step):
        home = folder / str(lines)
        home.mkdir(mode=0o700)
        code = ends_after(lines, _is_ours, _deed(home, words))
        if (home / "device.key").exists():
            shutil.copy(home / "device.key", home / KEY_LEFT)
        assert ends_after(None, _is_ours, _deed(home, words)) == 0
        if code == 0:
            return


if __name__ == "__main__":
    main(Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:] if sys.argv[1] == "recover" else [])
