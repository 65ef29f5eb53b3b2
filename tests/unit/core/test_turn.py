"""A turn collects effects in order, and a batch if there is anything to store."""

from meshnode.core.effects import Close, Send
from meshnode.core.ports import Moment
from meshnode.core.rows import NoteEntry
from meshnode.core.turn import Turn
from meshproto.records.ids import LogId, RecordId
from meshproto.wire.breaches import Breach
from meshproto.wire.messages import Bye

NOW = Moment(1, 1)


def test_nothing_to_store_makes_no_batch() -> None:
    assert Turn(NOW, 7).batch() is None


def test_anything_to_store_makes_a_batch_with_the_turns_number() -> None:
    turn = Turn(NOW, 7)
    turn.local.append(NoteEntry("name", b"value"))
    turn.erasures[RecordId(b"e" * 32)] = None
    turn.after.promoted.append(LogId(b"l" * 32))
    batch = turn.batch()
    assert batch is not None
    assert (batch.number, batch.local, batch.erasures) == (7, (NoteEntry("name", b"value"),), (b"e" * 32,))
    assert batch.promoted == (b"l" * 32,)


def test_a_close_says_goodbye_first_in_printable_ascii() -> None:
    turn = Turn(NOW, 7)
    turn.close(3, Breach.SHAPE, "naïve\n" + "x" * 300)
    assert turn.effects == [Send(3, Bye(Breach.SHAPE, ("na?ve?" + "x" * 300)[:200])), Close(3, Breach.SHAPE)]
