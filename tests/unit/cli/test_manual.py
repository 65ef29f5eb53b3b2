"""The manual: complete, and readable on a narrow terminal."""

import shlex

import pytest

from meshnode.cli import manual
from meshnode.cli.commands import EVERYWHERE
from meshnode.cli.exits import Exit
from meshnode.cli.index import ENTRIES, every_name
from meshnode.cli.main import load
from meshnode.cli.parsing import parse
from tests.support.naming import about

EXAMPLE = "      meshnode "
"""What may be longer: a command is not broken."""


def test_a_manual_describes_every_argument_and_exit_code() -> None:
    for name in every_name():
        command = load(name)
        text = manual.of_command(command)
        options = [argument for argument in (*command.arguments, *EVERYWHERE) if argument.is_option]
        with about(name):
            assert all(spelling in text for option in options for spelling in option.names)
            assert all(f"\n  {int(code)} " in text for code in (*command.exits, Exit.OK))


def test_a_manual_fits_eighty_columns() -> None:
    for name in every_name():
        lines = manual.of_command(load(name)).splitlines()
        assert [line for line in lines if len(line) > 80 and not line.startswith(EXAMPLE)] == [], name


def test_the_examples_of_a_manual_are_understood() -> None:
    for name in every_name():
        command = load(name)
        for wish, line in command.examples:
            with about(line):
                assert wish
                if line.startswith("meshnode "):
                    words = shlex.split(line)[1 + len(name.split()) :]
                    assert parse(command, words)["help"] is False


def test_the_overview_names_every_command_and_fits() -> None:
    text = manual.overview()
    assert all(f"\n  {first} " in text for first in ENTRIES)
    assert max(map(len, text.splitlines())) <= 80


def test_a_synopsis_tells_what_may_be_left_out() -> None:
    assert manual.synopsis(load("share")) == [
        "meshnode share",
        "[ID]",
        "[--network NETWORK]",
        "[--as ORG]",
        "[--propose]",
    ]
    assert manual.synopsis(load("stop")) == ["meshnode stop", "[TIMER]", "[--discard]"]
    assert manual.synopsis(load("project show")) == ["meshnode project show", "PROJECT"]


def test_an_option_and_its_value_stay_on_one_line() -> None:
    assert "[--language LANGUAGE …]" in manual.of_command(load("whoami set"))
    assert "[--batch BATCH]" in manual.of_command(load("contribution ls"))


@pytest.mark.parametrize("name", [name for name, entry in ENTRIES.items() if entry.second and not entry.alone])
def test_a_group_says_what_it_is_about_and_fits_eighty_columns(name: str) -> None:
    text = manual.of_group(name, [load(f"{name} {second}") for second in ENTRIES[name].second])
    assert text.startswith(f"meshnode {name}: {ENTRIES[name].summary}\n")
    assert max(map(len, text.splitlines())) <= 80


def test_whatever_asks_the_node_may_find_no_identity_or_wait_in_vain() -> None:
    for name in every_name():
        codes = manual.exits(load(name))
        assert Exit.NOT_RUNNING not in codes or {Exit.NOT_INITIALISED, Exit.DEADLINE} <= {*codes}, name
