"""Versions of agreements as they read."""

from typing import Any

import pytest

from meshnode.terms.contract import Facts, Readable, Section, answerable, changes, contract, rights_of, seen
from meshproto.records.ids import digest33, ext

ANA, BO, ACME, MEDI = (bytes([number]) * 32 for number in range(1, 5))
NAMES = {ANA: "Ana", BO: "Bo", ACME: "Acme", MEDI: "Medi", ext(BO): "Bo's code", ext(ANA): "Shop", ext(MEDI): "Studio"}
KNOWN = Readable(NAMES.__getitem__, NAMES.__getitem__)


def facts(**more: Any) -> dict[str, Any]:
    return {
        "parties": [[ANA, ["provider", "holder"]], [BO, ["provider"]], [ACME, ["client"]]],
        "from": "2027-01-01",
        "ack": {"min": 1, "by": "parties"},
        "approval": "all",
        "amendment": "all",
        "income_confirm": "client",
        "late": "next",
        **more,
    }


def lines(found: Facts, title: str) -> tuple[str, ...]:
    return {each.title: each.lines for each in contract(found, KNOWN, "Logo", "For the shop")}.get(title, ())


def test_the_least_that_people_agree_on_reads_as_that() -> None:
    assert contract(facts(), KNOWN, "Logo", "For the shop") == [
        Section("About", ("Logo", "For the shop")),
        Section("Parties", ("Ana: provider, holder", "Bo: provider", "Acme: client")),
        Section(
            "Rights in the results",
            (
                "Nothing is agreed: what somebody makes stays theirs.",
                "Others may use it as far as the licence allows that stands with each piece of work.",
            ),
        ),
        Section("Acknowledging work", ("Work counts once one of the others has confirmed it, among Ana, Bo, Acme.",)),
        Section("Sharing income", ("No money is shared: nobody is owed anything for what is done.",)),
        Section("Deciding and changing", ("A change of this agreement takes the signatures of all of its parties.",)),
        Section("Time and bounds", ("From 2027-01-01.",)),
    ]


def test_who_answers_to_whom_is_told_with_how() -> None:
    duty = {"to": ACME, "scope": "delivery", "final": ANA, "deputies": [BO], "liability": "joint"}
    capped = {"to": ACME, "scope": "design", "final": BO, "liability": "capped", "cap": {"amt": 50_000, "cur": "EUR"}}
    assert lines(facts(responsibility=[duty, capped]), "Who answers to whom") == (
        "Ana answers to Acme for delivery, or instead Bo (all together)",
        "Bo answers to Acme for design (up to 500.00 EUR)",
    )


@pytest.mark.parametrize(
    ("results", "told", "row"),
    [
        (
            {"ownership": "per_author", "effective": "on_creation"},
            "What is made belongs to whoever made it, as soon as it is made.",
            ("what is made", "whoever made it", "", "as soon as it is made"),
        ),
        (
            {"ownership": "named", "owner": ACME, "effective": "on_date", "on": "2028-01-01"},
            "What is made belongs to Acme, from 2028-01-01 on.",
            ("what is made", "Acme", "", "from 2028-01-01"),
        ),
        (
            {"ownership": "client", "effective": "on_payment"},
            "What is made belongs to the client, once it is paid.",
            ("what is made", "the client", "", "once it is paid"),
        ),
    ],
)
def test_rights_in_the_results_are_told(results: dict[str, Any], told: str, row: tuple[str, ...]) -> None:
    found = facts(rights={"results": results})
    assert lines(found, "Rights in the results") == (told,)
    assert rights_of(found, KNOWN) == [row]


def test_licences_background_and_attribution_are_told() -> None:
    results = {"ownership": "joint", "effective": "on_creation", "licence": "MIT"}
    found = facts(rights={"results": results, "background": [BO, ext(ANA)], "attribution": True})
    readable = Readable(KNOWN.agent, lambda named: NAMES.get(named, "?"))
    told = {each.title: each.lines for each in contract(found, readable)}["Rights in the results"]
    assert told[1:] == (
        "Everybody else may use it under MIT.",
        "Brought along, and still its owners': Bo, Shop",
        "Whoever made something is named with it.",
    )
    assert rights_of(found, readable)[1:] == [("Bo's code", "as before", "", ""), ("Shop", "as before", "", "")]


def test_no_rights_are_no_rows() -> None:
    assert rights_of(facts(), KNOWN) == []


def test_how_work_is_acknowledged_is_told() -> None:
    ratings = [[1, 2], [4, 5], [1, 1], [6, 5], [3, 2]]
    found = facts(ack={"min": 2, "by": [ANA, BO], "ratings": ratings})
    assert lines(found, "Acknowledging work") == (
        "Work counts once 2 of the others have confirmed it, among Ana, Bo.",
        "Ratings weigh (1: × 1/2, 2: × 4/5, 3: × 1, 4: × 6/5, 5: × 3/2).",
    )
    assert lines(facts(ack={"min": 0, "by": "client"}), "Acknowledging work") == (
        "Work counts as its author claims it.",
    )


def test_how_income_is_shared_is_told_with_names() -> None:
    equation = {
        "cur": "EUR",
        "steps": [
            {"do": "pro_rata", "weights": [{"unit": "HUR", "match": {"project": [ext(ANA)]}}]},
            {"do": "residual", "agent": BO},
        ],
    }
    found = facts(value_equation=equation, late="exclude", ballots={"budget": 100, "rounds": ["one", "two"]})
    assert lines(found, "Sharing income") == (
        "An income counts once the client has confirmed it.",
        "1. The rest is shared by the hours in Shop; each contribution counts once.",
        "2. All that is left goes to Bo.",
        "Work that is acknowledged after its time was shared out is not paid from later incomes.",
        "In each of 2 rounds (one, two) everybody gives away 100 points.",
    )
    assert lines(found, "Deciding and changing")[0] == "How an income is shared is approved by all of Ana, Bo."


def test_who_decides_is_told() -> None:
    equation = {"cur": "EUR", "steps": [{"do": "equal"}]}
    arbiter = facts(value_equation=equation, approval="arbiter", amendment={"k": 2}, named=[MEDI])
    arbiter["parties"] = [[ANA, ["provider"]], [BO, ["arbiter"]], [ACME, ["client"]]]
    arbiter["dispute"] = {"mediators": [MEDI], "quorum": [2, 3], "reserve": True}
    arbiter["leaver"] = {"good": "keep", "bad": "drop_unpaid"}
    assert lines(arbiter, "Deciding and changing") == (
        "How an income is shared is approved by Bo.",
        "A change of this agreement takes the signatures of 2 of its parties.",
        "Disputes are settled by 2/3 of Medi.",
        "What is disputed is held back until then.",
        "Who leaves for good reason keeps the claims for what was done before; who leaves otherwise loses what is not "
        "paid yet.",
    )
    assert lines(arbiter, "Parties")[-1] == "Named besides, without signing: Medi"
    plain = facts(dispute={"quorum": [1, 1]}, value_equation=equation, approval={"k": 1})
    assert lines(plain, "Deciding and changing")[0] == "How an income is shared is approved by 1 of Ana, Bo."
    assert lines(plain, "Deciding and changing")[-1] == "Disputes are settled by 100 % of the parties."


def test_bounds_and_the_document_are_told() -> None:
    doc = {"sha256": digest33(b"d" * 32)}
    found = facts(
        until="2028-01-01",
        notice_days=30,
        worth={"amt": 500_000, "cur": "EUR"},
        covers=[ext(ANA)],
        audience=[ext(MEDI)],
        doc=doc,
        prevails="doc",
    )
    assert lines(found, "Time and bounds") == (
        "From 2027-01-01, until 2028-01-01.",
        "It is ended with 30 days' notice.",
        "Worth up to 5,000.00 EUR.",
        "About Shop.",
        "Shown to the members of Studio.",
    )
    assert lines(found, "Document") == (
        f"A text with the SHA-256 {(b'd' * 32).hex()} belongs to it.",
        "Where the two differ, the text prevails.",
    )
    assert lines({**found, "prevails": "data"}, "Document")[1] == "Where the two differ, the terms above prevail."


def test_a_change_lists_what_goes_and_what_comes() -> None:
    before, after = contract(facts(notice_days=30), KNOWN), contract(facts(notice_days=14), KNOWN)
    assert changes(before, after) == [
        Section("Time and bounds", ("- It is ended with 30 days' notice.", "+ It is ended with 14 days' notice."))
    ]
    assert changes(before, before) == []


def test_what_was_shown_has_a_digest_that_tells_it_from_anything_else() -> None:
    one, other = contract(facts(), KNOWN), contract(facts(late="exclude"), KNOWN, "Logo")
    assert seen(one) == seen(contract(facts(), KNOWN))
    assert seen(one) != seen(other)
    assert len(seen(one)) == 33


def test_a_client_to_whom_nobody_answers_is_found() -> None:
    duty = {"to": ACME, "scope": "delivery", "final": ANA, "liability": "several"}
    assert answerable(facts()) == [ACME]
    assert answerable(facts(responsibility=[duty])) == []
