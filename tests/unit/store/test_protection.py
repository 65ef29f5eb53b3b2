"""Setting, changing and removing a passphrase: a kill at any line leaves the old one or the new one, never neither."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from meshnode.store.errors import KeyfileError, WrongPassphrase
from meshnode.store.keyfile import read_key, read_secret, write_key
from meshnode.store.protection import (
    SECRETS,
    WORDS_FILE,
    Protection,
    change,
    finish,
    open_home,
    protect,
    protection_of,
    unprotect,
)
from meshnode.store.sealed import MainKey
from meshnode.store.secretfile import write_durably
from tests.support.crashes.killed_at import CHEAP, NEW, OLD

PROJECT = Path(__file__).resolve().parents[3]
SEEDS = {"device.key": bytes(range(32)), "transport.key": bytes(range(32, 64))}
RECOVERY = b"abandon ability able about above absent absorb abstract absurd abuse access accident\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    for name, seed in SEEDS.items():
        write_key(folder / name, seed)
    write_durably(folder / WORDS_FILE, RECOVERY)
    return folder


def everything_opens(home: Path, main_key: MainKey | None) -> bool:
    return (
        all(read_key(home / name, main_key) == seed for name, seed in SEEDS.items())
        and read_secret(home / WORDS_FILE, main_key) == RECOVERY
    )


def lies_in_clear(home: Path) -> list[str]:
    """The files in which a secret can be read."""
    secrets = (*(seed.hex().encode() for seed in SEEDS.values()), b"ability")
    return sorted(each.name for each in home.iterdir() if any(secret in each.read_bytes() for secret in secrets))


def test_a_passphrase_leaves_nothing_in_clear_and_opens_everything(home: Path) -> None:
    protect(home, NEW, CHEAP)
    assert protection_of(home) is Protection.WHOLE
    assert lies_in_clear(home) == []
    assert everything_opens(home, open_home(home, NEW))
    with pytest.raises(WrongPassphrase):
        open_home(home, OLD)


def test_a_changed_passphrase_is_the_only_one(home: Path) -> None:
    change(home, protect(home, OLD, CHEAP), NEW, CHEAP)
    assert everything_opens(home, open_home(home, NEW))
    with pytest.raises(WrongPassphrase):
        open_home(home, OLD)


def secrets_in(home: Path) -> dict[str, bytes]:
    return {name: (home / name).read_bytes() for name in SECRETS if (home / name).exists()}


def test_without_its_passphrase_a_home_is_what_it_was(home: Path) -> None:
    before = secrets_in(home)
    unprotect(home, protect(home, NEW, CHEAP))
    assert secrets_in(home) == before
    assert protection_of(home) is Protection.NONE
    assert everything_opens(home, None)


def test_a_second_passphrase_is_refused(home: Path) -> None:
    protect(home, OLD, CHEAP)
    with pytest.raises(KeyfileError, match="there is a passphrase already"):
        protect(home, NEW, CHEAP)
    assert everything_opens(home, open_home(home, OLD))


def test_who_gives_the_passphrase_has_the_rest_sealed(home: Path) -> None:
    main_key = protect(home, NEW, CHEAP)
    write_durably(home / WORDS_FILE, RECOVERY)
    (home / ".device.key.partial").write_bytes(SEEDS["device.key"].hex().encode())
    assert protection_of(home) is Protection.PARTLY
    finish(home, main_key)
    assert (protection_of(home), lies_in_clear(home)) == (Protection.WHOLE, [])
    assert not (home / ".device.key.partial").exists()


@pytest.mark.parametrize("what", ["change", "finish", "unprotect"])
def test_what_another_process_changed_meanwhile_is_left_alone(home: Path, what: str) -> None:
    stale = protect(home, OLD, CHEAP)
    unprotect(home, open_home(home, OLD))
    deeds = {
        "change": lambda: change(home, stale, NEW, CHEAP),
        "finish": lambda: finish(home, stale),
        "unprotect": lambda: unprotect(home, stale),
    }
    with pytest.raises(KeyfileError, match="by another process"):
        deeds[what]()
    protect(home, NEW, CHEAP)
    with pytest.raises(KeyfileError, match="by another process"):
        change(home, stale, OLD, CHEAP)
    assert everything_opens(home, open_home(home, NEW))


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(KeyfileError, match="could not be changed"):
        protect(tmp_path / "nowhere", NEW, CHEAP)


def left_by_kills(deed: str, home: Path, folder: Path) -> list[Path]:
    """What a home looks like after a kill at each line of a change, in their order; the last is complete.

    Of those that differ in random bytes alone only the first is kept.
    """
    folder.mkdir()
    command = [sys.executable, "-m", "tests.support.crashes.killed_at", deed, str(home), str(folder)]
    subprocess.run(command, cwd=PROJECT, check=True)
    homes = sorted(folder.iterdir(), key=lambda path: int(path.name))
    assert len(homes) > 50
    return [home for before, home in pairwise([folder, *homes]) if looks(before) != looks(home)]


def looks(home: Path) -> list[tuple[str, bytes, int]]:
    """The files of a home with the kind and size of each."""
    return [
        (each.name, each.read_bytes()[:17], each.stat().st_size) for each in sorted(home.iterdir()) if each.is_file()
    ]


def opens_with(home: Path) -> set[str | None]:
    """The passphrases that open a home, None if it needs none; whoever gives one finds all secrets sealed."""
    if protection_of(home) is Protection.NONE:
        assert everything_opens(home, None)
        return {None}
    found = set[str | None]()
    for passphrase in (OLD, NEW):
        try:
            main_key = open_home(home, passphrase)
        except WrongPassphrase:
            continue
        assert everything_opens(home, main_key)
        assert (protection_of(home), lies_in_clear(home)) == (Protection.WHOLE, [])
        found.add(passphrase)
    return found


@pytest.mark.parametrize(
    ("deed", "before", "after"), [("protect", None, NEW), ("change", OLD, NEW), ("unprotect", OLD, None)]
)
def test_a_kill_at_any_line_leaves_the_old_or_the_new(
    home: Path, tmp_path: Path, deed: str, before: str | None, after: str | None
) -> None:
    if before is not None:
        protect(home, before, CHEAP)
    homes = left_by_kills(deed, home, tmp_path / "left")
    opened = [opens_with(each) for each in homes]
    assert (opened[0], opened[-1]) == ({before}, {after})
    turned = opened.index({after})
    assert all(each == {before} for each in opened[:turned])
    assert all(each == {after} for each in opened[turned:])
    assert len(homes) > 3
