"""`id device` and `init --device`: what is shown, asked and refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from meshnode.cli.exits import Exit
from tests.support.command_line import Ran, objects, run
from tests.support.fakes.fake_node import FakeNode

WORDS = "amber-canyon-violin-seven"


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


def device(node: FakeNode, *words: str, **more: object) -> Ran:
    return run("id", "device", *words, home=node, **more)  # type: ignore[arg-type]  # options of `run`


def test_devices_are_listed_with_how_they_stand(node: FakeNode) -> None:
    out = device(node, "ls").out
    assert "the first · this one" in out
    assert "laptop" in out
    assert out.count("active") == 2


def test_a_device_that_waits_says_what_to_do_on_the_other(node: FakeNode) -> None:
    node.state = "waiting"
    ran = device(node, "ls")
    assert f"it shows:   {WORDS}" in ran.out + ran.err
    assert f"meshnode id device confirm {WORDS}" in ran.out


def test_a_line_is_printed_for_the_new_device(node: FakeNode) -> None:
    ran = device(node, "add", "--name", "laptop")
    assert "meshnode init --device device1.xyz@/ip4/1.2.3.4/tcp/4401" in ran.out
    assert "id device confirm WORDS" in ran.out
    assert node.asked[-1].body == {"name": "laptop"}


def test_at_a_terminal_the_words_are_asked_about_and_the_device_is_let_in(node: FakeNode) -> None:
    node.asking = [WORDS]
    ran = device(node, "add", terminal=True, stdin="y\n")
    assert (ran.code, f"Does it show   {WORDS}" in ran.err) == (Exit.OK, True)
    assert node.asked[-1].body == {"words": WORDS}


def test_words_that_do_not_agree_let_nobody_in(node: FakeNode) -> None:
    node.asking = [WORDS]
    ran = device(node, "add", terminal=True, stdin="n\n")
    assert ran.code == Exit.FAILURE
    assert not any(asked.path.endswith("confirm") for asked in node.asked)


def test_when_no_device_comes_in_time_the_deadline_is_told(node: FakeNode) -> None:
    ran = device(node, "add", "--timeout", "1", terminal=True, stdin="y\n")
    assert (ran.code, "no device has asked" in ran.last) == (Exit.DEADLINE, True)


@pytest.mark.parametrize("typed", [WORDS, WORDS.upper(), WORDS.replace("-", " ")])
def test_the_right_words_let_a_device_in(node: FakeNode, typed: str) -> None:
    node.asking = [WORDS]
    ran = device(node, "confirm", typed)
    assert (ran.code, "Let in   laptop" in ran.out) == (Exit.OK, True)


def test_other_words_are_refused(node: FakeNode) -> None:
    node.asking = ["other-words-than-these"]
    ran = device(node, "confirm", WORDS)
    assert (ran.code, "no device shows these words" in ran.last) == (Exit.VERIFICATION, True)


def test_a_device_is_ended_after_a_yes(node: FakeNode) -> None:
    refused = device(node, "revoke", "laptop")
    assert (refused.code, "--yes" in refused.last) == (Exit.USAGE, True)
    ran = device(node, "revoke", "laptop", "--yes", "--reason", "compromise")
    assert (ran.code, "Ended   laptop" in ran.out) == (Exit.OK, True)
    assert node.asked[-1].body == {"reason": "compromise"}


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        (("confirm",), "the words that the new device shows is missing"),
        (("revoke",), "the name or key of a device is missing"),
        (("ls", "--yes"), "`ls` takes no yes"),
        (("add", "laptop"), "`add` takes no which"),
        (("dance",), "dance"),
    ],
)
def test_what_makes_no_sense_is_told(node: FakeNode, words: tuple[str, ...], cause: str) -> None:
    ran = device(node, *words)
    assert (ran.code, cause in ran.last) == (Exit.USAGE, True)


def test_programs_get_the_line_and_the_device(node: FakeNode) -> None:
    node.asking = [WORDS]
    (added,) = objects(device(node, "add", "--json"))
    assert (added["schema"], added["seconds"]) == ("meshnode.id.device.add/1", 600)
    (let_in,) = objects(device(node, "confirm", WORDS, "--json"))
    assert (let_in["schema"], let_in["name"]) == ("meshnode.id.device.confirm/1", "laptop")


def test_whoami_names_the_device_and_how_it_stands(node: FakeNode) -> None:
    node.device, node.devices_now = "laptop", 2
    assert "this one (laptop), key abababababababab…, and 1 more" in run("whoami", home=node).out
    node.state = "revoked"
    assert "revoked: what it signs counts no more" in run("whoami", home=node).out


def test_a_further_device_takes_no_name(tmp_path: Path) -> None:
    ran = run("init", "--device", "device1.x@y", "--name", "Ana", home=tmp_path)
    assert (ran.code, "takes its name and its words from the first" in ran.last) == (Exit.USAGE, True)
