"""Where a node's files stand: one folder under `--home`, else the XDG folders of the user.

Every command needs this file first, so it loads nothing that takes long.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

MAX_SOCKET_PATH = 100
"""The kernel takes 108 bytes for the path of a Unix socket, other systems 104; a little less stays safe."""


class Places(NamedTuple):
    """The places of one node."""

    config: Path
    """The settings file, `config.toml`; need not exist."""
    data: Path
    """The folder of keys, databases, lock, stamp and node.json; 0700."""
    state: Path
    """The folder of node.log."""


def locate(home: Path | None, environ: Mapping[str, str]) -> Places:
    """The places of the node the user means: `home` (the flag), else MESHNODE_HOME, else XDG."""
    if home is None and environ.get("MESHNODE_HOME"):
        home = Path(environ["MESHNODE_HOME"])
    if home is not None:
        whole = home.expanduser().absolute()
        return Places(config=whole / "config.toml", data=whole, state=whole)
    user = Path(environ["HOME"]) if environ.get("HOME") else Path.home()
    return Places(
        config=_xdg(environ, "XDG_CONFIG_HOME", user / ".config") / "meshnode" / "config.toml",
        data=_xdg(environ, "XDG_DATA_HOME", user / ".local" / "share") / "meshnode",
        state=_xdg(environ, "XDG_STATE_HOME", user / ".local" / "state") / "meshnode",
    )


def socket_path(data: Path, environ: Mapping[str, str], uid: int) -> Path:
    """Where the API's socket stands: in the data folder, or where its path is short enough for the kernel.

    The folder may have to be made, 0700; who finds another's folder there must refuse it.
    """
    inside = data / "api.sock"
    if len(bytes(inside)) <= MAX_SOCKET_PATH:
        return inside
    from hashlib import sha256  # Only a path that is too long needs it.

    name = sha256(bytes(data)).hexdigest()[:16] + ".sock"
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    if runtime.startswith("/") and len(bytes(Path(runtime) / "meshnode" / name)) <= MAX_SOCKET_PATH:
        return Path(runtime) / "meshnode" / name
    return Path(f"/tmp/meshnode-{uid}") / name


def _xdg(environ: Mapping[str, str], variable: str, default: Path) -> Path:
    # The XDG text says: a path that is not absolute must be ignored.
    value = environ.get(variable, "")
    return Path(value) if value.startswith("/") else default
