"""Makes a home a device, recovers or rotates, killed after its first line, a later one, … until nothing kills it.

Run as `python -m tests.support.crashes.killed_identity pair|recover|rotate FOLDER STEP [BUNDLE|HOME WORDS]`: FOLDER/1,
FOLDER/1+STEP, … are homes in which it was killed and then done again, each with the key that the kill had left beside
it, if any. A process of its own, so that it may fork and be traced.
"""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from meshnode.app.compose import Network
from meshnode.app.endings import Ending, Exit
from meshnode.app.init import become_device
from meshnode.app.recover import holder_of, recover, source_of
from meshnode.app.rotate import Wish, rotate
from meshnode.config.load import load
from meshnode.config.places import locate
from meshnode.net.memory import MemoryMesh
from meshnode.runtime.lines.pairing import PairingLine
from meshnode.store.home import Home
from meshproto.records.ids import AgentId, ScopeId
from tests.support.crashes.killed import ends_after

PEER = "12D3KooWGRUVh3s3Gqh4hcCC6kUVfL4hH9KkMsBUGUCmLtB1Tjn5"
LINE = PairingLine(AgentId(b"a" * 32), ScopeId(b"n" * 32), b"s" * 16, PEER, (f"/ip4/127.0.0.1/tcp/4401/p2p/{PEER}",))
KEY_LEFT = "key.left"
"""The key as the kill left it."""
OURS = (
    "app/init.py",
    "app/nextkey.py",
    "app/recover.py",
    "app/rotate.py",
    "runtime/devices.py",
    "runtime/rootkeys.py",
    "store/home.py",
    "store/keyfile.py",
    "store/secretfile.py",
)
"""Where it is killed: what these call is killed elsewhere, or one transaction."""


def _is_ours(file: str) -> bool:
    return file.endswith(OURS)


def _deed(what: str, home: Path, words: list[str]) -> Callable[[], object]:
    if what == "pair":
        return lambda: become_device(locate(home, {}), LINE)
    if what == "rotate":
        return lambda: _rotate(home, words[1])
    holders = [holder_of(words[1].split())]
    source = source_of(None, Path(words[0]), holders)
    meeting = Network(MemoryMesh().transport("new"))
    return lambda: recover(locate(home, {}), load(None, {}), source, holders, None, meeting)


def _rotate(home: Path, words: str) -> None:
    try:
        rotate(locate(home, {}), load(None, {}), [holder_of(words.split())], Wish())
    except Ending as ending:
        if ending.exit is not Exit.CONFLICT:  # which says that all was done before the kill
            raise


def _copy(home: Path, to: Path) -> None:
    """A home that may sign as the one it was copied from: it is the one to go on with."""
    shutil.copytree(home, to)
    with Home(to) as copied:
        copied.stamp()


def main(what: str, folder: Path, step: int, words: list[str]) -> None:
    """Leave a home for each kill."""
    for lines in range(1, sys.maxsize, step):
        home = folder / str(lines)
        if what == "rotate":
            _copy(Path(words[0]), home)
        else:
            home.mkdir(mode=0o700)
        code = ends_after(lines, _is_ours, _deed(what, home, words))
        if (home / "device.key").exists():
            shutil.copy(home / "device.key", home / KEY_LEFT)
        assert ends_after(None, _is_ours, _deed(what, home, words)) == 0
        if code == 0:
            return


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
