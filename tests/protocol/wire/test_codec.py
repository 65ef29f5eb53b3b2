"""Messages: what is written is read again, and no bytes make the reader fail in another way than it says."""

import os

from hypothesis import given
from hypothesis import strategies as st

from meshproto.wire import codec
from meshproto.wire.breaches import Breached
from meshproto.wire.messages import Headers, Message, Optional, Part, Privates
from scripts.wire_vectors.cases import MESSAGES

RIGHT = [codec.encode(message) for message in MESSAGES.values()]


def read(body: bytes) -> Message | None:
    try:
        return codec.decode(body)
    except Breached:
        return None


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_breach(body: bytes) -> None:
    message = read(body)
    assert message is None or isinstance(message, Optional) or codec.encode(message) == body


@given(st.sampled_from(RIGHT), st.data())
def test_a_message_with_a_bit_turned_is_another_one_or_a_breach(body: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(body) * 8 - 1))
    bent = body[: at // 8] + bytes([body[at // 8] ^ 1 << at % 8]) + body[at // 8 + 1 :]
    message = read(bent)
    assert message is None or isinstance(message, Optional) or codec.encode(message) == bent


@given(st.sampled_from(RIGHT), st.integers(1, 40))
def test_a_message_cut_short_is_a_breach(body: bytes, less: int) -> None:
    assert read(body[:-less]) is None


def test_a_run_costs_its_headers_and_its_frame() -> None:
    assert codec.cost(Headers((b"12345", b"123"), bytes(64), Part.PUSHED)) == 64 + 8


def test_private_parts_cost_their_bytes_and_a_frame_each() -> None:
    parts = tuple((os.urandom(32), bytes(size)) for size in (10, 20))
    assert codec.cost(Privates(parts, (), ())) == 64 + 64 + 10 + 64 + 20  # type: ignore[arg-type]  # ids are bytes
