"""Moving a home: it signs in one place at a time, whatever is killed, whatever is full, and whoever else moves."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from meshnode.app.endings import Ending, Exit
from meshnode.app.init import create
from meshnode.app.move import come_back, in_, out, plan_out
from meshnode.config.places import Places, locate
from meshnode.core.ports import Batch
from meshnode.core.rows import FollowEntry, NoteEntry
from meshnode.exchange.backup_file import head_of
from meshnode.exchange.backup_in import check_backup, restore
from meshnode.exchange.backup_out import Source, write_backup
from meshnode.exchange.files import FileTrouble, need_room
from meshnode.store.errors import HomeLeft, StoreError
from meshnode.store.home import Home
from meshnode.store.store import open_reader, open_store
from tests.support.crashes.killed_at import CHEAP
from tests.support.crashes.killed_move import SECRET, state_of_home

ROOT = Path(__file__).parents[3]


@pytest.fixture
def ana(tmp_path: Path) -> Places:
    return home_of("Ana", tmp_path / "ana")


def home_of(name: str, folder: Path) -> Places:
    """Somebody's home, in which they follow somebody and have settings."""
    places = locate(folder, {})
    create(places, name, recovery=False)
    with Home(folder) as home:
        store = open_store(home.records)
        store.writer.commit(Batch(1, local=(FollowEntry(b"b" * 32, 5),)))
        store.close()
    places.config.write_text("[work]\ntimer_cap_hours = 8\n")
    return places


def leave(places: Places, path: Path) -> None:
    out(places, path, SECRET, "passphrase", CHEAP)


def arrive(folder: Path, path: Path, *, dry_run: bool = False) -> object:
    return in_(locate(folder, {}), path, SECRET, dry_run=dry_run)


def content(folder: Path) -> dict[str, object]:
    """Every row of the database, and the other files of a home that are its own wherever it is."""
    reader = open_reader(folder / "records.db")
    try:
        tables = [name for (name,) in reader.source.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: sorted(map(repr, reader.source.rows(f"SELECT * FROM {name}"))) for name in tables}  # noqa: S608 - the names of its tables
    finally:
        reader.close()
    return {**rows, **{name: (folder / name).read_bytes() for name in ("device.key", "transport.key", "config.toml")}}


def test_a_home_that_moved_is_the_same_and_signs_where_it_is_and_not_where_it_was(ana: Places, tmp_path: Path) -> None:
    leave(ana, tmp_path / "ana.home")
    assert state_of_home(ana.data) == "left"
    arrive(tmp_path / "new", tmp_path / "ana.home")
    assert content(tmp_path / "new") == content(ana.data)
    assert (state_of_home(tmp_path / "new"), state_of_home(ana.data)) == ("signs", "left")
    assert head_of(tmp_path / "ana.home").kind == "gone"


def test_where_a_home_was_left_nothing_opens_it_and_it_says_where_it_went(ana: Places, tmp_path: Path) -> None:
    leave(ana, tmp_path / "ana.home")
    with pytest.raises(HomeLeft, match=r"moved out on \d{4}-\d\d-\d\d, into .*ana\.home, and signs nothing any more"):
        Home(ana.data)
    with pytest.raises(Ending, match=r"moved out already, into .*ana\.home"):
        leave(ana, tmp_path / "another")
    assert not (tmp_path / "another").exists()


def test_a_file_that_only_lacks_its_name_gets_it_when_it_is_given_again(ana: Places, tmp_path: Path) -> None:
    path = tmp_path / "ana.home"
    leave(ana, path)
    path.rename(tmp_path / ".ana.home.1.part")  # as if killed right before
    with pytest.raises(Ending, match=r"into .*ana\.home, which only lacks its name: give the same file again"):
        leave(ana, tmp_path / "another")
    leave(ana, path)
    assert head_of(path).kind == "home"


def test_a_mark_that_cannot_be_read_is_one_and_without_it_the_home_is_a_copy(ana: Places, tmp_path: Path) -> None:
    leave(ana, tmp_path / "ana.home")
    (ana.data / "left.json").write_text("{")
    with pytest.raises(HomeLeft):
        Home(ana.data)
    (ana.data / "left.json").unlink()
    assert state_of_home(ana.data) == "copy"


def test_coming_back_makes_a_copy_that_asks_before_it_signs(ana: Places, tmp_path: Path) -> None:
    leave(ana, tmp_path / "ana.home")
    come_back(ana)
    assert state_of_home(ana.data) == "copy"
    with pytest.raises(Ending, match="its peers were not yet asked"):
        leave(ana, tmp_path / "again")


def test_a_dry_run_changes_nothing_on_either_side(ana: Places, tmp_path: Path) -> None:
    before = content(ana.data)
    told = plan_out(ana, tmp_path / "ana.home").told
    assert (content(ana.data), state_of_home(ana.data)) == (before, "signs")
    leave(ana, tmp_path / "ana.home")
    written = check_backup(tmp_path / "ana.home", SECRET)
    assert (told.manifest.holds, told.manifest.records) == (written.holds, written.records)
    assert told.size >= (tmp_path / "ana.home").stat().st_size
    names = sorted(tmp_path.iterdir())
    arrive(tmp_path / "new", tmp_path / "ana.home", dry_run=True)
    assert (sorted(tmp_path.iterdir()), head_of(tmp_path / "ana.home").kind) == (names, "home")


def test_a_home_is_taken_in_at_one_place_only(ana: Places, tmp_path: Path) -> None:
    leave(ana, tmp_path / "ana.home")
    arrive(tmp_path / "new", tmp_path / "ana.home")
    with pytest.raises(Ending, match="taken in already, elsewhere") as told:
        arrive(tmp_path / "third", tmp_path / "ana.home")
    assert (told.value.exit, (tmp_path / "third").exists()) == (Exit.CONFLICT, False)
    restore(tmp_path / "ana.home", SECRET, tmp_path / "third", tmp_path / "third" / "config.toml")
    assert state_of_home(tmp_path / "third") == "copy"


def test_what_two_people_move_never_mixes(ana: Places, tmp_path: Path) -> None:
    ben = home_of("Ben", tmp_path / "ben")
    leave(ana, tmp_path / "ana.home")
    before = content(ben.data)
    with pytest.raises(Ending, match="is the home of Ben: homes never mix"):
        arrive(ben.data, tmp_path / "ana.home")
    leave(ben, tmp_path / "ben.home")
    with pytest.raises(Ending, match="is the home of Ben: homes never mix"):
        arrive(ben.data, tmp_path / "ana.home")
    assert content(ben.data) == before
    arrive(tmp_path / "new", tmp_path / "ana.home")
    with pytest.raises(Ending, match="is the home of Ana: homes never mix"):
        arrive(tmp_path / "new", tmp_path / "ben.home")


def test_moving_back_sets_the_home_aside_that_was_left(ana: Places, tmp_path: Path) -> None:
    leave(ana, tmp_path / "ana.home")
    arrive(tmp_path / "new", tmp_path / "ana.home")
    new = locate(tmp_path / "new", {})
    with Home(new.data) as home:
        home.stamp()
        store = open_store(home.records)
        store.writer.commit(Batch(1, local=(NoteEntry("n", b"1"),)))
        store.close()
    leave(new, tmp_path / "back.home")
    arrive(ana.data, tmp_path / "back.home")
    assert (state_of_home(ana.data), content(ana.data)) == ("signs", content(new.data))
    (aside,) = tmp_path.glob("ana.left-*")
    assert state_of_home(aside) == "left"


def test_an_older_file_does_not_take_the_place_of_a_home_that_was_left_later(ana: Places, tmp_path: Path) -> None:
    leave(ana, tmp_path / "ana.home")
    come_back(ana)
    with Home(ana.data) as home:
        home.stamp()
    create_more(ana)
    leave(ana, tmp_path / "later.home")
    with pytest.raises(Ending, match="is the home of Ana"):
        arrive(ana.data, tmp_path / "ana.home")
    assert state_of_home(ana.data) == "left"


def create_more(places: Places) -> None:
    """Sign something more at a place."""
    ended = subprocess.run(
        [Path(sys.executable).with_name("meshnode"), "--home", places.data, "log", "More", "1h"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr


def test_a_backup_is_no_home_that_moves(ana: Places, tmp_path: Path) -> None:
    write_backup(Source(ana.data, ana.config, "0.1", 0), tmp_path / "x.backup", SECRET, "passphrase", CHEAP)
    with pytest.raises(Ending, match="not a home that moved out") as told:
        arrive(tmp_path / "new", tmp_path / "x.backup")
    assert told.value.hint.startswith("meshnode backup restore")


def test_what_cannot_be_written_leaves_the_home_as_it_was(ana: Places, tmp_path: Path) -> None:
    with pytest.raises(Ending):
        leave(ana, tmp_path / "no such folder" / "ana.home")
    with pytest.raises(Ending, match="a passphrase has"):
        out(ana, tmp_path / "ana.home", "", "passphrase", CHEAP)
    assert state_of_home(ana.data) == "signs"
    assert not (tmp_path / "ana.home").exists()


@contextmanager
def a_full_disk() -> Iterator[None]:
    """Let no file grow beyond 64 KiB: what is written then fails as on a full disk, half-way."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_fills_up_leaves_either_side_as_it_was_and_the_same_command_works_later(
    ana: Places, tmp_path: Path
) -> None:
    file = tmp_path / "ana.home"
    with a_full_disk(), pytest.raises((Ending, StoreError)):
        leave(ana, file)
    assert (state_of_home(ana.data), file.exists()) == ("signs", False)
    leave(ana, file)
    with a_full_disk(), pytest.raises((Ending, StoreError)):
        arrive(tmp_path / "new", file)
    assert ([*tmp_path.glob(".new*"), *tmp_path.glob("new")], head_of(file).kind) == ([], "home")
    arrive(tmp_path / "new", file)
    assert state_of_home(tmp_path / "new") == "signs"


def test_too_little_room_is_said_before_anything_is_written(tmp_path: Path) -> None:
    disk = os.statvfs(tmp_path)
    free = disk.f_bavail * disk.f_frsize
    need_room([(tmp_path, free // 3), (tmp_path, free // 3)])
    with pytest.raises(FileTrouble, match=r"MB have to be free on this disk, and [\d,]+ MB are"):
        need_room([(tmp_path, free), (tmp_path, free)])


ALLOWED = {
    # Never does a home sign beside a file that may still become another.
    "out": {"signs none", "leaving none", "left none", "left home"},
    "in": {"none home", "none gone", "signs gone"},
}


@pytest.mark.parametrize(("deed", "end"), [("out", "left home"), ("in", "signs gone")])
def test_killed_at_any_line_one_place_at_most_signs_and_the_same_command_finishes_it(
    ana: Places, tmp_path: Path, deed: str, end: str
) -> None:
    if deed == "in":
        leave(ana, tmp_path / "ana.home")
    found = killed(deed, ana, tmp_path)
    assert {before for before, _, _ in found} == ALLOWED[deed]
    refused = {(before, again) for before, again, _ in found if again != "done"}
    assert all(before == end and "already" in again for before, again in refused)
    assert {after for _, _, after in found} == {end}


def test_killed_at_any_line_and_taken_in_elsewhere_no_second_home_comes_of_it(ana: Places, tmp_path: Path) -> None:
    found = killed("away", ana, tmp_path)
    # Either the file was there, and became the one home that signs; or it was not, and is there now.
    assert {after for _, _, after in found} == {"left home", "left none signs"}
    taken = {again for _, again, after in found[:-1] if after == "left none signs"}  # the last was not killed
    assert taken == {f"this home has moved out already, into {tmp_path / 'play' / 'file'}"}


def killed(deed: str, ana: Places, folder: Path) -> list[list[str]]:
    """What was there after each line at which it was killed, what the same command said then, and what was there."""
    words = [deed, str(ana.data), str(folder / "ana.home"), str(folder / "play")]
    command = [sys.executable, "-m", "tests.support.crashes.killed_move", *words]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    found = [line.split("|") for line in told]
    assert len(found) > 50
    return found
