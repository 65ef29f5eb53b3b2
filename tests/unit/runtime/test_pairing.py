"""The line of a pairing and its words."""

import pytest

from meshnode.runtime.lines.pairing import (
    LINK,
    PairingLine,
    RecoveryLine,
    pairing_words,
    read_pairing,
    read_recovery,
    write_pairing,
    write_recovery,
)
from meshnode.runtime.refusals import Refusal
from meshproto.lines.reading import DEVICE, LONGEST
from meshproto.records.ids import AgentId, ScopeId

PEER = "12D3KooWGRUVh3s3Gqh4hcCC6kUVfL4hH9KkMsBUGUCmLtB1Tjn5"
ADDRESSES = (f"/ip4/192.168.1.7/tcp/4401/p2p/{PEER}", f"/ip4/203.0.113.9/tcp/4401/p2p/{PEER}")
LINE = PairingLine(AgentId(b"a" * 32), ScopeId(b"n" * 32), b"s" * 16, PEER, ADDRESSES)
BACK = RecoveryLine(AgentId(b"a" * 32), b"s" * 16, PEER, ADDRESSES)


def test_reading_a_line_undoes_writing_it() -> None:
    assert read_pairing(f" {write_pairing(LINE)}\n") == LINE


def test_a_line_fits_into_a_link_and_a_qr_code() -> None:
    line = write_pairing(LINE._replace(addresses=ADDRESSES * 20))
    assert len(line) <= LONGEST[DEVICE]
    assert read_pairing(LINK + line).addresses[:2] == ADDRESSES
    assert read_recovery(write_recovery(BACK)) == BACK


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "",
        write_pairing(LINE)[:-5],
        write_pairing(LINE).replace("device1.", "device1.!"),
        write_pairing(LINE).replace("device1.", "device1.AAAA"),
        write_pairing(LINE)[:40] + ("b" if write_pairing(LINE)[40] != "b" else "c") + write_pairing(LINE)[41:],
        write_recovery(BACK),
    ],
)
def test_a_damaged_line_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_pairing(text)
    assert refused.value.hint == "copy the whole line again"


def test_an_address_that_cannot_be_dialled_is_passed_over() -> None:
    assert read_pairing(write_pairing(LINE._replace(addresses=("nowhere", *ADDRESSES)))) == LINE


def test_another_key_or_another_secret_shows_other_words() -> None:
    words = {
        pairing_words(LINE.scope, LINE.agent, b"k" * 32),
        pairing_words(LINE.scope, LINE.agent, b"l" * 32),
        pairing_words(LINE._replace(secret=b"t" * 16).scope, LINE.agent, b"k" * 32),
    }
    assert len(words) == 3
    assert all(len(each.split("-")) == 4 for each in words)


def test_what_stands_for_the_secret_does_not_tell_it() -> None:
    assert bytes(LINE.scope).find(LINE.secret) < 0
