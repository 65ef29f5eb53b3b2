"""node.json: where a running node says how to reach it. Written whole or not at all, removed at the end."""

import contextlib
import json
import os
from pathlib import Path
from typing import NamedTuple

from meshnode.app.endings import Ending, Exit

NODE_FILE = "node.json"
MODE = 0o600


class NodeFile(NamedTuple):
    """What stands in node.json; a killed node leaves it behind, so a reader checks that the process lives."""

    pid: int
    api: str
    """The version of the API."""
    socket: str
    url: str
    """Where the API answers on loopback, empty if it does not."""
    addresses: tuple[str, ...]
    version: str
    started: int
    """Milliseconds UTC."""


def write_node_file(data: Path, content: NodeFile) -> None:
    """Replace node.json in the folder `data` in one step. Raises Ending if the disk does not take it."""
    path, partial = data / NODE_FILE, data / f".{NODE_FILE}.{os.getpid()}"
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE)
        with open(handle, "w", encoding="utf-8") as file:
            json.dump(content._asdict(), file)
        # Not flushed to the disk: after a power cut no node runs that it could speak of.
        os.replace(partial, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise Ending(Exit.FAILURE, f"{path} cannot be written: {error.strerror}", "meshnode doctor") from error


def remove_node_file(data: Path) -> None:
    """Remove node.json if it still is this process's own."""
    with contextlib.suppress(FileNotFoundError, ValueError):
        if json.loads((data / NODE_FILE).read_bytes()).get("pid") == os.getpid():
            (data / NODE_FILE).unlink()
