import msgspec
import pytest
import trio
import trio.lowlevel
import trio.testing

from meshnode.core.author import BEGINNING, Pen, sign_drafts
from meshnode.core.drafts import Draft
from meshnode.core.events import BreachIn, MessageIn, PrivatesIn, RunIn
from meshnode.runtime.chance import SystemChance
from meshnode.runtime.settings import DECODED_WEIGHT, INLINE_BYTES
from meshnode.runtime.verifier import Verifier, is_bulk, weight_of
from meshproto.records.ids import RecordId, ScopeId
from meshproto.records.signatures import SigningKey
from meshproto.wire.breaches import Breach
from meshproto.wire.codec import encode
from meshproto.wire.messages import Credit, Get, Headers, Part, Privates

KEY = SigningKey(b"k" * 32)
PART = b"\x81\xa4salt\xc4\x10" + b"s" * 16


def run_of(count: int) -> Headers:
    drafts = [Draft(ScopeId(b"n" * 32), "x", {"note": "y" * 200}) for _ in range(count)]
    signed = sign_drafts(Pen(b"a" * 32, KEY, 1, SystemChance()), drafts, BEGINNING)
    run = signed.runs[0]
    return Headers(tuple(record.raw for record in run.records), run.signature, Part.WANTED)


@pytest.mark.parametrize("count", [1, 400])
async def test_a_run_that_holds_becomes_an_event_with_its_records(count: int) -> None:
    event = await Verifier().check(7, encode(run_of(count)))
    assert isinstance(event, RunIn)
    assert (event.conn, len(event.run.records)) == (7, count)


@pytest.mark.parametrize("count", [1, 400])
async def test_a_run_whose_signature_does_not_hold_is_a_breach(count: int) -> None:
    headers = run_of(count)
    event = await Verifier().check(7, encode(Headers(headers.headers, b"\x01" * 64, Part.WANTED)))
    assert isinstance(event, BreachIn)
    assert event.breach is Breach.RUN


@pytest.mark.parametrize("count", [1, 1000])
async def test_private_parts_come_with_their_digests(count: int) -> None:
    parts = tuple((RecordId(number.to_bytes(32, "big")), PART) for number in range(count))
    event = await Verifier().check(7, encode(Privates(parts, (), ())))
    assert isinstance(event, PrivatesIn)
    assert len(event.parts) == count


async def test_other_messages_pass_as_they_are() -> None:
    assert await Verifier().check(7, encode(Credit(5))) == MessageIn(7, Credit(5))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xc1",
        b"\x91\x05",
        b"\xdd" + (200_000).to_bytes(4, "big") + b"\x01" * 200_000,
        b"\x94\x06" + b"\xff" * 90_000,
    ],
)
async def test_bytes_that_are_no_message_are_a_breach(raw: bytes) -> None:
    assert isinstance(await Verifier().check(7, raw), BreachIn)


def test_only_what_is_quick_to_read_counts_as_bulk() -> None:
    assert is_bulk(encode(run_of(400)))
    assert not is_bulk(b"\x94\x06" + b"\xdd" + (1 << 20).to_bytes(4, "big") + b"\x01" * (1 << 20))
    assert not is_bulk(msgspec.msgpack.encode([5, [0] * INLINE_BYTES]))


async def test_a_message_made_to_be_slow_does_not_hold_up_the_loop() -> None:
    slow = b"\xdd" + (1 << 19).to_bytes(4, "big") + b"\x90" * (1 << 19)
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await trio.lowlevel.checkpoint()
            beats += 1

    async with trio.open_nursery() as nursery:
        nursery.start_soon(beat)
        assert isinstance(await Verifier().check(7, slow), BreachIn)
        nursery.cancel_scope.cancel()
    assert beats > 10


@pytest.mark.parametrize(
    "raw", [encode(Credit(5)), encode(run_of(400)), b"\xdd" + (1 << 16).to_bytes(4, "big") * 9_000]
)
async def test_nothing_is_decoded_before_there_is_room_for_it(raw: bytes, nursery: trio.Nursery) -> None:
    passed: list[object] = []
    gate = trio.Event()

    async def check() -> None:
        passed.append(await Verifier().check(7, raw, gate.wait))

    nursery.start_soon(check)
    await trio.testing.wait_all_tasks_blocked()
    assert passed == []
    gate.set()
    await trio.testing.wait_all_tasks_blocked(0.1)


async def test_of_slow_messages_one_at_a_time_asks_for_room(nursery: trio.Nursery) -> None:
    verifier, asked = Verifier(), 0

    async def room() -> None:
        nonlocal asked
        asked += 1
        await trio.sleep_forever()

    for conn in range(5):
        nursery.start_soon(verifier.check, conn, b"\xc1" * (INLINE_BYTES + 1), room)
    await trio.testing.wait_all_tasks_blocked()
    nursery.cancel_scope.cancel()
    assert asked == 1


def test_what_is_made_of_many_small_things_weighs_more_than_a_run() -> None:
    run, want = encode(run_of(40)), encode(Get((RecordId(bytes(32)),)))
    assert (weight_of(run), weight_of(want)) == (len(run), DECODED_WEIGHT * len(want))
