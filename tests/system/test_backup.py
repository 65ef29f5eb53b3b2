"""Ana's machine is lost; from her backup she goes on elsewhere, and does not fork while somebody has newer records."""

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
        entry = ana.asks("log", "Before", "1h", "--network", "studio")["id"]
        ben.sees(lambda it: it.titles() == ["Before"])
        # What it knows of who holds what is what it asks for later.
        ana.sees(lambda it: it.asks("contribution", "show", entry)["held_by"])
        yield ana, ben, all_.person("new", starts=False)


def secret(folder: Path) -> str:
    file = folder / "secret"
    file.write_text(SECRET + "\n")
    file.chmod(0o600)
    return str(file)


def save_and_lose(ana: Person, folder: Path) -> list[str]:
    """Save Ana's home, let her log once more and lose the machine; gives the words that bring it back."""
    path, opener = str(folder / "ana.backup"), secret(folder)
    ana.does("backup", "create", path, "--secret-file", opener)
    ana.does("log", "After the backup", "1h", "--network", "studio")
    return ["backup", "restore", path, "--secret-file", opener]


def forks(person: Person) -> int:
    return sum(check["name"] == "fork" and check["state"] != "ok" for check in person.asks("doctor")["checks"])


def test_a_restored_home_takes_in_what_peers_have_before_it_signs(
    people: tuple[Person, Person, Person], tmp_path: Path
) -> None:
    ana, ben, new = people
    restore = save_and_lose(ana, tmp_path)
    ben.sees(lambda it: it.titles() == ["After the backup", "Before"])
    ana.kill()
    new.does(*restore)
    new.does("up")
    new.sees(lambda it: it.tries("log", "On the new machine", "1h", "--network", "studio").code == 0)
    for person in (ben, new):
        person.sees(lambda it: it.titles() == ["After the backup", "Before", "On the new machine"])
        assert forks(person) == 0


def test_a_restored_home_that_nobody_answers_signs_only_when_its_owner_insists(
    people: tuple[Person, Person, Person], tmp_path: Path
) -> None:
    ana, ben, new = people
    restore = save_and_lose(ana, tmp_path)
    ben.sees(lambda it: it.titles() == ["After the backup", "Before"])
    ana.kill()
    ben.kill()
    new.does(*restore)
    refused = new.tries("log", "Too early", "1h")
    assert (refused.code, "its peers must be asked" in refused.err) == (17, True)
    new.does("up")
    refused = new.tries("log", "Too early", "1h", "--network", "studio")
    assert (refused.code, "copied or restored" in refused.err) == (17, True)
    new.does("up", "--i-have-the-newest-copy")
    new.does("log", "Insisted", "1h", "--network", "studio")
    ben.does("up")
    new.does("peer", "add", ben.asks("status")["listening"][0])  # tests listen somewhere else at each start
    ben.sees(lambda it: "Insisted" in it.titles() and forks(it))


def test_a_node_that_is_killed_while_it_saves_leaves_no_backup_or_a_whole_one(
    people: tuple[Person, Person, Person], tmp_path: Path
) -> None:
    ana, _, _ = people
    path, opener = tmp_path / "ana.backup", secret(tmp_path)
    words = ["backup", "create", str(path), "--secret-file", opener]
    with ana.sits_at(*words) as terminal:
        # It begins the file, and makes a key of the passphrase, which takes most of a second.
        while not [*tmp_path.glob("*ana.backup*")] and terminal.process.poll() is None:
            let_pass(0.005)
        ana.kill()
        terminal.process.wait(DEADLINE)
    assert not path.exists() or ana.tries("backup", "verify", str(path), "--secret-file", opener).code == 0
    ana.does("up")
    ana.does(*words, "--force")
    ana.does("backup", "verify", str(path), "--secret-file", opener)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["ana.backup", "secret"]
