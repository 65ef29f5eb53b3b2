"""Every command answers programs with one object that names its schema."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshnode.api.models.tokens import Token
from meshnode.cli.contributions.evidence import look_at
from meshnode.cli.index import every_name
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode, contribution, decision, network, peer, project
from tests.support.fakes.rich_answers import recognition, rich_contribution
from tests.support.fakes.sample_agreements import agreement
from tests.support.fakes.sample_money import answers as money_answers
from tests.support.fakes.sample_people import ADDRESS, AT, LINE, PEER

WORDS: dict[str, tuple[str, ...]] = {
    "status": (),
    "whoami": (),
    "whoami set": ("--bio", "x"),
    "log": ("x", "1h"),
    "start": ("x",),
    "stop": (),
    "share": ("x", "--network", "studio"),
    "search": ("landing",),
    "sync": (),
    "ping": (PEER,),
    "down": (),
    "doctor": (),
    "contribution add": ("idea", "x"),
    "contribution ls": (),
    "contribution sum": (),
    "contribution show": ("",),
    "contribution evidence": ("", "/etc/hostname"),
    "contribution correct": ("x", "1h"),
    "contribution retract": ("x",),
    "contribution thank": ("x", "thanks"),
    "contribution thanks": ("--to", "me"),
    "contribution erase": ("x", "--yes"),
    "contribution take": ("", "Acme site"),
    "contribution answer": ("c",),
    "inbox": (),
    "ui": ("--no-open",),
    "attest": ("c", "--rating", "4"),
    "ballot": ("acme", "Ben 30"),
    "income add": ("acme", "1 EUR"),
    "income confirm": ("i",),
    "income ls": (),
    "income show": ("i",),
    "distribution new": ("acme", "--yes"),
    "distribution ls": (),
    "distribution show": ("d",),
    "distribution approve": ("d", "--yes"),
    "distribution explain": ("d",),
    "settlement add": ("acme", "1 EUR", "--to", "Ben"),
    "settlement confirm": ("s",),
    "settlement ls": (),
    "settlement show": ("s",),
    "balance": (),
    "plan": (),
    "token create": ("bot",),
    "token ls": (),
    "token revoke": ("bot",),
    "statement": (),
    "project create": ("Other",),
    "project ls": (),
    "project show": ("acme-site",),
    "network create": ("other", "--open"),
    "network ls": (),
    "network join": (LINE,),
    "network invite": ("studio", "--uses", "3"),
    "network invites": ("studio",),
    "network withdraw": ("studio", "i"),
    "network show": ("studio",),
    "network split": ("studio", "films"),
    "network merge": ("studio", "films", "--yes"),
    "network members": ("studio",),
    "network appoint": ("studio", "ben", "--role", "steward"),
    "network accept": ("studio",),
    "network remove": ("studio", "ben", "--yes"),
    "network leave": ("studio", "--yes"),
    "decision propose": ("studio", "--quorum", "3/4"),
    "decision vote": ("d",),
    "decision ls": (),
    "decision show": ("d",),
    "decision carry-out": ("d",),
    "agreement new": ("--title", "Logo", "--party", "Ben"),
    "agreement show": ("logo",),
    "agreement ls": (),
    "agreement sign": ("logo", "--yes"),
    "agreement decline": ("logo",),
    "agreement decide": ("logo", "--pick", "v"),
    "agreement amend": ("logo", "--worth", "500 EUR"),
    "agreement end": ("logo", "--until", "2030-01-31"),
    "agreement presets": (),
    "org create": ("Blue", "--founder", "Ben"),
    "org accept": ("Blue",),
    "org ls": (),
    "org show": ("Blue",),
    "org staff": ("ls", "Blue"),
    "org leave": ("Blue", "--yes"),
    "reaffirm": ("x",),
    "id card": (),
    "id device": ("ls",),
    "id vouch": ("Ana López",),
    "follow": ("Ben",),
    "unfollow": ("Ben",),
    "block": ("Ben", "--yes"),
    "unblock": ("Ben",),
    "id passphrase": ("--check",),
    "peer add": (ADDRESS,),
    "peer ls": (),
    "peer rm": (PEER,),
    "peer ping": (PEER,),
    "import git": ("/",),
    "import csv": ("/etc/hostname",),
    "import bundle": ("/etc/hostname",),
    "import ls": (),
    "import undo": ("b1",),
    "export bundle": ("/nowhere/all.bundle",),
    "export fork": ("/nowhere/fork",),
    "verify": ("good",),
    "why": ("x",),
    "completion": ("bash",),
    "db check": (),
    "config list": (),
    "config get": ("net.listen",),
    "config set": ("net.discovery", "false"),
    "config path": (),
    "config check": (),
}
ELSEWHERE = {
    *("export csv", "export ledger", "id words", "id recover", "id rotate", "id guardian", "init", "up", "logs"),
    *("demo", "config unset"),
    *("whoami recovery", "equation preview", "equation explain"),
    *("bugreport", "db rebuild", "db vacuum"),
    *("service install", "service uninstall", "service status"),
    *("backup create", "backup verify", "backup restore", "export home", "import home", "cv export", "cv verify"),
    *("export hledger", "export valueflows"),
}
"""Commands whose JSON is shown by tests of their own, because they need no node, start one, or write a file."""


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        fake.contributions.append(rich_contribution("Landing page"))
        fake.thanks.append(recognition())
        fake.contributions[0].evidence[0].sha256 = look_at("/etc/hostname").sha256
        fake.projects.append(project("Acme site"))
        fake.networks.append(network("studio"))
        fake.decisions.append(decision())
        fake.agreements.append(agreement())
        fake.peers.append(peer())
        fake.tokens.append(Token("abcd2345", "bot", ["read"], AT, AT, "active"))
        fake.answers.update(money_answers())
        yield fake


def test_no_command_is_forgotten() -> None:
    assert sorted({*WORDS, *ELSEWHERE}) == sorted(every_name())


@pytest.mark.parametrize("name", WORDS)
def test_an_answer_is_one_object_with_its_schema(node: FakeNode, name: str) -> None:
    if name == "stop":
        run("start", "x", home=node)
    if name == "down":
        node.announce(2**30)  # A process that has gone: this one stays.
    words = tuple(word or node.contributions[0].id for word in WORDS[name])
    ran = run(*name.split(), *words, "--json", home=node)
    schema = "ping" if name == "peer ping" else name.replace(" ", ".")
    assert [answer["schema"] for answer in objects(ran)] == [f"meshnode.{schema}/1"], ran.err


def test_the_module_runs_where_nothing_is_installed(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "meshnode.cli", "--home", str(tmp_path), "status", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 10
    assert f"{sys.executable} -m meshnode.cli --home {tmp_path} init" in ended.stderr


def test_who_reads_only_the_beginning_is_no_error(node: FakeNode) -> None:
    node.contributions += [contribution(f"Entry {number}") for number in range(2000)]
    command = f"{sys.executable} -m meshnode.cli --home {node.home} contribution ls | head -1; echo ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert (ended.stdout.splitlines()[-1], ended.stderr) == ("0", "")
