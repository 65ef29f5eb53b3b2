from pathlib import Path

import pytest

from meshnode.api.listening import SocketInUse, listen_on_loopback
from meshnode.app import front
from meshnode.app.front import Doors, open_doors
from meshnode.config.load import Loaded, load
from meshnode.core.rows import NoteEntry
from meshnode.runtime import notes
from tests.support.lone_node import LoneNode, lone_node


def settings(**said: object) -> Loaded:
    return load(None, {}, {f"api.{name}": value for name, value in said.items()})


def doors(home: Path, ana: LoneNode, loaded: Loaded) -> Doors:
    return open_doors(home / "api.sock", loaded, ana.opened.reader)


def close(*opened: Doors) -> None:
    for each in opened:
        each.unix.close()
        if each.tcp is not None:
            each.tcp.close()


async def test_a_second_home_finds_a_free_port_and_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with listen_on_loopback([0]) as other:
        usual = other.getsockname()[1]
        monkeypatch.setattr(front, "API_PORT", usual)
        async with lone_node(tmp_path) as ana:
            first = doors(tmp_path, ana, settings())
            await first.remember(ana.opened)
            port = first.port
            close(first)
            again = doors(tmp_path, ana, settings())
            assert (again.port, again.url) == (port, f"http://127.0.0.1:{port}")
            close(again)
    assert port not in (0, usual)


async def test_the_usual_port_is_taken_if_it_is_free_and_not_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listen_on_loopback([0]) as free:
        usual = free.getsockname()[1]
    monkeypatch.setattr(front, "API_PORT", usual)
    async with lone_node(tmp_path) as ana:
        opened = doors(tmp_path, ana, settings())
        await opened.remember(ana.opened)
        assert opened.port == usual
        close(opened)
        assert ana.opened.reader.entry(NoteEntry, (notes.API_PORT,)) is None


async def test_a_port_that_was_asked_for_is_taken_or_refused(tmp_path: Path) -> None:
    async with lone_node(tmp_path) as ana:
        with listen_on_loopback([0]) as other, pytest.raises(SocketInUse):
            doors(tmp_path, ana, settings(port=other.getsockname()[1]))
        assert not (tmp_path / "api.sock").exists()


async def test_without_tcp_there_is_the_socket_alone(tmp_path: Path) -> None:
    async with lone_node(tmp_path) as ana:
        opened = doors(tmp_path, ana, settings(tcp=False))
        close(opened)
        assert (opened.tcp, opened.port, opened.url) == (None, 0, "")
