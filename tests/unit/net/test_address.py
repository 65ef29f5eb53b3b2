"""Addresses are read strictly, because peers send them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshnode.net.address import Address, BadAddress, of_socket, parse
from meshnode.net.transport import PeerId

PEER = "12D3KooWB1iYFbTikLPmKw4Kzbj1613Ydvus5bqtzzzWwxBB9JYR"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/ip4/192.0.2.7/tcp/4401", Address("ip4", "192.0.2.7", 4401)),
        (f"/ip6/2001:db8::1/tcp/1/p2p/{PEER}", Address("ip6", "2001:db8::1", 1, PeerId(PEER))),
        ("/dns4/node.example.org/tcp/65535", Address("dns4", "node.example.org", 65535)),
        ("/dns/localhost/tcp/0", Address("dns", "localhost", 0)),
    ],
)
def test_an_address_is_read_and_written_alike(text: str, expected: Address) -> None:
    assert parse(text) == expected
    assert str(expected) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "192.0.2.7:4401",
        "/ip4/192.0.2.7",
        "/ip4/192.0.2.7/udp/4401",
        "/ip4/192.0.2.7/tcp/65536",
        "/ip4/192.0.2.7/tcp/-1",
        "/ip4/192.0.2.7/tcp/٤",
        "/ip4/192.0.2.7/tcp/4401/ws",
        "/ip4/192.0.2/tcp/4401",
        "/ip4/::1/tcp/4401",
        "/ip6/192.0.2.7/tcp/4401",
        "/ip6/fe80::1%eth0/tcp/4401",
        "/dns4/-bad-/tcp/1",
        "/dns4/a..b/tcp/1",
        f"/dns4/{'a' * 64}/tcp/1",
        f"/dns4/{'a.' * 127}aa/tcp/1",
        "/ip4/192.0.2.7/tcp/4401/p2p/",
        "/ip4/192.0.2.7/tcp/4401/p2p/0OIl",
        f"/ip4/192.0.2.7/tcp/4401/p2p/{PEER}/p2p-circuit",
        f"/ip4/192.0.2.7/tcp/4401/p2p/{'1' * 65}",
        "/ip4/192.0.2.7/tcp/4401\n",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadAddress) as caught:
        parse(text)
    assert caught.value.text == text


def test_a_long_text_is_refused_before_it_is_read() -> None:
    with pytest.raises(BadAddress) as caught:
        parse("/ip4/" + "9" * 1_000_000)
    assert caught.value.problem == "too long"


@given(st.text(max_size=80))
def test_no_text_does_anything_but_parse_or_be_refused(text: str) -> None:
    with suppress(BadAddress):
        assert parse(text).port < 65536


@given(st.ip_addresses(), st.integers(0, 65535))
def test_the_address_of_a_socket_can_be_read_again(host: object, port: int) -> None:
    address = of_socket(str(host), port)
    assert parse(str(address)) == address


def test_the_zone_of_an_ipv6_socket_is_left_out() -> None:
    assert of_socket("fe80::1%eth0", 7) == Address("ip6", "fe80::1", 7)
