"""Frames: cut anywhere, put together again; bounded before anything is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshproto.wire.breaches import Breach, Breached
from meshproto.wire.frames import FrameReader, frame
from meshproto.wire.limits import MAX_FRAME


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=8), st.data())
def test_bodies_come_out_whole_however_the_stream_is_cut(bodies: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(map(frame, bodies))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    reader, found = FrameReader(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += reader.feed(stream[start:end])
    assert found == bodies
    assert not reader.torn


def test_a_stream_that_ends_inside_a_frame_is_torn() -> None:
    reader = FrameReader()
    assert reader.feed(frame(b"body")[:-1]) == []
    assert reader.torn


def test_an_empty_frame_is_refused() -> None:
    with pytest.raises(Breached) as refused:
        FrameReader().feed(bytes(4))
    assert refused.value.breach is Breach.FRAME


def test_a_frame_that_is_too_large_is_refused_before_its_body_comes() -> None:
    FrameReader().feed(MAX_FRAME.to_bytes(4, "big"))
    with pytest.raises(Breached, match="W-FRAME 1056769 bytes"):
        FrameReader().feed((MAX_FRAME + 1).to_bytes(4, "big"))
