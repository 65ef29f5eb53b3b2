"""Ana's machine burns; with the words and Ben's node she is back on a new one, as processes."""

import json
import re
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


def test_two_of_three_recovery_keys_bring_an_identity_back(tmp_path: Path) -> None:
    with Household() as all_:
        ana, ben = all_.person("ana", starts=False), all_.person("ben")
        stick = str(tmp_path / "stick.key")
        offer = ben.asks("id", "guardian", "offer")["line"]
        made = ana.asks("init", "--name", "Ana", "--recovery-file", stick, f"--guardian=Ben={offer}", "--need", "2")
        ana.words = made["recovery_words"]  # type: ignore[attr-defined]  # as above
        ana.does("up")
        me = ana.asks("whoami")
        kinds = {each["kind"]: each["label"] for each in me["recovery_holders"]}
        assert (me["recovery_need"], kinds) == (2, {"words": "", "file": "stick.key", "guardian": "Ben"})
        ben.does("network", "create", "studio")
        ana.does("network", "join", ben.asks("network", "invite", "studio")["line"])
        ana.does("log", "Before", "1h", "--network", "studio")
        ben.sees(lambda it: it.titles() == ["Before"])
        ben.sees(lambda it: it.tries("id", "vouch", "Ana").code == 0)
        ana.kill()
        line = ben.asks("id", "vouch", "Ana")["line"]
        with_words, with_file = all_.person("words", starts=False), all_.person("file", starts=False)
        missing = with_words.tries("id", "recover", line, "--file", paper(tmp_path, ana), "--json")
        assert (missing.code, "2 of 3 recovery keys are needed" in missing.err) == (15, True)
        ask = json.loads(missing.out)["hint"].split()[-1]
        words = re.search(r"the words (\S+) and", missing.err)
        assert words is not None
        assert ben.tries("id", "guardian", "sign", ask, "--words", "one-two-three-four").code == 15
        answer = ben.asks("id", "guardian", "sign", ask, "--words", words[1])
        assert answer["name"] == "Ana"
        back = with_words.asks("id", "recover", line, "--file", paper(tmp_path, ana), "--consent", answer["line"])
        assert back["ended"] == 1
        late = with_file.tries("id", "recover", line, "--with-file", stick)
        assert late.code == 15
        with_words.does("up")
        with_words.does("log", "After", "1h", "--network", "studio")
        ben.sees(lambda it: it.titles() == ["After", "Before"])
        ben.sees(lambda it: {each["status"] for each in it.asks("contribution", "ls")["items"]} == {"yes"})


def test_a_recovery_file_has_a_passphrase_of_its_own(tmp_path: Path) -> None:
    with Household() as all_:
        ana, stick, secret = all_.person("ana", starts=False), tmp_path / "stick.key", tmp_path / "secret"
        secret.write_text("eight violas in a green valley\n")
        secret.chmod(0o600)
        told = {"MESHNODE_RECOVERY_PASSPHRASE_FILE": str(secret), "MESHNODE_PASSPHRASE_FILE": ""}
        made = ana.tries("init", "--recovery-file", str(stick), "--recovery-passphrase", "--later", environ=told)
        assert made.code == 0, made.err
        assert stick.stat().st_mode & 0o777 == 0o600
        unlocked = ana.tries("id", "rotate", "--with-file", str(stick))
        assert unlocked.code == 12
        secret.write_text("another one\n")
        wrong = ana.tries("id", "rotate", "--with-file", str(stick), environ=told)
        assert (wrong.code, "Traceback" in wrong.err) == (12, False)
        secret.write_text("eight violas in a green valley\n")
        rotated = ana.tries("id", "rotate", "--with-file", str(stick), environ=told)
        assert (rotated.code, "New root key" in rotated.out) == (0, True)
