"""`attest` to `statement`, against a fake node: what people read, what is asked, and what comes next."""

import csv
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from meshnode.api.models.distributions import Agreed
from meshnode.api.models.incomes import Origin, PassedOn
from meshnode.api.models.settlements import Plan, Transfer
from meshnode.api.models.shared import Page, Quantity
from meshnode.api.models.work import Written
from meshnode.cli.exits import Exit
from meshnode.cli.money.statement import HEADS
from tests.support.command_line import objects, run
from tests.support.fakes import sample_money as money
from tests.support.fakes.fake_node import FakeNode
from tests.support.fakes.rich_answers import rich_contribution
from tests.support.fakes.sample_agreements import in_conflict
from tests.support.fakes.sample_people import ANA, BEN, text_id


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        fake.answers.update(money.answers())
        yield fake


def says(node: FakeNode, *words: str, code: Exit = Exit.OK) -> str:
    ran = run(*words, home=node)
    assert ran.code == code, ran.out + ran.err
    return ran.out if code == Exit.OK else ran.out + ran.err


def body(node: FakeNode) -> dict[str, object]:
    return node.asked[-1].body


def test_work_is_confirmed_in_part(node: FakeNode) -> None:
    out = says(node, "attest", "c", "--qty", "2h", "--rating", "4", "--note", "until noon")
    assert out == f"✓ Confirmed   {text_id('Work')[:15]}…   it stands as acknowledged: 2 h\n"
    assert body(node) == {"contribution": "c", "seconds": 7200, "rating": 4, "note": "until noon"}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--reject", "--rating", "2"), "neither --qty nor --rating"),
        (("--rating", "6"), "from 1 to 5"),
        (("--qty", "5 EUR"), "money is confirmed as a whole"),
        (("--qty", "soon"), "is no amount"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_asked(
    node: FakeNode, words: tuple[str, ...], why: str
) -> None:
    assert why in says(node, "attest", "c", *words, code=Exit.USAGE)
    assert node.asked == []


def test_work_that_too_few_confirm_says_so(node: FakeNode) -> None:
    node.answers["POST", "/attestations"] = money.evaluation("claimed")
    assert "claimed: 0 of 1 have confirmed it (A-FEW 0/1)" in says(node, "attest", "c", "--reject")
    assert body(node) == {"contribution": "c", "reject": True}


def test_points_are_given_and_listed(node: FakeNode) -> None:
    told = says(node, "ballot", "acme", "Ben 30, Ana López: 20", "--round", "spring")
    assert "spring: 50 of 100 left to give\n  Another ballot takes the place of this one" in told
    points = [{"who": "Ben", "points": 30}, {"who": "Ana López", "points": 20}]
    assert body(node) == {"agreement": "acme", "points": points, "round": "spring"}
    assert "spring  you    Ben 30  no" in says(node, "ballot", "acme")
    assert "names nobody and no points" in says(node, "ballot", "acme", "Ben", code=Exit.USAGE)
    node.answers["GET", "/ballots"] = Page([])
    assert "No ballots yet." in says(node, "ballot", "acme")


def test_an_income_is_declared_with_its_tax(node: FakeNode, tmp_path: Path) -> None:
    (tmp_path / "invoice.pdf").write_bytes(b"%PDF")
    words = ("--tax", "2,100.00", "--from", "client", "--invoice", str(tmp_path / "invoice.pdf"))
    out = says(node, "income", "add", "acme", "12,100.00 EUR", *words)
    assert out.splitlines()[0] == f"✓ Declared   10,000.00 EUR to share   {text_id('income')[:15]}…"
    assert "They confirm with:" in out
    assert f"income confirm {text_id('income')}" in out
    asked = body(node)
    assert (asked["gross"], asked["tax"], asked["payer"]) == ({"amt": 1_210_000, "cur": "EUR"}, 210_000, "client")
    assert len(str(asked["invoice"])) == 64
    assert "is no amount in EUR" in says(node, "income", "add", "acme", "1 EUR", "--tax", "1 USD", code=Exit.USAGE)


def test_incomes_are_listed_shown_and_confirmed(node: FakeNode) -> None:
    node.answers["GET", "/incomes"] = Page([money.income(doubles=[text_id("twice")], refunds=text_id("x"))])
    assert "declared duplicate? refund" in says(node, "income", "ls", "acme")
    node.answers["GET", "/incomes/i"] = money.income(state="confirmed", doubles=[text_id("twice")])
    out = says(node, "income", "show", "i")
    assert "duplicate? The same invoice or payment stands behind" in out
    assert "distribution new 'Acme site'" in out
    assert "it is confirmed" in says(node, "income", "confirm", "i")
    assert body(node) == {"answer": "accept"}
    says(node, "income", "confirm", "i", "--decline", "--as", "Blue")
    assert body(node) == {"answer": "decline", "as": "Blue"}
    node.answers["GET", "/incomes"] = Page([])
    assert "No incomes yet." in says(node, "income", "ls")


def test_what_comes_of_a_distribution_is_shown_before_it_is_signed(node: FakeNode) -> None:
    dry = says(node, "distribution", "new", "acme", "--dry-run")
    assert "10,000.00 EUR of Acme site, up to 2026-03-09" in dry
    assert "3,333.33" in dry
    assert "not confirmed, so without a share: More code by Ben" in dry
    assert "1 income not confirmed yet" in dry
    assert [each.path for each in node.asked] == ["/distributions/preview"]
    refused = says(node, "distribution", "new", "acme", code=Exit.USAGE)
    assert "add --yes to say yes" in refused
    out = says(node, "distribution", "new", "acme", "--yes", "--as", "Blue")
    assert "1 of 2 approvals so far, waiting for Ana López." in out
    asked = body(node)
    assert (asked["digest"], asked["incomes"], asked["to"]) == (money.DIGEST, [text_id("income")], money.DAY)


@pytest.mark.parametrize(
    "words",
    [
        ("income", "add", "acme", "1 EUR", "--on", "someday"),
        ("settlement", "add", "acme", "1 EUR", "--to", "Ben", "--on", "someday"),
        ("distribution", "new", "acme", "--to", "someday"),
        ("statement", "--from", "someday"),
    ],
)
def test_a_day_is_read_before_anything_is_asked(node: FakeNode, words: tuple[str, ...]) -> None:
    assert "'someday' is not a date" in says(node, *words, code=Exit.USAGE)
    assert node.asked == []


def test_days_are_written_as_everywhere(node: FakeNode) -> None:
    says(node, "statement", "--from", "2026-01-01", "--to", "2026-03-31")
    assert node.asked[-1].query == {"from": "2026-01-01", "to": "2026-03-31"}


def test_a_dry_run_for_programs_is_the_preview(node: FakeNode) -> None:
    ran = run("distribution", "new", "acme", "--dry-run", "--json", home=node)
    assert objects(ran)[0]["digest"] == money.DIGEST


def test_whoever_approves_hears_what_is_left_out(node: FakeNode) -> None:
    refused = says(node, "distribution", "approve", "d", code=Exit.USAGE)
    assert "it does not know of More code by Ben: that enters the next one" in refused
    assert "it does not know of 1 correction" in refused
    assert "it is effective" in says(node, "distribution", "approve", "d", "--yes")
    says(node, "distribution", "approve", "d", "--decline", "--because", "not yet")
    assert body(node) == {"answer": "decline", "text": "not yet"}


def test_distributions_are_listed_and_shown(node: FakeNode) -> None:
    assert "proposed  1/2" in says(node, "distribution", "ls")
    out = says(node, "distribution", "show", "d")
    assert "Ana López (you) has not approved, Ben approves" in out
    assert "distribution approve" in out
    void = money.distribution(state="void", says="void for ever: off (Ben at steps[0])", outside=None, lines=[])
    node.answers["GET", "/distributions/d"] = void
    assert "void for ever: off" in says(node, "distribution", "show", "d", code=Exit.VERIFICATION)
    node.answers["GET", "/distributions"] = Page([])
    assert "Nothing was shared out yet." in says(node, "distribution", "ls")


def test_an_amount_is_explained_down_to_its_signatures(node: FakeNode) -> None:
    out = says(node, "distribution", "explain", "d", "Ben")
    assert out == says(node, "distribution", "explain", "d", "--person", "Ben")
    assert "named twice" in says(node, "distribution", "explain", "d", "Ben", "--person", "Ben", code=Exit.USAGE)
    assert "work (steps[0])   3,333.33 EUR" in out
    assert "1/3 of 10,000.00 is 3,333.333333…, rounded down to 3,333.33" in out
    assert "3,333.33 EUR from Code, by Ben: 2 h × 6/5 of 3 h claimed" in out
    assert "Ana López (you) confirms 2 h, rated 4" in out
    assert out.count("it holds") == 2
    assert "corrected by" in out


def test_one_thing_is_confirmed_as_a_whole(node: FakeNode) -> None:
    found = money.explanation()
    behind = found.lines[0].causes[0].behind[0]
    behind.unit, behind.claim, behind.confirmed, behind.quality, behind.words[0].figure = "C62", "1", "1", "1", "1"
    node.answers["GET", "/distributions/d/explanation"] = found
    out = says(node, "distribution", "explain", "d")
    assert "from Code, by Ben: confirmed as a whole\n" in out
    assert "Ana López (you) confirms it, rated 4" in out
    told = money.evaluation()
    told.confirmed = Quantity(1, 0, "C62")
    node.answers["POST", "/attestations"] = told
    assert says(node, "attest", "c").endswith("it stands as acknowledged\n")


def test_who_proposes_a_distribution_approves_it_too(node: FakeNode) -> None:
    node.answers["POST", f"/distributions/{text_id('shared')}/approvals"] = money.distribution(says="2 of 2")
    assert "Signed and approved" in says(node, "distribution", "new", "acme", "--yes")
    assert node.asked[-1].path.endswith("/approvals")
    assert "✓ Signed   " in says(node, "distribution", "new", "acme", "--yes", "--unapproved")
    assert "✓ Signed   " in says(node, "distribution", "new", "acme", "--yes", "--as", "Blue")
    assert "Signed and approved" in says(node, "distribution", "new", "acme", "--yes", "--as", "ana lópez")


def test_what_was_agreed_is_told_in_the_words_of_the_equation(node: FakeNode) -> None:
    found = money.explanation()
    cause = found.lines[0].causes[0]
    part = msgspec.structs.replace(
        cause.parts[0], owed="50000", quota="50000", amount=50_000, agreed=Agreed("1/20", 1_000_000, True)
    )
    cause.do, cause.parts = "percent", [part, msgspec.structs.replace(part, agreed=None)]
    node.answers["GET", "/distributions/d/explanation"] = found
    out = says(node, "distribution", "explain", "d")
    assert "    5 % of the gross 10,000.00 is 500.00\n" in out
    assert "    1/3 of 10,000.00 EUR: 500.00 EUR\n" in out


def test_a_signature_that_does_not_hold_ends_with_its_exit_code(node: FakeNode) -> None:
    node.answers["GET", "/distributions/d/explanation"] = money.explanation(holds=False)
    assert "1 signatures do not hold" in says(node, "distribution", "explain", "d", code=Exit.VERIFICATION)
    node.answers["GET", "/distributions/d/explanation"] = msgspec.structs.replace(money.explanation(), lines=[])
    assert "nobody of that name" in says(node, "distribution", "explain", "d", code=Exit.FAILURE)


def test_what_waits_is_told_with_the_command_that_does_it(node: FakeNode) -> None:
    out = says(node, "inbox")
    assert "2026-03-09  confirm work More code · Acme site\n" in out
    assert f"attest {text_id('late')}" in out
    node.answers["GET", "/inbox"] = Page([])
    assert says(node, "inbox") == "Nothing waits for you.\n"


def test_a_payment_is_declared_by_one_side(node: FakeNode) -> None:
    out = says(node, "settlement", "add", "acme", "3,333.33 EUR", "--to", "Ben", "--paid", "3600 USD")
    assert "It counts once Ben has confirmed it." in out
    (asked,) = (each.body for each in node.asked if each.method == "POST")
    assert (asked["amount"], asked["payee"]) == ({"amt": 333_333, "cur": "EUR"}, "Ben")
    assert asked["paid"] == {"amt": 360_000, "cur": "USD"}
    for words in ((), ("--to", "Ben", "--from", "Ana")):
        assert "--to" in says(node, "settlement", "add", "acme", "1 EUR", *words, code=Exit.USAGE)
    assert "is no amount" in says(node, "settlement", "add", "acme", "much", "--to", "Ben", code=Exit.USAGE)


def test_a_payment_that_may_be_a_slip_is_told(node: FakeNode) -> None:
    node.answers["POST", "/settlements"] = money.settlement()
    assert "!" not in says(node, "settlement", "add", "acme", "3,333.33 EUR", "--to", "Ben")
    more = msgspec.structs.replace(money.settlement(), id=text_id("again"), amount=money.euros(400_000))
    node.answers["POST", "/settlements"] = more
    node.answers["GET", "/settlements"] = Page([msgspec.structs.replace(more, id=text_id("first"))])
    out = says(node, "settlement", "add", "acme", "4000 EUR", "--to", "Ben")
    assert f"! the same was declared before ({text_id('first')[:15]}…)" in out
    assert "! by now Ana López (you) owes 3,333.33 EUR in EUR here" in out
    node.answers["GET", "/balances"] = Page([])
    assert "owes nothing in EUR here" in says(node, "settlement", "add", "acme", "4000 EUR", "--to", "Ben")
    assert "4,000.00 EUR from Ana López (you) to Ben was declared" in says(node, "plan")


def test_what_others_do_is_told_without_this_home(node: FakeNode) -> None:
    out = says(node, "settlement", "add", "acme", "3,333.33 EUR", "--to", "Ben")
    assert f"  They confirm with:  meshnode settlement confirm {text_id('paid')}\n" in out


def test_a_day_ahead_is_doubted(node: FakeNode) -> None:
    assert "lies ahead" not in says(node, "distribution", "new", "acme", "--dry-run")
    ahead = msgspec.structs.replace(money.preview(), to="9998-12-31")
    node.answers["POST", "/distributions/preview"] = ahead
    assert "! 9998-12-31 lies ahead" in says(node, "distribution", "new", "acme", "--dry-run")


def test_who_approves_at_a_terminal_sees_what_it_is(node: FakeNode) -> None:
    ran = run("distribution", "approve", "d", home=node, stdin="y\n", terminal=True)
    assert (ran.code, "digest" in ran.out, "Approve it? It cannot be taken back." in ran.err) == (Exit.OK, True, True)
    ran = run("distribution", "approve", "d", home=node, stdin="n\n", terminal=True)
    assert (ran.code, node.asked[-1].method) == (Exit.FAILURE, "GET")


def test_payments_are_listed_and_confirmed(node: FakeNode) -> None:
    node.answers["GET", "/settlements"] = Page([money.settlement(may_confirm=True)])
    assert "settlement confirm" in says(node, "settlement", "ls")
    assert "it is confirmed" in says(node, "settlement", "confirm", "s")
    node.answers["GET", "/settlements"] = Page([])
    assert "No payments yet." in says(node, "settlement", "ls", "acme")


def test_balances_and_the_plan_are_told_by_currency(node: FakeNode) -> None:
    assert "-3,333.33" in says(node, "balance")
    plan = says(node, "plan", "acme")
    assert "settlement add 'Acme site' '3,333.33 EUR' --to Ben" in plan
    node.answers["GET", "/balances"] = Page([])
    node.answers["GET", "/plan"] = Plan([], [])
    assert "Nothing was shared yet." in says(node, "balance")
    assert says(node, "plan") == "Nobody owes anybody anything.\n"


def test_a_contested_payment_has_a_column_and_is_left_out_of_the_plan(node: FakeNode) -> None:
    assert "PAID, CONTESTED" not in says(node, "balance")
    node.answers["GET", "/balances"] = money.balances(frozen=333_333)
    head, ana, ben = says(node, "balance").splitlines()
    assert (head[-15:], ana.split()[-2:], ben.split()[-2:]) == (
        "PAID, CONTESTED", ["-3,333.33", "-3,333.33"], ["3,333.33", "3,333.33"]
    )  # fmt: skip
    node.answers["GET", "/plan"] = money.plan(money.settlement(state="contested"))
    out = says(node, "plan")
    assert "! left out: 3,333.33 EUR from Ana López (you) to Ben is contested" in out
    assert f"settlement show {text_id('paid')}" in out
    assert "settlement add" not in out


def test_what_was_declined_is_called_so(node: FakeNode) -> None:
    said = money.settlement(declined=True, may_confirm=True, says="Ben says that it did not take place")
    node.answers["GET", "/settlements"] = Page([said])
    node.answers["POST", "/settlements/s/answers"] = said
    out = says(node, "settlement", "ls")
    assert "declined" in out
    assert "Confirm:" not in out
    assert says(node, "settlement", "confirm", "s", "--decline").endswith("it is declined\n")
    node.answers["GET", "/incomes"] = Page([money.income(declined_by=[BEN])])
    assert "declined" in says(node, "income", "ls")
    back = money.income(refunds=text_id("income"), net=money.euros(-100))
    node.answers["POST", "/incomes"] = back
    assert "-1.00 EUR to give back" in says(node, "income", "add", "acme", "1 EUR", "--refunds", "i")


def test_a_payment_is_shown_with_what_comes_next(node: FakeNode) -> None:
    out = says(node, "settlement", "show", "s")
    assert "  state      declared: it counts once Ben has confirmed it\n" in out
    assert f"settlement confirm {text_id('paid')}" in out


def test_where_money_of_a_face_goes_on_is_told(node: FakeNode) -> None:
    face = msgspec.structs.replace(BEN, name="Studio Ltd", face_of="studio")
    node.answers["GET", "/settlements/s"] = money.settlement(state="confirmed", payee=face)
    out = says(node, "settlement", "show", "s")
    assert "  to         Studio Ltd (face of studio)\n" in out
    assert f"income add AGREEMENT '3,333.33 EUR' --holder 'Studio Ltd' --part-of {text_id('paid')}" in out
    passed = PassedOn(text_id("income"), money.ACME, money.euros(333_333), money.DAY, "confirmed")
    node.answers["GET", "/settlements/s"] = money.settlement(state="confirmed", payee=face, passed_on=[passed])
    out = says(node, "settlement", "show", "s")
    assert f"went on into Acme site: 3,333.33 EUR on {money.DAY}, confirmed   {text_id('income')}" in out
    assert "income add" not in out
    node.answers["GET", "/plan"] = Plan([Transfer(money.ACME, ANA, face, money.euros(1))], [])
    out = says(node, "plan")
    assert "  Studio Ltd is the face of studio.\n" in out
    assert "--to 'Studio Ltd'\n" in out


def test_an_income_and_an_explanation_say_where_the_money_came_from(node: FakeNode) -> None:
    node.answers["GET", "/incomes/i"] = money.income(part_of=text_id("paid"), source=money.ACME)
    assert f"  part of    {text_id('paid')} in Acme site\n" in says(node, "income", "show", "i")
    node.answers["GET", "/incomes/i"] = money.income(part_of="ab" * 32)
    assert f"  part of    something that is not here ({'ab' * 32})\n" in says(node, "income", "show", "i")
    origin = Origin(text_id("income"), money.euros(5), text_id("paid"), "settlement", money.ACME)
    told = msgspec.structs.replace(money.explanation(), origins=[origin])
    node.answers["GET", "/distributions/d/explanation"] = told
    assert "0.05 EUR of it came in as " in says(node, "distribution", "explain", "d")


def test_a_contested_payment_is_shown_with_who_decides(node: FakeNode) -> None:
    (dispute,) = in_conflict().disputes
    node.answers["GET", "/settlements/s"] = money.settlement(state="contested", disputes=[dispute])
    out = says(node, "settlement", "show", "s")
    assert "In dispute" in out
    assert all(each.removeprefix("meshnode ") in out for each in dispute.commands)


def test_a_statement_is_printed_with_its_digests(node: FakeNode) -> None:
    out = says(node, "statement", "Ben", "--from", "2026-01-01", "--to", "2026-03-31")
    assert "Ben   2026-01-01 – 2026-03-31" in out
    assert "received from Ana López (you)" in out
    assert money.DIGEST in out
    node.answers["GET", "/statements"] = money.statement(accounts=[], first="", last="")
    assert "Nothing was shared or paid yet." in says(node, "statement")
    node.answers["GET", "/statements"] = money.statement(accounts=[], first="")
    assert "Nothing was shared or paid until then." in says(node, "statement")


def test_a_ledger_says_the_same_as_the_screen(node: FakeNode, tmp_path: Path) -> None:
    file = tmp_path / "ben.csv"
    says(node, "statement", "Ben", "--csv", str(file))
    with file.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert tuple(rows[0]) == HEADS
    assert [row["kind"] for row in rows] == ["opening", "share", "received", "closing", "statement"]
    assert [row["open after"] for row in rows] == ["0.00", "3333.33", "333.33", "333.33", ""]
    assert (rows[2]["open"], rows[-1]["digest"], rows[-2]["digest"]) == ("-3000.00", money.DIGEST, "ef" * 32)
    assert "exists already" in says(node, "statement", "--csv", str(file), code=Exit.CONFLICT)
    assert "is no file" in says(node, "statement", "--csv", str(tmp_path), code=Exit.USAGE)
    assert "cannot be written" in says(node, "statement", "--csv", str(tmp_path / "no" / "x"), code=Exit.FAILURE)
    says(node, "statement", "--csv", str(file), "--force")
    other = tmp_path / "other.csv"
    says(node, "statement", "--csv", str(other), "--html", str(file), code=Exit.CONFLICT)
    assert not other.exists()


def test_a_page_to_print_loads_nothing_and_escapes_what_people_wrote(node: FakeNode, tmp_path: Path) -> None:
    hostile = money.statement()
    hostile.agent = msgspec.structs.replace(hostile.agent, name="<script>alert(1)</script>")
    hostile.accounts[0].closing = money.columns(held=5, open=33_333)
    node.answers["GET", "/statements"] = hostile
    says(node, "statement", "--html", str(tmp_path / "q1.html"))
    page = (tmp_path / "q1.html").read_text()
    assert "<script" not in page
    assert "Statement of &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "default-src 'none'; style-src 'sha256-" in page
    assert "http://" not in page
    assert "https://" not in page
    assert "Beside that: held 0.05 EUR." in page
    assert page.count(money.DIGEST) == 1
    empty = money.statement(accounts=[])
    node.answers["GET", "/statements"] = empty
    says(node, "statement", "--html", str(tmp_path / "q2.html"))
    assert "Nothing was shared or paid until then." in (tmp_path / "q2.html").read_text()


def test_a_share_is_declined_and_earlier_work_taken_in(node: FakeNode) -> None:
    node.contributions.append(rich_contribution("Code"))
    node.answers["POST", "/contributions/w/share"] = Written(
        node.contributions[0].id, "contribution", money.ACME, ANA, None
    )
    out = says(node, "contribution", "take", "w", "Acme site")
    assert "into Acme site" in out
    assert "possible double claim: the same work stands in another agreement, too" in out
    assert "Declined your share" in says(node, "contribution", "answer", "c", "--decline")
    assert body(node) == {"answer": "decline"}


def test_signing_under_an_agreement_takes_the_running_node(node: FakeNode) -> None:
    node.hang_up()
    node.announce(2**30)
    assert "signing under an agreement takes the running node" in says(
        node, "log", "x", "1h", "--agreement", "acme", code=Exit.NOT_RUNNING
    )
