"""The passphrase: where it may come from, how often it may be wrong, and what is said when it cannot be had."""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from meshnode.app.init import create
from meshnode.cli.exits import Exit
from meshnode.cli.person import unlocking
from meshnode.config.places import locate
from meshnode.store import protection
from meshnode.store.passphrase import Cost
from meshnode.store.protection import Protection, protect, protection_of
from tests.support.command_line import Ran, objects, run
from tests.support.crashes.killed_at import CHEAP, NEW, OLD


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home behind the old passphrase."""
    folder = Path(mkdtemp(prefix="mn-")) / "home"
    create(locate(folder, {}), "Ana", recovery=False)
    protect(folder, OLD, CHEAP)
    monkeypatch.setattr(protection, "usual_cost", lambda: Cost(1, 8))
    # A process that runs hundreds of tests has to stay one that a debugger can look into.
    monkeypatch.setattr("meshnode.store.dumps.forbid_dumps", lambda: None)
    yield folder
    shutil.rmtree(folder.parent)


def file_with(home: Path, content: str, name: str = "secret") -> Path:
    path = home.parent / name
    path.write_bytes(content.encode())
    path.chmod(0o600)
    return path


def log(home: Path, *, file: Path | str | None = None, stdin: str | None = None) -> Ran:
    """Sign something, with the passphrase in a file or typed."""
    environ = {unlocking.VARIABLE: str(file)} if file is not None else {}
    return run("log", "Landing page", "1h", home=home, stdin=stdin or "", terminal=stdin is not None, environ=environ)


@pytest.mark.parametrize("content", [OLD, f"{OLD}\n", f"{OLD}\r\n", f"{OLD}\nand a note below\n"])
def test_the_first_line_of_a_file_opens_the_keys(home: Path, content: str) -> None:
    assert log(home, file=file_with(home, content)).code == Exit.OK


@pytest.mark.parametrize("content", [NEW, "", f" {OLD}", f"{OLD} ", "x" * 5000, "\n"])
def test_a_file_with_another_passphrase_is_exit_12(home: Path, content: str) -> None:
    ran = log(home, file=(file := file_with(home, content)))
    assert (ran.code, ran.last.startswith(f"meshnode: {file} holds another passphrase;")) == (12, True)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_can_reach_is_refused(home: Path, mode: int) -> None:
    file = file_with(home, OLD)
    file.chmod(mode)
    ran = log(home, file=file)
    assert (ran.code, f"run `chmod 600 {file}`" in ran.last) == (Exit.WRONG_PASSPHRASE, True)


def test_a_file_that_is_none_is_refused(home: Path) -> None:
    (home.parent / "binary").write_bytes(b"\xff\xfe")
    (home.parent / "binary").chmod(0o600)
    for file in (home, home.parent / "nowhere", home.parent / "binary", "/dev/null"):
        ran = log(home, file=file)
        assert (ran.code, ran.last.startswith(f"meshnode: {file} ")) == (Exit.WRONG_PASSPHRASE, True)


def test_a_pipe_may_stand_for_the_file(home: Path) -> None:
    pipe = home.parent / "pipe"
    os.mkfifo(pipe, 0o600)
    writer = threading.Thread(target=pipe.write_text, args=(f"{OLD}\n",))
    writer.start()
    assert log(home, file=pipe).code == Exit.OK
    writer.join()


def test_the_passphrase_is_asked_for_on_a_terminal(home: Path) -> None:
    ran = log(home, stdin=f"{OLD}\n")
    assert (ran.code, ran.err.startswith("Passphrase: \n")) == (Exit.OK, True)


def test_two_wrong_ones_are_forgiven(home: Path) -> None:
    ran = log(home, stdin=f"x\n\n{OLD}\n")
    assert (ran.code, ran.err.count("That is not it.")) == (Exit.OK, 2)


def test_the_third_wrong_one_is_exit_12(home: Path) -> None:
    ran = log(home, stdin="x\ny\nz\n")
    assert ran.code == Exit.WRONG_PASSPHRASE
    assert "meshnode: wrong passphrase; nothing was changed. Run: " in ran.last


def test_the_end_of_input_is_an_answer_too(home: Path) -> None:
    assert log(home, stdin="").code == Exit.INTERRUPTED


def test_without_a_terminal_it_says_where_to_put_the_passphrase(home: Path) -> None:
    ran = log(home)
    assert (ran.code, "name a file that holds it in MESHNODE_PASSPHRASE_FILE" in ran.last) == (12, True)


def test_the_question_is_no_part_of_an_answer_for_programs(home: Path) -> None:
    ran = run("log", "x", "1h", "--json", home=home, terminal=True, stdin=f"{OLD}\n")
    assert (ran.code, objects(ran)[0]["schema"]) == (Exit.OK, "meshnode.log/1")


def test_a_damaged_passphrase_file_is_no_wrong_passphrase(home: Path) -> None:
    (home / unlocking.PASSPHRASE_FILE).write_text("meshnode passphrase 1\n")
    ran = log(home, stdin=f"{OLD}\n")
    assert (ran.code, "is damaged" in ran.last) == (Exit.FAILURE, True)


def test_whoever_gives_the_passphrase_finishes_what_was_cut_short(home: Path) -> None:
    (home / "recovery.words").write_text("abandon\n")
    (home / "recovery.words").chmod(0o600)
    assert protection_of(home) is Protection.PARTLY
    assert run("id", "passphrase", "--check", home=home, terminal=True, stdin=f"{OLD}\n").code == Exit.OK
    assert protection_of(home) is Protection.WHOLE


def test_a_changed_passphrase_is_asked_for_twice(home: Path) -> None:
    ran = run("id", "passphrase", home=home, terminal=True, stdin=f"{OLD}\n{NEW}\n{NEW}\n")
    assert (ran.code, "Passphrase changed" in ran.out) == (Exit.OK, True)
    assert log(home, file=file_with(home, OLD)).code == Exit.WRONG_PASSPHRASE
    assert log(home, file=file_with(home, NEW)).code == Exit.OK


def test_a_new_passphrase_that_is_short_or_mistyped_is_asked_for_again(home: Path) -> None:
    typed = f"{OLD}\nshort\n{NEW}\n{NEW}x\n{NEW}\n{NEW}\n"
    ran = run("id", "passphrase", home=home, terminal=True, stdin=typed)
    assert ran.code == Exit.OK
    assert "  A passphrase has at least 8 characters.\n" in ran.err
    assert "  Those were two different ones.\n" in ran.err


def test_three_bad_choices_change_nothing(home: Path) -> None:
    ran = run("id", "passphrase", home=home, terminal=True, stdin=f"{OLD}\n" + "x" * 2000 + "\nshort\n\n")
    assert (ran.code, "no passphrase was chosen" in ran.last) == (Exit.WRONG_PASSPHRASE, True)
    assert log(home, file=file_with(home, OLD)).code == Exit.OK


def test_a_service_changes_its_passphrase_by_files(home: Path) -> None:
    old, new = file_with(home, OLD, "old"), file_with(home, NEW, "new")
    words = ("id", "passphrase", "--new-file", str(new), "--json")
    assert objects(run(*words, home=home, environ={unlocking.VARIABLE: str(old)}))[0]["changed"] is True
    assert log(home, file=new).code == Exit.OK


def test_a_new_file_must_hold_enough_for_a_passphrase(home: Path) -> None:
    old, new = file_with(home, OLD, "old"), file_with(home, "short", "new")
    ran = run("id", "passphrase", "--new-file", str(new), home=home, environ={unlocking.VARIABLE: str(old)})
    assert (ran.code, "at least 8 characters" in ran.last) == (Exit.WRONG_PASSPHRASE, True)


def test_a_passphrase_can_be_tried_removed_and_set_again(home: Path) -> None:
    environ = {unlocking.VARIABLE: str(file_with(home, OLD))}
    tried = [
        objects(run("id", "passphrase", *words, "--json", home=home, environ=environ))[0]
        for words in (("--check",), ("--remove",), ("--remove",), ("--check",), ())
    ]
    assert [(one["changed"], one["keys"]) for one in tried] == [
        (False, "passphrase"),
        (True, "clear"),
        (False, "clear"),
        (False, "clear"),
        (True, "passphrase"),
    ]


def test_options_that_contradict_each_other_are_refused(home: Path) -> None:
    assert run("id", "passphrase", "--check", "--remove", home=home).code == Exit.USAGE


def test_there_is_no_passphrase_without_an_identity(tmp_path: Path) -> None:
    assert run("id", "passphrase", home=tmp_path).code == Exit.NOT_INITIALISED
