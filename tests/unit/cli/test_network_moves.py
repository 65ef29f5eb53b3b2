"""`meshnode network show`, `split` and `merge` against a fake node."""

from collections.abc import Iterator

import pytest

from meshnode.api.models.networks import Move
from meshnode.cli.exits import Exit
from tests.support.command_line import run
from tests.support.fakes.fake_node import FakeNode, decision, network
from tests.support.fakes.sample_people import BEN, LINE, text_id


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        fake.networks.append(network("studio"))
        yield fake


def moved(why: str, *, joined: bool = False) -> Move:
    return Move(why, BEN, text_id("films"), "", LINE, joined)


def test_a_network_is_shown_with_its_charter_and_its_face(node: FakeNode) -> None:
    node.decisions.append(decision())
    out = run("network", "show", "studio", home=node).out
    assert "  for        Design\n" in out
    assert "  join       by invitation\n" in out
    assert "  decide     2 of 2 (2/3)\n" in out
    assert "  face       Ben, which acts for it outside\n" in out
    assert "  rules      log records 500\n             log bytes 900\n             sensitive grant\n" in out
    assert "  awaited    Ben\n" in out
    assert out.splitlines()[-1].endswith(" decision ls studio")


def test_a_network_is_split_for_all_or_for_some(node: FakeNode) -> None:
    out = run("network", "split", "studio", "films", home=node).out
    assert out.startswith("✓ Split off studio   films   bafkrei")
    assert "Everybody in studio is invited" in out
    some = run("network", "split", "studio", "films", "--only", "Ben", "--closed", "--purpose", "x", home=node).out
    assert f"  Ben: invited by name. Tell them the line to join by:\n      meshnode network join {LINE}\n" in some
    assert [each.body for each in node.asked] == [
        {"name": "films", "purpose": "", "only": []},
        {"name": "films", "purpose": "x", "join": "invite", "only": ["Ben"]},
    ]
    assert run("network", "split", "studio", "films", "--open", "--closed", home=node).code == Exit.USAGE


def test_a_merge_asks_first_and_says_who_still_votes(node: FakeNode) -> None:
    assert run("network", "merge", "studio", "films", home=node).code == Exit.USAGE
    out = run("network", "merge", "studio", "films", "--yes", "--because", "One is enough", home=node).out
    assert out.startswith("✓ Invited 3 people into studio; proposed to dissolve studio   bafkrei")
    assert "\n  1 of 2 accepts so far, waiting for Ben\n  They vote with:  " in out
    assert node.asked[-1].body == {"into": "films", "text": "One is enough"}


def test_where_people_move_on_to_is_told_until_one_has_joined(node: FakeNode) -> None:
    node.networks[0].moves = [moved("split"), moved("merge"), moved("split", joined=True)]
    out = run("network", "ls", home=node).out
    assert "  Ben has split a network off it; you are invited:\n" in out
    assert f"  Ben merges it into another network; you are invited:\n      meshnode network join {LINE}\n" in out
    assert out.count("you are invited") == 2


def test_a_network_that_nobody_shares_any_more_says_who_does_not(node: FakeNode) -> None:
    assert "withheld" not in run("network", "ls", home=node).out
    node.networks[0].withheld_by = [BEN]
    out = run("network", "ls", home=node).out
    assert "  withheld   by Ben, who shares it with you no longer: perhaps you were removed. Ask them\n" in out


@pytest.mark.parametrize(("steers", "command"), [(True, "invite"), (False, "members")])
def test_only_who_may_invite_is_told_how(node: FakeNode, steers: bool, command: str) -> None:
    closed = network("studio")
    closed.join, closed.line, closed.steers = "invite", "", steers
    node.networks[:] = [closed]
    out = run("network", "ls", home=node).out
    assert [line.split()[-2:] for line in out.splitlines() if " network " in line] == [[command, "studio"]]
