"""`logs`: the last lines of the log, and those that are added."""

import threading
from pathlib import Path

import pytest

from meshnode.cli.exits import Exit
from meshnode.cli.operation.logs import following, last_lines
from tests.support.command_line import objects, run


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "node.log"
    path.write_text("".join(f"line {number}\n" for number in range(1, 101)))
    return path


def test_the_last_lines_are_printed(log: Path) -> None:
    assert run("logs", "-n", "2", home=log.parent).out == "line 99\nline 100\n"
    assert len(run("logs", home=log.parent).out.splitlines()) == 40


def test_each_line_is_an_object_in_json(log: Path) -> None:
    assert objects(run("logs", "-n", "1", "--json", home=log.parent)) == [
        {"schema": "meshnode.logs/1", "line": "line 100"}
    ]


def test_lines_cannot_steer_the_terminal(log: Path) -> None:
    log.write_text("a \x1b[2J \u202e b\n")
    assert run("logs", home=log.parent).out == "a   b\n"


def test_columns_of_the_log_stay_beneath_each_other(log: Path) -> None:
    log.write_text("INFO    all is well …\nWARNING all is not\n")
    assert run("logs", home=log.parent).out == "INFO    all is well …\nWARNING all is not\n"


def test_without_a_log_it_says_how_to_get_one(tmp_path: Path) -> None:
    ran = run("logs", home=tmp_path)
    assert (ran.code, ran.last.endswith(" up")) == (Exit.NOT_RUNNING, True)


@pytest.mark.parametrize("number", [0, 1, 99, 100, 1000])
def test_as_many_lines_as_there_are(log: Path, number: int) -> None:
    lines, place = last_lines(log, number)
    assert lines == [f"line {each}" for each in range(max(1, 101 - number), 101)] if number else lines == []
    assert place == log.stat().st_size


def test_long_lines_are_found_across_blocks(tmp_path: Path) -> None:
    path = tmp_path / "node.log"
    path.write_text("".join(f"{number} {'x' * 50_000}\n" for number in range(5)))
    lines, _ = last_lines(path, 3)
    assert [line[0] for line in lines] == ["2", "3", "4"]


def test_a_line_that_is_still_being_written_is_left_for_later(log: Path) -> None:
    with log.open("a") as file:
        file.write("half")
    lines, place = last_lines(log, 1)
    assert (lines, place) == (["line 100"], log.stat().st_size - 4)
    with log.open("a") as file:
        file.write(" and whole\n")
    assert next(following(log, place)) == "half and whole"


def test_what_is_added_is_followed_through_a_rotation(log: Path) -> None:
    lines = following(log, log.stat().st_size)
    with log.open("a") as file:
        file.write("added\n")
    assert next(lines) == "added"
    log.rename(log.with_name("node.log.1"))
    log.write_text("anew\n")
    assert next(lines) == "anew"


def test_a_log_that_was_cut_is_read_from_its_beginning(log: Path) -> None:
    lines = following(log, log.stat().st_size)
    log.write_text("again\n")
    assert next(lines) == "again"


def test_a_log_that_does_not_exist_yet_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "node.log"
    writer = threading.Timer(0.3, path.write_text, ["first\n"])
    writer.start()
    assert next(following(path, 0)) == "first"
    writer.join()


def test_following_ends_with_an_interruption(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("meshnode.cli.operation.logs.time.sleep", interrupted)
    ran = run("logs", "-f", "-n", "1", home=log.parent)
    assert (ran.code, ran.out, ran.last) == (Exit.INTERRUPTED, "line 100\n", "meshnode: interrupted")
