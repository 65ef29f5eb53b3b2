"""The line of a contact card: it says what was put in, proves itself, and nothing else is ever read from a line."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshnode.core.author import Pen, sign_genesis
from meshnode.core.drafts import SignedRecords
from meshnode.core.ports import Identity
from meshnode.runtime.lines.cards import LONGEST, LONGEST_LINE, PREFIX, Card, is_card, read_card, write_card
from meshnode.runtime.lines.pairing import LINK
from meshnode.runtime.refusals import Code, Refusal
from meshproto.lines.cards import CARD_CONTEXT
from meshproto.lines.sealing import seal, unseal
from meshproto.records.encoding import Value, decode, encode
from meshproto.records.ids import NONE, AgentId
from meshproto.records.signatures import SIGNATURE_SIZE, SigningKey
from meshproto.types import identity

PEER = "12D3KooWGRUVh3s3Gqh4hcCC6kUVfL4hH9KkMsBUGUCmLtB1Tjn5"
ADDRESSES = (f"/ip4/192.168.1.7/tcp/4401/p2p/{PEER}", f"/dns/ana.example/tcp/443/p2p/{PEER}")
KEY, OTHER = SigningKey(b"a" * 32), SigningKey(b"b" * 32)


class Zeros:
    """Chance that is none."""

    def token(self, size: int) -> bytes:
        return bytes(size)

    def random(self) -> float:
        return 0.0


def person(key: SigningKey, name: str) -> tuple[AgentId, SignedRecords]:
    facts = identity.person(key=key.public, nonce=key.public[:16])
    scope, signed = sign_genesis(Pen(NONE, key, 1_000, Zeros()), facts, {"name": name})
    return AgentId(scope), signed


ANA, FOUNDING = person(KEY, "Ana")
READER = Identity(person(OTHER, "Ben")[0], OTHER)
CARD = Card(ANA, ANA, KEY.public, 1_700_000_000_000, PEER, ADDRESSES, FOUNDING)
LINE = write_card(CARD, KEY)


def said_in(line: str) -> list[Value]:
    found = decode(unseal(line, PREFIX)[1 + SIGNATURE_SIZE :])
    assert isinstance(found, list)
    return found


def saying(said: list[Value], key: SigningKey = KEY, version: int = 1) -> str:
    """A line that says this, signed, whatever it is."""
    raw = encode(said)
    return seal(PREFIX, bytes([version]) + key.sign_bytes(CARD_CONTEXT, raw) + raw)


def test_reading_a_card_undoes_writing_it() -> None:
    assert read_card(LINE, READER) == CARD
    assert read_card(f" {LINK}{LINE[:70]}\n  {LINE[70:]}\n", READER) == CARD
    assert CARD.told() == {"name": "Ana"}
    assert len(LINE) < LONGEST_LINE
    assert (is_card(LINK + LINE), is_card("mn1abc")) == (True, False)


def test_a_card_may_say_of_no_address() -> None:
    card = CARD._replace(peer="", addresses=())
    assert read_card(write_card(card, KEY), READER) == card


@pytest.mark.parametrize("text", ["", "nonsense", "mn1abc", LINE + "A" * LONGEST])
def test_what_is_no_card_is_called_so(text: str) -> None:
    with pytest.raises(Refusal, match="this is no contact card"):
        read_card(text, READER)


@given(st.integers(0, len(LINE) - len(PREFIX) - 1), st.sampled_from("AZaz09-_!é"))
def test_one_wrong_letter_is_noticed(at: int, letter: str) -> None:
    wrong = LINE[: len(PREFIX) + at] + letter + LINE[len(PREFIX) + at + 1 :]
    if wrong != LINE:
        with pytest.raises(Refusal, match="incomplete or mistyped"):
            read_card(wrong, READER)


def test_a_card_of_a_newer_meshnode_is_called_so() -> None:
    with pytest.raises(Refusal, match="newer meshnode"):
        read_card(saying(said_in(LINE), version=2), READER)


@pytest.mark.parametrize("said", [{0: READER.agent}, {1: READER.agent}, {2: bytes(OTHER.public)}])
def test_who_does_not_speak_for_whom_the_card_names_proves_nothing(said: dict[int, Value]) -> None:
    theirs = person(OTHER, "Ben")[1]
    both = CARD._replace(records=SignedRecords(FOUNDING.runs + theirs.runs, FOUNDING.privates))
    parts = said_in(write_card(both, KEY))
    for place, value in said.items():
        parts[place] = value
    for key in (KEY, OTHER):
        with pytest.raises(Refusal) as refusal:
            read_card(saying(parts, key), READER)
        assert refusal.value.code is Code.VERIFICATION_FAILED


def test_what_another_key_has_signed_is_refused() -> None:
    with pytest.raises(Refusal, match="does not prove whose it is"):
        read_card(saying(said_in(LINE), OTHER), READER)


def test_nothing_but_streams_of_people_and_organisations_stands_in_a_card() -> None:
    facts = identity.network(founders=[ANA], nonce=bytes(16), is_open=True)
    _, net = sign_genesis(Pen(NONE, OTHER, 1, Zeros()), facts)
    for records in (SignedRecords(), SignedRecords(FOUNDING.runs + net.runs)):
        with pytest.raises(Refusal, match="incomplete or mistyped"):
            read_card(write_card(CARD._replace(records=records), KEY), READER)


def test_whatever_is_signed_into_a_card_is_read_or_refused() -> None:
    codes: set[str] = set()
    for seed in range(1_000):
        spoilt = _spoilt(random.Random(seed), said_in(LINE))
        line = saying(spoilt) if isinstance(spoilt, list) else seal(PREFIX, encode(spoilt))
        try:
            card = read_card(line, READER)
        except Refusal as refusal:
            codes.add(refusal.code)
        else:
            codes.add("read")
            assert (card.agent, bytes(card.genesis().id)) == (ANA, bytes(ANA)), seed
            assert card.told().keys() <= {"name"}, seed
    assert codes == {"read", Code.BAD_REQUEST, Code.VERIFICATION_FAILED}


def _spoilt(chance: random.Random, value: Value) -> Value:
    """A value with something in it changed: another one, one more, one less, or cut bytes."""
    if isinstance(value, list) and value and chance.random() < 0.8:
        at = chance.randrange(len(value))
        match chance.randrange(6):
            case 0:
                return [*value[:at], *value[at + 1 :]]
            case 1:
                return [*value, value[at]]
            case _:
                return [*value[:at], _spoilt(chance, value[at]), *value[at + 1 :]]
    if isinstance(value, bytes) and value and chance.random() < 0.8:
        at = chance.randrange(len(value))
        return value[:at] + bytes([chance.randrange(256)]) + value[at + chance.randrange(2) :]
    others: list[Value] = [b"", b"\x00" * 32, 0, -1, 2**40, "", "x", [], [[]], {}, {"a": 1}, True]
    return chance.choice(others)
