"""A flood stops at its author's bound, over real processes: everybody else goes on as if nothing was."""

from collections.abc import Iterator

import pytest

from meshnode.client.client import Client
from meshnode.client.keeping import Room
from tests.support.programs import APART, Program, Programs, titles

MIB = 1 << 20
LONG = "x" * 19_000
FLOOD = 80
"""Texts of the flood, one and a half times what is kept of one author."""
BUSY = {**APART, "MESHNODE_SYNC__INTERVAL": "1", "MESHNODE_RELAY__AUTHOR_MIB": "1"}


@pytest.fixture
def mesh() -> Iterator[tuple[Program, Program, Program]]:
    with Programs() as programs:
        ana, ben, eve = (programs.new(name, BUSY) for name in ("ana", "ben", "eve"))
        for node in (ana, ben, eve):
            node.start()
        ana.client.networks.create("studio")
        for node in (ben, eve):
            node.client.networks.join(ana.line(), wait_ms=30_000)
        yield ana, ben, eve


def room(client: Client, name: str) -> Room | None:
    return next((each for each in client.people.keeping()["rooms"] if each["name"] == name), None)


def counted(client: Client, name: str) -> int:
    return client.node.status()["counters"].get(name, 0)


def test_a_flood_stops_at_its_bound_and_everybody_else_goes_on(mesh: tuple[Program, Program, Program]) -> None:
    ana, ben, eve = mesh
    for number in range(FLOOD):
        eve.client.work.log(f"Flood {number}", seconds=60, text=LONG, network="studio")
    ben.client.work.log("Honest work", seconds=60, text="done", network="studio")
    for node in (ana, ben):
        node.sees(lambda client: counted(client, "let_go.author") > 0)
        node.sees(lambda client: "Honest work" in titles(client))
        node.sees(lambda client: len(client.work.contributions({"limit": 500})["items"]) == FLOOD + 1)
        full = room(node.client, "author")
        assert full is not None
        assert (full["about"], full["held"] <= MIB, full["state"]) == ("Eve", True, "warn")
    told = {check["name"]: check for check in ana.client.node.doctor()["checks"]}
    assert told["author"]["fix"].startswith("meshnode block 'Eve'")
    # What has no room is not fetched again: rounds go by, and nothing more comes or goes.
    before = {name: counted(ana.client, name) for name in ("privates_stored", "let_go.author", "rounds_done")}
    ana.sees(lambda client: counted(client, "rounds_done") >= before["rounds_done"] + 4)
    assert {name: counted(ana.client, name) for name in ("privates_stored", "let_go.author")} == {
        name: before[name] for name in ("privates_stored", "let_go.author")
    }


def test_blocking_survives_a_kill_and_lets_go_of_everything(mesh: tuple[Program, Program, Program]) -> None:
    ana, ben, eve = mesh
    for number in range(20):
        eve.client.work.log(f"Flood {number}", seconds=60, text=LONG, network="studio")
    ben.client.work.log("Honest work", seconds=60, text="done", network="studio")
    ana.sees(lambda client: len(titles(client)) == 21)
    eves = next(
        each["agent"]["id"] for each in ana.client.work.contributions()["items"] if each["agent"]["name"] == "Eve"
    )
    ana.client.people.block("Eve")
    ana.kill()
    ana.start()
    ana.sees(lambda client: (room(client, "others") or {"held": MIB})["held"] < 10_000)
    # What is not counted any more may still be on its way out of the files: the node tells when it is.
    ana.sees(lambda client: not client.people.keeping()["clearing"])
    assert titles(ana.client) == {"Honest work"}
    assert not any(LONG[:1_000].encode() in path.read_bytes() for path in ana.home.glob("*.db*"))
    ben.sees(lambda client: len(titles(client)) == 21)
    ana.client.people.unblock(eves)
    ana.sees(lambda client: len(titles(client)) == 21)
