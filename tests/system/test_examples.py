"""The examples do what they say, against real nodes: they are what others begin their own programs with."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from meshnode.client.client import Client
from tests.support.patience import DEADLINE
from tests.support.performance import PROJECT
from tests.support.programs import Program, Programs

EXAMPLES = PROJECT / "examples"


@pytest.fixture
def programs() -> Iterator[Programs]:
    with Programs() as all_of_them:
        yield all_of_them


@contextmanager
def running(name: str, *words: str) -> Iterator[None]:
    """An example that runs until the body is through, killed without warning then."""
    process = subprocess.Popen([sys.executable, str(EXAMPLES / name), *words], cwd=PROJECT, stdout=subprocess.DEVNULL)
    try:
        yield
        assert process.poll() is None, "the example has ended by itself"
    finally:
        process.kill()
        process.wait(DEADLINE)


def two_in_a_studio(programs: Programs) -> tuple[Program, Program]:
    ana, ben = programs.new("ana"), programs.new("ben")
    ana.start()
    ben.start()
    ana.client.networks.create("studio")
    ben.client.networks.join(ana.line(), wait_ms=30_000)
    return ana, ben


def thanked(client: Client) -> list[str]:
    """The titles of what was thanked for, one for each thanks."""
    return sorted(each["title"] for each in client.work.recognitions()["items"])


def test_the_bot_thanks_once_for_each_contribution_of_others(programs: Programs) -> None:
    ana, ben = two_in_a_studio(programs)
    place = str(programs.folder / "place")
    ben.client.work.log("Before", 60, network="studio")
    with running("thanks_bot.py", str(ana.home), "studio", place):
        ana.sees(lambda node: thanked(node) == ["Before"])
        ana.client.work.log("Her own", 60, network="studio")
    ben.client.work.log("While it was away", 60, network="studio")
    with running("thanks_bot.py", str(ana.home), "studio", place):
        ana.sees(lambda node: "While it was away" in thanked(node))
        ben.client.work.log("At once", 60, network="studio")
        ana.sees(lambda node: "At once" in thanked(node))
    assert thanked(ana.client) == ["At once", "Before", "While it was away"]


def test_the_bot_thanks_nobody_twice_though_it_forgot_how_far_it_was(programs: Programs) -> None:
    ana, ben = two_in_a_studio(programs)
    ben.client.work.log("One", 60, network="studio")
    for place in ("first", "second"):
        with running("thanks_bot.py", str(ana.home), "studio", str(programs.folder / place)):
            ana.sees(lambda node: "One" in thanked(node))
            ben.client.work.log(f"Until {place}", 60, network="studio")
            ana.sees(lambda node, last=f"Until {place}": last in thanked(node))  # type: ignore[misc]  # bound now
    assert thanked(ana.client) == ["One", "Until first", "Until second"]


def bridged(ana: Program, export: Path, done: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXAMPLES / "timesheet_bridge.py"), str(ana.home), str(export), str(done)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=DEADLINE, check=False)


ROWS = [
    {"id": "t-1", "title": "Landing page", "day": "2026-03-09", "seconds": 5400},
    {"id": "t-2", "title": "Call", "day": "2026-03-10", "seconds": 900},
]
TABLE = "id,title,day,seconds,network\nt-2,Call,2026-03-10,900,\nt-3,Workshop,2026-03-11,7200,\n"


def test_the_bridge_logs_each_entry_once_whichever_export_tells_it(programs: Programs) -> None:
    ana = programs.new("ana")
    ana.start()
    done, first, second = (programs.folder / name for name in ("done.txt", "export.json", "export.csv"))
    first.write_text(json.dumps(ROWS))
    second.write_text(TABLE)
    assert bridged(ana, first, done).returncode == 0
    assert bridged(ana, first, done).stdout == ""
    done.unlink()  # as if it had been killed before it could note anything
    assert bridged(ana, first, done).returncode == 0
    assert bridged(ana, second, done).stdout.startswith("t-3 ")
    logged = ana.client.work.contributions()["items"]
    assert sorted((each["title"], each["seconds"]) for each in logged) == [
        ("Call", 900),
        ("Landing page", 5400),
        ("Workshop", 7200),
    ]


def test_the_bridge_says_what_the_node_refused_and_tries_that_again(programs: Programs) -> None:
    ana = programs.new("ana")
    ana.start()
    export, done = programs.folder / "export.json", programs.folder / "done.txt"
    export.write_text(json.dumps([{**ROWS[0], "network": "films"}, ROWS[1]]))
    refused = bridged(ana, export, done)
    assert (refused.returncode, done.read_text()) == (1, "t-2\n")
    assert "t-1  refused: " in refused.stderr
    ana.client.networks.create("films")
    assert bridged(ana, export, done).stdout.startswith("t-1 ")
