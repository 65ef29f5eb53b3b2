"""`token create`, `ls` and `revoke` against a fake node."""

from collections.abc import Iterator

import pytest

from meshnode.cli.exits import Exit
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode
from tests.support.fakes.sample_people import AT


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


def test_a_token_is_made_shown_once_listed_and_taken_back(node: FakeNode) -> None:
    made = run("token", "create", "bot", "--may", "read", "--may", "work", "--expires", "24h", home=node)
    assert made.out.splitlines()[:3] == [
        f"✓ Token created   bot   may read, work · until {AT}",
        "  Give it to the program, it is shown only now:",
        f"      mnt_{'a' * 52}",
    ]
    assert "http://127.0.0.1:4480/v1" in made.out
    posted = next(asked for asked in node.asked if asked.method == "POST")
    assert (posted.body, len(posted.key)) == ({"name": "bot", "may": ["read", "work"], "seconds": 86_400}, 32)
    listed = run("token", "ls", home=node).out.splitlines()
    assert listed[1].split()[:4] == ["abcd2345", "read,", "work", "never"]
    assert "mnt_" not in "".join(listed)
    assert run("token", "revoke", "bot", home=node).out == "✓ Taken back   bot   abcd2345   it counts no more\n"
    assert run("token", "ls", home=node).out.startswith("No program has a token.\n  Let one in: ")


def test_a_token_may_read_unless_more_is_said(node: FakeNode) -> None:
    run("token", "create", "bot", home=node)
    assert next(asked for asked in node.asked if asked.method == "POST").body == {"name": "bot", "may": ["read"]}


def test_an_area_or_span_that_does_not_exist_is_refused(node: FakeNode) -> None:
    for words in (("--may", "everything"), ("--expires", "soon")):
        assert run("token", "create", "bot", *words, home=node).code == Exit.USAGE


def test_programs_are_told_the_secret_once(node: FakeNode) -> None:
    (made,) = objects(run("token", "create", "bot", "--json", home=node))
    (listed,) = objects(run("token", "ls", "--json", home=node))
    assert (made["schema"], made["secret"][:4]) == ("meshnode.token.create/1", "mnt_")
    assert listed["items"][0]["secret"] is None
