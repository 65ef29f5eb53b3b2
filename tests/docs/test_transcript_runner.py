"""The runner of transcripts itself, on toy commands."""

import pytest

from tests.support.performance import Performance
from tests.support.transcripts import Step, TranscriptError, compare, read_transcript


def play(document: str) -> list[str]:
    """The differences between a document and what happened, a text for each step."""
    with Performance() as stage:
        return [stage.play(step) for step in read_transcript(f"```console\n{document}\n```\n")]


def differs(shown: str, output: str) -> bool:
    return bool(compare(Step(1, "you", "", tuple(shown.splitlines())), output, 0, {})[0])


def test_commands_output_and_persons_are_read_from_console_blocks_only() -> None:
    document = "```sh\n$ not me\n```\n```console as=ana\n$ one\n> more\nout\n\nben$ two\n[exit 3]\n```\n"
    assert read_transcript(document) == [
        Step(5, "ana", "one\nmore", ("out",)),
        Step(9, "ben", "two", (), exit_code=3),
    ]


def test_an_empty_line_of_a_command_needs_no_blank_after_its_sign() -> None:
    assert read_transcript("```console\n$ one\n>\n> three\n```\n") == [Step(2, "you", "one\n\nthree", ())]


def test_options_of_a_block_hold_for_all_its_commands() -> None:
    first, second = read_transcript("```console in=project within=5 deadline=90\n$ a\n$ b\n```")
    assert (first.in_project, first.within, first.deadline) == (True, 5.0, 90.0)
    assert (second.in_project, second.within, second.deadline) == (True, 5.0, 90.0)


@pytest.mark.parametrize(
    "document",
    [
        "```console\n$ a\n",
        "```console\nno command\n```",
        "```console typo=1\n$ a\n```",
        "```console within=soon\n$ a\n```",
    ],
)
def test_document_that_cannot_be_followed_is_refused(document: str) -> None:
    with pytest.raises(TranscriptError, match=r"^line [12]: "):
        read_transcript(document)


@pytest.mark.parametrize(
    ("shown", "output"),
    [
        ("same", "same\n"),
        ("in … hours", "in 3.5 hours\n"),
        ("saved …", "saved \n"),
        ("first\n...\nlast", "first\nlast\n"),
        ("first\n...\nlast", "first\na\nb\nlast\n"),
        ("<id> and <id>", "abc and abc\n"),
        ("a (b) [c]", "a (b) [c]   \n"),
    ],
)
def test_output_that_is_as_shown_does_not_differ(shown: str, output: str) -> None:
    assert not differs(shown, output)


@pytest.mark.parametrize(
    ("shown", "output"),
    [
        ("same", "other\n"),
        ("", "something\n"),
        ("in … hours", "in 3\n5 hours\n"),
        ("first\n...\nlast", "first\na\n"),
        ("<id> and <id>", "abc and abd\n"),
        ("<id>", "two words\n"),
        ("a.c", "abc\n"),
    ],
)
def test_output_that_is_not_as_shown_differs(shown: str, output: str) -> None:
    assert differs(shown, output)


def test_difference_is_a_diff_of_what_was_shown_and_what_happened() -> None:
    difference, _ = compare(Step(1, "you", "", ("right", "wrong")), "right\nreal\n", 0, {})
    assert "-wrong" in difference.splitlines()
    assert "+real" in difference.splitlines()


def test_variables_and_folder_last_from_one_command_to_the_next() -> None:
    assert play("$ mkdir deep; cd deep; thing=kept\n$ echo $thing ${PWD##*/}\nkept deep") == ["", ""]


def test_each_person_has_a_home_of_their_own() -> None:
    assert play("ana$ echo hers > ~/note\nben$ ls -A ~\nana$ cat ~/note\nhers") == ["", "", ""]


def test_word_one_person_was_shown_is_put_into_another_persons_command() -> None:
    assert play("ana$ echo code-$((1 + 1))\n<code>\nben$ echo got <code>\ngot code-2") == ["", ""]


def test_errors_are_shown_with_the_output_and_exit_codes_are_compared() -> None:
    quiet, told, wrong = play("$ false\n$ echo oh >&2; (exit 4)\noh\n[exit 4]\n$ true\n[exit 1]")
    assert told == ""
    assert "+[exit 1]" in quiet
    assert "+[exit 0]" in wrong


def test_command_sees_no_terminal_and_no_input() -> None:
    assert play("$ cat\n$ test -t 0\n[exit 1]") == ["", ""]


def test_command_that_never_ends_is_reported_after_its_deadline() -> None:
    with Performance() as stage:
        told = stage.play(Step(1, "you", "echo begun; tail -f /dev/null", (), deadline=0.5))
    assert told == "not finished after 0.5 s; printed so far:\nbegun\n"


def test_command_that_ends_its_shell_is_reported() -> None:
    with Performance() as stage:
        assert stage.play(Step(1, "you", "exit 3", ())).startswith("it ended the shell")


def test_block_with_time_repeats_its_command_until_it_shows_what_it_should() -> None:
    count = "echo x >> ~/tries; wc -l < ~/tries"
    with Performance() as stage:
        assert stage.play(Step(1, "you", count, ("3",), within=30)) == ""


def test_what_runs_on_in_the_background_is_found_and_ended() -> None:
    with Performance() as stage:
        # While it becomes another program, nobody can read whose it is.
        stage.play(Step(1, "you", "setsid tail -f /dev/null & until grep -q tail /proc/$!/cmdline; do :; done", ()))
        assert len(stage.running()) == 1
    assert stage.running() == []
