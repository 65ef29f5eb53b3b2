"""Stands for `python -m meshnode.app` in tests of the command line: ends, waits or answers as its home says.

The file `mood` in the home says what `run` does: `ready` (serves a fake node until it is asked to stop), `stubborn` (as
ready, but stays), `refuses`, `crashes` or `silent`.
"""

import json
import os
import signal
import sys
import threading
from pathlib import Path

from meshnode.cli.offline import AGENT_NOTE
from meshnode.cli.operation.process import UNLOCK_FD
from meshnode.cli.person.recovery import WORDS_FILE
from meshnode.core.ports import Batch
from meshnode.core.rows import NoteEntry
from meshnode.store.keyfile import write_secret
from meshnode.store.sealed import MainKey
from meshnode.store.store import open_store
from tests.support.fakes.fake_node import FakeNode
from tests.support.fakes.sample_people import ANA, NOTEBOOK

WORDS = [
    *("abandon", "ability", "able", "about", "above", "absent"),
    *("absorb", "abstract", "absurd", "abuse", "access", "accident"),
]


def main(words: list[str]) -> int:
    """Do as the real one would, to everybody looking from outside."""
    verb, home = words[0], Path(words[words.index("--home") + 1])
    mood = home / "mood"
    if verb == "init":
        return _init(home, words)
    if verb == "doctor":
        print(
            json.dumps(
                {
                    "schema": "meshnode.doctor/1",
                    "checks": [{"name": "disk", "state": "ok", "text": "12 GB free", "fix": ""}],
                }
            )
        )
        return 0
    if verb == "run":
        return _run(home, mood.read_text().strip() if mood.exists() else "ready")
    print(" ".join(words))
    return 0


def _init(home: Path, words: list[str]) -> int:
    name = words[words.index("--name") + 1]
    if name == "Nobody":
        print("meshnode: a name has at most 200 printable characters. Run: meshnode init --help", file=sys.stderr)
        return 2
    home.mkdir(mode=0o700, exist_ok=True)
    (home / "device.key").touch()
    if "--no-recovery" not in words:
        write_secret(home / WORDS_FILE, " ".join(WORDS).encode(), _main_key(words))
    store = open_store(home / "records.db")
    store.writer.commit(Batch(1, local=(NoteEntry(AGENT_NOTE, b"a" * 32),)))
    store.close()
    told = {"agent": ANA.id, "name": name, "fingerprint": "amber-canyon-violin-seven", "notebook": NOTEBOOK.id}
    told |= {"key": str(home / "device.key"), "data": str(home)}
    print(json.dumps(told))
    return 0


def _main_key(words: list[str]) -> MainKey | None:
    if UNLOCK_FD not in words:
        return None
    with open(int(words[words.index(UNLOCK_FD) + 1]), "rb") as pipe:
        return MainKey(pipe.read())


def _run(home: Path, mood: str) -> int:
    if mood == "refuses":
        print("looking for a port\nmeshnode: port 4401 is taken. Run: meshnode doctor", file=sys.stderr)
        return 17
    if mood == "crashes":
        raise RuntimeError("a bug")
    if mood == "silent":
        threading.Event().wait()
    node = FakeNode()
    node.serve(home)
    if mood == "stubborn":
        signal.signal(signal.SIGTERM, lambda number, frame: os._exit(0))
        threading.Event().wait()
    node.stopped.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
