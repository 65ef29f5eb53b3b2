import os
import socket
from pathlib import Path

import pytest
import trio

from meshnode.api.listening import SocketInUse, listen_on_loopback, listen_on_socket, peer_uid


def test_socket_and_folder_are_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "run" / "api.sock"
    with listen_on_socket(path, os.getuid()):
        assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_folder_that_others_can_enter_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir(mode=0o755)
    with listen_on_socket(tmp_path / "run" / "api.sock", os.getuid()):
        assert (tmp_path / "run").stat().st_mode & 0o777 == 0o700


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SocketInUse, match="belongs to somebody else"):
        listen_on_socket(tmp_path / "run" / "api.sock", os.getuid() + 1)


def test_a_socket_left_behind_is_replaced(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / "api.sock"))
    with listen_on_socket(tmp_path / "api.sock", os.getuid()), socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(tmp_path / "api.sock"))


def test_a_path_too_long_for_the_kernel_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SocketInUse):
        listen_on_socket(tmp_path / ("x" * 100) / "api.sock", os.getuid())


def test_only_this_machine_reaches_the_port() -> None:
    with listen_on_loopback([0]) as found:
        assert found.getsockname()[0] == "127.0.0.1"


def test_a_port_that_is_taken_is_passed_over() -> None:
    with listen_on_loopback([0]) as first:
        taken = first.getsockname()[1]
        with listen_on_loopback([taken, 0]) as second:
            assert second.getsockname()[1] not in (0, taken)
        with pytest.raises(SocketInUse, match=f"127.0.0.1:{taken}: the port is taken"):
            listen_on_loopback([taken])


async def test_the_user_at_the_other_end_is_told_by_the_system() -> None:
    near, far = trio.socket.socketpair()
    with near, far:
        assert peer_uid(near) == os.getuid()
