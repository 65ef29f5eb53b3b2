"""Ana moves to another machine while Ben works on: nobody notices, nothing is lost, and only one machine signs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.homes import Household, Person
from tests.support.patience import DEADLINE
from tests.support.programs import let_pass

SECRET = "seven violins in an amber canyon"


@pytest.fixture
def people() -> Iterator[tuple[Person, Person, Person]]:
    """Ana, Ben who shares a network with her, and the home of a new machine."""
    with Household() as all_:
        ana, ben = all_.person("ana"), all_.person("ben")
        ana.does("network", "create", "studio", "--open")
        ben.does("network", "join", ana.line())
        ana.does("log", "Before", "1h", "--network", "studio")
        ben.sees(lambda it: it.titles() == ["Before"])
        yield ana, ben, all_.person("new", starts=False)


def secret(folder: Path) -> str:
    file = folder / "secret"
    file.write_text(SECRET + "\n")
    file.chmod(0o600)
    return str(file)


def forks(person: Person) -> int:
    return sum(check["name"] == "fork" and check["state"] != "ok" for check in person.asks("doctor")["checks"])


def kept(person: Person) -> list[object]:
    """What stands in no record, as its owner sees it."""
    listed = {noun: person.asks(noun, "ls")["items"] for noun in ("token", "peer", "network")}
    tokens, networks = ([each["name"] for each in listed[noun]] for noun in ("token", "network"))
    return [tokens, networks, [each["id"] for each in listed["peer"]], person.asks("status")["running_timers"]]


def test_a_node_that_moves_goes_on_with_everything_and_the_old_one_does_not(
    people: tuple[Person, Person, Person], tmp_path: Path
) -> None:
    ana, ben, new = people
    file, opener = str(tmp_path / "ana.home"), secret(tmp_path)
    ana.does("token", "create", "bot", "--may", "read")
    ana.does("start", "A timer that goes on", "--network", "studio")
    before = kept(ana)
    ana.does("export", "home", file, "--secret-file", opener)
    ben.does("log", "While she moved", "2h", "--network", "studio")
    assert ana.tries("log", "Twice", "1h").code == ana.tries("up").code == 17
    new.does("import", "home", file, "--secret-file", opener)
    new.does("log", "Before its first start", "1h", "--network", "studio")
    new.does("up")
    for person in (ben, new):
        person.sees(lambda it: it.titles() == ["Before", "Before its first start", "While she moved"])
        assert forks(person) == 0
    assert kept(new) == before


def test_killed_while_it_moves_out_it_is_finished_by_the_same_command(
    people: tuple[Person, Person, Person], tmp_path: Path
) -> None:
    ana, ben, new = people
    file, opener = tmp_path / "ana.home", secret(tmp_path)
    words = ["export", "home", str(file), "--secret-file", opener]
    with ana.sits_at(*words) as terminal:
        while not (ana.home / "left.json").exists() and terminal.process.poll() is None:
            let_pass(0.005)
        terminal.process.kill()
        terminal.process.wait(DEADLINE)
    assert ana.tries("up").code == 17
    ana.sees(lambda it: it.tries(*words).code == 0 or "has moved out already" in it.tries(*words).err)
    new.does("import", "home", str(file), "--secret-file", opener)
    new.does("log", "After", "1h", "--network", "studio")
    new.does("up")
    ben.sees(lambda it: it.titles() == ["After", "Before"] and not forks(it))
