"""A home behind a passphrase, at a real terminal: what it asks, what it refuses, and where its secrets never are."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from meshnode.cli.exits import Exit
from meshnode.cli.operation.process import handed_over
from meshnode.cli.person.unlocking import VARIABLE
from meshnode.store.keyfile import read_key
from meshnode.store.protection import open_home, protect
from meshnode.store.sealed import MainKey
from tests.support.attacks.canaries import files_under, found_in, told_by_system
from tests.support.crashes.killed_at import CHEAP
from tests.support.homes import Household, Person

FIRST = "first canary: Zilpzalp über Güllefass"
SECOND = "second canary: Xylophon und Quittengelee"
NUMBERED = re.compile(r" *(\d+)\. ([a-z]+)")


@pytest.fixture
def household() -> Iterator[Household]:
    with Household() as people:
        yield people


@pytest.fixture
def ana(household: Household) -> Person:
    """Somebody with an identity behind the first passphrase, whose node does not run."""
    ana = household.person("ana", starts=False)
    ana.does("init", "--name", "Ana", "--no-recovery")
    protect(ana.home, FIRST, CHEAP)
    return ana


def secrets_of(home: Path, *passphrases: str) -> dict[str, bytes]:
    """What may stand nowhere in clear."""
    main_key = open_home(home, passphrases[-1])
    seeds = {name: read_key(home / name, main_key) for name in ("device.key", "transport.key")}
    return {**seeds, "main key": main_key.hand_over(), **{text: text.encode() for text in passphrases}}


def recovery_words(shown: str) -> list[str]:
    """The words as they were shown, in their order."""
    return [word for _, word in sorted((int(number), word) for number, word in NUMBERED.findall(shown))]


def at_a_terminal(ana: Person, *words: str, answers: Sequence[tuple[str, str]]) -> str:
    """What a command showed that ends well; on the way it tells the system nothing."""
    with ana.sits_at(*words) as terminal:
        for question, answer in answers:
            terminal.sees(question)
            told = told_by_system([terminal.process.pid])
            assert found_in(told, {"first": FIRST.encode(), "second": SECOND.encode()}) == []
            terminal.answers(question, answer)
        assert terminal.ends() == Exit.OK, terminal.shown
    return terminal.shown


def test_no_secret_is_ever_on_the_disk_or_among_the_processes(household: Household) -> None:
    ana = household.person("ana", starts=False)
    twice = [("New passphrase", FIRST), ("The same again", FIRST)]
    made = at_a_terminal(ana, "init", "--passphrase", "--name", "Ana", answers=[*twice, ("or `later`", "later")])
    shown = at_a_terminal(ana, "up", answers=[("Passphrase: ", FIRST)])
    other = [("Passphrase: ", FIRST), ("New passphrase", SECOND), ("The same again", SECOND)]
    shown += at_a_terminal(ana, "id", "passphrase", answers=other)
    ana.does("log", "With the node", "1h")
    ana.does("export", "bundle", str(ana.home.parent / "all.bundle"))
    told = told_by_system([ana.pid])
    ana.kill()
    shown += at_a_terminal(ana, "log", "Alone", "1h", answers=[("Passphrase: ", FIRST), ("Passphrase: ", SECOND)])
    words, secrets = recovery_words(made), secrets_of(ana.home, FIRST, SECOND)
    assert len(words) == 12
    assert found_in({**files_under(ana.home.parent), **told, "screens": shown.encode()}, secrets, words) == []
    assert found_in({"screen": made.encode()}, secrets) == []


def test_a_node_that_knows_keys_leaves_no_core(ana: Person) -> None:
    at_a_terminal(ana, "up", answers=[("Passphrase: ", FIRST)])
    limits = Path(f"/proc/{ana.pid}/limits").read_text()
    assert re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE)


def test_a_node_that_falls_over_tells_no_secret(ana: Person) -> None:
    main_key = open_home(ana.home, FIRST)
    reading, writing = os.pipe()
    os.close(reading)  # Who starts it reads nothing, so that its first word fails.
    with handed_over(main_key) as (words, descriptors):
        fallen = subprocess.run(
            [sys.executable, "-m", "meshnode.app", "run", "--home", str(ana.home), *words],
            pass_fds=descriptors,
            stdout=writing,
            stderr=subprocess.PIPE,
            env={**os.environ, "MESHNODE_NET__LISTEN": "/ip4/127.0.0.1/tcp/0", "MESHNODE_NET__DISCOVERY": "false"},
            check=False,
        )
    os.close(writing)
    assert b"Traceback" in fallen.stderr
    places = {**files_under(ana.home.parent), "stderr": fallen.stderr}
    assert found_in(places, secrets_of(ana.home, FIRST)) == []


def test_the_search_for_secrets_finds_them(household: Household) -> None:
    ana = household.person("ana", starts=False)
    words = ana.asks("init", "--name", "Ana")["recovery_words"]
    seed = read_key(ana.home / "device.key")
    environ = {"SECRET": seed.hex()}
    with subprocess.Popen(["cat"], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        print("Are you there?", file=process.stdin, flush=True)
        process.stdout.readline()
        places = {**files_under(ana.home.parent), **told_by_system([process.pid])}
        process.stdin.close()
    found = found_in(places, {"device.key": seed}, words)
    assert [name for name, _ in found] == ["device.key", "device.key", "recovery words"]


@pytest.mark.parametrize("words", [("up",), ("up", "--foreground"), ("log", "x", "1h"), ("id", "passphrase")])
def test_a_wrong_passphrase_is_exit_12_in_clear_words(ana: Person, words: tuple[str, ...]) -> None:
    with ana.sits_at(*words) as terminal:
        for _ in range(3):
            terminal.answers("Passphrase: ", SECOND)
        assert terminal.ends() == Exit.WRONG_PASSPHRASE
    assert "meshnode: wrong passphrase; nothing was changed. Run: " in terminal.shown
    assert "Traceback" not in terminal.shown


@pytest.mark.parametrize("words", [("up",), ("log", "x", "1h"), ("id", "passphrase")])
def test_nothing_hangs_without_a_terminal(ana: Person, words: tuple[str, ...]) -> None:
    ran = ana.tries(*words)
    assert (ran.code, VARIABLE in ran.last) == (Exit.WRONG_PASSPHRASE, True)


def test_an_interruption_leaves_the_terminal_as_it_was(ana: Person) -> None:
    with ana.sits_at("up") as terminal:
        terminal.sees("Passphrase: ")
        terminal.interrupts()
        assert terminal.ends() == Exit.INTERRUPTED
    assert "Traceback" not in terminal.shown


def test_a_service_runs_in_the_foreground_with_a_file(ana: Person) -> None:
    file = ana.home.parent / "passphrase"
    file.write_text(FIRST)
    file.chmod(0o600)
    environ = ana.environ({VARIABLE: str(file)})
    command = [*ana.command, "up", "--foreground"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as service:
        assert service.stdout is not None
        assert service.stdout.readline().startswith(b"ready ")
        assert ana.pid == service.pid
        assert ana.asks("status")["keys"] == ana.asks("whoami")["keys"] == "passphrase"
        assert found_in(told_by_system([service.pid]), {"passphrase": FIRST.encode()}) == []
        service.send_signal(signal.SIGTERM)
        assert service.wait() == 0


def test_the_program_itself_is_not_talked_out_of_its_keys(ana: Person) -> None:
    command = [sys.executable, "-m", "meshnode.app", "run", "--home", str(ana.home)]
    bare = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (bare.returncode, "protected by a passphrase. Run: meshnode up" in bare.stderr) == (12, True)
    with handed_over(MainKey.new()) as (words, descriptors):
        other = subprocess.run([*command, *words], pass_fds=descriptors, capture_output=True, text=True, check=False)
    assert (other.returncode, "another passphrase.key" in other.stderr) == (1, True)
    closed = subprocess.run([*command, "--unlock-fd", "9"], capture_output=True, text=True, check=False)
    assert (closed.returncode, closed.stderr.splitlines()[-1].startswith("meshnode: --unlock-fd 9: ")) == (2, True)
