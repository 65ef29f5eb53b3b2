"""Agreeing on a protocol, with peers that talk too much, nonsense, or not at all."""

import pytest
import trio

from meshnode.net.libp2p.negotiation import BUDGET_BYTES, BoundedPipe, HungUp, NotAgreed, ask_for, offer
from meshnode.net.libp2p.violation import Violation

HELLO = b"\x13/multistream/1.0.0\n"


def hearing(*said: bytes) -> BoundedPipe:
    """Return a pipe on which the peer says this, and then hangs up."""
    waiting = list(said)

    async def receive(_most: int) -> bytes:
        await trio.lowlevel.checkpoint()
        return waiting.pop(0) if waiting else b""

    async def send(_data: bytes) -> None:
        await trio.lowlevel.checkpoint()

    return BoundedPipe(receive, send)


def line(text: bytes) -> bytes:
    return bytes([len(text) + 1]) + text + b"\n"


async def test_the_peer_chooses_among_what_is_offered() -> None:
    assert await offer(("/a", "/b"), hearing(HELLO, line(b"/c") + line(b"ls"), line(b"/b"))) == "/b"


async def test_what_follows_the_choice_is_kept() -> None:
    pipe = hearing(HELLO + line(b"/a") + b"and more")
    await offer(("/a",), pipe)
    assert pipe.rest == b"and more"


async def test_asking_ends_with_the_echo() -> None:
    await ask_for("/a", hearing(HELLO, line(b"/a")))


async def test_asking_for_what_the_peer_does_not_speak_says_so() -> None:
    with pytest.raises(NotAgreed):
        await ask_for("/a", hearing(HELLO, line(b"na")))


@pytest.mark.parametrize("said", [b"\x07HTTP/1\n", b"\x05/mul\n", b"\x00", b"\x03abc"])
async def test_what_is_no_multistream_is_not_agreed_on(said: bytes) -> None:
    with pytest.raises(NotAgreed):
        await offer(("/a",), hearing(said))
    with pytest.raises(NotAgreed):
        await ask_for("/a", hearing(said))


@pytest.mark.parametrize("said", [(), (HELLO,), (HELLO, b"\x09/a")])
async def test_hanging_up_is_noticed_anywhere(said: tuple[bytes, ...]) -> None:
    with pytest.raises(HungUp):
        await offer(("/a",), hearing(*said))
    with pytest.raises(HungUp):
        await ask_for("/a", hearing(*said))


async def test_text_that_is_none_is_a_violation() -> None:
    with pytest.raises(Violation):
        await offer(("/a",), hearing(line(b"\xff\xfe")))
    with pytest.raises(Violation):
        await ask_for("/a", hearing(line(b"\xff\xfe")))


@pytest.mark.parametrize(
    "said", [b"\xff\xff\xff\xff\x0f" + b"x" * 9000, HELLO + line(b"/nothing like it") * 1000, b"\x80" * 9000]
)
async def test_talking_without_end_is_a_violation_or_refused(said: bytes) -> None:
    with pytest.raises((Violation, NotAgreed)):
        await offer(("/a",), hearing(said))


async def test_no_more_is_read_than_the_budget() -> None:
    pipe = hearing(b"x" * (BUDGET_BYTES + 1))
    assert len(await pipe.read(BUDGET_BYTES)) == BUDGET_BYTES
    with pytest.raises(Violation):
        await pipe.read(1)
    await pipe.close()
    pipe.get_remote_address()
