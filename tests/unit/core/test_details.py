"""What may be said of a contribution, and what must not be signed."""

import pytest

from meshnode.core.details import LONGEST_CLASS, MOST_NAMED, NOTHING, Details, Unfit, canonical_licence, facts_of
from meshproto.records.limits import MAX_INT
from meshproto.types.licences import is_expression
from meshproto.types.value import Evidence, Measure, Money

HOUR = Measure(1, 0, "HUR")
DAY = ("2026-03-09", "2026-03-09")
A, B = b"a" * 32, b"b" * 32
FILE = Evidence(b"f" * 32, 5, "text/plain")


def test_what_is_not_said_is_no_fact() -> None:
    assert facts_of("work", HOUR, DAY, None, NOTHING) == {
        "kind": "work", "qty": HOUR.facts(), "when": {"from": DAY[0], "to": DAY[1]},
    }  # fmt: skip


def test_everything_said_is_a_fact() -> None:
    details = Details(
        Money(500, "EUR"), ((B, 300), (A, 700)), (B, A), (FILE,), "gift", "love", "mit", ("own_work",), ("x",), B
    )
    facts = facts_of("material", HOUR, DAY, A, details)
    said = {name: fact for name, fact in facts.items() if name not in ("kind", "qty", "when")}
    assert said == {
        "project": A,
        "of": B,
        "value": {"amt": 500, "cur": "EUR"},
        "shares": [[A, 700], [B, 300]],
        "classified_as": ["x"],
        "beneficiaries": [A, B],
        "evidence": [FILE.facts()],
        "licence": "MIT",
        "warrants": ["own_work"],
        "comp": "gift",
        "stream": "love",
    }


@pytest.mark.parametrize(
    ("details", "why"),
    [
        (Details(value=Money(5, "XYZ")), "'XYZ' is no currency known here"),
        (Details(value=Money(0, "EUR")), "0 EUR is no amount"),
        (Details(value=Money(-5, "EUR")), "-5 EUR is no amount"),
        (Details(value=Money(MAX_INT + 1, "EUR")), "is no amount"),
        (Details(comp="free"), "'free' is no comp: one of paid, deferred, gift"),
        (Details(stream="hate"), "'hate' is no stream"),
        (Details(warrants=("sure",)), "'sure' is no warrant"),
        (Details(classes=("two words",)), "is no class"),
        (Details(classes=("",)), "is no class"),
        (Details(classes=("é",)), "is no class"),
        (Details(classes=("a\x1bb",)), "is no class"),
        (Details(classes=("x" * (LONGEST_CLASS + 1),)), "is no class"),
        (Details(evidence=(FILE._replace(size=-1),)), "a file has a size and a media type"),
        (Details(evidence=(FILE._replace(media="text"),)), "a file has a size and a media type"),
        (Details(evidence=(FILE,) * (MOST_NAMED + 1)), "65 are too many: at most 64"),
        (Details(licence="free"), "'free' is no licence known here"),
    ],
)
def test_what_must_not_be_signed_is_refused_with_what_would_do(details: Details, why: str) -> None:
    with pytest.raises(Unfit) as refused:
        facts_of("work", HOUR, DAY, None, details)
    assert why in str(refused.value)


def test_money_says_how_much_and_kinds_are_known() -> None:
    for kind, why in (("money", "says how much"), ("fun", "'fun' is no kind of contribution")):
        with pytest.raises(Unfit, match=why):
            facts_of(kind, HOUR, DAY, None, NOTHING)


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("mit", "MIT"),
        ("cc-by-sa-4.0 or (MIT and LicenseRef-ours)", "CC-BY-SA-4.0 OR (MIT AND LicenseRef-ours)"),
        ("gpl-2.0-only with classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"),
    ],
)
def test_licences_are_spelt_as_in_the_list(text: str, licence: str) -> None:
    assert canonical_licence(text) == licence


@pytest.mark.parametrize(
    "text",
    ["", "MIT AND", "(((MIT", "MIT; import os", "free for all", "NONE", "x" * 10_000, "(" * 5000, "MIT\x1b[2J", "MÏT"],
)
def test_what_is_no_licence_is_refused(text: str) -> None:
    with pytest.raises(Unfit, match="is no licence known here"):
        canonical_licence(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("MIT OR GPL-3.0-olny", "'GPL-3.0-olny' is no licence known here (did you mean GPL-3.0-only?)"),
        ("(MIT AND Foo!) OR LicenseRef-ours", "'Foo!' is no licence known here"),
        (
            "MIT WITH Classpath-exeption-2.0",
            "'Classpath-exeption-2.0' is no licence known here (did you mean Classpath",
        ),
        ("CC BY SA 4.0", "'CC BY SA 4.0' is no licence known here (did you mean CC-BY-SA-4.0?)"),
        ("MIT OR", "'MIT OR' is no licence known here: an SPDX"),
    ],
)
def test_the_word_that_is_no_licence_is_named_with_one_that_is_like_it(text: str, why: str) -> None:
    with pytest.raises(Unfit) as refused:
        canonical_licence(text)
    assert str(refused.value).startswith(why)


def test_a_licence_fits_into_its_fact() -> None:
    with pytest.raises(Unfit, match="at most 64 characters"):
        canonical_licence(" OR ".join(["CC-BY-SA-4.0"] * 5))


def test_a_refusal_without_advice_is_only_the_reason() -> None:
    assert str(Unfit("no")) == "no"


@pytest.mark.parametrize(
    "text", ["((mit))", "( mit  AND isc )", "apache-2.0+ or LicenseRef-x.y", "gpl-2.0-or-later WITH gcc-exception-3.1"]
)
def test_what_is_signed_has_the_form_that_the_protocol_asks_for(text: str) -> None:
    assert is_expression(canonical_licence(text))
