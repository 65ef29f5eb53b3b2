"""Reading words as arguments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshnode.cli.commands import Argument, Command
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.parsing import parse

COMMAND = Command(
    "thing do",
    "Do a thing.",
    lambda desk: Exit.OK,
    (
        Argument(("what",), "What."),
        Argument(("rest",), "More.", kind="many", optional=True),
        Argument(("-n", "--number"), "How many.", kind="number"),
        Argument(("--tag",), "Tags.", kind="repeat"),
        Argument(("--dry-run",), "Only look.", kind="flag"),
        Argument(("--per",), "For each.", choices=("day", "week")),
        Argument(("--open",), "Openly.", kind="flag", into="is_open"),
    ),
)
NOTHING: dict[str, object] = {
    "what": "x", "rest": [], "number": None, "tag": [], "dry_run": False, "per": None, "is_open": False,
    "home": None, "json": False, "timeout": None, "help": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("x", {}),
        ("x y z", {"rest": ["y", "z"]}),
        ("-n 5 x", {"number": 5}),
        ("x -n5", {"number": 5}),
        ("x --number=5", {"number": 5}),
        ("--tag a x --tag=b y", {"tag": ["a", "b"], "rest": ["y"]}),
        ("x --dry-run --open", {"dry_run": True, "is_open": True}),
        ("x --per week", {"per": "week"}),
        ("x --json --home /h", {"json": True, "home": "/h"}),
        ("-- x -n --help", {"rest": ["-n", "--help"]}),
        ("x -", {"rest": ["-"]}),
        ("x --tag -1", {"tag": ["-1"]}),
        ("--nonsense --help", {"what": None, "help": True}),
    ],
)
def test_words_are_read_as_arguments(words: str, values: dict[str, object]) -> None:
    assert parse(COMMAND, words.split()) == {**NOTHING, **values}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "WHAT is missing"),
        ("x --nubmer 5", "there is no option --nubmer (did you mean --number?)"),
        ("x -z", "there is no option -z"),
        ("x -n", "-n needs a value"),
        ("x -n many", "-n takes a whole number, not 'many'"),
        ("x -n -1", "-n takes a whole number, not '-1'"),
        ("x -n 1234567890", "-n takes a whole number, not '1234567890'"),
        ("x -n ٣", "-n takes a whole number, not '٣'"),
        ("x --per month", "--per is one of day, week, not 'month'"),
        ("x --per weak", "--per is one of day, week, not 'weak' (did you mean week?)"),
        ("x --dry-run=yes", "--dry-run takes no value"),
    ],
)
def test_what_cannot_be_read_is_said_with_the_manual_as_a_way_out(words: str, why: str) -> None:
    with pytest.raises(Failure) as caught:
        parse(COMMAND, words.split())
    assert caught.value.cause.startswith(f"thing do: {why}")
    assert (caught.value.exit, caught.value.hint) == (Exit.USAGE, "meshnode thing do --help")


def test_a_word_too_many_is_named() -> None:
    alone = COMMAND._replace(arguments=COMMAND.arguments[:1])
    with pytest.raises(Failure, match="'y' is one word too many"):
        parse(alone, ["x", "y"])


def test_an_option_that_must_be_given_is_missed() -> None:
    strict = COMMAND._replace(arguments=(Argument(("--network",), "Where.", required=True),))
    with pytest.raises(Failure, match="--network is missing"):
        parse(strict, [])
    assert parse(strict, ["--network", "studio"])["network"] == "studio"


@given(st.lists(st.text(max_size=12), max_size=6))
def test_any_words_are_read_or_refused(words: list[str]) -> None:
    try:
        assert set(parse(COMMAND, words)) == set(NOTHING)
    except Failure as failure:
        assert failure.exit is Exit.USAGE  # noqa: PT017 - both outcomes are right, a crash is not
