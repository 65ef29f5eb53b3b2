"""The passphrase's file: opened by the passphrase, told apart from damage, and never a danger to the machine."""

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshnode.store import passphrase
from meshnode.store.errors import KeyfileError, WrongPassphrase
from meshnode.store.passphrase import MAX_KIB, MAX_PASSES, SMALL_COST, USUAL_COST, Cost, lock_up, unlock, usual_cost
from meshnode.store.sealed import MainKey
from meshnode.store.secretfile import write_durably
from tests.support.crashes.killed_at import CHEAP

WORDS = "correct horse battery staple"


def written(folder: Path, content: bytes) -> Path:
    write_durably(folder / "passphrase.key", content)
    return folder / "passphrase.key"


def forged(cost: str) -> bytes:
    """A file that asks for more or less than it may, and is whole otherwise."""
    lines = lock_up(MainKey.new(), WORDS, CHEAP).decode().replace("argon2id 1 8", f"argon2id {cost}")
    lines = lines.rpartition("check ")[0]
    return f"{lines}check {sha256(lines.encode()).hexdigest()[:16]}\n".encode()


def test_the_passphrase_opens_what_it_locked_up(tmp_path: Path) -> None:
    main_key = MainKey.new()
    path = written(tmp_path, lock_up(main_key, WORDS, CHEAP))
    assert unlock(path, WORDS).hand_over() == main_key.hand_over()


@pytest.mark.parametrize("wrong", ["", "correct horse battery stapl", f"{WORDS} ", "x" * 2000, "\udc80"])
def test_no_other_passphrase_does(tmp_path: Path, wrong: str) -> None:
    path = written(tmp_path, lock_up(MainKey.new(), WORDS, CHEAP))
    with pytest.raises(WrongPassphrase):
        unlock(path, wrong)


def test_accents_count_the_same_however_a_keyboard_writes_them(tmp_path: Path) -> None:
    path = written(tmp_path, lock_up(MainKey.new(), "contrase\u00f1a", CHEAP))
    assert unlock(path, "contrasen\u0303a").id == unlock(path, "contrase\u00f1a").id


@pytest.mark.parametrize("text", ["", "x" * 1025])
def test_what_cannot_be_a_passphrase_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="1 to 1024 bytes"):
        lock_up(MainKey.new(), text, CHEAP)


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_any_flipped_bit_is_damage_and_not_a_wrong_passphrase(
    tmp_path_factory: pytest.TempPathFactory, place: int, bit: int
) -> None:
    content = bytearray(lock_up(MainKey.new(), WORDS, CHEAP))
    content[place % len(content)] ^= 1 << bit
    path = written(tmp_path_factory.mktemp("home"), bytes(content))
    try:
        unlock(path, WORDS)  # opens only where nothing is said: white space at the end
    except WrongPassphrase:
        pytest.fail("taken for a wrong passphrase")
    except KeyfileError:
        return


@pytest.mark.parametrize(
    "cost", [f"1 {MAX_KIB + 1}", "1 99999999999999999999", f"{MAX_PASSES + 1} 8", "0 8", "-1 8", "1 7", "1 -8", "1 0"]
)
def test_a_forged_file_may_ask_for_no_more_than_there_is(tmp_path: Path, cost: str) -> None:
    with pytest.raises(KeyfileError, match="asks for"):
        unlock(written(tmp_path, forged(cost)), WORDS)


@pytest.mark.parametrize("cost", ["1", "1 8 8", "one 8", ""])
def test_a_forged_file_of_another_form_is_damaged(tmp_path: Path, cost: str) -> None:
    with pytest.raises(KeyfileError, match="damaged"):
        unlock(written(tmp_path, forged(cost)), WORDS)


def test_a_cheaper_file_is_not_the_one_that_was_locked_up(tmp_path: Path) -> None:
    with pytest.raises(WrongPassphrase):
        unlock(written(tmp_path, forged("1 9")), WORDS)


def test_a_small_machine_pays_with_time_instead_of_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert usual_cost() == USUAL_COST
    path = written(tmp_path, lock_up(MainKey.new(), WORDS, Cost(1, 1024)))
    monkeypatch.setattr(passphrase, "_memory", lambda: 1 << 20)
    assert usual_cost() == SMALL_COST
    with pytest.raises(KeyfileError, match="more than the 0 allowed here"):
        unlock(path, WORDS)


def test_too_little_free_memory_is_said_to_be_that(tmp_path: Path) -> None:
    path = written(tmp_path, forged("1 262144"))
    program = (
        "import resource, sys; from pathlib import Path\n"
        "from meshnode.store.errors import KeyfileError; from meshnode.store.passphrase import unlock\n"
        "resource.setrlimit(resource.RLIMIT_AS, (192 << 20, 192 << 20))\n"
        "try:\n    unlock(Path(sys.argv[1]), 'correct horse')\nexcept KeyfileError as error:\n    print(error)"
    )
    command = [sys.executable, "-c", program, str(path)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stdout.strip().endswith("the passphrase needs 256 MiB of free memory")


def test_every_usual_cost_is_one_that_a_file_may_ask_for() -> None:
    for cost in (USUAL_COST, SMALL_COST):
        assert cost.kib <= MAX_KIB
        assert cost.passes <= MAX_PASSES
