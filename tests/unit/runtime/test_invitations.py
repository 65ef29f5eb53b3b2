"""The line of an invitation: short, the same in any case, and never read wrongly."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshnode.runtime.lines.invitations import (
    LINK,
    MINUTE,
    Invitation,
    is_invitation,
    read_invitation,
    write_invitation,
)
from meshnode.runtime.refusals import Refusal
from meshproto.lines.reading import INVITATION, LONGEST

PEER = "12D3KooWGRYZDHBembyGJQqQ6WgLqJWYNjnECJwGBnCg8vbCeo8F"
PLACES = ("/ip4/192.0.2.7/tcp/4401", "/ip6/2001:db8::7/tcp/4401", "/dns/ana.example/tcp/443")
ANA = Invitation(b"sixteen letters.", 29_000_000 * MINUTE, PEER, tuple(f"{each}/p2p/{PEER}" for each in PLACES))


def test_reading_undoes_writing() -> None:
    assert read_invitation(write_invitation(ANA)) == ANA


def test_a_link_capitals_and_line_breaks_do_no_harm() -> None:
    line = write_invitation(ANA)
    for text in (LINK + line, line.upper(), f" {line[:50]}\n{line[50:]} "):
        assert is_invitation(text)
        assert read_invitation(text) == ANA
    assert not is_invitation(f"bafkrei@{PLACES[0]}")


def test_of_addresses_that_would_make_the_line_too_long_the_last_are_left_out() -> None:
    names = tuple(f"/dns/{letter * 40}.example/tcp/1/p2p/{PEER}" for letter in "abc")
    line = write_invitation(Invitation(ANA.secret, 0, PEER, names))
    assert len(line) <= LONGEST[INVITATION]
    assert read_invitation(line) == Invitation(ANA.secret, 0, PEER, names[:1])


def test_other_kinds_of_addresses_and_peers_are_written_out() -> None:
    links = Invitation(ANA.secret, 0, "ana", ("/memory/ana/p2p/ana", "/dns4/ana.example/tcp/1/p2p/ana"))
    assert read_invitation(write_invitation(links)) == links


@given(st.integers(0, 100), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567189!"))
def test_one_wrong_letter_is_noticed(at: int, letter: str) -> None:
    line = write_invitation(ANA)
    wrong = line[: 3 + at] + letter + line[4 + at :]
    if wrong == line:
        return
    with pytest.raises(Refusal, match="incomplete or mistyped"):
        read_invitation(wrong)


@pytest.mark.parametrize("change", [lambda line: line[:-1], lambda line: line + "a", lambda line: "mn1"])
def test_a_line_that_was_cut_or_grew_is_noticed(change: Callable[[str], str]) -> None:
    with pytest.raises(Refusal):
        read_invitation(change(write_invitation(ANA)))
