"""`meshnode agreement decide`, and what is told of disputes, against a fake node."""

from collections.abc import Iterator

import pytest

from meshnode.cli.exits import Exit
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode
from tests.support.fakes.sample_agreements import in_conflict
from tests.support.fakes.sample_money import distribution
from tests.support.fakes.sample_people import text_id


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


def waits(node: FakeNode, state: str = "open") -> None:
    """Let the node tell of a resolution when it is asked for one."""
    node.agreements.append(in_conflict(state, may_sign=True))
    node.agreements[0].resolution = text_id("ruling")


def test_a_decision_is_proposed_and_says_who_is_awaited(node: FakeNode) -> None:
    ran = run("agreement", "decide", "logo", "--pick", "second", "--because", "Newer", home=node)
    assert ran.code == Exit.OK, ran.err
    assert node.asked[-1].body == {"outcome": "pick", "record": "second", "text": "Newer"}
    assert ran.out.startswith(f"✓ Proposed   pick this, not that   {text_id('ruling')}\n")
    assert "  1 of 2 accept it so far, waiting for Ben\n" in ran.out
    assert "They accept it with:  " in ran.out
    assert f" agreement sign {text_id('ruling')}\n" in ran.out


@pytest.mark.parametrize("word", ["uphold", "reject"])
def test_a_signature_is_upheld_or_rejected_for_an_organisation(node: FakeNode, word: str) -> None:
    run("agreement", "decide", "logo", f"--{word}", "s", "--as", "Blue", "--unsigned", home=node)
    assert node.asked[-1].body == {"outcome": word, "record": "s", "accept": False, "as": "Blue"}


@pytest.mark.parametrize("words", [(), ("--pick", "a", "--uphold", "b")])
def test_exactly_one_thing_is_decided(node: FakeNode, words: tuple[str, ...]) -> None:
    ran = run("agreement", "decide", "logo", *words, home=node)
    assert (ran.code, node.asked) == (Exit.USAGE, [])
    assert "say one of --pick, --uphold and --reject" in ran.last


def test_what_is_in_dispute_is_shown_with_who_decides_and_how(node: FakeNode) -> None:
    node.agreements.append(in_conflict())
    shown = run("agreement", "show", "logo", home=node).out
    for line in (
        "\nIn dispute\n  Versions x, y clash.\n",
        "2 of 2 decide: Ana López (you), Ben\n",
        "  Decide it:  ",
        f" agreement decide {text_id('logo')} --pick {text_id('logo')}\n",
        f" agreement decide {text_id('logo')} --pick {text_id('second')}\n",
    ):
        assert line in shown


def test_a_decision_that_waits_is_shown_with_its_votes(node: FakeNode) -> None:
    node.agreements.append(in_conflict("open"))
    shown = run("agreement", "show", "logo", home=node).out
    assert "\nDecisions\n  pick this, not that" in shown
    assert ": The first\n    Ana López (you) accepts; Ben has not said anything\n" in shown
    assert "They accept it with:  " in shown
    assert f" agreement sign {text_id('ruling')}\n" in shown


def test_a_decision_is_accepted_after_it_was_shown(node: FakeNode) -> None:
    waits(node)
    assert run("agreement", "sign", "r", home=node).code == Exit.USAGE
    ran = run("agreement", "sign", "r", home=node, stdin="y\n", terminal=True)
    assert ran.code == Exit.OK, ran.err
    assert "pick this, not that" in ran.out
    assert "Accept this for you? It cannot be taken back." in ran.err
    assert node.asked[-1].body == {"decision": "accept", "version": text_id("ruling")}


def test_a_decision_is_declined_with_a_reason(node: FakeNode) -> None:
    waits(node)
    ran = run("agreement", "decline", "r", "--because", "No", "--as", "Blue", home=node)
    assert ran.out.startswith("✓ Declined   pick this, not that")
    wish = {"decision": "decline", "text": "No", "version": text_id("ruling"), "as": "Blue"}
    assert node.asked[-1].body == wish


def test_a_vote_is_one_object_for_a_program(node: FakeNode) -> None:
    waits(node, "carried")
    ran = run("agreement", "sign", "r", "--yes", "--json", home=node)
    (told,) = objects(ran)
    assert (told["schema"], told["decisions"][0]["state"]) == ("meshnode.agreement.sign/1", "carried")


def test_who_proposes_what_carries_at_once_is_told_so(node: FakeNode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.fakes.fake_node.in_conflict", lambda _: in_conflict("carried"))
    ran = run("agreement", "decide", "logo", "--pick", "v", home=node)
    assert ran.out.startswith("✓ Decided   pick this, not that")


def test_the_only_thing_that_waits_is_what_the_name_of_the_agreement_means(node: FakeNode) -> None:
    node.agreements.append(in_conflict("open", may_sign=True))
    run("agreement", "sign", "logo", "--yes", home=node)
    assert [each.path for each in node.asked][1].endswith(f"/agreements/{text_id('ruling')}")


@pytest.mark.parametrize(("state", "steps"), [("contested", True), ("effective", False)])
def test_a_distribution_tells_what_of_it_is_in_dispute(node: FakeNode, state: str, *, steps: bool) -> None:
    one = in_conflict("open")
    node.answers["GET", "/distributions/d"] = distribution(state=state, disputes=one.disputes, decisions=one.decisions)
    shown = run("distribution", "show", "d", home=node).out
    assert "In dispute\n  Versions x, y clash.\n" in shown
    assert "Decisions\n  pick this, not that" in shown
    assert ("They accept it with:" in shown, "Who pays whom:" in shown) == (steps, not steps)
