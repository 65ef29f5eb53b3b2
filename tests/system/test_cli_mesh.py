"""Two nodes, then three, by the commands a user types."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshnode.cli.exits import Exit
from tests.support.homes import Household, Person


@pytest.fixture
def household() -> Iterator[Household]:
    with Household() as people:
        yield people


def test_what_one_member_logs_another_has_verified(household: Household) -> None:
    ana, ben = household.person("ana"), household.person("ben")
    ana.does("network", "create", "studio", "--open")
    joined = ben.does("network", "join", ana.line())
    assert joined.startswith("✓ Joined studio · direct to Ana (")
    record = ana.asks("log", "Kick-off with the client", "45 min", "--network", "studio")["id"]
    ben.sees(lambda person: person.titles() == ["Kick-off with the client"])
    assert ben.asks("verify", record)["ok"] is True
    assert ben.asks("contribution", "show", record)["agent"]["name"] == "Ana"
    ana.sees(lambda person: person.asks("contribution", "show", record)["held_by"] == 1)
    assert re.search(r"✓ Ana   \d+\.\d ms", ben.does("ping"))


def test_a_record_reaches_a_third_through_one_who_relays_it(household: Household) -> None:
    ana, ben, carol = household.person("ana"), household.person("ben"), household.person("carol", starts=False)
    ana.does("network", "create", "studio", "--open")
    ben.does("network", "join", ana.line())
    record = ana.asks("log", "Kick-off with the client", "45 min", "--network", "studio")["id"]
    ben.sees(lambda person: person.titles() == ["Kick-off with the client"])
    ana.does("down")
    carol.does("init", "--name", "Carol", "--no-recovery")
    carol.does("up")
    carol.does("network", "join", ben.line())
    carol.sees(lambda person: person.titles() == ["Kick-off with the client"])
    assert carol.asks("verify", record)["ok"] is True
    assert carol.asks("contribution", "show", record)["agent"]["name"] == "Ana"
    standing = carol.asks("network", "ls")["items"]
    assert [one["standing"] for one in standing if one["name"] == "studio"] == ["active"]
    thanks = carol.asks("contribution", "thank", record, "great")["id"]
    carol.sees(lambda person: person.asks("why", thanks)["standing"]["status"] == "yes")
    carol.does("down")
    ana.does("up")
    ana.sees(lambda person: person.asks("why", thanks)["standing"]["status"] == "yes" if known(ana, thanks) else False)


def known(person: Person, record: str) -> bool:
    return person.tries("why", record).code == Exit.OK


def test_machines_that_never_meet_exchange_a_file(household: Household, tmp_path: Path) -> None:
    ana, ben = household.person("ana"), household.person("ben")
    ana.does("network", "create", "studio", "--open")
    ben.does("network", "join", ana.line())
    ben.does("down")
    ana.does("log", "Alone", "1h", "--network", "studio")
    stick = tmp_path / "stick.bundle"
    ana.does("sync", "--file", str(stick))
    ana.does("down")
    ben.does("up")
    ben.does("sync", "--file", str(stick))
    assert ben.titles() == ["Alone"]
    assert ben.does("verify", str(stick)).startswith("✓ A whole and genuine bundle")


def test_a_bundle_makes_an_empty_node_equal(household: Household, tmp_path: Path) -> None:
    ana, ben = household.person("ana"), household.person("ben")
    ana.does("network", "create", "studio", "--open")
    ana.does("log", "One", "1h", "--network", "studio")
    path = tmp_path / "all.bundle"
    ana.does("export", "bundle", str(path))
    before = ana.asks("verify", str(path))["state"]
    ben.does("import", "bundle", str(path))
    ben.does("export", "bundle", str(tmp_path / "again.bundle"))
    after = ben.asks("verify", str(tmp_path / "again.bundle"))["state"]
    assert {scope: after[scope] for scope in before if scope in after} == {
        scope: digest for scope, digest in before.items() if scope in after
    }
    assert set(before) & set(after)


def test_a_copied_home_asks_before_it_signs(household: Household) -> None:
    ana = household.person("ana")
    ana.does("log", "One", "1h")
    ana.does("down")
    assert ana.pastes(f"cp -r {ana.home} {ana.home}-copy").code == 0
    copy = household.person("ana-copy", starts=False)
    assert copy.home == Path(f"{ana.home}-copy")
    assert copy.tries("log", "Two", "1h").code == Exit.CONFLICT
    copy.does("up", "--i-have-the-newest-copy")
    copy.does("log", "Two", "1h")
    assert copy.titles() == ["One", "Two"]


def test_a_fork_is_shown_proven_and_healed(household: Household) -> None:
    ana, ben = household.person("ana"), household.person("ben")
    ana.does("network", "create", "studio", "--open")
    ben.does("network", "join", ana.line())
    ana.does("down")
    assert ana.pastes(f"cp -r {ana.home} {ana.home}-copy").code == 0
    ana.does("log", "Two", "1h", "--network", "studio")
    ben.does("down")
    copy = household.person("ana-copy", starts=False)
    copy.does("up", "--i-have-the-newest-copy")
    copy.does("log", "Other", "1h", "--network", "studio")
    ben.does("up")
    meet(ben, copy, "Other")
    copy.does("down")
    ana.does("up")
    meet(ben, ana, "Two")
    shown = ben.does("status")
    assert "! fork: Ana signed 2 records with the number 2 in studio" in shown
    proof = ben.home.parent / "fork.proof"
    ben.does("export", "fork", str(proof))
    assert ben.does("verify", str(proof)).startswith("✓ A genuine proof of a fork")
    ana.sees(lambda person: "the next thing you sign there joins them again" in person.does("status"))
    ana.does("log", "Heals", "1h", "--network", "studio")
    ben.sees(lambda person: "Heals" in person.titles())
    assert "fork" not in ana.does("status") + ben.does("status")
    assert ben.titles() == ["Heals", "Other", "Two"]


def meet(one: Person, other: Person, title: str) -> None:
    """Tell one of another's address, which is a new one after each start, and wait for what it has."""
    one.tries("peer", "add", other.asks("status")["listening"][0])
    one.sees(lambda person: title in person.titles())
