"""The handbook: everything the program has is described in it, and no link of it leads to nothing.

Whatever is enumerated here is enumerated from the program, so what is new is missing until it is described.
"""

import re

import pytest

from meshnode.api.models.events import EVENTS
from meshnode.api.problems import SHAPES
from meshnode.api.resources.events import TYPES
from meshnode.cli.commands import EVERYWHERE
from meshnode.cli.exits import MEANINGS, Exit
from meshnode.cli.index import ENTRIES, every_name
from meshnode.cli.main import load
from meshnode.config.load import variable_of
from meshnode.config.values import paths
from meshnode.runtime.callers import Area
from meshnode.runtime.watching.metrics import METRICS
from scripts.handbook import answers, commands, described, routes, sources
from scripts.handbook.described import Thing, Undescribed
from scripts.handbook.gathering import MADE, gather
from scripts.handbook.markdown import slug
from tests.support.performance import PROJECT

Pages = dict[str, str]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """The Markdown of every page, as Sphinx is given it."""
    folder = tmp_path_factory.mktemp("handbook")
    return {place: (folder / place).read_text(encoding="utf-8") for place in gather(PROJECT, folder)}


def under(pages: Pages, target: str) -> str:
    """What stands under a target, to the next one."""
    (found,) = [text for text in pages.values() if f"\n({target})=\n" in f"\n{text}"]
    return found.partition(f"({target})=\n")[2].partition("\n(")[0].replace("\\|", "|")


def test_everything_that_people_meet_is_described() -> None:
    things = described.everything()
    described.check(things)
    kinds = {each.kind for each in things}
    assert kinds >= {"command", "option", "exit code", "route", "parameter", "event", "problem", "setting", "metric"}


@pytest.mark.parametrize("words", ["", "   ", "It is.", "\n"])
def test_what_is_not_described_is_named_and_stops_the_build(words: str) -> None:
    told = Thing("metric", "told", "How many were told.")
    with pytest.raises(Undescribed, match=r"^not described: option log --loud, metric new$") as refused:
        described.check([told, Thing("option", "log --loud", words), Thing("metric", "new", "")])
    assert told not in refused.value.things


def test_an_exit_code_without_a_meaning_is_not_described(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(MEANINGS, Exit.DEADLINE)
    with pytest.raises(Undescribed, match="exit code 124"):
        described.check(described.everything())


def test_every_command_stands_in_the_reference_with_each_of_its_words(pages: Pages) -> None:
    overview = pages["reference/commands.md"]
    for command in map(load, every_name()):
        told = under(pages, commands.target(command.name))
        assert f"[`meshnode {command.name}`](#{commands.target(command.name)})" in overview
        for argument in command.arguments:
            spellings = argument.names if argument.is_option else (argument.shown,)
            assert all(f"`{spelling}`" in told for spelling in spellings), (command.name, argument.names)
            assert all(f"`{choice}`" in told for choice in argument.choices), (command.name, argument.names)
    assert all(f"`{spelling}`" in overview for argument in EVERYWHERE for spelling in argument.names)


def test_every_group_of_commands_stands_on_one_page() -> None:
    found = "".join(commands.pages().values())
    headings = {first: f"\n## `meshnode {first}{' …' if entry.second else ''}`\n" for first, entry in ENTRIES.items()}
    assert [first for first, heading in headings.items() if found.count(heading) != 1] == []


def test_every_route_stands_in_the_reference_with_its_parameters_and_right(pages: Pages) -> None:
    listed = pages["reference/http.md"]
    for path, methods in routes.whole()["paths"].items():
        for method, operation in methods.items():
            told = under(pages, routes.target(method, path))
            assert f"(#{routes.target(method, path)})" in listed
            assert all(f"| `{each['name']}` |" in told for each in operation["parameters"] if "name" in each), path
            assert told.count("\nNeeds: ") == told.count("\nAnswers: ") == 1
    assert all(f"| `{each.value}` |" in listed for each in Area)


def test_every_field_of_every_model_stands_in_the_reference(pages: Pages) -> None:
    for name, schema in routes.whole()["components"]["schemas"].items():
        told = under(pages, f"model-{slug(name)}")
        assert all(f"| `{field}` |" in told for field in schema.get("properties", {})), name


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("exit-codes", [f"| `{int(code)}` |" for code in Exit]),
        ("problems", [f"| `{code}` |" for code in SHAPES]),
        ("metrics", [f"| `{each.name}{f'{{{each.label}}}' if each.label else ''}` |" for each in METRICS]),
        ("settings", [f"| `{path}`<br>`{variable_of(path)}` |" for path in paths()]),
        ("events", [*(f"`{name}`" for name in sorted(TYPES)), "| `record` |", "| `changed` |", "| `arrival` |"]),
    ],
)
def test_a_page_of_the_reference_lists_all_there_are(pages: Pages, page: str, names: list[str]) -> None:
    told = pages[f"reference/{page}.md"]
    assert names
    assert [name for name in names if name not in told] == []


def test_every_command_says_what_it_answers_to_programs(pages: Pages) -> None:
    told = pages["reference/json.md"]
    # What `peer ping` answers is a ping.
    schemas = {name.replace(" ", ".") for name in every_name()} - {"peer.ping"}
    assert schemas - {*answers.forms()} == set()
    assert [schema for schema in answers.forms() if f"**`meshnode.{schema}/1`**\n" not in told] == []


@pytest.mark.parametrize(
    "answer",
    [
        {"schema": "meshnode.down/1", "stopped": True, "pid": 1, "new": 1},
        {"schema": "meshnode.down/1"},
        {"schema": "meshnode.down/2", "stopped": True},
        {"schema": "meshnode.new/1"},
        {"stopped": True},
    ],
)
def test_an_answer_that_is_not_described_is_noticed(answer: dict[str, object]) -> None:
    assert answers.fits({"schema": "meshnode.down/1", "stopped": True, "pid": 1})
    assert answers.fits({"schema": "meshnode.down/1", "stopped": False})
    assert not answers.fits(answer)


def test_no_event_is_told_that_is_not_described() -> None:
    found = {
        name
        for path in (PROJECT / "meshnode" / "api").rglob("*.py")
        for name in re.findall(r"event: ([a-z]+)\\n", path.read_text(encoding="utf-8"))
    }
    assert found == set(EVENTS)


def test_whatever_is_made_is_shown_and_nothing_else_is_asked_for() -> None:
    asked = [
        name
        for path in (PROJECT / "docs").rglob("*.md")
        for name in re.findall(r"^<!-- made: (.+) -->$", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert sorted(asked) == sorted(MADE)


def test_every_transcript_and_every_page_of_the_protocol_is_in_the_handbook(pages: Pages) -> None:
    written = [*(PROJECT / "tests" / "transcripts").glob("*.md"), *(PROJECT / "protocol").rglob("*.md")]
    assert [path.name for path in written if sources.place(path.relative_to(PROJECT).as_posix()) not in pages] == []
