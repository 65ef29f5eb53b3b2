"""`follow`, `unfollow`, `block` and `unblock`, and what `status` says about room, against a fake node."""

from collections.abc import Iterator

import pytest

from meshnode.api.models.keeping import Choice, Room
from meshnode.api.problems import problem
from meshnode.cli.exits import Exit
from meshnode.runtime.refusals import Code
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode, network
from tests.support.fakes.sample_people import AT, BEN, LINE, STUDIO


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


def test_somebody_is_followed_and_listed_and_followed_no_more(node: FakeNode) -> None:
    assert run("follow", "Ben", home=node).out == "✓ Following   Ben\n"
    assert run("follow", home=node).out.splitlines()[1].split()[1:] == ["person", "Ben"]
    assert run("unfollow", "Ben", home=node).out == "✓ Not following   Ben\n"
    assert run("follow", home=node).out.startswith("Nobody yet.\n  Follow somebody: ")


def test_a_network_is_relayed_by_its_line(node: FakeNode) -> None:
    ran = run("follow", LINE, "--timeout", "9", home=node)
    assert ran.out.startswith("✓ Relaying   studio\n  The line for its members: ")
    assert (node.asked[-1].body["who"], node.asked[-1].body["wait_ms"]) == (LINE, 9_000)
    assert run("follow", home=node).out.splitlines()[1].split()[1:] == ["network", "studio"]


def test_a_network_held_in_part_says_so(node: FakeNode) -> None:
    node.follows.append(Choice(None, STUDIO, AT, partial=True))
    assert "network (part)" in run("follow", home=node).out


def test_blocking_asks_first_and_says_what_it_does(node: FakeNode) -> None:
    ran = run("block", "Ben", home=node)
    assert ran.code == Exit.USAGE
    assert "add --yes to say yes" in ran.err
    assert node.blocks == []
    lines = run("block", "Ben", "--yes", home=node).out.splitlines()
    assert (lines[0], lines[1].endswith(f"unblock {BEN.id}")) == ("✓ Blocked   Ben", True)
    assert run("block", home=node).out.splitlines()[1].split()[1:] == ["person", "Ben"]
    assert run("unblock", "Ben", home=node).out == "✓ Not blocked   Ben\n"
    assert run("block", home=node).out.startswith("Nobody yet.\n  Block somebody: ")


def test_lists_are_told_to_programs(node: FakeNode) -> None:
    node.blocks.append(Choice(BEN, None, AT))
    (told,) = objects(run("block", "--json", home=node))
    assert (told["schema"], told["items"][0]["agent"]["name"]) == ("meshnode.block/1", "Ben")


def test_whoever_is_not_known_is_an_error_that_says_what_to_do(node: FakeNode) -> None:
    node.answers["POST", "/follows"] = problem(
        Code.NOT_FOUND, "nobody is known here as 'Zoe' (yet)", "meshnode network ls"
    )
    ran = run("follow", "Zoe", home=node)
    assert (ran.code, "network ls" in ran.err) == (Exit.FAILURE, True)


def test_status_says_how_much_room_others_take_up(node: FakeNode) -> None:
    node.networks.append(network("studio"))
    node.rooms += [
        Room("others", "", "", 1_500_000, 4_000_000_000, "bytes", "ok", "x", ""),
        Room("relayed", "guild\x1b[2J", STUDIO.id, 2_000, 1_000_000, "bytes", "ok", "x", ""),
        Room("allowance", "studio", STUDIO.id, 5, 100, "records", "ok", "x", ""),
    ]
    ran = run("status", home=node)
    assert "  others    their texts · 1.5 MB of 4.0 GB\n            guild · 2.0 kB of 1.0 MB\n" in ran.out
    (told,) = objects(run("status", "--json", home=node))
    assert [room["name"] for room in told["keeping"]["rooms"]] == ["others", "relayed", "allowance"]
