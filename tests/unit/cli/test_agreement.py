"""`meshnode agreement …` against a fake node."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from meshnode.api.models.agreements import AgreementVersion
from meshnode.api.models.shared import Page
from meshnode.cli.exits import Exit
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode
from tests.support.fakes.sample_agreements import agreement, brief
from tests.support.fakes.sample_people import ANA, AT, BEN, text_id


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


def proposed(node: FakeNode, *words: str) -> dict[str, Any]:
    """What is sent for `agreement new`."""
    ran = run("agreement", "new", *words, home=node)
    assert ran.code == Exit.OK, ran.err
    body: dict[str, Any] = node.asked[-1].body
    return body


def refused(node: FakeNode, *words: str) -> str:
    """Why the command line refuses `agreement new`, without asking the node."""
    ran = run("agreement", "new", *words, home=node)
    assert ran.code in (Exit.USAGE, Exit.VERIFICATION, Exit.FAILURE)
    assert node.asked == []
    return ran.last


def test_a_proposal_says_who_is_awaited(node: FakeNode) -> None:
    ran = run("agreement", "new", "--title", "Logo", "--party", "Ben", home=node)
    assert ran.out.startswith(f"✓ Proposed   Logo   {text_id('logo')}\n  Proposed; waiting for Ana\n")
    assert f"agreement sign {text_id('logo')}" in ran.out


def test_whoever_proposes_is_a_party_who_holds_the_money(node: FakeNode) -> None:
    body = proposed(node, "--title", "Logo", "--party", "Ben", "--client", "Acme")
    assert body["parties"] == [
        {"who": "me", "roles": ["provider", "holder"]},
        {"who": "Ben", "roles": ["provider"]},
        {"who": "Acme", "roles": ["client"]},
    ]
    assert [each["do"] for each in body["equation"]["steps"]] == ["reimburse", "pro_rata"]
    assert "sign" not in body
    body = proposed(node, "--title", "Logo", "--party", "Blue Ltd:holder", "--as", "Red Ltd", "--unsigned")
    assert body["parties"][0] == {"who": "me", "roles": ["provider"]}
    assert (body["as"], body["sign"]) == ("Red Ltd", False)


def test_every_term_reaches_the_node(node: FakeNode, tmp_path: Path) -> None:
    text = tmp_path / "contract.txt"
    text.write_text("What we agree on")
    body = proposed(
        node,
        *("--title", "Logo", "--summary", "For the bakery", "--party", "me:provider,holder", "--client", "Acme"),
        *("--worth", "5000 EUR", "--answers", "me:Acme", "--answers", "me:Acme:design", "--licence", "CC-BY-4.0"),
        *("--ack", "2", "--confirm", "client", "--late", "exclude", "--approval", "2", "--amendment", "all"),
        *(
            "--covers",
            "site",
            "--audience",
            "studio",
            "--named",
            "Dan",
            "--from",
            "2027-01-01",
            "--until",
            "2028-01-01",
        ),
        *("--doc", str(text), "--prevails", "data", "--preset", "commons"),
    )
    assert body == {
        "title": "Logo",
        "summary": "For the bakery",
        "parties": [{"who": "me", "roles": ["provider", "holder"]}, {"who": "Acme", "roles": ["client"]}],
        "worth": {"amt": 500_000, "cur": "EUR"},
        "responsibility": [{"final": "me", "to": "Acme"}, {"final": "me", "to": "Acme", "scope": "design"}],
        "rights": {"results": {"licence": "CC-BY-4.0"}, "attribution": True},
        "ack": {"min": 2, "by": "parties"},
        "income_confirm": "client",
        "late": "exclude",
        "approval": 2,
        "amendment": "all",
        "covers": ["site"],
        "audience": ["studio"],
        "named": ["Dan"],
        "from": "2027-01-01",
        "until": "2028-01-01",
        "doc": hashlib.sha256(text.read_bytes()).hexdigest(),
        "prevails": "data",
    }


def test_figures_of_presets_are_read_as_people_write_them(node: FakeNode) -> None:
    rates = ("--rate", "me:8.00 EUR/h", "--rate", "Ben:9 EUR / h")
    body = proposed(node, "--title", "Logo", "--party", "Ben", "--preset", "hours-rate", *rates)
    assert body["equation"]["steps"][1]["weights"][0]["rate"] == [["me", [800, 1]], ["Ben", [900, 1]]]
    assert body["ack"]["ratings"][0] == [1, 2]
    body = proposed(
        node, "--title", "x", "--party", "Ben", "--preset", "shares", "--share", "me:60%", "--share", "Ben:400"
    )
    assert body["equation"]["steps"][1]["parts"] == [["me", 600], ["Ben", 400]]
    claim = ("--claim", "Ben:200 USD", "--cur", "USD", "--commons", "Town")
    body = proposed(node, "--title", "x", "--party", "Ben", "--preset", "waterfall", *claim)
    assert body["equation"]["cur"] == "USD"
    assert [each["do"] for each in body["equation"]["steps"]] == ["reimburse", "fixed", "percent", "pro_rata"]
    rates = ("--rate", "Ana:900 JPY/h", "--rate", "Ben:1000 JPY/h")  # who proposes may write their name, too
    body = proposed(node, "--title", "x", "--party", "Ben", "--preset", "slices", *rates)
    assert body["equation"]["cur"] == "JPY"
    body = proposed(node, "--title", "x", "--party", "Ben", "--worth", "5 USD")
    assert body["equation"]["cur"] == "USD"


@pytest.mark.parametrize(
    ("figures", "why"),
    [
        (("--rate", "me:8 EUR/h", "--rate", "Ben:9 USD/h"), "these figures are in EUR and USD"),
        (("--rate", "me:8 EUR/h", "--rate", "Ben:9 EUR/h", "--cur", "USD"), "these figures are in EUR and USD"),
        (("--rate", "me:8 EUR/h"), "hours-rate has no rate for Ben, whose work would weigh nothing"),
        (("--rate", "Ben:8 EUR/h"), "hours-rate has no rate for me, whose work would weigh nothing"),
        (("--rate", "me:8 EUR/h", "--rate", "Ben:much"), "'much' is no amount of money"),
        (("--rate", "me:8 EUR/h", "--rate", f"Ben:{'9' * 17} EUR/h"), "is more than a record can hold"),
    ],
)
def test_rates_are_of_all_and_in_one_currency(node: FakeNode, figures: tuple[str, ...], why: str) -> None:
    assert why in refused(node, "--title", "x", "--party", "Ben", "--preset", "hours-rate", *figures)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "What is it about? There is no terminal to ask at; say it by --title 'Logo for the bakery'"),
        (("--title", "x", "--preset", "shares"), "shares needs figures of everybody: --share Ben:400, once for each"),
        (("--title", "x", "--party", "Ben:chef"), "'Ben:chef' is no party: write Ben, or Ben:provider,client,holder"),
        (("--title", "x", "--answers", "Ben"), "--answers says who answers to whom, such as Ben:Acme, not 'Ben'"),
        (("--title", "x", "--worth", "much"), "'much' is no amount of money: write 385.40 EUR or JPY 1000"),
        (
            ("--title", "x", "--preset", "shares", "--share", "Ben"),
            "--share names somebody and a figure, such as Ben:400, not 'Ben'",
        ),
        (
            ("--title", "x", "--preset", "shares", "--share", "Ben:half"),
            "'half' is no part: write one of 1000, or a percentage",
        ),
        (("--title", "x", "--doc", "/nowhere/x"), "/nowhere/x cannot be read (No such file or directory)"),
        (("--file", "/nowhere/x"), "/nowhere/x cannot be read (No such file or directory)"),
    ],
)
def test_what_makes_no_terms_is_refused_before_anything_is_asked(
    node: FakeNode, words: tuple[str, ...], why: str
) -> None:
    assert why in refused(node, *words)


def test_a_text_that_is_too_long_is_refused(node: FakeNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meshnode.cli.agreements.agreement_terms.LARGEST_DOC", 3)
    (tmp_path / "long").write_text("long")
    assert "is too long for the text of an agreement" in refused(node, "--title", "x", "--doc", str(tmp_path / "long"))


def test_a_person_at_a_terminal_is_asked(node: FakeNode) -> None:
    ran = run("agreement", "new", home=node, stdin="Logo\nBen, Cy\nAcme\n\n\nequal\n\n", terminal=True)
    assert ran.code == Exit.OK
    body = node.asked[-1].body
    assert body["title"] == "Logo"
    assert [each["who"] for each in body["parties"]] == ["me", "Ben", "Cy", "Acme"]
    assert body["equation"]["steps"][1]["parts"] == [["me", 1], ["Ben", 1], ["Cy", 1]]
    assert (body["responsibility"], body["income_confirm"]) == ([{"final": "me", "to": "Acme"}], "client")
    assert "How is money shared?" in ran.err
    assert "An example: you work 30 h, Ben works 20 h." in ran.out


def test_at_a_terminal_figures_are_asked_until_they_are_some(node: FakeNode) -> None:
    answers = [
        "Logo",
        "Ben",
        "Acme",
        "Ben",
        "n",
        "so-so",
        "? hours-rate",
        "hours-rate",
        "8",
        "8.00 EUR",
        "9 EUR/h",
        "y",
    ]
    ran = run("agreement", "new", home=node, stdin="\n".join(answers) + "\n", terminal=True)
    assert ran.code == Exit.OK, ran.err
    body = node.asked[-1].body
    assert body["equation"]["steps"][1]["weights"][0]["rate"] == [["me", [800, 1]], ["Ben", [900, 1]]]
    assert (body["responsibility"], body["income_confirm"]) == ([{"final": "Ben", "to": "Acme"}], "none")
    assert "there is no 'so-so': say one of hours, " in ran.err
    assert "'8' is no amount of money" in ran.err
    assert ran.out.count("hours-rate: Hours at agreed rates") == 2


def test_parts_and_a_commons_are_asked_as_well(node: FakeNode) -> None:
    ran = run("agreement", "new", home=node, stdin="Logo\nBen\n\nshares\n60%\nhalf\n400\n\n", terminal=True)
    assert ran.code == Exit.OK, ran.err
    assert node.asked[-1].body["equation"]["steps"][1]["parts"] == [["me", 600], ["Ben", 400]]
    assert "'half' is no part" in ran.err
    ran = run("agreement", "new", home=node, stdin="Logo\nBen\n\nwaterfall\nTown\n\n", terminal=True)
    assert "percent" in [each["do"] for each in node.asked[-1].body["equation"]["steps"]]
    ran = run("agreement", "new", home=node, stdin="Logo\n\n\ncommons\n\n", terminal=True)
    assert (ran.code, "equation" in node.asked[-1].body) == (Exit.OK, False)


def test_nothing_is_proposed_without_a_title_or_when_somebody_thinks_better_of_it(node: FakeNode) -> None:
    ran = run("agreement", "new", home=node, stdin="\n", terminal=True)
    assert (ran.code, "nothing to agree on" in ran.last) == (Exit.USAGE, True)
    ran = run("agreement", "new", home=node, stdin="Logo\nBen\n\n\nn\n", terminal=True)
    assert (ran.code, "nothing was done" in ran.last, node.asked) == (Exit.FAILURE, True, [])


def test_terms_come_from_a_file_as_people_write_them(node: FakeNode, tmp_path: Path) -> None:
    file = tmp_path / "terms.toml"
    file.write_text(
        """
        title = "Logo"
        from = 2027-01-01
        worth = "5000 EUR"
        [[parties]]
        who = "me"
        roles = ["provider"]
        [[responsibility]]
        to = "Client"
        final = "me"
        cap = "500 EUR"
        [dispute]
        quorum = "75 %"
        [equation]
        cur = "EUR"
        [[equation.steps]]
        do = "fixed"
        pay = [["me", "20 EUR"]]
        [[equation.steps]]
        do = "percent"
        of = "gross"
        pay = [["me", "12.5 %"]]
        [[equation.steps]]
        do = "tiers"
        brackets = [{to = "100 EUR", steps = []}]
        [[equation.steps]]
        do = "pro_rata"
        weights = [{unit = "HUR", rate = [["me", "8.00 EUR/h"], ["*", [1, 1]]]}]
        cap = [["me", {amt = "35 EUR", of_step = "40 %"}]]
        """
    )
    body = proposed(node, "--file", str(file), "--title", "Other")
    assert (body["title"], body["from"], body["worth"]) == ("Other", "2027-01-01", {"amt": 500_000, "cur": "EUR"})
    assert body["responsibility"] == [{"to": "Client", "final": "me", "cap": {"amt": 50_000, "cur": "EUR"}}]
    assert body["dispute"]["quorum"] == [3, 4]
    fixed, percent, tiers, work = body["equation"]["steps"]
    assert (fixed["pay"], percent["pay"]) == ([["me", 2_000]], [["me", [1, 8]]])
    assert tiers["brackets"][0]["to"] == 10_000
    assert work["weights"][0]["rate"] == [["me", [800, 1]], ["*", [1, 1]]]
    assert work["cap"] == [["me", {"amt": 3_500, "of_step": [2, 5]}]]


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("t.json", "{", "is no JSON"),
        ("t.toml", "=", "is no TOML"),
        ("t.json", "[]", "terms are an object with names"),
        ("t.json", '{"notice_days": 1.5}', "1.5 is not a whole number"),
        ("t.toml", "notice_days = 1.5", "is refused at notice_days: it is no whole number"),
        ("t.json", '{"worth": "much"}', "is refused at worth: 'much' is no amount of money"),
        ("t.json", '{"a": ' + "[" * 30 + "]" * 30 + "}", "it is nested too deep"),
        ("t.toml", "preset = 'houres'", "waterfall, commons (did you mean 'hours'?)"),
        ("t.json", " " * (1 << 20) + "{}", "is too long: terms have at most 1 MiB"),
    ],
)
def test_a_file_that_makes_no_terms_is_refused_with_the_place(
    node: FakeNode, tmp_path: Path, name: str, text: str, why: str
) -> None:
    (tmp_path / name).write_text(text)
    assert why in refused(node, "--file", str(tmp_path / name))


def test_a_preset_goes_with_a_file_where_that_says_nothing_of_money(node: FakeNode, tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('{"title": "Logo", "parties": [{"who": "me", "roles": ["provider"]}]}')
    body = proposed(node, "--file", str(tmp_path / "t.json"))
    assert "equation" not in body
    body = proposed(node, "--file", str(tmp_path / "t.json"), "--preset", "hours")
    assert body["equation"]["cur"] == "EUR"
    (tmp_path / "t.toml").write_text("preset = 'equal'\nparties = [{who = 'me', roles = ['provider']}]")
    body = proposed(node, "--file", str(tmp_path / "t.toml"))
    assert ("preset" in body, body["equation"]["steps"][1]) == (False, {"do": "shares", "parts": [["me", 1]]})


def test_an_agreement_is_shown_like_a_contract(node: FakeNode) -> None:
    node.agreements.append(agreement(changed=True))
    shown = run("agreement", "show", "logo", home=node).out
    for line in (
        "  state      proposed; waiting for Ana",
        "  Ana López: provider",
        "what is made  the client  CC-BY-4.0",
        "    + Worth up to 5,000.00 EUR.",
        "  Ana López (you) (provider): has not signed yet",
        "  Ben (client): signed ",
        ": Gladly",
        "! nobody answers to Ben for anything",
    ):
        assert line in shown


def test_versions_are_listed_where_there_are_several(node: FakeNode) -> None:
    one = agreement("in_force")
    one.versions += agreement("superseded").versions
    one.signatures[0].state, one.signatures[0].reason = "contested", "beyond the mandate of who signed"
    node.agreements.append(one)
    shown = run("agreement", "show", "logo", home=node).out
    assert "VERSION" in shown
    assert "signed, but that is contested" in shown
    assert "(beyond the mandate of who signed)" in shown


def test_signing_shows_what_is_signed_and_tells_that_it_did(node: FakeNode) -> None:
    node.agreements.append(agreement())
    ran = run("agreement", "sign", "logo", "--because", "Gladly", home=node, stdin="y\n", terminal=True)
    assert ran.out.index("Ana López: provider") < ran.out.index("Signed   Logo")
    assert node.asked[-1].body == {
        "decision": "accept",
        "text": "Gladly",
        "seen": agreement().seen,
        "version": text_id("logo"),
    }
    quiet = run("agreement", "sign", "logo", "--yes", "--as", "Blue Ltd", home=node)
    assert quiet.out.startswith("✓ Signed")
    assert node.asked[-1].body["as"] == "Blue Ltd"


def test_nothing_is_signed_without_a_yes(node: FakeNode) -> None:
    node.agreements.append(agreement())
    assert run("agreement", "sign", "logo", home=node, stdin="n\n", terminal=True).code == Exit.FAILURE
    assert run("agreement", "sign", "logo", home=node).code == Exit.USAGE
    assert [each.method for each in node.asked] == ["GET", "GET"]


def test_what_waits_for_one_is_what_is_signed(node: FakeNode) -> None:
    shown = agreement("in_force")
    shown.awaits = [text_id("second")]
    node.agreements.append(shown)
    node.answers["GET", f"/agreements/{text_id('second')}"] = agreement(changed=True)
    run("agreement", "sign", "logo", "--yes", home=node)
    assert node.asked[-1].body["version"] == text_id("second")


def test_declining_gives_the_reason(node: FakeNode) -> None:
    node.agreements.append(agreement())
    ran = run("agreement", "decline", "logo", "--because", "Too little", home=node)
    assert ran.out.startswith("✓ Declined")
    assert node.asked[-1].body["decision"] == "decline"
    assert node.asked[-1].body["text"] == "Too little"


def test_a_change_lists_what_it_changes(node: FakeNode, tmp_path: Path) -> None:
    node.agreements.append(agreement(changed=True))
    (tmp_path / "t.json").write_text('{"notice_days": 14}')
    words = ("--worth", "5000 EUR", "--drop", "until", "--preset", "hours", "--file", str(tmp_path / "t.json"))
    ran = run("agreement", "amend", "logo", *words, home=node)
    assert "What changes\n  Time and bounds\n    + Worth up to 5,000.00 EUR.\n✓ Change proposed" in ran.out
    body = node.asked[-1].body
    assert (body["drop"], body["notice_days"], body["equation"]["cur"]) == (["until"], 14, "EUR")
    assert run("agreement", "amend", "logo", home=node).last.startswith("meshnode: nothing is changed by that")


def test_an_end_is_proposed(node: FakeNode) -> None:
    node.agreements.append(agreement())
    ran = run("agreement", "end", "logo", "--until", "2030-01-31", "--as", "Blue Ltd", home=node)
    assert ran.out.startswith("✓ End proposed")
    assert node.asked[-1].body == {"until": "2030-01-31", "as": "Blue Ltd"}


def test_what_becomes_of_leavers_is_said(node: FakeNode) -> None:
    node.agreements.append(agreement("in_force"))
    run("agreement", "amend", "logo", "--leaves", "Ben:bad", "--leaver", "good:once", "--leaver", "bad:keep", home=node)
    wish = {"leaves": [{"who": "Ben", "how": "bad"}], "leaver": {"good": "once", "bad": "keep"}}
    assert {name: node.asked[-1].body[name] for name in wish} == wish
    ran = run("agreement", "amend", "logo", "--leaver", "good:drop_unpaid", home=node)
    assert (ran.code, "--leaver is one of good:keep, good:once, bad:keep, bad:drop_unpaid" in ran.err) == (
        Exit.USAGE,
        True,
    )


def test_lists_say_what_waits(node: FakeNode) -> None:
    assert "No agreements that go on." in run("agreement", "ls", home=node).out
    assert "No agreements yet." in run("agreement", "ls", "--all", home=node).out
    node.agreements.append(agreement())
    listed = run("agreement", "ls", home=node).out
    assert "Logo  proposed  you, Ben  5,000.00 EUR" in listed
    assert "  Waits for you, Logo:  " in listed
    assert listed.endswith(f" agreement show {text_id('logo')}\n")
    assert "  inbox     1 thing waits for you: " in run("status", home=node).out
    node.agreements[0] = agreement("in_force")
    assert "Waits" not in run("agreement", "ls", home=node).out


def test_what_somebody_said_no_to_is_called_declined(node: FakeNode) -> None:
    one, told = agreement(), brief()
    told.declined, told.awaits = [BEN], []
    node.answers["GET", "/agreements"] = Page([told])
    assert "Logo  declined  you, Ben" in run("agreement", "ls", home=node).out
    one.versions.append(AgreementVersion(text_id("other"), "Logo", ANA, AT, "proposed", [], [], [], [BEN]))
    node.answers["GET", "/agreements/Logo"] = one
    shown = run("agreement", "show", "Logo", home=node).out.splitlines()
    assert [line.split()[3:] for line in shown if line.startswith(text_id("other")[:15])] == [
        ["declined", "Ana", "López", "(you)"]
    ]


def test_presets_are_explained_without_a_node() -> None:
    assert "\nwaterfall   Costs, then agreed amounts" in run("agreement", "presets").out
    told = run("agreement", "presets", "hours").out
    assert "Ana works 30 h, Ben works 20 h" in told
    assert "2. work: Ana 600.00, Ben 400.00" in told
    assert "under" not in run("agreement", "presets", "commons").out.splitlines()[0]
    assert run("agreement", "presets", "best").code == Exit.USAGE
    (told_json,) = objects(run("agreement", "presets", "slices", "--json"))
    assert [each["name"] for each in told_json["items"]] == ["slices"]
    assert run("agreement", "new", "--explain", "--preset", "hours").out == told
    assert run("agreement", "new", "--explain").out == run("agreement", "presets").out


def test_a_preset_is_explained_with_the_figures_that_were_given() -> None:
    told = run(
        "agreement", "new", "--explain", "--preset", "hours-rate", "--rate", "Ana:40 EUR/h", "--rate", "Zoë:60 EUR/h"
    ).out
    assert "(Ana 40.00" in told
    assert "An example: Ana works 30 h, Zoë works 20 h" in told
    assert "Zoë 454.55" in told
    alone = run(
        "agreement", "new", "--explain", "--preset", "waterfall", "--claim", "Ben:10 EUR", "--commons", "Dorf"
    ).out
    assert "An example: you work 30 h, Ben works 20 h" in alone
    assert "Dorf 10 %" in alone
    assert run("agreement", "new", "--explain", "--preset", "shares", "--party", "Ben").code == Exit.USAGE
    mine = run("agreement", "new", "--explain", "--preset", "equal", "--party", "me")
    assert mine.out == run("agreement", "presets", "equal").out
    long = ("--share", f"{'a' * 300}:1", "--share", "Ben:2")
    assert run("agreement", "new", "--explain", "--preset", "shares", *long).code == Exit.USAGE


def test_an_amendment_says_who_goes(node: FakeNode) -> None:
    node.agreements.append(agreement("in_force"))
    assert run("agreement", "amend", "Logo", "--leaves", "Ben", "--leaves", "Acme:bad", home=node).code == Exit.OK
    assert node.asked[-1].body["leaves"] == [{"who": "Ben", "how": "good"}, {"who": "Acme", "how": "bad"}]
    assert run("agreement", "amend", "Logo", "--leaves", "Ben:ill", home=node).code == Exit.USAGE
