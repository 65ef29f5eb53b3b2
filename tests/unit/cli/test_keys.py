"""`id words`: whether what stands on a paper is what the identity committed to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from meshnode.cli.exits import Exit
from meshnode.cli.person import recovery
from meshproto.records.signatures import SigningKey
from meshproto.types.recovery import recovery_digest, recovery_seed
from tests.support.command_line import Ran, objects, run
from tests.support.fakes.fake_node import FakeNode

WORDS = ["abandon"] * 11 + ["about"]
"""What sixteen bytes of zero are written as."""
DIGEST = recovery_digest(SigningKey(recovery_seed(bytes(16))).public).hex()


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeNode]:
    # A process that runs hundreds of tests has to stay one that a debugger can look into.
    monkeypatch.setattr("meshnode.store.dumps.forbid_dumps", lambda: None)
    with FakeNode(digests=[DIGEST]) as fake:
        yield fake


def typed(node: FakeNode, words: list[str]) -> Ran:
    return run("id", "words", home=node, terminal=True, stdin=" ".join(words) + "\n")


@pytest.mark.parametrize("words", [WORDS, [word.upper() for word in WORDS]])
def test_the_right_words_are_said_to_be_right(node: FakeNode, words: list[str]) -> None:
    ran = typed(node, words)
    assert (ran.code, "These are your recovery words" in ran.out) == (Exit.OK, True)


def test_words_that_are_on_paper_wait_here_no_longer(node: FakeNode) -> None:
    (node.home / recovery.WORDS_FILE).write_text(" ".join(WORDS))
    typed(node, WORDS[::-1])
    assert recovery.wait(node.home)
    typed(node, WORDS)
    assert not recovery.wait(node.home)


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        (WORDS[1:], "there are 12 words, not 11"),
        ([*WORDS[:-1], "abuot"], "'abuot' is no such word"),
        (WORDS[::-1], "one of these words is another one, or they stand in another order"),
        ([*WORDS[:-1], "actual"], "these are words, but not the recovery words of this identity"),
        ([], "there are 12 words, not 0"),
    ],
)
def test_other_words_say_what_is_wrong_with_them(node: FakeNode, words: list[str], cause: str) -> None:
    ran = typed(node, words)
    assert (ran.code, f"meshnode: {cause}" in ran.last) == (Exit.VERIFICATION, True)


def test_the_words_may_stand_in_a_file_that_nobody_else_can_read(node: FakeNode, tmp_path: Path) -> None:
    (tmp_path / "words").write_text(" ".join(WORDS))
    (tmp_path / "words").chmod(0o644)
    words = ("id", "words", "--file", str(tmp_path / "words"), "--json")
    assert run(*words, home=node).code == Exit.USAGE
    (tmp_path / "words").chmod(0o600)
    assert objects(run(*words, home=node)) == [{"schema": "meshnode.id.words/1", "right": True}]


def test_without_a_terminal_or_words_there_is_nothing_to_check(node: FakeNode) -> None:
    assert run("id", "words", home=node).code == Exit.USAGE
    node.digests = []
    assert run("id", "words", home=node, terminal=True).code == Exit.FAILURE
