"""A node killed at any moment while it takes in or writes a bundle: it opens again, and doing it again finishes it."""

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from meshnode.cli.exits import Exit
from meshnode.client.client import Client
from tests.support.command_line import Ran
from tests.support.homes import Household, Person
from tests.support.patience import DEADLINE
from tests.support.programs import let_pass

KILLS, HALFWAY, MOST_KILLS = 6, 2, 40
"""Kills of an import at least, how many must meet one that is storing, and how many there are at most."""
EXCHANGES = 4
"""Kills of an exchange by file at least."""
ENTRIES = 8_000
"""Enough that taking them in lasts several times as long as a flush."""
SOON = 0.002


@pytest.fixture
def household() -> Iterator[Household]:
    with Household() as people:
        yield people


class Attempt:
    """A command that runs while the node it talks to is killed."""

    def __init__(self, person: Person, *words: str) -> None:
        self.ran: Ran | None = None
        self.begun = time.monotonic()
        self._thread = threading.Thread(target=self._run, args=(person, words))
        self._thread.start()

    def _run(self, person: Person, words: tuple[str, ...]) -> None:
        self.ran = person.tries(*words)

    @property
    def runs(self) -> bool:
        """Whether the command has not ended yet."""
        return self._thread.is_alive()

    def end(self) -> Ran:
        """Wait for the command, and return how it ended."""
        self._thread.join()
        assert self.ran is not None
        return self.ran


class Aim:
    """Chooses moments at which to kill a node: within its work, however long that takes on this machine."""

    def __init__(self, chance: Random, person: Person, *words: str) -> None:
        """Learns how long this command of somebody takes, and how long the node stores meanwhile."""
        self._chance = chance
        attempt = Attempt(person, *words)
        self.until_stored(attempt, person)
        begun = time.monotonic()
        ended = attempt.end()
        assert ended.code == Exit.OK, ended.err
        self._whole, self._storing = time.monotonic() - attempt.begun, time.monotonic() - begun

    def anywhere(self, attempt: Attempt) -> None:
        """Wait for any moment of a command."""
        let_pass(self._chance.random() * self._whole)

    def while_storing(self, attempt: Attempt, person: Person) -> None:
        """Wait until its node has begun to store, and some moment more."""
        self.until_stored(attempt, person)
        let_pass(self._chance.random() * self._storing)

    def until_stored(self, attempt: Attempt, person: Person) -> None:
        """Wait until the command of an attempt has ended, or its node holds more than before."""
        before = records(person)
        while attempt.runs and records(person) == before:
            let_pass(SOON)

    def missed(self) -> None:
        """The command was done before: the next moments come sooner."""
        self._whole, self._storing = self._whole / 1.5, self._storing / 1.5


@pytest.mark.campaign
def test_an_import_killed_anywhere_is_finished_by_doing_it_again(
    household: Household, tmp_path: Path, campaign_seconds: Callable[[str], float], tell: Callable[[str], None]
) -> None:
    ana, stick = busy(household, tmp_path), tmp_path / "ana.bundle"
    ana.does("export", "bundle", str(stick))
    source = state_in(ana, stick)
    aim = Aim(Random(5), household.person("carol"), "import", "bundle", str(stick))
    kills, halfway, homes = 0, 0, 0
    deadline = time.monotonic() + campaign_seconds("kills/bundle")

    def is_enough() -> bool:
        return kills >= MOST_KILLS or (kills >= KILLS and halfway >= HALFWAY and time.monotonic() > deadline)

    while not is_enough():
        ben = household.person(f"ben{homes}")
        homes += 1
        begun = before = records(ben)
        whole = begun + source["records"]
        while not is_enough():
            moment = partial(aim.while_storing, person=ben) if kills % 2 else aim.anywhere
            if not was_killed(ben, moment, "import", "bundle", str(stick)):
                aim.missed()
                break
            kills += 1
            now = records(ben)
            halfway, before = halfway + (before < now < whole), now
        again = [ben.asks("import", "bundle", str(stick)) for _ in range(2)]
        assert (again[1]["written"], again[1]["refused"], again[1]["notes"]) == (0, [], [])
        assert records(ben) == whole
        out = tmp_path / f"{ben.home.name}.bundle"
        ben.does("export", "bundle", str(out))
        assert source["state"].items() <= state_in(ben, out)["state"].items()
        ben.does("down")
    tell(f"kills of an import: {kills}, {halfway} while it was storing; each was finished by doing it again")
    assert halfway >= HALFWAY, "the kills hardly ever met an import that was storing"


def busy(household: Household, folder: Path) -> Person:
    """Somebody with years of work in a network."""
    ana, sheet = household.person("ana"), folder / "work.csv"
    rows = (
        f"Work {n},1:00:00,a@b.c,20{n // 336 % 25:02}-{1 + n // 28 % 12:02}-{1 + n % 28:02},09:00"
        for n in range(ENTRIES)
    )
    sheet.write_text("Description,Duration,Email,Start date,Start time\n" + "\n".join(rows))
    ana.does("network", "create", "studio", "--open")
    ana.does("import", "csv", str(sheet), "--network", "studio", "--tz", "UTC")
    return ana


@pytest.mark.campaign
def test_an_exchange_by_file_killed_anywhere_leaves_the_file_whole(
    household: Household, tmp_path: Path, campaign_seconds: Callable[[str], float], tell: Callable[[str], None]
) -> None:
    ana, ben, stick = busy(household, tmp_path), household.person("ben"), tmp_path / "stick"
    aim = Aim(Random(6), ana, "sync", "--file", str(stick))
    kills, deadline = 0, time.monotonic() + campaign_seconds("kills/file")
    while kills < EXCHANGES or time.monotonic() < deadline:
        if was_killed(ben, aim.anywhere, "sync", "--file", str(stick)):
            kills += 1
        else:
            aim.missed()
        assert ben.asks("verify", str(stick))["ok"] is True
    for person in (ben, ana, ben):
        person.does("sync", "--file", str(stick))
    roots = [root_of(person, tmp_path) for person in (ana, ben)]
    assert roots[0] == roots[1]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".stick")] == []
    tell(f"kills of an exchange by file: {kills}, the file was whole after each")


def was_killed(person: Person, wait: Callable[[Attempt], None], *words: str) -> bool:
    """Run a command, kill the node when the wait is over and start it again; False if the command was done before."""
    attempt = Attempt(person, *words)
    wait(attempt)
    person.kill()
    ended = attempt.end()
    person.does("up")
    if ended.code == Exit.OK:
        return False
    assert ended.code in (Exit.NOT_RUNNING, Exit.FAILURE), ended.err
    assert ended.err
    return True


def records(person: Person) -> int:
    """How many records this person's node holds."""
    return Client.of(person.home, DEADLINE).node.status()["records"]


def state_in(person: Person, bundle: Path) -> Any:
    """What a bundle holds, with the digest of each scope, found out from the file alone."""
    return person.asks("verify", str(bundle))


def root_of(person: Person, folder: Path) -> str:
    """The Merkle root over all that this person's node holds."""
    return str(person.asks("export", "bundle", str(folder / f"{person.home.name}.all"))["root"])
