"""Ana's machine burns; with the words and Ben's node she is back on a new one, as processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.homes import Household, Person


@pytest.fixture
def people() -> Iterator[tuple[Person, Person, Person]]:
    """Ana, Ben who shares a network with her, and the home of a new machine."""
    with Household() as all_:
        ana, ben = all_.person("ana", starts=False), all_.person("ben")
        ana.words = ana.asks("init", "--name", "Ana")["recovery_words"]  # type: ignore[attr-defined]  # for the tests below
        ana.does("up")
        ben.does("network", "create", "studio", "--open")
        ana.does("network", "join", ben.line())
        yield ana, ben, all_.person("new", starts=False)


def paper(folder: Path, person: Person) -> str:
    """The recovery words of a person in a file."""
    file = folder / "paper"
    file.write_text(" ".join(person.words) + "\n")  # type: ignore[attr-defined]  # as above
    file.chmod(0o600)
    return str(file)


def test_identity_records_and_networks_are_back_and_the_old_machine_is_ended(
    people: tuple[Person, Person, Person], tmp_path: Path
) -> None:
    ana, ben, new = people
    ana.does("log", "Before the fire", "1h", "--network", "studio")
    ben.sees(lambda _: ben.titles() == ["Before the fire"])
    fingerprint = ana.asks("whoami")["fingerprint"]
    ana.does("down")
    line = ben.asks("id", "vouch", "Ana")["line"]
    back = new.asks("id", "recover", line, "--file", paper(tmp_path, ana))
    assert (back["fingerprint"], back["ended"], back["networks"]) == (fingerprint, 1, 1)
    new.does("up")
    new.does("log", "After the fire", "1h", "--network", "studio")
    for person in (ben, new):
        person.sees(lambda it: it.titles() == ["After the fire", "Before the fire"])
        assert {each["status"] for each in person.asks("contribution", "ls")["items"]} == {"yes"}
    ana.does("up")
    ana.sees(lambda _: ana.asks("id", "device", "ls")["this"]["state"] == "replaced")
    refused = ana.tries("log", "By the thief", "1h", "--network", "studio")
    assert (refused.code, "replaced" in refused.err) == (16, True)


def test_other_words_and_an_absent_helper_are_told_plainly(
    people: tuple[Person, Person, Person], tmp_path: Path
) -> None:
    ana, ben, new = people
    line = ben.asks("id", "vouch", "Ana")["line"]
    file = tmp_path / "others"
    file.write_text(" ".join(["abandon"] * 11 + ["about"]))
    file.chmod(0o600)
    refused = new.tries("id", "recover", line, "--file", str(file))
    assert (refused.code, "not the recovery words of this identity" in refused.err) == (15, True)
    new.does("id", "recover", line, "--file", paper(tmp_path, ana))
    again = new.tries("id", "recover", line, "--file", paper(tmp_path, ana))
    assert again.code == 0
    assert new.tries("init", "--name", "Other").code == 17


def test_a_rotation_with_new_words_ends_the_old_key_and_the_old_words(
    people: tuple[Person, Person, Person], tmp_path: Path
) -> None:
    ana, ben, _ = people
    ana.does("log", "Before", "1h", "--network", "studio")
    ben.sees(lambda _: ben.titles() == ["Before"])
    old = paper(tmp_path, ana)
    running = ana.tries("id", "rotate", "--file", old)
    assert (running.code, "the node is running" in running.err) == (11, True)
    ana.does("down")
    rotated = ana.asks("id", "rotate", "--file", old)
    assert (rotated["ended"], len(rotated["recovery_words"])) == (1, 12)
    ana.does("up")
    ana.does("log", "After", "1h", "--network", "studio")
    ben.sees(lambda it: it.titles() == ["After", "Before"])
    assert {each["status"] for each in ben.asks("contribution", "ls")["items"]} == {"yes"}
    assert [each["state"] for each in ana.asks("id", "device", "ls")["items"]] == ["replaced", "active"]
    refused = ana.tries("id", "words", "--file", old)
    assert (refused.code, "not the recovery words" in refused.err) == (15, True)
    ana.does("down")
    again = ana.tries("id", "rotate", "--file", old)
    assert (again.code, "have been replaced" in again.err) == (17, True)


def test_a_closed_network_comes_back_from_one_member_on_a_blank_machine(tmp_path: Path) -> None:
    with Household() as all_:
        ana, ben, carol = all_.person("ana", starts=False), all_.person("ben"), all_.person("carol")
        ana.words = ana.asks("init", "--name", "Ana")["recovery_words"]  # type: ignore[attr-defined]  # as above
        ana.does("up")
        ben.does("network", "create", "studio")
        for guest in (ana, carol):
            guest.does("network", "join", ben.asks("network", "invite", "studio")["line"])
        ana.does("log", "Before the fire", "1h", "--network", "studio")
        carol.sees(lambda it: it.titles() == ["Before the fire"])
        ben.sees(lambda it: it.tries("id", "vouch", "Ana").code == 0)
        ana.kill()
        new = all_.person("new", starts=False)
        line = ben.asks("id", "vouch", "Ana")["line"]
        assert len(line) <= 200
        back = new.asks("id", "recover", line, "--file", paper(tmp_path, ana))
        assert (back["ended"], back["networks"]) == (1, 1)
        new.does("up")
        new.does("log", "After the fire", "1h", "--network", "studio")
        for person in (ben, carol, new):
            person.sees(lambda it: it.titles() == ["After the fire", "Before the fire"])
            person.sees(lambda it: {each["status"] for each in it.asks("contribution", "ls")["items"]} == {"yes"})
