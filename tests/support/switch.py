"""A switch whose cables lose, delay and part: forwards Ethernet frames between interfaces of its network namespace.

Not every kernel has netem, so this does what `tc qdisc … netem` would. Run as `python -m tests.support.switch CABLE …`;
each line read is JSON such as `{"cable1": {"delay": 0.04, "jitter": 0.01, "loss": 0.03}}`, each is answered by a line.
`python -m tests.support.switch --plain INTERFACE` lets an interface finish its packets itself: what it would leave to
hardware (checksums, segments) nobody would do here.
"""

import ctypes
import fcntl
import heapq
import json
import select
import socket
import struct
import sys
import time
from random import Random

ALL_PROTOCOLS = 3
OUTGOING = 4
LARGEST_FRAME = 65_536
MOST_WAITING = 10_000
"""Frames on their way at once; more are lost, as in a real switch."""
_SIOCETHTOOL = 0x8946
_OFFLOADS = (0x17, 0x19, 0x1F, 0x24, 0x2C)
"""Commands that set: checksums, scatter, segmentation by the card, by the kernel, and joining what arrives."""


class Switch:
    """Forwards every frame to all other cables."""

    def __init__(self, cables: list[str]) -> None:
        self._sockets = {cable: self._open(cable) for cable in cables}
        self._faults: dict[str, dict[str, float]] = {}
        self._waiting: list[tuple[float, int, str, bytes]] = []
        self._count = 0
        self._chance = Random(1)

    def run(self) -> None:
        """Forward until the input ends."""
        files = [sys.stdin, *self._sockets.values()]
        while True:
            wait = max(0.0, self._waiting[0][0] - time.monotonic()) if self._waiting else None
            readable, _, _ = select.select(files, [], [], wait)
            if sys.stdin in readable:
                line = sys.stdin.readline()
                if not line:
                    return
                self._faults.update(json.loads(line))
                print("done", flush=True)
            for cable, sock in self._sockets.items():
                if sock in readable:
                    self._take(cable, sock)
            self._deliver()

    def _open(self, cable: str) -> socket.socket:
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS))
        sock.bind((cable, 0))
        sock.setblocking(False)
        return sock

    def _take(self, cable: str, sock: socket.socket) -> None:
        try:
            frame, origin = sock.recvfrom(LARGEST_FRAME)
        except BlockingIOError:
            return
        if origin[2] == OUTGOING:
            return
        for other in self._sockets:
            due = self._due(cable, other)
            if other != cable and due is not None and len(self._waiting) < MOST_WAITING:
                self._count += 1
                heapq.heappush(self._waiting, (due, self._count, other, frame))

    def _due(self, *cables: str) -> float | None:
        """When a frame over these cables arrives, None if one of them loses it."""
        due = time.monotonic()
        for cable in cables:
            fault = self._faults.get(cable, {})
            if self._chance.random() < fault.get("loss", 0.0):
                return None
            due += max(0.0, fault.get("delay", 0.0) + fault.get("jitter", 0.0) * self._chance.uniform(-1, 1))
        return due

    def _deliver(self) -> None:
        now = time.monotonic()
        while self._waiting and self._waiting[0][0] <= now:
            _, _, cable, frame = heapq.heappop(self._waiting)
            try:
                self._sockets[cable].send(frame)
            except OSError:
                continue  # A cable that is full or down loses frames, as cables do.


def make_plain(interface: str) -> None:
    """Turn off what an interface leaves to hardware that is not there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for command in _OFFLOADS:
            value = ctypes.create_string_buffer(struct.pack("II", command, 0))
            request = struct.pack("16sP8x", interface.encode(), ctypes.addressof(value))
            fcntl.ioctl(sock, _SIOCETHTOOL, request)


if __name__ == "__main__":
    if sys.argv[1] == "--plain":
        make_plain(sys.argv[2])
    else:
        switch = Switch(sys.argv[1:])
        print("done", flush=True)
        switch.run()
