"""Tells systemd how the node is: ready, stopping, alive, and in one line what needs attention.

The protocol is a datagram of lines `NAME=value` to the socket that NOTIFY_SOCKET names (sd_notify(3)). The watchdog is
fed from the event loop: a loop that hangs feeds nobody, and systemd starts the node anew.
"""

import contextlib
import logging
import os
import socket
from collections.abc import Callable, Mapping, Sequence

import trio

from meshnode.runtime.watching.finding import Finding

log = logging.getLogger(__name__)

TELL_SECONDS = 5.0
"""How often the line of state is brought up to date where nothing asks for it more often."""
MICROSECONDS = 1_000_000


class Notifier:
    """Speaks to the service manager that started this process; says nothing where there is none."""

    def __init__(self, environ: Mapping[str, str], pid: int) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        # A name that begins with @ stands for a socket in no file system; other kinds of addresses we do not speak.
        self._address = "\0" + address[1:] if address.startswith("@") else address if address.startswith("/") else ""
        self.watchdog = _watchdog(environ, pid) if self._address else None
        """Seconds within which the service manager wants to hear from us; None if it does not wait for that."""
        self._status = ""

    def tell(self, **fields: str | int) -> None:
        """Send fields; nobody is waited for, and a service manager that has gone is no reason to stop."""
        if not self._address:
            return
        text = "\n".join(f"{name}={value}" for name, value in fields.items())
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker:
            speaker.setblocking(False)
            speaker.sendto(text.encode(), self._address)

    def tell_status(self, status: str) -> None:
        """Send the line of state if it is another than before."""
        if status != self._status:
            self._status = status
            self.tell(STATUS=status)

    async def run(self, troubles: Callable[[], Sequence[Finding]], stopping: trio.Event) -> None:
        """Say that the node is ready; then, until it is to stop, that it lives and how it is; at last that it stops."""
        if not self._address:
            return
        self.tell(READY=1, MAINPID=os.getpid())
        every = min(TELL_SECONDS, (self.watchdog or TELL_SECONDS * 2) / 2)
        try:
            while not stopping.is_set():
                self.tell_status(_line(troubles()))
                if self.watchdog is not None:
                    self.tell(WATCHDOG=1)
                with trio.move_on_after(every):
                    await stopping.wait()
        finally:
            self.tell(STOPPING=1, STATUS="stopping")


def _watchdog(environ: Mapping[str, str], pid: int) -> float | None:
    """The period of the watchdog, if it is meant for this process."""
    microseconds, meant = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not microseconds.isdecimal() or int(microseconds) == 0 or meant not in ("", str(pid)):
        return None
    return int(microseconds) / MICROSECONDS


def _line(troubles: Sequence[Finding]) -> str:
    """What needs attention, by the names of the checks: the texts may name people."""
    names = sorted({finding.name for finding in troubles})
    return f"needs attention: {', '.join(names)} (meshnode status)" if names else "all is well"
