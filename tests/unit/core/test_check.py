"""What is checked before the core hears of it."""

import pytest

from meshnode.core.check import checked_part, event_of, is_bulk
from meshnode.core.events import BreachIn, MessageIn, PrivatesIn, RunIn
from meshproto.records.encoding import encode
from meshproto.records.reasons import Reason, Refused
from meshproto.wire.breaches import Breach
from meshproto.wire.messages import Credit, Headers, Part, Privates
from tests.support.core_rig import Writer, headers_of

ALICE = Writer("alice")
SIGNED = ALICE.notes(ALICE.stream, 2, text="hello")


def test_a_good_run_becomes_an_event_with_its_cost() -> None:
    message = headers_of(SIGNED.runs[0], Part.LAST)
    event = event_of(5, message)
    assert isinstance(event, RunIn)
    assert (event.conn, event.run, event.part) == (5, SIGNED.runs[0], Part.LAST)
    assert event.cost == 64 + sum(map(len, message.headers))


def test_a_run_with_a_bad_signature_is_a_breach() -> None:
    message = headers_of(SIGNED.runs[0])
    forged = Headers(message.headers, bytes(64), Part.PUSHED)
    assert event_of(5, forged) == BreachIn(5, Breach.RUN, "S-SIG 1")


def test_good_private_parts_become_an_event() -> None:
    (record, raw), _ = SIGNED.privates
    event = event_of(5, Privates(((record, raw),), (), (record,)))
    assert isinstance(event, PrivatesIn)
    assert event.parts == (checked_part(record, raw),)
    assert event.missing == (record,)


def test_a_private_part_that_is_none_is_a_breach() -> None:
    record = SIGNED.privates[0][0]
    assert event_of(5, Privates(((record, b"\xc0"),), (), ())) == BreachIn(5, Breach.PART, "E-NIL before byte 1")


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"\x01", Reason.V_SHAPE), (encode({"title": "x"}), Reason.V_SALT), (encode({"salt": b"short"}), Reason.V_SALT)],
)
def test_a_part_must_be_a_map_with_a_salt(content: bytes, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        checked_part(SIGNED.privates[0][0], content)
    assert refused.value.reason is reason


def test_other_messages_pass_as_they_are() -> None:
    assert event_of(5, Credit(7)) == MessageIn(5, Credit(7))
    assert not is_bulk(Credit(7))
    assert is_bulk(headers_of(SIGNED.runs[0]))
