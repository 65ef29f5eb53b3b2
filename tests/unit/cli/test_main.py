"""From words to a command, and from whatever happens to an exit code and a last line."""

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshnode.cli.commands import EVERYWHERE, PROPOSE, Argument
from meshnode.cli.exits import MEANINGS, Exit
from meshnode.cli.index import ENTRIES, every_name
from meshnode.cli.main import load
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode
from tests.support.naming import about


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


def test_a_command_takes_exactly_what_it_declares() -> None:
    for name in every_name():
        command = load(name)
        taken = inspect.signature(command.run).parameters.values()
        named = {one.name for one in taken if one.kind is one.KEYWORD_ONLY}
        # The entry takes PROPOSE.
        declared = {argument.keyword for argument in command.arguments if argument is not PROPOSE}
        with about(name):
            assert named <= declared if any(one.kind is one.VAR_KEYWORD for one in taken) else named == declared


def test_every_file_declares_the_commands_the_index_names() -> None:
    commands = {name: load(name) for name in every_name()}
    assert {name: command.name for name, command in commands.items()} == {name: name for name in commands}
    assert [name for name, command in commands.items() if not command.summary.endswith(".")] == []


@pytest.mark.parametrize("words", [(), ("--json",), ("--home", "/x")])
def test_no_command_shows_the_overview_and_is_a_usage_error(words: tuple[str, ...]) -> None:
    ran = run(*words)
    assert ran.code == Exit.USAGE
    assert all(name in ran.out for name in ENTRIES)
    assert "no command given" in ran.last


def test_help_shows_the_overview_and_is_fine() -> None:
    assert run("--help").out == run("help").out == run("-h").out
    assert run("--help").code == Exit.OK


def test_help_of_a_command_is_its_manual() -> None:
    assert run("help", "log").out == run("log", "--help").out == run("--help", "log").out
    assert run("help", "peer", "ls").out == run("peer", "ls", "-h").out


def test_help_tells_every_exit_code() -> None:
    ran = run("help", "exit-codes")
    assert ran.code == Exit.OK
    assert all(f"\n  {int(code)} " in ran.out for code in Exit)


def test_a_group_alone_lists_its_commands_and_is_a_usage_error() -> None:
    ran = run("project")
    assert (ran.code, "meshnode project create TITLE" in ran.out) == (Exit.USAGE, True)
    assert ran.last.startswith("meshnode: project: which of them? Run: ")
    assert run("project", "--help").code == Exit.OK


def test_the_version_is_told() -> None:
    assert run("--version").out.startswith("meshnode 0.")
    assert objects(run("--version", "--json"))[0]["schema"] == "meshnode.version/1"


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("stat",), "status --help"),
        (("logg",), "log --help"),
        (("xyzzy",), "--help"),
        (("peer", "lst"), "peer ls --help"),
    ],
)
def test_a_mistyped_command_leads_to_the_nearest(words: tuple[str, ...], hint: str) -> None:
    ran = run(*words)
    assert ran.code == Exit.USAGE
    assert ran.last.endswith(hint)


@pytest.mark.parametrize(
    "words",
    [
        ("log",),
        ("log", "text"),
        ("status", "extra"),
        ("status", "--what"),
        ("contribution", "ls", "--limit", "many"),
        ("contribution", "ls", "--limit", "-1"),
        ("contribution", "correct", "x", "1h", "--reason", "mood"),
        ("share", "x"),
        ("completion", "tcsh"),
        ("status", "--timeout", "0"),
        ("status", "--home"),
    ],
)
def test_what_is_not_understood_is_a_usage_error_with_the_manual_as_hint(words: tuple[str, ...]) -> None:
    ran = run(*words)
    assert ran.code == Exit.USAGE
    assert "Run: " in ran.last
    assert ran.last.endswith("--help")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_options_for_all_commands_may_stand_anywhere(node: FakeNode, place: int) -> None:
    words = ["peer", "ls"]
    words[place:place] = ["--home", str(node.home), "--json", "--timeout", "5"]
    ran = run(*words, environ={"MESHNODE_HOME": "/nowhere"})
    assert (ran.code, objects(ran)[0]["items"]) == (Exit.OK, [])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("join", "network join"), ("invite", "network invite"), ("sta", "status"), ("git", "import git")],
)
def test_a_command_that_there_is_not_leads_to_the_one_that_is_meant(typed: str, meant: str) -> None:
    ran = run(typed, "x")
    assert (ran.code, ran.last.endswith(f" {meant} --help")) == (Exit.USAGE, True), ran.last


def test_a_second_word_of_several_commands_leads_to_none_of_them() -> None:
    assert run("ls").last.endswith(" --help")
    assert not run("ls").last.endswith("ls --help")


def test_words_and_options_may_be_mixed(node: FakeNode) -> None:
    assert run("log", "x", "--kind", "care", "45", "min", home=node).code == Exit.OK
    assert node.asked[0].body["seconds"] == 2700


def test_a_text_that_begins_with_a_dash_follows_two(node: FakeNode) -> None:
    assert run("log", "--", "-x --help", "1h", home=node).code == Exit.OK
    assert node.asked[0].body["title"] == "-x --help"


def test_a_home_without_identity_ends_with_10_and_says_init(tmp_path: Path) -> None:
    ran = run("status", home=tmp_path)
    assert ran.code == Exit.NOT_INITIALISED
    assert ran.last.startswith(f"meshnode: there is no identity in {tmp_path} yet. Run: ")
    assert ran.last.endswith(f"--home {tmp_path} init")


def test_a_stopped_node_ends_with_13_and_says_up(node: FakeNode) -> None:
    (node.home / "api.sock").unlink()
    ran = run("status", home=node)
    assert (ran.code, ran.last.endswith(" up")) == (Exit.NOT_RUNNING, True)
    (node.home / "node.json").unlink()
    assert run("status", home=node).code == Exit.NOT_RUNNING


def test_a_damaged_node_file_leads_to_the_doctor(node: FakeNode) -> None:
    (node.home / "node.json").write_text("{")
    ran = run("status", home=node)
    assert (ran.code, ran.last.endswith(" doctor")) == (Exit.FAILURE, True)


def test_a_silent_node_ends_with_124(node: FakeNode) -> None:
    node.silent = True
    ran = run("status", "--timeout", "1", home=node)
    assert (ran.code, "no answer within 1 s" in ran.last) == (Exit.DEADLINE, True)


def test_an_unreadable_answer_leads_to_the_log(node: FakeNode) -> None:
    node.answers["GET", "/node"] = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{"
    ran = run("status", home=node)
    assert (ran.code, ran.last.endswith(" logs")) == (Exit.FAILURE, True)


def test_a_refusal_ends_with_the_code_and_hint_of_the_node(node: FakeNode) -> None:
    ran = run("log", "x", "1h", "--project", "unknown", home=node)
    assert ran.code == Exit.FAILURE
    assert ran.last.startswith("meshnode: no project is called unknown. Run: ")
    assert ran.last.endswith(f" --home {node.home} project create unknown")


def test_a_failure_is_told_in_json_too(node: FakeNode) -> None:
    ran = run("log", "x", "1h", "--project", "unknown", "--json", home=node)
    answer = objects(ran)[0]
    assert answer.pop("hint").endswith("project create unknown")
    expected = {"code": "unknown-project", "cause": "no project is called unknown", "exit": 1}
    assert answer == {"schema": "meshnode.error/1", **expected}
    assert ran.last.startswith("meshnode: no project is called unknown")


def test_an_interruption_ends_with_130(node: FakeNode, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: FakeNode) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("meshnode.client.node.Node.status", interrupted)
    assert run("status", home=node).code == Exit.INTERRUPTED


def test_text_of_others_cannot_forge_the_last_line(node: FakeNode) -> None:
    ran = run("contribution", "show", "x\x1b[2J\nmeshnode: all is well", home=node)
    assert "\x1b" not in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_home_with_spaces_is_quoted_in_hints(tmp_path: Path) -> None:
    ran = run("status", "--home", str(tmp_path / "my node"))
    assert ran.last.endswith(f"--home '{tmp_path / 'my node'}' init")


def test_the_users_own_folder_is_written_as_a_tilde() -> None:
    ran = run("status", environ={"HOME": "/home/ana"})
    assert ran.last.startswith("meshnode: there is no identity in ~/.local/share/meshnode yet")
    assert "--home" not in ran.last


def test_every_exit_code_has_a_meaning() -> None:
    assert sorted(MEANINGS) == sorted(Exit)
    assert [int(code) for code in Exit] == [0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 16, 17, 124, 130]


def test_an_argument_knows_its_keyword() -> None:
    assert [argument.keyword for argument in EVERYWHERE] == ["home", "json", "timeout", "help"]
    assert Argument(("--dry-run",), "x", kind="flag").keyword == "dry_run"
