"""`meshnode decision …` against a fake node."""

from collections.abc import Iterator

import pytest

from meshnode.api.models.charters import CharterChange, Unit
from meshnode.api.models.decisions import Decision, Order, Proposed
from meshnode.api.problems import problem
from meshnode.cli.exits import Exit
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode, decision
from tests.support.fakes.sample_people import ANA, BEN, MN1, STUDIO, text_id


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


def test_a_proposal_says_what_it_changes_and_who_is_awaited(node: FakeNode) -> None:
    ran = run("decision", "propose", "studio", "--quorum", "3/4", "--because", "We are more now", home=node)
    assert ran.out.startswith("✓ Proposed   quorum 3/4   bafkrei")
    assert "\n  1 of 2 accepts so far, waiting for Ben\n  They vote with:  " in ran.out
    assert ran.out.endswith(f" decision vote {text_id('decision')}\n")
    assert node.asked[0].body == {"scope": "studio", "quorum": "3/4", "text": "We are more now"}


def test_every_wish_reaches_the_node(node: FakeNode) -> None:
    run(
        *("decision", "propose", "studio", "--remove", "Ben", "--remove", "Cy", "--dissolve", "--join", "open"),
        *("--add-founder", "Dan", "--drop-founder", "Eve", "--sensitive", "grant", "--insensitive", "revoke"),
        *("--log-records", "500", "--log-bytes", "1073741824", "--face", "Acme", "--unit", "HOUR:2", "--unit", "SUN"),
        home=node,
    )
    assert node.asked[0].body == {
        "scope": "studio",
        "remove": ["Ben", "Cy"],
        "dissolve": True,
        "join": "open",
        "add_founders": ["Dan"],
        "drop_founders": ["Eve"],
        "sensitive": ["grant"],
        "insensitive": ["revoke"],
        "log_records": 500,
        "log_bytes": 1_073_741_824,
        "face": "Acme",
        "units": [{"code": "HOUR", "exp": 2}, {"code": "SUN", "exp": 0}],
    }


@pytest.mark.parametrize("words", [("--unit", "h:2"), ("--unit", "HOUR:9"), ("--log-bytes", "many")])
def test_what_is_mistyped_is_refused_before_anything_is_asked(node: FakeNode, words: tuple[str, ...]) -> None:
    assert run("decision", "propose", "studio", *words, home=node).code == Exit.USAGE
    assert node.asked == []


def test_a_founder_who_decides_alone_has_decided(node: FakeNode) -> None:
    node.answers["POST", "/decisions"] = decision("done")
    assert run("decision", "propose", "studio", "--quorum", "3/4", home=node).out.startswith("✓ Decided   quorum 3/4")


@pytest.mark.parametrize(
    ("words", "said", "body"),
    [
        ((), "Accepted", {"vote": "accept", "text": ""}),
        (("--decline", "--because", "Too many"), "Declined", {"vote": "decline", "text": "Too many"}),
        (("--object",), "Objected", {"vote": "object", "text": ""}),
    ],
)
def test_a_vote_is_given(node: FakeNode, words: tuple[str, ...], said: str, body: dict[str, str]) -> None:
    node.decisions.append(decision())
    assert run("decision", "vote", "d", *words, home=node).out.startswith(f"✓ {said}   quorum 3/4")
    assert (node.asked[0].path, node.asked[0].body) == ("/decisions/d/votes", body)


def test_one_votes_once_at_a_time(node: FakeNode) -> None:
    assert run("decision", "vote", "d", "--decline", "--object", home=node).code == Exit.USAGE


def test_decisions_are_listed_with_the_votes_so_far(node: FakeNode) -> None:
    assert run("decision", "ls", home=node).out.startswith("Nothing waits for a decision.\n  Those of before: ")
    assert run("decision", "ls", "--all", home=node).out == "No decisions yet.\n"
    node.decisions += [decision(), decision("carried", "remove")]
    node.decisions[0].may_vote = True
    lines = run("decision", "ls", "studio", "--all", home=node).out.splitlines()
    assert lines[1].split()[1:] == ["studio", "quorum", "3/4", "1", "of", "2", "open"]
    assert "remove Ben (core, steward)" in lines[2]
    assert lines[3].endswith(f" decision show {text_id('decision')}")
    assert node.asked[-1].query == {"scope": "studio", "all": "true", "limit": "500"}


def test_a_decision_is_shown_with_who_said_what(node: FakeNode) -> None:
    node.decisions.append(decision())
    node.decisions[0].may_vote = True
    out = run("decision", "show", "d", home=node).out
    assert f"quorum 3/4   {text_id('decision')}\n" in out
    assert "needs     2 of 2 founders\n" in out
    assert "votes     Ana López (you) accepts: Better so\n" in out
    assert "          Ben has not voted\n" in out
    assert "state     open: 1 of 2 accepts so far, waiting for Ben\n  Vote:  " in out


def test_all_that_a_charter_may_say_is_named(node: FakeNode) -> None:
    change = CharterChange([ANA, BEN], "2/3", "open", 500, 900, [], BEN, [Unit("HOUR", 2)])
    node.decisions.append(decision("done"))
    node.decisions[0].charter = change
    said = (
        "founders Ana López (you), Ben · quorum 2/3 · join open · log records 500 · log bytes 900 · sensitive nothing"
    )
    assert f"{said} · face Ben · units HOUR:2   " in run("decision", "show", "d", home=node).out


def test_what_comes_next_is_said_where_something_does(node: FakeNode) -> None:
    node.answers["GET", "/decisions/d"] = carried = decision("carried", "remove")
    carried.next = f"meshnode decision carry-out {carried.id}"
    out = run("decision", "show", "d", home=node).out
    assert ("  Next:  " in out, out.endswith(f" decision carry-out {carried.id}\n")) == (True, True)
    del node.answers["GET", "/decisions/d"]
    node.decisions.append(decision("done", "dissolve"))
    ran = run("decision", "carry-out", "d", home=node)
    assert ran.out.splitlines()[0].startswith(f"✓ Carried out   dissolve {STUDIO.name}   bafkrei")
    assert objects(run("decision", "show", "d", "--json", home=node))[0]["schema"] == "meshnode.decision.show/1"


def test_what_founders_decide_on_is_refused_with_the_command_that_proposes_it(node: FakeNode) -> None:
    refused = problem("needs-decision", "its charter asks for a decision", "propose it: meshnode decision --help")
    node.answers["POST", "/networks/studio/members"] = refused
    words = ("network", "appoint", "studio", "Ana López", "--role", "steward")
    ran = run(*words, home=node)
    assert (ran.code, ran.last.endswith(" network appoint studio 'Ana López' --role steward --propose")) == (16, True)
    node.answers["POST", "/contributions"] = refused
    assert run("log", "x", "1h", home=node).last.endswith(" log x 1h --propose")
    node.answers["POST", "/recovery-lines"] = refused
    assert run("id", "vouch", "Ana López", home=node).last.endswith("decision --help`")


def test_what_is_proposed_instead_is_told_like_any_decision(node: FakeNode) -> None:
    node.answers["POST", "/contributions"] = Proposed(decision())
    ran = run("log", "x", "1h", "--as", "Blue", "--propose", home=node)
    assert (ran.code, node.asked[-1].query) == (0, {"propose": "true"})
    assert ran.out.startswith("✓ Proposed   ")
    assert (
        objects(run("log", "x", "1h", "--as", "Blue", "--propose", "--json", home=node))[0]["schema"]
        == "meshnode.log/1"
    )
    node.answers["POST", "/organisations/Blue/staff"] = Proposed(decision())
    assert run("org", "staff", "add", "Blue", "Ben", "--propose", home=node).out.startswith("✓ Proposed   ")
    run("org", "staff", "end", "Blue", "Ben", "--propose", home=node)
    assert node.asked[-1].body == {"scope": "Blue", "remove": ["Ben"]}


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        (("invite", "studio", "--uses", "2"), {"invite": {"role": "core", "uses": 2, "seconds": 604_800}}),
        (("withdraw", "studio", "i"), {"withdraw": "i"}),
        (("remove", "studio", "Ben"), {"remove": ["Ben"]}),
        (
            ("appoint", "studio", "Ben", "--role", "steward"),
            {"appoint": {"agent": "Ben", "role": "steward", "delegate": False}},
        ),
    ],
)
def test_an_act_is_proposed_instead_of_done(node: FakeNode, words: tuple[str, ...], wish: dict[str, object]) -> None:
    made = node.answers["POST", "/decisions"] = decision("open", "order")
    assert isinstance(made, Decision)
    made.orders, made.line, made.link = [Order("grant", "appoint Ben steward", "")], MN1, f"meshnode:join/{MN1}"
    out = run("network", *words, "--propose", home=node).out
    assert out.startswith("✓ Proposed   appoint Ben steward   bafkrei")
    assert "shown only now; it opens the door once that is carried:\n" in out
    assert node.asked[0].body == {"scope": "studio", **wish}
    made.orders[0].says = ""
    assert "sign a grant whose text is not here" in run("network", *words, "--propose", home=node).out
