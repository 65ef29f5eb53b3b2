"""`init` and the recovery words, against a stand-in for the node's program."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from meshnode.cli.exits import Exit
from meshnode.cli.operation import process
from meshnode.cli.person import recovery
from meshnode.cli.person.unlocking import VARIABLE
from meshnode.store import protection
from meshnode.store.home import Home
from meshnode.store.protection import open_home, protect
from tests.support.command_line import objects, run
from tests.support.crashes.killed_at import CHEAP
from tests.support.fakes.fake_app import WORDS

PROJECT = Path(__file__).resolve().parents[3]
PASSPHRASE = "correct horse battery"


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = Path(mkdtemp(prefix="mn-")) / "home"
    monkeypatch.setattr(process, "APP", "tests.support.fakes.fake_app")
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    yield folder
    shutil.rmtree(folder.parent)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words that are asked back are the third and the eighth."""

    class Chance:
        def sample(self, places: range, number: int) -> list[int]:
            return [7, 2]

    monkeypatch.setattr("secrets.SystemRandom", Chance)


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guessing is not made hard here, and the process of the tests may be looked into."""
    monkeypatch.setattr(protection, "usual_cost", lambda: CHEAP)
    monkeypatch.setattr("meshnode.store.dumps.forbid_dumps", lambda: None)


@pytest.fixture
def passphrase_file(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text(PASSPHRASE)
    (tmp_path / "secret").chmod(0o600)
    return tmp_path / "secret"


def test_init_says_who_where_and_what_next(home: Path) -> None:
    ran = run("init", "--name", "Ana López", home=home)
    assert ran.code == Exit.OK
    assert ran.out.startswith(
        "✓ Identity created   Ana López   fingerprint: amber-canyon-violin-seven\n"
        f"  key   {home}/device.key   (only you can read it)\n  data  {home}\n"
    )
    assert ran.out.endswith(f" --home {home} up\n")


def test_without_a_terminal_the_words_are_not_printed_but_wait(home: Path) -> None:
    ran = run("init", home=home)
    assert not any(word in ran.out + ran.err for word in WORDS)
    assert "! 12 recovery words wait to be written down" in ran.out
    assert recovery.waiting(home, None) == WORDS
    assert (home / recovery.WORDS_FILE).stat().st_mode & 0o777 == 0o600


def test_without_a_terminal_a_flag_prints_them(home: Path) -> None:
    out = run("init", "--show-words", home=home).out
    assert "     1. abandon        5. above          9. absurd\n" in out
    assert recovery.waiting(home, None) == WORDS


@pytest.mark.parametrize(("words", "told"), [((), WORDS), (("--later",), None), (("--no-recovery",), None)])
def test_in_json_the_words_are_a_field(home: Path, words: tuple[str, ...], told: list[str] | None) -> None:
    answer = objects(run("init", "--name", "Ana", "--json", *words, home=home))[0]
    assert (answer["schema"], answer["name"], answer["recovery_words"]) == ("meshnode.init/1", "Ana", told)
    assert "words" not in answer


def test_on_a_terminal_two_words_are_asked_back(home: Path, asked: None) -> None:
    ran = run("init", "--name", "Ana", home=home, terminal=True, stdin="able\nabstract\n")
    assert ran.err == "  Word 3, or `later`:   Word 8, or `later`: "
    assert "Confirmed; the words are removed from this machine" in ran.out
    assert not recovery.wait(home)


def test_a_wrong_word_may_be_corrected(home: Path, asked: None) -> None:
    ran = run("init", "--name", "Ana", home=home, terminal=True, stdin="about\nable\nabstract\n")
    assert "That is another word." in ran.err
    assert not recovery.wait(home)


def test_three_wrong_words_keep_them_waiting(home: Path, asked: None) -> None:
    ran = run("init", "--name", "Ana", home=home, terminal=True, stdin="x\ny\nz\n")
    assert (ran.code, ran.last.endswith(" whoami recovery")) == (Exit.PROBLEMS, True)
    assert recovery.waiting(home, None) == WORDS


def test_later_is_an_answer(home: Path, asked: None) -> None:
    ran = run("init", "--name", "Ana", home=home, terminal=True, stdin="later\n")
    assert (ran.code, recovery.waiting(home, None)) == (Exit.OK, WORDS)
    assert " whoami recovery\n" in ran.out


def test_a_name_is_asked_for_on_a_terminal(home: Path) -> None:
    ran = run("init", "--no-recovery", home=home, terminal=True, stdin="Ana\n")
    assert ran.err.startswith("Your name, as others will see it [")
    assert "Identity created\x1b[0m   Ana" in ran.out or "Identity created   Ana" in ran.out


def test_no_recovery_says_what_it_gives_up(home: Path) -> None:
    ran = run("init", "--no-recovery", home=home)
    assert "! no recovery words: if this machine or its disk is lost, so is this identity, for good" in ran.out
    assert not recovery.wait(home)
    assert run("init", "--no-recovery", "--later", home=home).code == Exit.USAGE


def test_a_second_init_changes_nothing_and_leads_to_the_words_that_wait(home: Path) -> None:
    run("init", home=home)
    ran = run("init", home=home)
    assert (ran.code, ran.last.endswith(" whoami recovery")) == (Exit.CONFLICT, True)
    run("whoami", "recovery", "--written-down", home=home)
    assert run("init", home=home).last.endswith(" up")


@pytest.mark.parametrize("store", [None, b""])
def test_an_init_that_was_cut_short_is_finished(home: Path, store: bytes | None) -> None:
    home.mkdir()
    (home / "device.key").touch()
    if store is not None:
        (home / "records.db").write_bytes(store)
    assert run("init", home=home).code == Exit.OK


def test_steps_that_may_come_next_stand_beneath_each_other(home: Path) -> None:
    *_, paper, up = run("init", home=home).out.splitlines()
    assert paper.startswith("  When you have pen and paper:  ")
    assert up.startswith("  Next:                         ")


def test_a_passphrase_is_chosen_before_anything_secret_is_made(home: Path, cheap: None) -> None:
    typed = f"{PASSPHRASE}\n{PASSPHRASE}\nlater\n"
    ran = run("init", "--name", "Ana", "--passphrase", home=home, terminal=True, stdin=typed)
    assert (ran.code, "(sealed with your passphrase)" in ran.out) == (Exit.OK, True)
    main_key = open_home(home, PASSPHRASE)
    assert recovery.waiting(home, main_key) == WORDS
    assert b"abandon" not in (home / recovery.WORDS_FILE).read_bytes()


def test_words_that_wait_sealed_are_shown_for_the_passphrase(home: Path, cheap: None, passphrase_file: Path) -> None:
    environ = {VARIABLE: str(passphrase_file)}
    assert objects(run("init", "--passphrase", "--json", home=home, environ=environ))[0]["keys"] == "passphrase"
    assert run("whoami", "recovery", "--show-words", home=home).code == Exit.WRONG_PASSPHRASE
    assert "abandon" in run("whoami", "recovery", "--show-words", home=home, environ=environ).out
    assert run("whoami", "recovery", "--written-down", home=home).code == Exit.OK


def test_an_init_that_was_cut_short_keeps_the_passphrase_it_had(home: Path, cheap: None, passphrase_file: Path) -> None:
    home.mkdir()
    protect(home, PASSPHRASE, CHEAP)
    assert run("init", home=home).code == Exit.WRONG_PASSPHRASE
    assert run("init", home=home, environ={VARIABLE: str(passphrase_file)}).code == Exit.OK
    assert recovery.waiting(home, open_home(home, PASSPHRASE)) == WORDS


def test_init_without_a_terminal_says_where_to_put_the_passphrase(home: Path) -> None:
    ran = run("init", "--passphrase", home=home)
    assert (ran.code, VARIABLE in ran.last, home.exists()) == (Exit.WRONG_PASSPHRASE, True, False)


def test_a_passphrase_in_a_file_protects_nothing_by_itself(home: Path, passphrase_file: Path) -> None:
    ran = run("init", home=home, environ={VARIABLE: str(passphrase_file)})
    assert "! MESHNODE_PASSPHRASE_FILE is set, but no passphrase protects the keys" in ran.out


def test_a_home_in_use_gets_no_passphrase(home: Path, cheap: None, passphrase_file: Path) -> None:
    with Home(home):
        ran = run("init", "--passphrase", home=home, environ={VARIABLE: str(passphrase_file)})
    assert ran.code == Exit.HOME_IN_USE
    home.chmod(0o777)
    ran = run("init", "--passphrase", home=home, environ={VARIABLE: str(passphrase_file)})
    assert (ran.code, "chmod 700" in ran.last) == (Exit.FAILURE, True)


def test_a_refusal_of_the_program_is_passed_on(home: Path) -> None:
    ran = run("init", "--name", "Nobody", home=home)
    assert (ran.code, ran.last.startswith("meshnode: a name has at most 200")) == (Exit.USAGE, True)


def test_words_may_be_seen_again_until_they_are_confirmed(home: Path, asked: None) -> None:
    run("init", home=home)
    assert "abandon" in run("whoami", "recovery", "--show-words", home=home).out
    assert objects(run("whoami", "recovery", "--json", home=home))[0]["recovery_words"] == WORDS
    assert "abandon" not in run("whoami", "recovery", home=home).out
    assert run("whoami", "recovery", home=home, terminal=True, stdin="able\nabstract\n").code == Exit.OK
    assert run("whoami", "recovery", home=home).code == Exit.FAILURE


def test_every_question_about_words_has_a_flag(home: Path) -> None:
    run("init", home=home)
    assert "removed from this machine" in run("whoami", "recovery", "--written-down", home=home).out
    assert not recovery.wait(home)


def test_there_are_no_words_without_an_identity(home: Path) -> None:
    assert run("whoami", "recovery", home=home).code == Exit.NOT_INITIALISED
