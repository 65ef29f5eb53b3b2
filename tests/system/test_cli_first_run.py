"""The first hour of a new user, with real processes: every command, and every hint it prints, pasted."""

import re
from collections.abc import Iterator

import pytest

from meshnode.cli.exits import Exit
from tests.support.command_line import Ran
from tests.support.homes import Household, Person

HINT = re.compile(r"(?:Run: |^  [A-Z][^:]*:\s+|`)(meshnode --home \S+ [^`\n]+)", re.MULTILINE)
"""A command in what was printed: at the end of an error, as a next step, or inside a sentence."""
WORKS = (Exit.OK, Exit.PROBLEMS, Exit.UNREACHABLE)
"""How a pasted hint may end: it was understood and did what it says."""


@pytest.fixture
def household() -> Iterator[Household]:
    with Household() as people:
        yield people


def hints(ran: Ran) -> list[str]:
    return HINT.findall(ran.out + ran.err)


def follow(person: Person, ran: Ran) -> list[Ran]:
    """Paste every hint in what was printed; each must work."""
    pasted = []
    for line in hints(ran):
        ended = person.pastes(line)
        assert ended.code in WORKS, f"{line}\n{ended.out}{ended.err}[exit {ended.code}]"
        pasted.append(ended)
    return pasted


def test_every_hint_from_nothing_to_a_network_works_when_pasted(household: Household) -> None:
    ana = household.person("ana", starts=False)
    nothing = ana.tries("status")
    assert nothing.code == Exit.NOT_INITIALISED
    (created,) = follow(ana, nothing)
    later, up = follow(ana, created)
    assert "12 recovery words wait" in later.out
    looked_at, status, logged, founded = follow(ana, up)
    assert "/in/" in looked_at.out
    assert "studio" in founded.out
    assert "Signed and saved" in logged.out
    for printed in (status, logged, founded):
        follow(ana, printed)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("log", "x", "1h", "--project", "acme"), Exit.FAILURE),
        (("contribution", "show", "bafkreiaaaaaaaa"), Exit.FAILURE),
        (("contribution", "show", "???"), Exit.USAGE),
        (("stop",), Exit.FAILURE),
        (("network", "create", "both", "--open", "--closed"), Exit.USAGE),
        (("network", "join", "nonsense"), Exit.USAGE),
        (("network", "leave", "nobody", "--yes"), Exit.FAILURE),
        (("peer", "add", "nonsense"), Exit.USAGE),
        (("peer", "rm", "nobody"), Exit.FAILURE),
        (("ping",), Exit.UNREACHABLE),
        (("sync",), Exit.UNREACHABLE),
        (("project", "show", "nothing"), Exit.FAILURE),
        (("import", "undo", "nothing"), Exit.FAILURE),
        (("import", "git", "/"), Exit.USAGE),
        (("why", "zzzz"), Exit.FAILURE),
        (("init",), Exit.CONFLICT),
        (("sta",), Exit.USAGE),
    ],
)
def test_what_fails_says_why_and_its_hint_works(household: Household, words: tuple[str, ...], code: Exit) -> None:
    ana = household.person("ana")
    ran = ana.tries(*words)
    assert ran.code == code
    assert ran.last.startswith("meshnode: ")
    assert "Traceback" not in ran.err
    follow(ana, ran)


def test_a_day_of_work(household: Household) -> None:
    ana = household.person("ana")
    ana.does("project", "create", "Acme site")
    ana.does("log", "Landing page, first draft", "3h30", "--project", "acme-site")
    ana.does("start", "Call with the client", "--project", "acme-site")
    ana.does("stop")
    entry = ana.asks("contribution", "ls")["items"][-1]
    ana.does("contribution", "correct", entry["id"][:15], "2h")
    assert ana.asks("contribution", "show", entry["id"])["seconds"] == 7200
    assert ana.asks("project", "show", "acme-site")["contributions"] == 2
    assert ana.asks("search", "landing")["items"][0]["id"] == entry["id"]
    ana.does("verify", entry["id"])
    ana.does("contribution", "erase", entry["id"], "--yes")
    assert ana.asks("contribution", "show", entry["id"])["title"] == ""
    assert ana.asks("search", "landing")["items"] == []


def test_what_is_logged_with_the_node_stopped_is_there_when_it_runs(household: Household) -> None:
    ana = household.person("ana")
    ana.does("project", "create", "Acme site")
    ana.does("log", "With the node", "1h")
    ana.does("down")
    assert ana.tries("status").code == Exit.NOT_RUNNING
    ana.does("log", "On the train", "45 min", "--project", "acme-site")
    ana.does("up")
    assert ana.titles() == ["On the train", "With the node"]
    assert ana.asks("project", "show", "acme-site")["seconds"] == 2700
    assert [scope["pending"] for scope in [ana.asks("status")]] == [0]


def test_a_killed_node_is_noticed_and_started_again(household: Household) -> None:
    ana = household.person("ana")
    first = ana.pid
    ana.does("start", "A long day")
    ana.kill()
    ana.sees(lambda person: person.tries("status").code == Exit.NOT_RUNNING)
    assert ana.does("down") == "✓ The node was not running\n"
    ana.does("log", "In between", "5m")
    ana.does("up")
    assert ana.pid != first
    assert "A long day" in ana.does("start")
    assert ana.titles() == ["In between"]


def test_a_second_node_in_one_home_is_refused(household: Household) -> None:
    ana = household.person("ana")
    assert ana.does("up").startswith("✓ Node runs already")
    (ana.home / "node.json").rename(ana.home / "aside.json")
    ran = ana.tries("up")
    assert (ran.code, "is in use by process" in ran.err) == (Exit.HOME_IN_USE, True)
    (ana.home / "aside.json").rename(ana.home / "node.json")


def test_a_git_history_is_imported_once_and_taken_back(household: Household) -> None:
    ana = household.person("ana", starts=False)
    ana.home.parent.joinpath("src").mkdir()
    repository = ana.home.parent / "src"
    for line in ("git init -q", "git config user.email ana@example.org", "git config user.name Ana"):
        assert ana.pastes(f"cd {repository} && {line}").code == 0
    for number in range(3):
        assert ana.pastes(f"cd {repository} && git commit -q --allow-empty -m 'Step {number}'").code == 0
    ana.does("init", "--no-recovery")
    ana.does("up")
    assert "Would import 3 entries" in ana.does("import", "git", str(repository), "--dry-run")
    assert ana.titles() == []
    batch = ana.asks("import", "git", str(repository))["batch"]
    assert ana.titles() == ["Step 0", "Step 1", "Step 2"]
    assert ana.asks("import", "git", str(repository))["already"] == 3
    assert ana.asks("import", "undo", batch)["retracted"] == 3
    assert {entry["claim"] for entry in ana.asks("contribution", "ls")["items"]} == {"retracted"}


def test_nothing_hangs_without_a_terminal(household: Household) -> None:
    ana = household.person("ana")
    for words in (("network", "leave", "notebook"), ("contribution", "erase", "x"), ("whoami", "recovery")):
        assert ana.tries(*words).code != Exit.OK
