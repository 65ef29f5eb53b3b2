"""A fault, then what the node says of it: to a person (`status`, with exit code 3) and to a program (`/v1/health`)."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from meshnode.client.client import Client
from meshnode.runtime.health import LOOK_SECONDS
from tests.support.homes import Household, Person
from tests.support.performance import PROJECT

UNSHARE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--user", "--map-root-user"]


@pytest.fixture
def ana() -> Iterator[Person]:
    with Household() as household:
        yield household.person("ana")


FAULTS: dict[str, tuple[Callable[[Path], object], Callable[[Path], object]]] = {
    "device.key": (lambda home: (home / "device.key").chmod(0o644), lambda home: (home / "device.key").chmod(0o600)),
    "transport.key": (
        lambda home: (home / "transport.key").rename(home / "elsewhere"),
        lambda home: (home / "elsewhere").rename(home / "transport.key"),
    ),
}


@pytest.mark.parametrize("file", FAULTS)
def test_keys_that_others_can_read_or_that_are_gone_are_told_and_mended(ana: Person, file: str) -> None:
    break_it, mend_it = FAULTS[file]
    client = Client.of(ana.home)
    assert [each["name"] for each in client.node.health()["reasons"]] == []
    break_it(ana.home)
    # Nobody asked for a look: the watch finds it by itself.
    ana.sees(lambda ana: [each["name"] for each in client.node.health()["reasons"]] == ["secrets"])
    ran = ana.tries("status")
    assert (ran.code, "✗ secrets: " in ran.out, file in ran.out) == (3, True, True)
    (reason,) = client.node.health()["reasons"]
    assert reason["fix"]
    mend_it(ana.home)
    ana.sees(lambda ana: client.node.health()["status"] == "ok")
    assert ana.tries("status").code == 0


def test_a_look_comes_soon_enough_for_five_seconds() -> None:
    assert LOOK_SECONDS * 2 < 5


def test_a_member_whom_nobody_reaches_is_told_so(ana: Person) -> None:
    ana.does("network", "create", "studio", "--open")
    ana.sees(lambda ana: "peers" in [each["name"] for each in Client.of(ana.home).node.health()["reasons"]])
    ran = ana.tries("status")
    assert (ran.code, "! peers: no peer is connected, so nothing is exchanged" in ran.out) == (0, True)


SCRIPT = """
home="$1" python="$2"
mount -t tmpfs -o size=64m,mode=700 tmpfs "$home"
run() { "$python" -m meshnode.cli --home "$home" "$@"; }
trap 'run down' EXIT
run init --name Ana --no-recovery
run up
dd if=/dev/zero of="$home/filler" bs=1M count=60 2>/dev/null || true
for try in $(seq 300); do
    run status >"$home.said" && sleep 0.1 || break
done
cat "$home.said"
rm "$home/filler"
run down
for try in $(seq 300); do
    mount -o remount,ro "$home" 2>/dev/null && break || sleep 0.1  # The last thread of the node may be on its way out.
done
"$python" -c "from pathlib import Path; from meshnode.runtime.home_watch import disk; print(*disk(Path('$home')))"
"""


@pytest.mark.namespaces
def test_a_disk_that_fills_up_or_becomes_read_only_is_told(ana: Person) -> None:
    home = ana.home.parent / "small"
    home.mkdir()
    command = [*UNSHARE, "bash", "-euc", SCRIPT, "sh", str(home), sys.executable]
    environ = ana.environ({"PYTHONPATH": str(PROJECT)})
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert "✗ disk: only " in done.stdout
    assert "what comes next may not be saved" in done.stdout
    assert f"disk fail the disk of {home} is read-only: nothing can be saved" in done.stdout
