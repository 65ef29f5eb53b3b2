"""The image and the mesh of containers, as far as they can be tried without a container engine.

No engine builds or runs them here. What is tried: that what the image copies is there and suffices to install the
program, and that the services' environments and configurations start nodes that meet, as processes.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.performance import PROJECT
from tests.support.programs import APART, Program, Programs, titles

FOLDER = PROJECT / "configs" / "container"
IMAGE = (FOLDER / "Containerfile").read_text(encoding="utf-8")
MESH: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
COPIES = re.findall(r"^COPY (?!--from)(.+) \S+$", IMAGE, re.MULTILINE)


@pytest.fixture
def programs() -> Iterator[Programs]:
    with Programs() as programs:
        yield programs


def test_the_image_copies_what_there_is_and_calls_what_is_installed() -> None:
    sources = [source for line in COPIES for source in line.split()]
    assert [source for source in sources if not (PROJECT / source).exists()] == []
    assert 'ENTRYPOINT ["meshnode"]\n' in IMAGE
    assert 'meshnode = "meshnode.cli.main:entry"' in (PROJECT / "pyproject.toml").read_text(encoding="utf-8")


def test_what_the_image_copies_is_all_that_the_program_needs(tmp_path: Path) -> None:
    for source in (source for line in COPIES for source in line.split()):
        target = tmp_path / source
        target.parent.mkdir(parents=True, exist_ok=True)
        ours = PROJECT / source
        shutil.copytree(ours, target) if ours.is_dir() else shutil.copy(ours, target)
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "meshnode.app", "doctor", "--home", str(tmp_path / "home")],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{tmp_path}:{tmp_path / 'protocol'}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout.splitlines()[0].split()[:2]) == (0, ["ok", "version"]), ran.stderr


def test_every_service_is_watched_as_the_image_says() -> None:
    told = re.search(r"HEALTHCHECK (.+) CMD (.+)", IMAGE)
    assert told is not None
    options = dict(option.removeprefix("--").split("=") for option in told[1].split())
    for service in MESH["services"].values():
        watched = dict(service["healthcheck"])
        assert watched.pop("test") == ["CMD", *json.loads(told[2])]
        assert {name.replace("_", "-"): text for name, text in watched.items()} == options


def test_every_service_keeps_its_home_and_finds_its_configuration() -> None:
    assert sorted(MESH["volumes"]) == sorted(MESH["services"]) == ["ana", "ben", "relay"]
    for name, service in MESH["services"].items():
        home, config = service["volumes"]
        assert home == f"{name}:/data"
        assert (FOLDER / config.partition(":")[0]).resolve().exists()
        assert (FOLDER / service["build"]["context"] / service["build"]["dockerfile"]).resolve().exists()


def started(programs: Programs, name: str) -> Program:
    """A service as a process; only the port that it listens on is another, as tests run side by side."""
    service = MESH["services"][name]
    environ = {key: text for key, text in service["environment"].items() if key != "NAME"}
    if environ["MESHNODE_NET__LISTEN"] != "[]":
        environ["MESHNODE_NET__LISTEN"] = APART["MESHNODE_NET__LISTEN"]
    node = programs.new(name, {**APART, **environ})
    shutil.copy(FOLDER / service["volumes"][1].partition(":")[0], node.home / "config.toml")
    node.start()
    return node


def test_the_three_services_are_a_mesh(programs: Programs) -> None:
    relay, ana, ben = (started(programs, name) for name in ("relay", "ana", "ben"))
    network = ana.client.networks.create("studio")
    relay.client.people.follow(network["id"])
    ana.client.peers.add(relay.addresses[0])
    ana.client.work.log("From Ana", seconds=60, network="studio")
    relay.sees(lambda client: titles(client) == {"From Ana"})
    # What the network is called comes with a text, and the line by which others join with the addresses.
    relay.sees(lambda client: [each["name"] for each in client.networks.every() if each["line"]] == ["studio"])
    ben.client.networks.join(relay.line(), wait_ms=30_000)
    ben.sees(lambda client: titles(client) == {"From Ana"})
