"""Whose a connection on loopback is, as this machine's own kernel tells."""

import logging
import os
import socket
from collections.abc import Iterator

import pytest

from meshnode.api import socket_users
from meshnode.api.listening import listen_on_loopback
from meshnode.api.socket_users import made_by
from tests.support.neighbours import connected

ME = os.geteuid()
SOMEBODY_ELSE = ME + 1


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with listen_on_loopback([0]) as listener:
        listener.setblocking(True)
        yield listener


def test_a_connection_belongs_to_the_user_whose_program_made_it(listener: socket.socket) -> None:
    with connected(listener) as (_, there):
        assert made_by([ME], listener)(there)
        assert made_by([SOMEBODY_ELSE, ME], listener)(there)
        assert not made_by([SOMEBODY_ELSE], listener)(there)


def test_whoever_hung_up_at_once_is_nobody(listener: socket.socket) -> None:
    is_mine = made_by([ME], listener)
    with connected(listener) as (near, there):
        near.close()
        assert not is_mine(there)


def test_whoever_only_ended_what_they_send_is_who_they_were(listener: socket.socket) -> None:
    is_mine = made_by([ME], listener)
    with connected(listener) as (near, there):
        near.shutdown(socket.SHUT_WR)
        assert is_mine(there)


def test_where_nobody_connects_from_is_nobody(listener: socket.socket) -> None:
    is_mine = made_by([ME], listener)
    with listen_on_loopback([0]) as another, connected(another) as (_, there):
        assert not is_mine(there), "connected, but not with this port"
        assert not is_mine(another.getsockname()), "a program of mine listens there, and connects with nobody"


def test_a_connection_by_way_of_ipv6_is_told_as_well(listener: socket.socket) -> None:
    with socket.socket(socket.AF_INET6) as near:
        near.connect(("::ffff:127.0.0.1", listener.getsockname()[1]))
        there = ("127.0.0.1", near.getsockname()[1])
        assert made_by([ME], listener)(there)
        assert not made_by([SOMEBODY_ELSE], listener)(there)


@pytest.mark.parametrize("what", ["_SOCK_DIAG", "_BY_FAMILY"])
def test_where_the_system_does_not_tell_everybody_might_be_the_owner_and_it_is_said(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    monkeypatch.setattr(socket_users, what, 99)
    caplog.set_level(logging.INFO)
    with connected(listener) as (_, there):
        assert made_by([SOMEBODY_ELSE], listener)(there)
    assert "this system does not tell which user connects to 127.0.0.1:" in caplog.text


def test_one_who_cannot_be_asked_about_is_refused_where_the_system_told_before(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    is_mine = made_by([ME], listener)
    monkeypatch.setattr(socket_users, "_SOCK_DIAG", 99)
    with connected(listener) as (_, there):
        assert not is_mine(there)
    assert "did not tell whose it is" in caplog.text


def test_a_system_without_such_sockets_does_not_tell(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "AF_NETLINK")
    with connected(listener) as (_, there):
        assert made_by([SOMEBODY_ELSE], listener)(there)
