"""What is typed as an answer that must not show does not, and the terminal shows again afterwards."""

import os
import pty
import termios
from collections.abc import Iterator

import pytest

from meshnode.cli.hidden import unseen
from tests.support.command_line import Stream


@pytest.fixture
def terminal() -> Iterator[int]:
    master, slave = pty.openpty()
    yield slave
    os.close(master)
    os.close(slave)


def shows(terminal: int) -> bool:
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


def test_a_terminal_does_not_show_what_is_typed_until_it_is_answered(terminal: int) -> None:
    with open(terminal, closefd=False) as stdin:
        with unseen(stdin):
            assert not shows(terminal)
        assert shows(terminal)


def test_a_terminal_shows_again_after_an_interruption(terminal: int) -> None:
    with open(terminal, closefd=False) as stdin, pytest.raises(KeyboardInterrupt), unseen(stdin):
        raise KeyboardInterrupt
    assert shows(terminal)


def test_what_is_no_terminal_is_left_alone() -> None:
    with unseen(Stream("x", terminal=True)) as nothing:
        assert nothing is None
    reading, writing = os.pipe()
    with open(reading) as stdin, unseen(stdin):
        os.close(writing)
