"""A peer that moved: what was tried before says nothing about the new address."""

from meshnode.cli.exits import Exit
from tests.support.homes import Household


def test_a_new_address_of_a_peer_is_tried_before_it_is_called_unreachable() -> None:
    with Household() as people:
        ana, ben = people.person("ana"), people.person("ben")
        old = ben.asks("status")["listening"][0]
        ben.does("down")
        assert ana.tries("peer", "add", old).code == Exit.UNREACHABLE
        ben.does("up")
        new = ben.asks("status")["listening"][0]
        assert new != old
        assert "Connected" in ana.does("peer", "add", new)
