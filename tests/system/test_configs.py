"""The configurations in `configs/` start a node each, and the relay's does what it is for."""

import shutil
import tomllib
from collections.abc import Iterator

import pytest

from meshnode.client.client import Client
from meshnode.config.load import load
from tests.support.performance import PROJECT
from tests.support.programs import APART, Program, Programs, titles

CONFIGS = PROJECT / "configs"
NAMES = ("personal", "organisation", "relay")
SILENT = {"MESHNODE_NET__DISCOVERY": "false", "MESHNODE_NET__LISTEN": "[]"}
"""Somebody behind a router: nobody can dial them."""


@pytest.fixture
def programs() -> Iterator[Programs]:
    with Programs() as programs:
        yield programs


def configured(programs: Programs, name: str) -> Program:
    """A home with one of the configurations; only its port is another, as tests run side by side."""
    node = programs.new(
        name, {"MESHNODE_NET__LISTEN": APART["MESHNODE_NET__LISTEN"], "MESHNODE_NET__DISCOVERY": "false"}
    )
    shutil.copy(CONFIGS / f"{name}.toml", node.home / "config.toml")
    return node


@pytest.mark.parametrize("name", NAMES)
def test_a_configuration_starts_a_node_and_holds(programs: Programs, name: str) -> None:
    node = configured(programs, name)
    node.start()
    keeping, written = node.client.people.keeping(), tomllib.loads((CONFIGS / f"{name}.toml").read_text())["relay"]
    assert keeping["private_parts"] == written["private_parts"]
    assert keeping["rooms"][0]["limit"] == written["others_mib"] << 20
    assert [check["name"] for check in node.client.node.doctor()["checks"] if check["state"] == "fail"] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_of_a_configuration_stands_under_a_comment(name: str) -> None:
    lines = (CONFIGS / f"{name}.toml").read_text().splitlines()
    assert lines[0].startswith("# For ")
    sections = [number for number, line in enumerate(lines) if line.startswith("[")]
    assert all(lines[number - 1] == "" for number in sections)
    loaded = load(CONFIGS / f"{name}.toml", {})
    assert len(loaded.origins) == sum(" = " in line and not line.startswith("#") for line in lines)


def test_two_members_who_only_dial_out_and_are_never_there_together_meet_through_the_relay(programs: Programs) -> None:
    relay = configured(programs, "relay")
    ana, ben = (programs.new(name, SILENT) for name in ("ana", "ben"))
    relay.start()
    ana.start()
    assert ana.addresses == []
    network = ana.client.networks.create("studio")
    relay.client.people.follow(network["id"])
    ana.client.peers.add(relay.addresses[0])
    ana.client.work.log("From Ana", seconds=60, text="words", network="studio")
    # Texts follow their records, and what somebody is called comes last: Ana stays until all of it is there.
    relay.sees(lambda client: [each["agent"]["name"] for each in client.work.contributions()["items"]] == ["Ana"])
    relay.sees(lambda client: "studio" in [each["name"] for each in client.networks.every()])
    ana.stop()
    ben.start()
    ben.client.networks.join(relay.line(), wait_ms=30_000)
    ben.sees(lambda client: titles(client) == {"From Ana"})
    ben.sees(lambda client: client.work.contributions()["items"][0]["agent"]["name"] == "Ana")
    ben.client.work.log("From Ben", seconds=60, text="words", network="studio")
    relay.sees(lambda client: titles(client) == {"From Ana", "From Ben"})
    relay.sees(lambda client: members(client) == ["Ana", "Ben"])
    ben.stop()
    ana.start()
    ana.sees(lambda client: titles(client) == {"From Ana", "From Ben"})
    ana.sees(lambda client: members(client) == ["Ana", "Ben"])
    standing = {each["name"]: each["standing"] for each in relay.client.networks.every()}
    assert standing["studio"] == "relaying"


def members(client: Client) -> list[str]:
    """What the members of the network are called."""
    return [who["name"] for each in client.networks.every() if each["name"] == "studio" for who in each["members"]]
