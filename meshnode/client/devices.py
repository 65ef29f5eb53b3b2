"""The owner's devices: letting one in, ending one.

Reached as `Client.devices`; errors and idempotency keys as there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.client.calls import Call, Group, Link, asks, delete, get, listed, post, segment, write

if TYPE_CHECKING:  # The shapes are for type checkers; making them would cost every command some milliseconds.
    from meshnode.client import device_answers as d


class Devices(Group[Link]):
    """The owner's devices: letting one in, ending one."""

    @asks
    def every(self) -> Call[list[d.Device]]:
        """The owner's devices, those that were ended among them."""
        return listed("/devices")

    @asks
    def this(self) -> Call[d.DeviceStanding]:
        """Whether this device may sign."""
        return get("/devices/this")

    @asks
    def open_pairing(self, name: str = "") -> Call[d.Pairing]:
        """Look out for a new device; the answer holds the line to paste there."""
        return post("/devices/pairing", {"name": name})

    @asks
    def pairing(self) -> Call[d.Pairing]:
        """Whether a new device is awaited, and which ask."""
        return get("/devices/pairing")

    @asks
    def close_pairing(self) -> Call[object]:
        """Look out for no device any more."""
        return delete("/devices/pairing")

    @asks
    def let_in(self, words: str, *, key: str = "") -> Call[d.Device]:
        """Let in the device that shows these words."""
        return write("/devices/pairing/confirm", {"words": words}, key)

    @asks
    def revoke(self, which: str, reason: str = "lost", *, key: str = "") -> Call[d.Device]:
        """End a device by its name or the beginning of its key."""
        return write(f"/devices/{segment(which)}/revoke", {"reason": reason}, key)
