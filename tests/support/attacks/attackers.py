"""Strangers who attack a node, in a process of their own that takes what processor time others leave.

Run as `python -m tests.support.attacks.attackers ADDRESS ATTACK=TIMES...`. Each attack is made again and again, from
ever other loopback addresses and as ever other peers. It prints `enough` once each was made so many times, goes on
until its input ends, and then prints as JSON how often each was made.
"""

import json
import os
import resource
import socket
import sys
from collections import Counter
from collections.abc import Awaitable, Callable

import trio

from meshnode.net.address import parse
from meshnode.net.libp2p import frames
from meshnode.net.libp2p.negotiation import HungUp, NotAgreed
from meshnode.net.libp2p.violation import Violation
from meshproto.records.ids import LogId, RecordId
from meshproto.wire.codec import encode
from meshproto.wire.frames import frame
from meshproto.wire.limits import MAX_FRAME
from meshproto.wire.messages import Compare, Get, LogWant, Want
from tests.support.attacks.raw_peer import connect, delimited, raw_peer
from tests.support.attacks.speaker import HELLO, PIECE_BYTES, speaker

PATIENCE = 8.0
"""Seconds after which a stranger gives up."""
HANDSHAKE = delimited("/multistream/1.0.0") + delimited("/noise")
NONSENSE = (
    b"\x00\x20" + bytes(32),
    b"\x00\x60" + os.urandom(96) + b"\x00\x80" + os.urandom(128),
    b"\xff\xff" + os.urandom(3000),
    b"\x00\x00",
    b"\xff\xff\xff\xff\xff\xff\xff\xff\x7f" + bytes(30_000),
)
"""What no Noise handshake goes on with."""
HEADERS = (
    frames.header(frames.PING, frames.SYN, 0, 1) * 5_000,
    b"".join(frames.header(frames.WINDOW, frames.SYN, number, 0) for number in range(1, 10_000, 2)),
    b"".join(frames.header(frames.WINDOW, frames.SYN | frames.RST, number, 0) for number in range(1, 4_000, 2)),
    frames.header(frames.DATA, frames.SYN, 1, 2**24) + bytes(60_000),
    frames.header(9, 0, 1, 0),
    frames.header(frames.DATA, 0, 77, 5) + b"hello",
    os.urandom(60_000),
)
"""What no honest peer sends behind the handshake."""
SLOW = bytes([0x92, 5, 0xDD]) + (500_000).to_bytes(4, "big") + b"\x92\xc4\x00" * 170_000
"""A want that is large, and wrong only where it is read to the end."""
MALFORMED = (
    b"\x00\x00\x00\x00",
    (MAX_FRAME + 1).to_bytes(4, "big") + bytes(100_000),
    frame(b"\xc1"),
    frame(b"\x92\x0d" + b"\x91" * 20_000),
    frame(SLOW),
    HELLO,
    os.urandom(50_000),
)
"""What may not be said in our protocol."""
UNKNOWN = tuple(LogWant(LogId(n.to_bytes(32, "big")), ()) for n in range(1_000))
ASKED = frame(encode(Want(UNKNOWN, privates=True)))
"""A small question with a thousand answers."""
USELESS = (
    frame(b"\x91\xcc\xc8"),
    frame(encode(Get(tuple(RecordId(bytes([1, number]) * 16) for number in range(200))))),
    frame(encode(Want(UNKNOWN[:99], privates=True))),
    frame(encode(Compare(2, (), ()))),
)
"""What may be said, and serves nobody."""
ENDS = (OSError, trio.BrokenResourceError, trio.ClosedResourceError, HungUp, NotAgreed, Violation, EOFError)

Attack = Callable[[str, int], Awaitable[None]]


async def idle(address: str, number: int) -> None:
    """Connect, from an address nobody else has, and say nothing."""
    sock = socket.socket()
    try:
        sock.bind((f"127.9.{number // 250 % 250}.{number % 250 + 1}", 0))
        sock.setblocking(False)
        sock.connect_ex(("127.0.0.1", parse(address).port))
        await trio.sleep_forever()
    finally:
        sock.close()


async def random_bytes(address: str, number: int) -> None:
    """Send random bytes."""
    await _raw(address, f"127.8.0.{number % 250 + 1}", os.urandom(4_000))


async def half_open(address: str, number: int) -> None:
    """Begin a handshake, and leave it there."""
    await _raw(address, f"127.7.0.{number % 250 + 1}", HANDSHAKE)


async def nonsense(address: str, number: int) -> None:
    """Go on with what is no handshake."""
    await _raw(address, f"127.6.0.{number % 250 + 1}", HANDSHAKE + NONSENSE[number % len(NONSENSE)])


async def _raw(address: str, source: str, words: bytes) -> None:
    wire = connect(address, source)
    try:
        await wire.send(words)
        while await wire.receive(65_536):
            pass
    finally:
        wire.close()


async def break_frames(address: str, number: int) -> None:
    """Shake hands, and send what are no frames, or too many, or too large ones."""
    async with raw_peer(address, f"breaker {number}", f"127.5.0.{number % 250 + 1}") as mallory:
        for _ in range(20):
            await mallory.send(HEADERS[number % len(HEADERS)])
        await mallory.until_cut()


async def fill_streams(address: str, number: int) -> None:
    """Open as many streams as one may, for pings, send on each more or less than one may, and read no answer."""
    size = 60_000 if number % 4 == 0 else 7_000
    async with raw_peer(address, f"filler {number}", f"127.4.0.{number % 250 + 1}") as mallory:
        for stream in range(1, 33, 2):
            await mallory.frame(frames.WINDOW, frames.SYN, stream, 0)
            await mallory.say(stream, "/multistream/1.0.0", "/ipfs/ping/1.0.0")
            await mallory.frame(frames.DATA, 0, stream, size, bytes(size))
        await trio.sleep_forever()


async def misspeak(address: str, number: int) -> None:
    """Say in our protocol what may not be said, first or after a proof."""
    async with speaker(address, f"misspeaker {number}", f"127.3.0.{number % 250 + 1}") as mallory:
        if number % 2:
            await mallory.prove()
        await mallory.say(MALFORMED[number // 2 % len(MALFORMED)])
        await mallory.until_cut()


async def chatter(address: str, number: int) -> None:
    """Prove who one is, and say what serves nobody until one is hung up on."""
    async with speaker(address, f"chatterer {number}", f"127.2.0.{number % 250 + 1}") as mallory:
        await mallory.prove()
        words = USELESS[number % len(USELESS)]
        portion = words * (PIECE_BYTES // len(words))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(mallory.until_cut)
            while True:
                await mallory.say(portion)
                await trio.lowlevel.checkpoint()


async def leave_unread(address: str, number: int) -> None:
    """Ask for what is answered at length, and read no answer."""
    async with speaker(address, f"asker {number}", f"127.11.0.{number % 250 + 1}") as mallory:
        await mallory.prove()
        for _ in range(50):
            await mallory.say(ASKED)
        await trio.sleep_forever()


async def hoard(address: str, number: int) -> None:
    """Prove who one is, announce the largest frame there is, send nearly all of it, and wait."""
    async with speaker(address, f"hoarder {number % 100}", f"127.1.0.{number % 250 + 1}") as mallory:
        await mallory.prove()
        await mallory.say(MAX_FRAME.to_bytes(4, "big") + bytes(MAX_FRAME - 1))
        await mallory.until_cut()


ATTACKS: dict[str, tuple[Attack, int]] = {
    "idle": (idle, 2_000),
    "random_bytes": (random_bytes, 8),
    "half_open": (half_open, 40),
    "nonsense": (nonsense, 4),
    "break_frames": (break_frames, 4),
    "fill_streams": (fill_streams, 40),
    "misspeak": (misspeak, 4),
    "chatter": (chatter, 20),
    "leave_unread": (leave_unread, 40),
    "hoard": (hoard, 80),
}
"""Each attack, and how many make it at a time."""

AT_THE_DOOR = frozenset(("idle", "random_bytes", "half_open", "nonsense"))
"""Attacks that need not get in. The others come again only after a breath: where the processor is slow they would
crowd each other out of the door, and none would be felt inside."""
BREATH = 1.0
"""Seconds."""


class Strangers:
    """All who attack one address, and how often each attack was begun and ended."""

    def __init__(self, address: str, wanted: dict[str, int]) -> None:
        self._address, self._wanted = address, wanted
        self.begun: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self.enough = trio.Event()

    async def attack(self, name: str) -> None:
        """Make one attack again and again."""
        attack, many = ATTACKS[name]
        async with trio.open_nursery() as nursery:
            for _ in range(many):
                nursery.start_soon(self._repeat, name, attack)
                if self.begun.total() % 100 == 0:
                    await trio.lowlevel.checkpoint()

    async def _repeat(self, name: str, attack: Attack) -> None:
        while True:
            number = self.begun[name]
            self.begun[name] += 1
            if all(self.begun[each] >= many for each, many in self._wanted.items()):
                self.enough.set()
            try:
                with trio.move_on_after(float("inf") if attack is idle else PATIENCE):
                    await attack(self._address, number)
            except* ENDS:
                pass
            self.ended[name] += 1
            await trio.sleep(0 if name in AT_THE_DOOR else BREATH)


async def _tell(enough: trio.Event) -> None:
    await enough.wait()
    print("enough", flush=True)


async def _main(address: str, wanted: dict[str, int]) -> None:
    strangers = Strangers(address, wanted)
    async with trio.open_nursery() as nursery:
        for name in wanted:
            nursery.start_soon(strangers.attack, name)
        nursery.start_soon(_tell, strangers.enough)
        await trio.to_thread.run_sync(sys.stdin.readline)
        nursery.cancel_scope.cancel()
    print(json.dumps({"begun": strangers.begun, "ended": strangers.ended}), flush=True)


if __name__ == "__main__":
    os.nice(19)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))
    trio.run(
        _main, sys.argv[1], {name: int(times) for name, _, times in (word.partition("=") for word in sys.argv[2:])}
    )
