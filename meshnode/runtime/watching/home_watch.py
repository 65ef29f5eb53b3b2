"""Whether the folder of the node is as it must be: room to write, the right to, and secrets nobody else can read."""

import os
import stat
from pathlib import Path

from meshnode.runtime.watching.finding import Finding

LOW_BYTES = 256 << 20
"""Free bytes on the disk below which it is called low; a large import takes a tenth of that."""
NO_BYTES = 16 << 20
"""Free bytes below which the next commit may fail."""
SECRETS = ("device.key", "transport.key")
"""Files without which the node cannot start again, and which nobody else may read."""
MORE_SECRETS = ("passphrase.key",)
"""Files that need not be there, and which nobody else may read."""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def free_bytes(home: Path) -> int | None:
    """How much room there is to write; None if the disk cannot be asked."""
    try:
        found = os.statvfs(home)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize


def disk(home: Path) -> Finding:
    """Whether there is room to write, and the right to."""
    try:
        found = os.statvfs(home)
    except OSError as error:
        return Finding("disk", "fail", f"{home} cannot be read: {error.strerror}", "is the disk still there?")
    free = found.f_bavail * found.f_frsize
    if found.f_flag & os.ST_RDONLY:
        text = f"the disk of {home} is read-only: nothing can be saved"
        return Finding("disk", "fail", text, "mount it writable, then restart the node")
    if closed := [each for each in (home, *home.glob("*.db*")) if not os.access(each, os.W_OK)]:
        return Finding("disk", "fail", f"{closed[0]} cannot be written: nothing can be saved", f"chmod u+w {closed[0]}")
    if free < NO_BYTES:
        text = f"only {_room(free)} are free: what comes next may not be saved"
        return Finding("disk", "fail", text, f"free some space on the disk of {home}")
    if free < LOW_BYTES:
        return Finding("disk", "warn", f"only {_room(free)} are free", f"free some space on the disk of {home}")
    return Finding("disk", "ok", f"{_room(free)} free")


def secrets(home: Path) -> Finding:
    """Whether the keys are there, and for their owner alone to read."""
    for name in (*SECRETS, *MORE_SECRETS):
        path = home / name
        try:
            found = path.stat()
        except FileNotFoundError:
            if name in MORE_SECRETS:
                continue
            text = f"{path} is gone: this node goes on with what it has read, and cannot start again"
            return Finding("secrets", "fail", text, "restore it from a backup before the node stops")
        except OSError as error:
            return Finding("secrets", "fail", f"{path} cannot be read: {error.strerror}", f"chmod 600 {path}")
        if found.st_mode & _OTHERS:
            text = f"others on this machine can read {path}, and sign as you"
            return Finding("secrets", "fail", text, f"chmod 600 {path}")
    return _folder(home)


def _folder(home: Path) -> Finding:
    if home.stat().st_mode & _OTHERS:
        return Finding("secrets", "warn", f"others on this machine may look into {home}", f"chmod 700 {home}")
    return Finding("secrets", "ok", "for you alone to read")


def _room(free: int) -> str:
    return f"{free / 1e9:.1f} GB" if free >= 1e9 else f"{free // 1_000_000} MB"
