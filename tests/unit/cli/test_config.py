"""`config`: with the node stopped from the file, with a running one from what it has taken."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from meshnode.api.models.operations import Config
from meshnode.cli.exits import Exit
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


def test_every_setting_is_listed_with_its_value(tmp_path: Path) -> None:
    ran = run("config", "list", home=tmp_path)
    assert (ran.code, ran.err) == (Exit.OK, "")
    assert ran.out.splitlines()[0].split() == ["NAME", "VALUE"]
    assert 'net.listen                       ["/ip4/0.0.0.0/tcp/4401"]\n' in ran.out


def test_origins_are_shown_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[sync]\nlive = false\n")
    environ = {"MESHNODE_LOG__LEVEL": "debug"}
    ran = run("config", "list", "--show-origin", home=tmp_path, environ=environ)
    origins = {line.split()[0]: line.split()[-1] for line in ran.out.splitlines()}
    assert (origins["sync.live"], origins["log.level"]) == (f"{tmp_path}/config.toml", "MESHNODE_LOG__LEVEL")
    assert origins["net.discovery"] == "default"


def test_one_setting_is_shown_with_all_about_it(tmp_path: Path) -> None:
    out = run("config", "get", "net.max_connections", home=tmp_path).out
    assert out.startswith("net.max_connections = 256\n  Connections held at once.\n")
    assert "takes     a whole number: 8 to 4,096\n" in out
    assert "MESHNODE_NET__MAX_CONNECTIONS" in out


@pytest.mark.parametrize("words", [("get", "net.lisen"), ("set", "net.lisen", "/x"), ("unset", "net.lisen")])
def test_a_name_nobody_knows_is_refused_with_the_nearest(tmp_path: Path, words: tuple[str, ...]) -> None:
    ran = run("config", *words, home=tmp_path)
    assert ran.code == Exit.USAGE
    assert "net.lisen: unknown setting (did you mean net.listen?)" in ran.last
    assert not (tmp_path / "config.toml").exists()


def test_what_is_set_stands_in_the_file_and_may_be_unset(tmp_path: Path) -> None:
    assert run("config", "set", "net.discovery", "false", home=tmp_path).out == "✓ net.discovery = false\n"
    assert (tmp_path / "config.toml").read_text() == "[net]\ndiscovery = false\n"
    assert run("config", "unset", "net.discovery", home=tmp_path).code == Exit.OK
    ran = run("config", "unset", "net.discovery", home=tmp_path)
    assert (ran.code, "does not say" in ran.last) == (Exit.CONFLICT, True)


def test_an_unset_in_json_names_the_file(tmp_path: Path) -> None:
    run("config", "set", "log.keep", "3", home=tmp_path)
    answer = objects(run("config", "unset", "log.keep", "--json", home=tmp_path))[0]
    assert answer == {
        "schema": "meshnode.config.unset/1",
        "name": "log.keep",
        "path": f"{tmp_path}/config.toml",
        "restart": False,
    }


def test_a_variable_that_stands_above_the_file_is_named(tmp_path: Path) -> None:
    ran = run("config", "set", "log.level", "debug", home=tmp_path, environ={"MESHNODE_LOG__LEVEL": "error"})
    assert "! MESHNODE_LOG__LEVEL is set in the environment, and stands above the file\n" in ran.out


def test_a_running_node_is_said_to_need_a_restart(node: FakeNode) -> None:
    setting = next(each for each in node.settings if each.name == "net.discovery")
    setting.later = False
    ran = run("config", "set", "net.discovery", "false", home=node)
    assert "the node takes it with its next start" in ran.out
    assert ran.out.count(f"--home {node.home} up") == 1
    assert objects(run("config", "set", "net.discovery", "false", "--json", home=node))[0]["restart"] is True
    ran = run("config", "list", home=node)
    assert "! net.discovery is false in the file by now\n" in ran.out
    assert "next start  false\n" in run("config", "get", "net.discovery", home=node).out


def test_a_wrong_file_is_told_wholly(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[net]\nlisen = []\nmax_connections = 1\n")
    ran = run("config", "check", home=tmp_path)
    assert ran.code == Exit.PROBLEMS
    assert ran.out.count("✗ ") == 2
    assert "did you mean net.listen?" in ran.out
    told = objects(run("config", "check", "--json", home=tmp_path))[0]["troubles"]
    assert [each["name"] for each in told] == ["net.lisen", "net.max_connections"]
    assert run("config", "list", home=tmp_path).code == Exit.USAGE


def test_a_wrong_file_beside_a_running_node_is_told_with_the_list(node: FakeNode) -> None:
    wrong = "config.toml: net.lisen: unknown setting"
    node.answers["GET", "/config"] = Config(str(node.home / "config.toml"), wrong, node.settings)
    ran = run("config", "list", home=node)
    assert "✗ the next start will fail: config.toml: net.lisen: unknown setting\n" in ran.out


def test_a_file_that_holds_is_said_to_hold(tmp_path: Path) -> None:
    assert run("config", "check", home=tmp_path).out.endswith("say nothing wrong\n")
    assert run("config", "path", home=tmp_path).out == f"{tmp_path}/config.toml\n"
