"""The user's service manager as this program sees it: systemctl and loginctl, and the unit of this home."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.operation.unit_file import MARK

_SECONDS = 330
"""How long systemctl may take: a start waits until the node is ready, which the unit bounds by less."""
_PROPERTIES = ("LoadState", "ActiveState", "SubState", "StatusText", "MainPID", "NRestarts", "UnitFileState")


class State(NamedTuple):
    """How the service is, as its manager says."""

    active: str
    """`active`, `inactive`, `failed`, `activating` …"""
    enabled: bool
    """Whether it starts by itself."""
    status: str
    """What the node last said of itself."""
    pid: int
    restarts: int


def unit_name(desk: Desk) -> str:
    """Return the name of this home's unit: each home on a machine has its own."""
    if not desk.home:
        return "meshnode.service"
    from hashlib import sha256

    short = "".join(each if each.isalnum() and each.isascii() else "-" for each in Path(desk.home).name)[:32]
    return f"meshnode-{short or 'home'}-{sha256(desk.home.encode()).hexdigest()[:6]}.service"


def unit_path(desk: Desk) -> Path:
    """Return where this home's unit stands, or would."""
    base = desk.environ.get("XDG_CONFIG_HOME", "")
    user = Path(base) if base.startswith("/") else Path(desk.environ.get("HOME") or Path.home()) / ".config"
    return user / "systemd" / "user" / unit_name(desk)


def is_installed(desk: Desk) -> bool:
    """Return whether this home has a unit that we wrote."""
    try:
        return unit_path(desk).read_text(encoding="utf-8").startswith(MARK)
    except (OSError, UnicodeDecodeError):
        return False


def there_is_a_manager(desk: Desk) -> bool:
    """Return whether a service manager of this user can be reached."""
    return _program(desk, "systemctl") is not None and _ran(desk, "systemctl", "--user", "show-environment") is not None


def manage(desk: Desk, *words: str) -> None:
    """Run `systemctl --user WORDS`; raises Failure with what it said."""
    try:
        done = subprocess.run(
            [_program(desk, "systemctl") or "systemctl", "--user", *words],
            env={**desk.environ},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failure(Exit.FAILURE, f"systemctl could not be run: {error}", "meshnode service status") from error
    if done.returncode:
        cause = f"systemctl --user {' '.join(words)} failed"
        # A node that refuses its settings has no log yet.
        raise Failure(Exit.FAILURE, cause, "meshnode doctor", detail=(done.stderr or done.stdout).strip()[-2000:])


def state_of(desk: Desk) -> State | None:
    """Return how this home's service is; None if the manager cannot be asked or knows none."""
    found = _ran(desk, "systemctl", "--user", "show", unit_name(desk), f"--property={','.join(_PROPERTIES)}")
    told = dict(line.partition("=")[::2] for line in (found or "").splitlines())
    if told.get("LoadState", "not-found") == "not-found":
        return None
    return State(
        active=told.get("ActiveState", ""),
        enabled=told.get("UnitFileState", "") == "enabled",
        status=told.get("StatusText", ""),
        pid=_number(told.get("MainPID", "")),
        restarts=_number(told.get("NRestarts", "")),
    )


def lingers(desk: Desk) -> bool | None:
    """Return whether the user's services go on without anybody logged in; None if nobody can say."""
    user = desk.environ.get("USER") or str(os.geteuid())
    found = _ran(desk, "loginctl", "show-user", user, "--property=Linger", "--value")
    return None if found is None or found.strip() not in ("yes", "no") else found.strip() == "yes"


def _ran(desk: Desk, program: str, *words: str) -> str | None:
    """Return what a program printed; None if it is not there or failed."""
    path = _program(desk, program)
    if path is None:
        return None
    try:
        done = subprocess.run(
            [path, *words], env={**desk.environ}, capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if done.returncode else done.stdout


def _program(desk: Desk, name: str) -> str | None:
    return shutil.which(name, path=desk.environ.get("PATH", os.defpath))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
