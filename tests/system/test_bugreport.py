"""A bug report of real nodes that dealt with each other, looked through for everything that it must not tell."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.attacks.canaries import found_in
from tests.support.homes import Household, Person

DEBUG = {"MESHNODE_LOG__LEVEL": "debug"}


@pytest.fixture
def household() -> Iterator[Household]:
    with Household() as household:
        yield household


def dealt(household: Household) -> tuple[Person, dict[str, bytes]]:
    """Two people who share a network, and everything of theirs that is nobody's business."""
    ana = household.person("canaryana", starts=False)
    ana.does("init", "--name", "Wilhelmina Canary", "--no-recovery")
    assert ana.tries("up", environ=DEBUG).code == 0
    ben = household.person("canaryben")
    network = ana.asks("network", "create", "Zeppelin Verein", "--open")
    ben.does("network", "join", ana.line())
    project = ana.asks("project", "create", "Quokka Website")
    record = ana.asks("log", "Xylophone lessons", "1h", "--note", "Tell Marmaduke")
    ana.does("log", "In the network", "1h", "--network", "Zeppelin Verein")
    ben.sees(lambda ben: "In the network" in ben.titles())
    ben_id = ben.asks("whoami")["id"]
    ben.does("down")
    ana.sees(lambda ana: ana.asks("status")["peers_connected"] == 0)
    me, status = ana.asks("whoami"), ana.asks("status")
    told = {
        "id": me["id"], "peer": me["peer"], "words": me["fingerprint"], "key": me["key"], "record": record["id"],
        "network": network["id"], "project": project["id"], "home": str(ana.home), "socket": status["socket"],
        "address": status["listening"][0].partition("/p2p/")[0], "ben": ben_id,
    }  # fmt: skip
    names = ("Wilhelmina", "Canary", "Zeppelin", "Verein", "Quokka", "Xylophone", "Marmaduke", "Canaryben")
    return ana, {
        **{name: text.encode() for name, text in told.items() if text},
        **{name: name.encode() for name in names},
        "device key": (ana.home / "device.key").read_bytes(),
    }


def test_a_report_tells_nothing_about_anybody_whether_the_node_runs_or_not(household: Household) -> None:
    ana, secrets = dealt(household)
    folder = ana.home.parent / "reports"
    folder.mkdir()
    for name in ("running", "stopped"):
        ana.does("bugreport", str(folder / name))
        ana.tries("down")
    texts = {each.name: each.read_bytes() for each in sorted(folder.iterdir())}
    assert found_in(texts, secrets) == []
    for name, text in texts.items():
        assert (b"## Versions" in text, b"## Checks" in text, b"meshnode.runtime.watching.reports" in text) == (
            True,
        ) * 3, name
    assert b"meshnode_records " in texts["running"]


def test_a_report_overwrites_nothing(household: Household, tmp_path: Path) -> None:
    ana = household.person("ana")
    (tmp_path / "report").write_text("mine")
    ran = ana.tries("bugreport", str(tmp_path / "report"))
    assert (ran.code, (tmp_path / "report").read_text()) == (17, "mine")
