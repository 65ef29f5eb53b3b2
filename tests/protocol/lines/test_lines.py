"""Lines that are pasted: written, read again, and never longer than they may be."""

from hashlib import sha256
from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshproto.lines.places import Places, ip6_text, pack_address, pack_peer
from meshproto.lines.reading import (
    DEVICE,
    LONGEST,
    DeviceLine,
    InvitationLine,
    kind_of,
    read_line,
    scope_of_pairing,
    write_line,
)
from meshproto.lines.sealing import BASE32, seal, unseal
from meshproto.records.reasons import Reason, Refused
from scripts.vectors.lines import OTHER_PEER, PEER

SECRET = b"s" * 16


@given(st.binary(max_size=120), st.sampled_from([BASE32, DEVICE]))
def test_opening_undoes_sealing(body: bytes, beginning: str) -> None:
    assert unseal(seal(beginning, body), beginning) == body


@given(st.binary(min_size=16, max_size=16))
def test_an_ipv6_address_is_written_as_it_is_everywhere(packed: bytes) -> None:
    text = ip6_text(packed)
    assert IPv6Address(text).packed == packed
    if packed[:12] != bytes(10) + b"\xff\xff":  # Python writes those in one of two ways
        assert text == str(IPv6Address(packed))


@given(st.lists(st.sampled_from((0, 0, 1, 0xFFFF)), min_size=8, max_size=8))
def test_so_are_those_with_many_zeros(groups: list[int]) -> None:
    packed = b"".join(each.to_bytes(2, "big") for each in groups)
    if packed[:12] != bytes(10) + b"\xff\xff":
        assert ip6_text(packed) == str(IPv6Address(packed))


@pytest.mark.parametrize(
    "address",
    [
        "/ip4/192.0.2.7/tcp/4401",
        "/ip6/2001:db8::7/tcp/0",
        "/dns/ana.example/tcp/65535",
        "/dns/ana.example/tcp/65536",
        "/dns/ana.example/tcp/080",
        "/dns4/ana.example/tcp/443",
        "/ip4/ana.example/tcp/443",
        "/ip4/192.0.2.7/udp/4401",
        "/memory/ana",
        f"/dns/{'a' * 236}/tcp/443",
    ],
)
def test_reading_an_address_undoes_packing_it(address: str) -> None:
    places = Places(pack_peer(PEER) + pack_address(f"{address}/p2p/{PEER}"))
    assert (places.peer(), places.addresses()) == (PEER, (address,))


@pytest.mark.parametrize("address", ["", "/dns/a b/tcp/1", "/dns/é/tcp/1", f"/dns4/{'a' * 250}/tcp/443"])
def test_an_address_that_no_line_can_carry_is_left_out(address: str) -> None:
    assert pack_address(address) == b""


@pytest.mark.parametrize("peer", [PEER, OTHER_PEER, "ana", "1", "12D3KooW", "0OIl"])
def test_reading_a_peer_undoes_packing_it(peer: str) -> None:
    assert Places(pack_peer(peer)).peer() == peer


def test_of_addresses_that_would_make_a_line_too_long_the_last_are_left_out() -> None:
    addresses = tuple(f"/dns/{letter * 40}.example/tcp/1" for letter in "abc")
    line = write_line(InvitationLine(SECRET, 0, PEER, addresses))
    assert len(line) <= LONGEST[kind_of(line)]
    assert read_line(line) == InvitationLine(SECRET, 0, PEER, addresses[:1])


@pytest.mark.parametrize("space", list("\t\n\v\f\r "))
def test_white_space_does_no_harm(space: str) -> None:
    said = DeviceLine(b"a" * 32, b"n" * 32, SECRET, PEER, ())
    line = write_line(said)
    assert read_line(f"{space}{line[:20]}{space}{line[20:]}{space}") == said


def test_other_spaces_do() -> None:
    with pytest.raises(Refused) as refused:
        read_line(write_line(InvitationLine(SECRET, 0, PEER, ())) + "\u00a0")
    assert refused.value.reason is Reason.N_SUM


def test_what_stands_for_a_secret_is_made_as_the_text_says() -> None:
    # SPEC 10-lines 3.2: What stands for the secret of a `device1.` line where scopes are shown (03-sync 3) is
    # SHA-256("meshnode/1 pairing\n" ‖ secret).
    assert scope_of_pairing(SECRET) == sha256(b"meshnode/1 pairing\n" + SECRET).digest()
