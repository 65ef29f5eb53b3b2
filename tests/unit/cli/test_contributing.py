"""`contribution add`, what may be said of any contribution, and how all of it is shown; against a fake node."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from meshnode.api.models.shared import Scope
from meshnode.api.models.terms import Evidence, Money, Share
from meshnode.api.models.work import Written
from meshnode.cli.contributions.evidence import look_at
from meshnode.cli.exits import Exit
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode, contribution
from tests.support.fakes.rich_answers import recognition, rich_contribution
from tests.support.fakes.sample_people import ANA, BEN, text_id

PIECE = {"n": 1, "s": 0, "u": "C62"}


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


@pytest.mark.parametrize(
    ("words", "body", "told"),
    [
        (
            ("money", "Train", "385.40", "EUR"),
            {"quantity": PIECE, "value": {"amt": 38_540, "cur": "EUR"}},
            "money · 385.40 EUR",
        ),
        (
            ("material", "Paper", "12.5", "kg", "--value", "31.90 EUR"),
            {"quantity": {"n": 125, "s": 1, "u": "KGM"}, "value": {"amt": 3190, "cur": "EUR"}},
            "material · 12.5 kg · 31.90 EUR",
        ),
        (("care", "Newcomers", "45", "min"), {"seconds": 2700}, "care · 45 min"),
        (("idea", "A map"), {"quantity": PIECE}, "idea · 1 ×"),
        (
            ("introduction", "Acme", "--value", "JPY 1000"),
            {"quantity": PIECE, "value": {"amt": 1000, "cur": "JPY"}},
            "introduction · 1,000 JPY",
        ),
        (("use", "Van", "120", "km"), {"quantity": {"n": 120, "s": 0, "u": "KMT"}}, "use · 120 km"),
    ],
)
def test_every_kind_is_counted_in_its_own_way(
    node: FakeNode, words: tuple[str, ...], body: dict[str, object], told: str
) -> None:
    ran = run("contribution", "add", *words, home=node)
    assert ran.out.splitlines()[0].endswith(f"   {told}")
    assert node.asked[0].body == {"kind": words[0], "title": words[1], **body}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("money", "x"), "how much money?"),
        (("money", "x", "3h"), "how much money?"),
        (("money", "x", "5", "EUR", "--value", "6 EUR"), "leave --value out"),
        (("work", "x"), "how much? Write"),
        (("work", "x", "12", "XYZ"), "neither a unit nor a currency"),
        (("material", "x", "30m"), "minutes or metres"),
        (("fun", "x"), "KIND is one of"),
        (("idea", "x", "--value", "5.5 EUR"), "EUR has 2 decimals"),
        (("idea", "x", "--gift", "--paid"), "--paid and --gift exclude each other"),
        (("idea", "x", "--with", "ben"), "ben:300"),
        (("idea", "x", "--with", ":300"), "ben:300"),
        (("idea", "x", "--with", "ben:0"), "ben:300"),
        (("idea", "x", "--with", "ben:1001"), "ben:300"),
        (("idea", "x", "--with", "ben:101%"), "ben:300"),
        (("idea", "x", "--stream", "hate"), "--stream is one of"),
        (("idea", "x", "--warrant", "none"), "--warrant is one of"),
        (("idea", "x", "--to", "2026-03-09"), "--to needs the first day too"),
        (("idea", "x", "--on", "today", "--from", "today"), "--on is one day"),
        (("idea", "x", "--from", "2026-03-09", "--to", "2026-03-08"), "2026-03-08 is before 2026-03-09"),
        (("idea", "x", "--from", "someday"), "is not a date"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anybody_is_asked(
    node: FakeNode, words: tuple[str, ...], why: str
) -> None:
    ran = run("contribution", "add", *words, home=node)
    assert (ran.code, why in ran.last, ran.last.endswith("contribution add --help"), node.asked) == (
        Exit.USAGE, True, True, [],
    )  # fmt: skip


def test_days_that_lie_ahead_are_refused(node: FakeNode) -> None:
    ahead = date.today() + timedelta(days=2)  # noqa: DTZ011 - the person's own day, which may end meanwhile
    for words in (("--from", "today", "--to", f"{ahead}"), ("--on", f"{ahead}")):
        ran = run("contribution", "add", "idea", "x", *words, home=node)
        assert (ran.code, "lies ahead" in ran.last) == (Exit.USAGE, True)


def test_everything_that_may_be_said_is_sent(node: FakeNode, tmp_path: Path) -> None:
    (tmp_path / "poster.png").write_bytes(b"picture")
    words = (
        *("--with", "Ben: the second:300", "--with", "cy:20%", "--for", "dora", "--for", "eli", "--gift"),
        *("--stream", "love", "--licence", "CC-BY-4.0", "--warrant", "own_work", "--class", "https://x.example/design"),
        *("--evidence", str(tmp_path / "poster.png"), "--of", "bafkreidbnzqs4l"),
        *("--from", "2026-03-02", "--to", "2026-03-09"),
    )
    ran = run("log", "Poster", "4h", *words, home=node)
    assert node.asked[0].body == {
        "title": "Poster",
        "seconds": 14_400,
        "kind": "work",
        "day": "2026-03-02",
        "day_to": "2026-03-09",
        "shares": [{"who": "Ben: the second", "part": 300}, {"who": "cy", "part": 200}],
        "beneficiaries": ["dora", "eli"],
        "comp": "gift",
        "stream": "love",
        "licence": "CC-BY-4.0",
        "warrants": ["own_work"],
        "classes": ["https://x.example/design"],
        "evidence": [look_at(str(tmp_path / "poster.png"))._asdict()],
        "of": "bafkreidbnzqs4l",
    }
    assert "  the file stays where it is: only its digest is signed, so keep it\n" in ran.out


def test_a_contribution_is_shown_whole(node: FakeNode) -> None:
    entry = rich_contribution("Paper")
    node.contributions.append(entry)
    shown = run("contribution", "show", entry.id, home=node).out
    fields = dict(line.strip().split("  ", 1) for line in shown.splitlines()[1:] if "  " in line.strip())
    told = {name: value.strip() for name, value in fields.items()}
    assert told["what"] == "material · 12.5 kg (corrected)"
    assert (told["worth"], told["shares"]) == ("31.90 EUR", "Ana López (you) 700/1000, Ben 300/1000")
    assert (told["for"], told["terms"], told["stream"]) == ("Ben", "to be paid for later", "love")
    assert (told["licence"], told["assured"]) == ("CC-BY-SA-4.0", "own work")
    assert (told["class"], told["rests on"]) == ("https://example.org/paper", text_id("earlier"))
    assert told["evidence"] == "abababababababab… · application/pdf · 1.2 MB"


def test_work_that_stands_elsewhere_has_no_id_here(node: FakeNode) -> None:
    entry = contribution("Paper")
    entry.of = "03" + "ab" * 32
    node.contributions.append(entry)
    assert "earlier work that stands elsewhere" in run("contribution", "show", entry.id, home=node).out


def test_a_list_shows_money_and_how_many_made_it(node: FakeNode) -> None:
    entry = contribution("Train")
    entry.quantity.n, entry.quantity.u, entry.seconds = 1, "C62", None
    entry.value, entry.authors, entry.shares = Money(38_540, "EUR", 2), 3, [Share(ANA, 1), Share(BEN, 2)]
    node.contributions.append(entry)
    assert run("contribution", "ls", home=node).out.splitlines()[1].endswith("385.40 EUR  Train  you +2")


def test_odd_facts_of_others_are_shown_safely(node: FakeNode) -> None:
    entry = rich_contribution("Paper")
    entry.value = Money(2**53, "X\x1b[2JYZ", None)
    entry.shares = [Share(BEN, 10**15), Share(ANA, 1)]
    entry.evidence = [Evidence("\u202e" * 64, -1, "\x1b[2J")]
    node.contributions.append(entry)
    out = run("contribution", "show", entry.id, home=node).out
    assert "9007199254740992 XYZ (minor units)" in out
    assert "Ben 1000000000000000/1000000000000001" in out
    assert "\x1b" not in out


def test_a_list_is_narrowed_and_goes_on_narrowed(node: FakeNode) -> None:
    node.contributions += [contribution(title) for title in ("a", "b", "c")]
    words = ("--kind", "care", "--stream", "love", "--comp", "gift", "--who", "Ben B", "--co-authored")
    ran = run("contribution", "ls", *words, home=node)
    expected = {"kind": "care", "stream": "love", "comp": "gift", "who": "Ben B", "coauthored": "true", "limit": "30"}
    assert node.asked[0].query == expected
    assert ran.out.splitlines()[-1].endswith(
        "ls --after later --kind care --stream love --comp gift --who 'Ben B' --co-authored"
    )


def test_sums_are_told_apart_by_unit_and_currency(node: FakeNode) -> None:
    node.contributions.append(contribution("x"))
    assert run("contribution", "sum", "--mine", home=node).out.splitlines() == [
        "                SUM  OF",
        "              3.5 h  2 contributions",
        "            12.5 kg  1 contribution",
        "         385.40 EUR  1 contribution with a value",
        "7 XYZ (minor units)  1 contribution with a value",
    ]
    assert (node.asked[0].path, node.asked[0].query) == ("/contributions/sums", {"mine": "true"})


def test_nothing_makes_no_sum(node: FakeNode) -> None:
    assert run("contribution", "sum", home=node).out.startswith("Nothing here yet.\n")
    assert run("contribution", "sum", "--kind", "care", home=node).out.startswith("Nothing fits --kind care.\n")


def test_a_file_is_compared_with_the_one_that_was_signed(node: FakeNode, tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes(b"report")
    entry = rich_contribution("Paper")
    entry.evidence[0].sha256 = look_at(str(file)).sha256
    node.contributions.append(entry)
    same = run("contribution", "evidence", entry.id, str(file), home=node)
    assert (same.code, same.out) == (Exit.OK, f"✓ The same file, bit for bit   {file} · 6 B\n")
    file.write_bytes(b"Report")
    other = run("contribution", "evidence", entry.id, str(file), home=node)
    assert (other.code, "is none of the 1 file signed there" in other.last) == (Exit.VERIFICATION, True)
    assert objects(run("contribution", "evidence", entry.id, str(file), "--json", home=node))[0]["same"] is False


def test_where_no_file_was_signed_none_is_the_same(node: FakeNode, tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    node.contributions.append(contribution("Paper"))
    ran = run("contribution", "evidence", node.contributions[0].id, str(tmp_path / "x"), home=node)
    assert (ran.code, "no file was signed there" in ran.last) == (Exit.VERIFICATION, True)


def test_a_value_is_corrected_like_a_quantity(node: FakeNode) -> None:
    run("contribution", "correct", "r", "380", "EUR", home=node)
    run("contribution", "correct", "r", "12.5", "kg", "--reason", "agreed", home=node)
    assert [asked.body for asked in node.asked] == [
        {"value": {"amt": 38_000, "cur": "EUR"}},
        {"quantity": {"n": 125, "s": 1, "u": "KGM"}, "reason": "agreed"},
    ]


def test_thanks_stand_beside_what_they_are_for(node: FakeNode) -> None:
    node.contributions.append(contribution("Paper"))
    node.thanks += [recognition(), recognition("kudos", ""), recognition("skill", "twice", "design")]
    shown = run("contribution", "show", node.contributions[0].id, home=node).out
    assert "  thanks     Ben: so much\n  kudos      Ben\n  confirmed  Ben: design · twice\n" in shown
    assert node.asked[1].query == {"for": node.contributions[0].id, "limit": "30"}
    answer = objects(run("contribution", "show", node.contributions[0].id, "--json", home=node))[0]
    assert [each["kind"] for each in answer["thanks"]] == ["thanks", "kudos", "skill"]


def test_the_same_file_elsewhere_is_told(node: FakeNode) -> None:
    node.contributions.append(rich_contribution("Paper"))
    out = run("contribution", "show", node.contributions[0].id, home=node).out
    assert f"! possible double claim: {text_id('double')[:15]}… may be the same work\n" in out


def test_thanks_are_listed_without_any_count(node: FakeNode) -> None:
    assert run("contribution", "thanks", home=node).out.startswith("Nobody has thanked anybody here yet.\n")
    assert run("contribution", "thanks", "--to", "me", home=node).out.startswith("No such thanks here yet.\n")
    node.thanks += [recognition(), recognition("kudos", ""), recognition("skill", "twice", "design")]
    out = run("contribution", "thanks", "--to", "me", "--by", "Ben", "-n", "3", home=node).out.splitlines()
    assert [line.split("  ")[-1].split(" ", 1)[-1] for line in out[:1]] == ["WHAT"]
    assert [line.split("you  ")[1] for line in out[1:4]] == [
        "thanks: so much (Paper)", "kudos (Paper)", "skill: design · twice (Paper)",
    ]  # fmt: skip
    assert out[4].endswith(" contribution thanks --after later --to me --by Ben --limit 3")
    assert node.asked[-1].query == {"to": "me", "by": "Ben", "limit": "3"}


def test_thanks_have_one_kind(node: FakeNode) -> None:
    run("contribution", "thank", "r", "well", "done", "--kudos", home=node)
    assert node.asked[0].body == {"text": "well done", "kind": "kudos"}
    ran = run("contribution", "thank", "r", "--kudos", "--skill", "design", home=node)
    assert (ran.code, ran.last.endswith("contribution thank --help")) == (Exit.USAGE, True)


def test_whoever_names_hundreds_does_not_fill_the_screen(node: FakeNode) -> None:
    entry = rich_contribution("Paper")
    entry.shares, entry.beneficiaries, entry.evidence = [Share(BEN, 1)] * 256, [BEN] * 256, entry.evidence * 256
    entry.classes = [f"class-{number}" for number in range(256)]
    node.contributions.append(entry)
    out = run("contribution", "show", entry.id, home=node).out
    assert (out.count("1/256"), out.count("abababab"), out.count("class-"), out.count("and 244 more")) == (
        12,
        24,
        12,
        4,
    )


def test_what_an_agreement_does_not_pay_for_is_said_at_once(node: FakeNode) -> None:
    doubt = "it is in USD, but this agreement shares EUR only: nothing is paid for it"
    site = Scope(text_id("site"), "agreement", "Acme site")
    node.answers["POST", "/contributions"] = Written(text_id("train"), "contribution", site, warnings=[doubt])
    words = ("contribution", "add", "money", "Train", "385.40 USD", "--agreement", "Acme site")
    _, said, agreed, back = run(*words, home=node).out.splitlines()
    assert said == f"! {doubt}"
    assert agreed.endswith(f" agreement show {text_id('site')}")
    assert back.endswith(f" contribution retract {text_id('train')[:15]}…")
    (told,) = objects(run(*words, "--json", home=node))
    assert told["warnings"] == [doubt]
