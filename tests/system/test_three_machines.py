"""Three nodes on machines of their own, over cables that lose, delay and part."""

from collections.abc import Iterator

import pytest

from tests.support.programs import Program, Programs, titles
from tests.support.wires import Wires

ENTRIES = 40
pytestmark = pytest.mark.namespaces


@pytest.fixture
def machines() -> Iterator[tuple[Wires, Program, Program, Program]]:
    with Programs() as programs, Wires() as wires:
        ana, ben, carol = (wires.machine(programs, name) for name in ("ana", "ben", "carol"))
        wires.plug_in()
        for node in (ana, ben, carol):
            node.start()
        ana.client.networks.create("studio")
        for node in (ben, carol):
            node.client.networks.join(ana.line(), wait_ms=30_000)
        yield wires, ana, ben, carol


def test_a_mesh_converges_over_bad_cables_and_after_a_partition(
    machines: tuple[Wires, Program, Program, Program],
) -> None:
    wires, ana, ben, carol = machines
    for name in ("ana", "ben", "carol"):
        wires.disturb(name, delay=0.040, jitter=0.010, loss=0.03)
    for number in range(ENTRIES):
        node = (ana, ben, carol)[number % 3]
        node.client.work.log(f"Entry {number}", seconds=60, network="studio")
    everything = {f"Entry {number}" for number in range(ENTRIES)}
    for node in (ana, ben, carol):
        node.sees(lambda client: titles(client) == everything)
    wires.unplug("carol")
    ben.sees(lambda client: client.node.status()["peers_connected"] == 1)
    ana.client.work.log("While carol was cut off", seconds=60, network="studio")
    carol.client.work.log("While cut off", seconds=60, network="studio")
    ben.sees(lambda _: "While carol was cut off" in titles(ben.client))
    assert "While carol was cut off" not in titles(carol.client)
    wires.disturb("carol", delay=0.005)
    for node in (ana, ben, carol):
        node.sees(lambda client: {"While carol was cut off", "While cut off"} <= titles(client))
    ana.sees(lambda _: digest(ana) == digest(ben) == digest(carol))


def digest(node: Program) -> str:
    """The state of the network as a node computes it."""
    return next(each["digest"] for each in node.client.node.state()["scopes"] if each["name"] == "studio")
